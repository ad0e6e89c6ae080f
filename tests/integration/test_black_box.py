"""Services on a stand-in for AWS in another process, as on a real account: what is found out there.

Of a life's phases the tests of every day run deploy and remove; BLACK_BOX=whole runs all (docs/stand-in.md).
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.integration.lab import ROOT, converge
from tests.integration.stand_in import StandIn

pytestmark = pytest.mark.integration

WHOLE = os.environ.get("BLACK_BOX") == "whole"
PHASES = "rollback-create,deploy,redeploy,retag,rollback-update,remove" if WHOLE else "deploy,remove"
SERVICES = ("http-api", "rest-api", "queue-worker", "bucket-events")
# What the model does not know, in both halves of a deploy; what CloudFormation asks for is refused it there.
UNKNOWN = (
    {"type": "AWS::Lambda::Function", "step": "create", "action": "lambda:MadeUpPermission"},
    {"operation": "iam:CreateRole", "action": "iam:MadeUpPermission"},
    {"operation": "s3:PutObject", "action": "s3:MadeUpPermission", "resource": "arn:{partition}:s3:::*"},
)
DROPPED = (
    {"operation": "logs:CreateLogGroup", "action": "logs:TagResource"},
    {"operation": "lambda:CreateFunction", "action": "lambda:TagResource"},
)


@contextmanager
def stand_in(folder: Path, **faults: Any) -> Iterator[StandIn]:
    """One that behaves as ``faults`` say, and is as empty afterwards as before."""
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
    run = aws.converge(ROOT / "sample_services" / service, *options, "--phases", PHASES)
    assert run.returncode == 0, run.stderr
    document: dict[str, Any] = json.loads(run.stdout)
    return document


def embedded(service: str) -> dict[str, Any]:
    """The embedded result without what is likely there."""
    folder = ROOT / "sample_services" / service
    code, document = converge(folder, "--phases", PHASES, "--minimal")
    assert code == 0
    return document


def granted(document: dict[str, Any], certainty: str = "") -> list[tuple[str, str, str]]:
    """Action, resource and condition of each permission, or of those of one certainty."""
    return [
        (row["action"], row["resource"], json.dumps(row["condition"]))
        for row in document["permissions"]
        if certainty in ("", row["certainty"])
    ]


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    with stand_in(tmp_path_factory.mktemp("aws")) as made:
        # Somebody else's, which bucket-events wants to be there.
        made.client("s3").create_bucket(Bucket="office-incoming")
        yield made
        made.client("s3").delete_bucket(Bucket="office-incoming")


@pytest.mark.parametrize("service", SERVICES)
def test_it_comes_to_the_embedded_result_without_what_is_only_likely(aws: StandIn, service: str) -> None:
    before, document, known = aws.state(), found(aws, service), embedded(service)
    assert aws.state() == before
    assert document["policy"] == known["policy"]
    assert granted(document) == granted(known)
    assert len(document["rounds"]) <= 3
    assert len(document["neverRefused"]) == len(document["permissions"]) > 30
    assert document["superfluous"], "what is likely was left out, and told"
