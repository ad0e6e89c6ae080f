from verifier.authorization.caller import Certainty
from verifier.deployment.tolerated import split_tolerated, tolerations
from verifier.evidence import Asked


def asked(operation: str, phase: str, **more: object) -> Asked:
    service, name = operation.split(":")
    fields: dict[str, object] = {"action": f"{service}:{name}", "resource": "r", "certainty": Certainty.CALL}
    return Asked(phase=phase, operation=operation, **(fields | more))  # type: ignore[arg-type]


def test_the_tool_goes_on_without_the_image_repository() -> None:
    call = asked("ecr:DescribeRepositories", "remove")
    assert split_tolerated([call], "osls") == ((), (call,))
    assert split_tolerated([call], "sam") == ((call,), ())
    assert split_tolerated([asked("ecr:DescribeRepositories", "deploy")], "osls")[1] == ()


def test_what_cloudformation_asks_is_never_tolerated() -> None:
    call = asked("lambda:GetFunction", "deploy", on_behalf_of={"logicalId": "F"})
    assert split_tolerated([call], "osls") == ((call,), ())


def test_what_someone_else_needs_on_the_same_resource_is_granted_anyway() -> None:
    tool = asked("lambda:GetFunction", "deploy")
    stack = asked("lambda:GetFunction", "deploy", on_behalf_of={"logicalId": "F"})
    other = asked("lambda:GetFunction", "deploy", resource="other")
    assert split_tolerated([tool, stack], "osls") == ((tool, stack), ())
    assert split_tolerated([tool, stack, other], "osls") == ((tool, stack), (other,))


def test_each_entry_says_when_and_where_it_was_read() -> None:
    for entry in tolerations():
        assert entry.condition
        assert entry.source
        assert entry.phases
