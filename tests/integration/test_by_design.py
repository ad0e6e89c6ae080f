"""Services that AWS refuses to everyone, and such as leave something behind by design. The real tool."""

from pathlib import Path

import pytest

from tests.integration.lab import converge

pytestmark = pytest.mark.integration

SERVICES = Path(__file__).resolve().parents[1] / "fixtures" / "services"


@pytest.mark.parametrize(
    ("name", "reason", "mend"),
    [
        ("public-policy", "PagesPolicy (AWS::S3::BucketPolicy)", "BlockPublicPolicy false"),
        ("bucket-acl", "ObjectOwnership's BucketOwnerEnforced setting", "ObjectWriter"),
        ("notification", "Unable to validate the following destination", "AWS::SQS::QueuePolicy"),
        ("api-tags", 'Redundant fields [tags={"owner":"orders"}]', "x-amazon-apigateway-tag-value"),
        ("queue-role", "permissions to call ReceiveMessage on SQS", "sqs:DeleteMessage"),
        ("queue-timeout", "Queue visibility timeout: 30 seconds is less than", "VisibilityTimeout"),
    ],
)
def test_what_no_grant_lifts_is_named_with_the_way_to_mend_it(name: str, reason: str, mend: str) -> None:
    exit_code, document = converge(SERVICES / f"refused/{name}")
    assert (exit_code, document["verdict"]) == (4, "inconclusive")
    assert reason in document["reason"]
    assert mend in document["reason"].partition("; no permission helps: ")[2]
    assert len(document["rounds"]) == 1
    assert document["partial"] == []


@pytest.mark.parametrize(
    ("name", "options", "action", "cleared"),
    [
        ("access-logs", (), "s3:PutBucketLogging", []),
        ("existing-bucket", (), "lambda:InvokeFunction", []),
        ("retained", (), "logs:CreateLogGroup", ["deploy"]),
        (
            "protected",
            ("--framework", "osls@3.77.1"),
            "cloudformation:UpdateTerminationProtection",
            ["remove"],
        ),
        ("api-keys", (), "apigateway:PATCH", ["rollback-create"]),
        ("pruned", ("--framework", "osls@3.77.1"), "lambda:ListVersionsByFunction", []),
    ],
)
def test_what_is_left_by_design_ends_no_life(
    name: str, options: tuple[str, ...], action: str, cleared: list[str]
) -> None:
    exit_code, document = converge(SERVICES / f"by-design/{name}", *options)
    assert (exit_code, document["verdict"]) == (0, "sufficient"), document["reason"]
    assert action in {permission["action"] for permission in document["permissions"]}
    assert [row["phase"] for row in document["cleared"]] == cleared


def test_a_life_that_stops_keeps_what_passed_and_says_what_was_not_run() -> None:
    exit_code, document = converge(SERVICES / "by-design/existing-bucket", "--phases", "deploy")
    assert exit_code == 0
    assert any("its function is not run" in line for line in document["notes"])
