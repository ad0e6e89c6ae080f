"""What moto lacks of AppSync, and what it stumbles over."""

from collections.abc import Iterator
from typing import Any

import pytest

from verifier.authorization.operation import Operation
from verifier.emulator.moto.upstream import MotoUpstream
from verifier.errors import AwsError

_ACCOUNT = "555566667777"


def _invoke(upstream: MotoUpstream, operation: str, /, **params: Any) -> dict[str, Any]:
    return upstream.invoke(Operation("appsync", operation, params, _ACCOUNT, "eu-west-1"))


@pytest.fixture
def upstream() -> Iterator[MotoUpstream]:
    made = MotoUpstream()
    yield made
    made.forget(_ACCOUNT)


@pytest.fixture
def api(upstream: MotoUpstream) -> str:
    made = _invoke(upstream, "CreateGraphqlApi", name="a", authenticationType="API_KEY")
    return str(made["graphqlApi"]["apiId"])


@pytest.mark.parametrize(
    ("kind", "named", "member"),
    [
        ("DataSource", {"name": "orders"}, "dataSource"),
        ("Resolver", {"typeName": "Query", "fieldName": "order"}, "resolver"),
    ],
)
def test_a_child_of_an_api_is_made_changed_and_deleted(
    upstream: MotoUpstream, api: str, kind: str, named: dict[str, str], member: str
) -> None:
    itself = {"apiId": api, **named}
    with pytest.raises(AwsError) as absent:
        _invoke(upstream, f"Get{kind}", **itself)
    assert (absent.value.code, absent.value.status) == ("NotFoundException", 404)
    _invoke(upstream, f"Create{kind}", **itself, description="one")
    with pytest.raises(AwsError, match="exists already"):
        _invoke(upstream, f"Create{kind}", **itself)
    assert _invoke(upstream, f"Get{kind}", **itself)[member] == {**named, "description": "one"}
    _invoke(upstream, f"Update{kind}", **itself, description="two")
    assert _invoke(upstream, f"Get{kind}", **itself)[member]["description"] == "two"
    assert _invoke(upstream, f"Delete{kind}", **itself) == {}
    with pytest.raises(AwsError):
        _invoke(upstream, f"Delete{kind}", **itself)


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("DeleteGraphqlApi", {"apiId": "none"}),
        ("DeleteApiKey", {"apiId": "none", "id": "none"}),
        ("GetDataSource", {"apiId": "none", "name": "none"}),
    ],
)
def test_what_is_not_there_is_not_found(upstream: MotoUpstream, name: str, params: dict[str, str]) -> None:
    with pytest.raises(AwsError) as absent:
        _invoke(upstream, name, **params)
    assert absent.value.code == "NotFoundException"
