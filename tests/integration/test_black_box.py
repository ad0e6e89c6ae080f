"""Services on a stand-in for AWS in another process, as on a real account: what is found out there.

Of a life's phases the tests of every day run deploy and remove; BLACK_BOX=whole runs all (docs/stand-in.md).
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.integration.lab import ROOT, converge
from tests.integration.stand_in import StandIn

pytestmark = pytest.mark.integration

WHOLE = os.environ.get("BLACK_BOX") == "whole"
PHASES = ("rollback-create", "deploy", "redeploy", "retag", "rollback-update", "remove")
LIVED = PHASES if WHOLE else ("deploy", "remove")
SERVICES = ("http-api", "rest-api", "queue-worker", "bucket-events")
DELAY = 20
# What the model does not know: the tool is refused one of them itself, CloudFormation the others.
REQUIRED = (
    {"operation": "cloudformation:ValidateTemplate", "action": "cloudformation:MadeUpPermission"},
    {"operation": "iam:CreateRole", "action": "iam:MadeUpPermission"},
    {"type": "AWS::Logs::LogGroup", "step": "create", "action": "logs:MadeUpPermission"},
)
FOUND = {
    "cloudformation:MadeUpPermission": "*",
    "iam:MadeUpPermission": "arn:{partition}:iam::{account}:role/http-api-{stage}-*",
    "logs:MadeUpPermission": "*",
}
# What it knows and nobody asks for.
DROPPED = (
    {"operation": "logs:CreateLogGroup", "action": "logs:TagResource"},
    {"operation": "apigatewayv2:CreateStage", "action": "apigateway:TagResource"},
)

Row = tuple[str, str, str]


@contextmanager
def stand_in(folder: Path, **faults: Any) -> Iterator[StandIn]:
    """One that behaves as ``faults`` say; all that is made there must be gone in the end."""
    path = folder / "faults.json"
    path.write_text(json.dumps(faults), encoding="utf-8")
    aws = StandIn(folder, "--faults", str(path))
    try:
        before = aws.state()
        yield aws
        assert aws.state() == before
    finally:
        aws.close()


def found(aws: StandIn, service: str, *options: str) -> dict[str, Any]:
    """The result of a passing run there."""
    run = aws.converge(ROOT / "sample_services" / service, *options, "--phases", ",".join(LIVED))
    assert run.returncode == 0, run.stderr
    for key in aws.keys:
        assert key not in run.stdout + run.stderr
    document: dict[str, Any] = json.loads(run.stdout)
    return document


@cache
def embedded(service: str) -> dict[str, Any]:
    """The embedded result without what is only likely there."""
    folder = ROOT / "sample_services" / service
    code, document = converge(folder, "--phases", ",".join(LIVED), "--minimal")
    assert code == 0
    return document


def granted(document: dict[str, Any], *certainties: str) -> set[Row]:
    """Action, resource and condition of each permission, or of those that are so sure."""
    return {
        (row["action"], row["resource"], json.dumps(row["condition"]))
        for row in document["permissions"]
        if not certainties or row["certainty"] in certainties
    }


def unknown() -> set[Row]:
    return {(action, resource, "{}") for action, resource in FOUND.items()}


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    with stand_in(tmp_path_factory.mktemp("aws")) as made:
        # Somebody else's, which bucket-events wants to be there.
        made.client("s3").create_bucket(Bucket="office-incoming")
        yield made
        made.client("s3").delete_bucket(Bucket="office-incoming")


@pytest.mark.parametrize("service", SERVICES)
def test_it_comes_to_the_embedded_result_without_what_is_only_likely(
    aws: StandIn, tmp_path: Path, service: str
) -> None:
    before, out = aws.state(), tmp_path / "out"
    document, known = found(aws, service, "--out", str(out)), embedded(service)
    assert aws.state() == before
    assert document["policy"]["Statement"] == known["policy"]["Statement"]
    assert granted(document) == granted(known)
    assert granted(document, "observed") == set()
    assert len(document["rounds"]) <= 3
    assert len(document["neverRefused"]) == len(document["permissions"]) > 30
    left_out = {(row["action"], row["resource"]) for row in document["superfluous"]}
    assert left_out
    assert left_out <= {(row["action"], row["resource"]) for row in known["unconfirmed"]}
    assert document["notRun"] == [phase for phase in PHASES if phase not in LIVED]
    written = "".join(path.read_text(encoding="utf-8") for path in out.iterdir())
    assert '"creating"' in written
    assert not [key for key in aws.keys if key in written]


def test_from_scratch_it_comes_to_the_same(aws: StandIn) -> None:
    """But for what only updates would need that no phase makes: AWS is asked for nothing there."""
    document, known = found(aws, "http-api", "--from-scratch"), embedded("http-api")
    lived = {row["action"] for row in known["permissions"] if not row.get("modelled")}
    assert granted(document) == {row for row in granted(known) if row[0] in lived}
    assert granted(document) == granted(document, "observed")
    assert document["neverRefused"] == []


@pytest.mark.parametrize("delay", [0, pytest.param(DELAY, marks=pytest.mark.long)])
def test_what_the_model_does_not_know_is_found_and_nothing_else_is_granted(
    tmp_path: Path, delay: int
) -> None:
    faults: dict[str, Any] = {
        "seed": 4,
        "propagation": delay,
        "throttling": {"every": 9},
        "required": REQUIRED,
        "dropped": DROPPED,
    }
    if not delay:  # else each round takes so much longer
        faults |= {"wordings": ["bare", "old", "new"], "siblings": "cancelled"}
    with stand_in(tmp_path, **faults) as aws:
        document = found(aws, "http-api")
    known = embedded("http-api")
    assert granted(document, "observed") == unknown()
    assert granted(document) == granted(known) | unknown()
    never = {row["action"] for row in document["neverRefused"]}
    assert {one["action"] for one in DROPPED} <= never
    assert not never & set(FOUND)
