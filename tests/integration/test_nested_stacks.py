"""Services with stacks within their stack, made by a plugin and by hand. The real tool."""

from pathlib import Path

import pytest

from tests.integration.lab import converge

pytestmark = pytest.mark.integration

SERVICES = Path(__file__).resolve().parents[1] / "fixtures" / "services" / "nested"
OWN = "arn:{partition}:cloudformation:{region}:{account}:stack/%s-{stage}-*/*"


@pytest.mark.parametrize(
    ("name", "framework", "service", "within"),
    [
        (
            "split",
            "osls@3.77.1",
            "divided",
            {
                ("lambda:UpdateFunctionCode", "arn:{partition}:lambda:{region}:{account}:function:%s"),
                ("sqs:CreateQueue", "arn:{partition}:sqs:{region}:{account}:%s"),
                ("sns:DeleteTopic", "arn:{partition}:sns:{region}:{account}:%s"),
                (
                    "cloudformation:ListStackResources",
                    "arn:{partition}:cloudformation:{region}:{account}:stack/%s/*",
                ),
            },
        ),
        (
            "by-hand",
            "osls@4.3.1",
            "ledger",
            {
                ("iam:AttachRolePolicy", "arn:{partition}:iam::{account}:role/%s"),
                ("sqs:DeleteQueue", "arn:{partition}:sqs:{region}:{account}:%s"),
                (
                    "logs:PutRetentionPolicy",
                    "arn:{partition}:logs:{region}:{account}:log-group:/journal/ledger-{stage}:*",
                ),
                ("s3:GetObject", "arn:{partition}:s3:::templates-of-the-others/queues.yml"),
            },
        ),
    ],
)
def test_a_service_with_nested_stacks_converges(
    name: str, framework: str, service: str, within: set[tuple[str, str]]
) -> None:
    exit_code, document = converge(SERVICES / name, "--framework", framework)
    assert (exit_code, document["verdict"]) == (0, "sufficient"), document["reason"]
    found = {(one["action"], one["resource"]): one["certainty"] for one in document["permissions"]}
    for action in ("CreateStack", "UpdateStack", "DeleteStack", "CancelUpdateStack"):
        assert found[f"cloudformation:{action}", OWN % service] == "call"
    names = f"{service}-{{stage}}-*"
    assert {(action, where.replace("%s", names)) for action, where in within} <= set(found)
    # Nothing of a nested stack's random name is in the policy, which was proved in another account.
    assert "upper bound" not in found.values()
    assert len(document["rounds"]) == 2
    assert "AWS::CloudFormation::Stack" not in {one["type"] for one in document["notExercised"]}
