"""A request is read once: what the authorizer decides is what the upstream is told to do."""

import http.client
import json
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.support.signing import signed
from tests.support.tiny_emulator import TinyIdentities, secret_of
from verifier.authorization.operation import Operation
from verifier.emulator.interface import Emulator
from verifier.gateway.server import Gateway, GatewayConfig

CASES = json.loads((Path(__file__).parents[1] / "cases" / "gateway" / "one_reading.json").read_text())
ACCOUNT = "620000000002"
KEY = "AKIASOMEBODY"
USER = (
    "somebody",
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]},
)


class Told:
    """An upstream that does nothing and remembers what it was told to do."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []

    def invoke(self, operation: Operation) -> dict[str, Any]:
        self.operations.append(operation)
        return {}


@pytest.fixture(scope="module")
def told() -> Told:
    return Told()


@pytest.fixture(scope="module")
def gateway(told: Told) -> Iterator[Gateway]:
    emulator = Emulator(told, TinyIdentities({KEY: USER}), lambda account: None)
    with Gateway(GatewayConfig(ACCOUNT, "eu-west-1"), emulator) as gateway:
        yield gateway


def sent(gateway: Gateway, case: dict[str, Any]) -> int:
    """The status that a request is answered with, sent as it stands."""
    method, target, body = case["method"], case["target"], case["body"].encode()
    host = case.get("host", f"{case['service']}.eu-west-1.amazonaws.com")
    keys = (KEY, secret_of(KEY))
    headers = signed(keys, case["service"], method, target, {"Host": host, **case["headers"]}, body=body)
    port = int(gateway.endpoint.rpartition(":")[2])
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request(method, target, body, headers | case.get("unsigned", {}))
        response = connection.getresponse()
        response.read()
    return response.status


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_what_is_authorized_is_what_is_carried_out(
    gateway: Gateway, told: Told, case: dict[str, Any]
) -> None:
    told.operations.clear()
    mark = gateway.decisions.mark()
    status = sent(gateway, case)
    if "refused" in case:
        assert (status, told.operations) == (case["refused"], [])
        return
    assert status < 300
    # What comes before is a look at what the request refers to.
    *looks, operation = told.operations
    assert all(re.match("Get|List|Head|Describe", one.name) for one in looks)
    decided = gateway.decisions.decisions(mark)
    assert decided
    assert all(one.operation == operation for one in decided)
    params = {
        name: value.decode() if isinstance(value, bytes) else value
        for name, value in operation.params.items()
    }
    assert (str(operation), params, operation.account) == (case["operation"], case["params"], ACCOUNT)


def test_nothing_is_carried_out_of_what_is_refused(gateway: Gateway, told: Told) -> None:
    told.operations.clear()
    case = {**CASES[0], "unsigned": {"Authorization": "none"}}
    assert sent(gateway, case) == 403
    assert told.operations == []
