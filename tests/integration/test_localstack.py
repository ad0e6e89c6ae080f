"""LocalStack 4.13.1 for real, without Docker: the last open core that runs on Python 3.11.

`make test-localstack` runs it, and nothing else does: it installs half a gigabyte into an ignored folder.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.lab import ROOT, converge
from tests.support.emulators import Relayed, listed, localstack, relay

pytestmark = pytest.mark.localstack

PHASES = ("--phases", "deploy,redeploy,remove")
LACKS = ("apigatewayv2",)
# What is there when the service's function is about to be deleted, and what LocalStack's open core lacks.
SERVICES = {
    "http-api": ({"lambda/http-api-dev-hello"}, ["apigatewayv2", "ecr"]),
    "rest-api": ({"apigateway/dev-rest-api"}, ["ecr"]),
    "queue-worker": ({"lambda/queue-worker-dev-fulfil"}, ["ecr"]),
    "topic-fan-out": ({"lambda/topic-fan-out-dev-invoice"}, ["ecr", "sns:GetDataProtectionPolicy"]),
}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with localstack(tmp_path_factory.mktemp("localstack")) as url:
        yield url


def settled(url: str, account: str) -> set[str]:
    """What is left there. A mapping that is deleted while it begins stays "Deleting" at LocalStack."""
    return {one for one in listed(url, account, *LACKS) if not one.startswith("lambda/Deleting")}


@pytest.mark.parametrize("name", SERVICES)
def test_the_policy_is_the_embedded_one_and_nothing_is_left(url: str, name: str) -> None:
    service, (there, lacking) = ROOT / "sample_services" / name, SERVICES[name]
    deployed: dict[str, set[str]] = {}

    def before(account: str, method: str, path: str) -> None:
        if method == "DELETE" and "/functions/" in path and account not in deployed:
            deployed[account] = listed(url, account, *LACKS)

    with relay(url, before) as relayed:
        where = ("--target", "localstack", "--endpoint", relayed.url)
        code, document = converge(service, *where, *PHASES)
    assert (code, document["verdict"], document["answeredHere"]) == (0, "sufficient", lacking)
    assert document["policy"] == converge(service, *PHASES)[1]["policy"]
    _reached(relayed, deployed, there, document)
    assert {account: settled(url, account) for account in relayed.accounts} == {
        account: set() for account in relayed.accounts
    }


def _reached(
    relayed: Relayed, deployed: dict[str, set[str]], there: set[str], document: dict[str, Any]
) -> None:
    """Every account of the run that deployed had its state at LocalStack."""
    assert relayed.services.total() > 200
    assert len(deployed) == len(document["rounds"])
    for found in deployed.values():
        assert there <= found
        assert any(one.startswith(f"s3/{Path(document['service']).name}-dev-") for one in found)
