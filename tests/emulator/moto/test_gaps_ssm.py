"""AWS's own parameters are there for everyone, the user's only where somebody made them."""

from typing import Any

import pytest

from verifier.authorization.operation import Operation
from verifier.emulator.moto.upstream import MotoUpstream
from verifier.errors import AwsError

_ACCOUNT = "210987654323"
_UBUNTU = "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id"


def _do(upstream: MotoUpstream, operation: str, /, **params: Any) -> dict[str, Any]:
    return upstream.invoke(Operation("ssm", operation, params, _ACCOUNT, "eu-west-1"))


def test_an_image_of_awss_is_there(upstream: MotoUpstream) -> None:
    found = _do(upstream, "GetParameters", Names=[_UBUNTU, "/shop/key"])
    assert [one["Name"] for one in found["Parameters"]] == [_UBUNTU]
    assert found["Parameters"][0]["Value"].startswith("ami-")
    assert found["InvalidParameters"] == ["/shop/key"]
    assert _do(upstream, "GetParameter", Name=_UBUNTU)["Parameter"]["Value"].startswith("ami-")


def test_a_parameter_of_the_users_is_not(upstream: MotoUpstream) -> None:
    with pytest.raises(AwsError, match="ParameterNotFound"):
        _do(upstream, "GetParameter", Name="/shop/key")
