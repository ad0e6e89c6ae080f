"""What the gateway says to a refused client is read again: each wording, by each kind of policy."""

from importlib import resources
from typing import Any

import pytest
import yaml

from verifier.authorization.caller import Certainty
from verifier.authorization.decision import Decided
from verifier.authorization.operation import Operation, Requirement
from verifier.authorization.wording import refusal_message
from verifier.denial.denial import DenialKind
from verifier.denial.parse import denials_of
from verifier.iam.evaluate import BOUNDARY, IDENTITY_POLICY, Decision, Outcome, StatementReference

USER = "arn:aws:iam::111122223333:user/u"
EDGE = "arn:aws:iam::111122223333:policy/edge"
WORDINGS: list[dict[str, Any]] = yaml.safe_load(
    (resources.files("verifier.authorization") / "wording.yaml").read_text(encoding="utf-8")
)
ARNS = {
    "s3": "arn:aws:s3:::files/code.zip",
    "iam": "arn:aws:iam::111122223333:role/r",
    "kms": "arn:aws:kms:eu-west-1:111122223333:key/k",
}
# What stands for a pattern in the data.
ACTIONS = {"s3:GetObject*": "s3:GetObject", "ec2:*": "ec2:DescribeSubnets", "kms:*": "kms:Decrypt"} | {
    "s3:*": "s3:PutObject",
    "sqs:*": "sqs:CreateQueue",
    "sns:*": "sns:CreateTopic",
}
DECISIONS = {
    (DenialKind.IMPLICIT, "identity"): Decision(Outcome.IMPLICIT_DENY, IDENTITY_POLICY),
    (DenialKind.IMPLICIT, "boundary"): Decision(Outcome.IMPLICIT_DENY, BOUNDARY),
    (DenialKind.EXPLICIT, "identity"): Decision(
        Outcome.EXPLICIT_DENY, IDENTITY_POLICY, (StatementReference("p", None, 1),)
    ),
    (DenialKind.EXPLICIT, "boundary"): Decision(
        Outcome.EXPLICIT_DENY, BOUNDARY, (StatementReference(EDGE, None, 1),)
    ),
}


def said(operation: str, action: str, decision: Decision) -> str:
    service, _, name = operation.partition(":")
    op = Operation(service, "Any" if name == "*" else name, {}, "111122223333", "eu-west-1")
    arn = ARNS.get(action.partition(":")[0], f"arn:aws:{action.partition(':')[0]}:eu-west-1:111122223333:x/y")
    requirement = Requirement(action, arn)
    return refusal_message(
        Decided(USER, op, requirement, {}, decision, Certainty.CALL, None, None, enforced=True)
    )


@pytest.mark.parametrize("wording", WORDINGS, ids=[row["source"] for row in WORDINGS])
@pytest.mark.parametrize(("kind", "policy_type"), DECISIONS)
def test_what_we_say_is_read(wording: dict[str, Any], kind: DenialKind, policy_type: str) -> None:
    action = ACTIONS.get(wording["action"], wording["action"])
    message = said(
        wording.get("operation", "ec2:Any" if action.startswith("ec2") else "x:Any"),
        action,
        DECISIONS[kind, policy_type],
    )
    (denial,) = denials_of(message)
    if "{verb}" not in wording.get("text", "{action}") and "{action}" not in wording.get("text", "{action}"):
        assert denial.action in (None, action)
        return
    assert denial.action == action
    if "{reason}" in wording.get("text", "{reason}"):
        assert (denial.principal, denial.kind, denial.policy_type) == (USER, kind, policy_type)


def test_a_plain_sentence_is_read_whole() -> None:
    message = said("lambda:GetFunction", "lambda:GetFunction", DECISIONS[DenialKind.EXPLICIT, "boundary"])
    (denial,) = denials_of(message)
    assert denial.resource == "arn:aws:lambda:eu-west-1:111122223333:x/y"
    assert denial.policy_arn == EDGE
    assert not denial.grantable
