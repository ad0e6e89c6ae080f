"""What moto answers in part of Athena."""

from collections.abc import Iterator
from typing import Any

import pytest

from verifier.authorization.operation import Operation
from verifier.emulator.moto.upstream import MotoUpstream
from verifier.errors import AwsError

_ACCOUNT = "555566667777"


def _invoke(upstream: MotoUpstream, name: str, **params: Any) -> dict[str, Any]:
    return upstream.invoke(Operation("athena", name, params, _ACCOUNT, "eu-west-1"))


@pytest.fixture
def upstream() -> Iterator[MotoUpstream]:
    made = MotoUpstream()
    yield made
    made.forget(_ACCOUNT)


def test_a_workgroup_has_an_effective_engine(upstream: MotoUpstream) -> None:
    engine = {"SelectedEngineVersion": "AUTO"}
    _invoke(upstream, "CreateWorkGroup", Name="reports", Configuration={"EngineVersion": engine})
    found = _invoke(upstream, "GetWorkGroup", WorkGroup="reports")["WorkGroup"]["Configuration"]
    assert found["EngineVersion"] == {**engine, "EffectiveEngineVersion": "Athena engine version 3"}


def test_a_workgroup_that_is_not_there(upstream: MotoUpstream) -> None:
    with pytest.raises(AwsError, match="is not found") as absent:
        _invoke(upstream, "GetWorkGroup", WorkGroup="none")
    assert absent.value.code == "InvalidRequestException"
