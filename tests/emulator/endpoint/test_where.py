"""An emulator over HTTP is looked for where LocalStack's own client looks."""

import pytest

from verifier.emulator.endpoint.where import endpoint_of
from verifier.errors import InputError


@pytest.mark.parametrize(
    ("variables", "url"),
    [
        ({}, "http://localhost:4566"),
        ({"AWS_ENDPOINT_URL": "https://emulator:1"}, "https://emulator:1"),
        ({"LOCALSTACK_HOST": "emulator"}, "http://emulator:4566"),
        ({"LOCALSTACK_HOST": "emulator:99"}, "http://emulator:99"),
        ({"LOCALSTACK_HOST": "emulator:99", "AWS_ENDPOINT_URL": "http://other"}, "http://other"),
    ],
)
def test_where_localstacks_own_client_looks(variables: dict[str, str], url: str) -> None:
    assert endpoint_of(variables) == url


def test_a_host_that_is_none() -> None:
    with pytest.raises(InputError, match="LOCALSTACK_HOST=emulator:x: give a host, or host:port"):
        endpoint_of({"LOCALSTACK_HOST": "emulator:x"})
