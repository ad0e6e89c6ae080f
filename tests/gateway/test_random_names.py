"""What a trial made up."""

from verifier.gateway.random_names import NameRegister
from verifier.grant.evidence import GeneratedName


def test_register() -> None:
    register = NameRegister()
    name = GeneratedName("stack-bucket-abc", "AWS::S3::Bucket", "stack", "stack")
    for value in ("abc", "", "def", "abc"):
        register.token(value)
    register.generated(name)
    register.generated(name)
    assert list(register.tokens) == ["abc", "def"]
    assert list(register.names) == [name]
    register.clear()
    assert not register.tokens
    assert not register.names
