"""Refusals in AWS's words."""

import base64
import json

import pytest

from verifier.authorization.caller import Certainty
from verifier.authorization.decision import Decided
from verifier.authorization.operation import Operation, Requirement
from verifier.authorization.wording import refusal_message
from verifier.iam.evaluate import BOUNDARY, IDENTITY_POLICY, Decision, Outcome, StatementReference

_USER = "arn:aws:iam::111122223333:user/u"
_BOUNDARY_ARN = "arn:aws:iam::111122223333:policy/edge"
_IMPLICIT = Decision(Outcome.IMPLICIT_DENY, IDENTITY_POLICY)
_EXPLICIT = Decision(Outcome.EXPLICIT_DENY, IDENTITY_POLICY, (StatementReference("p", None, 1),))


def _message(
    operation: str,
    action: str,
    resource: str,
    decision: Decision = _IMPLICIT,
    encoded: str = "",
    *,
    reasoned: bool = True,
) -> str:
    service, _, name = operation.partition(":")
    op = Operation(service, name, {}, "111122223333", "eu-west-1")
    requirement = Requirement(action, resource)
    decided = Decided(_USER, op, requirement, {}, decision, Certainty.CALL, None, None, enforced=True)
    return refusal_message(decided, encoded, reasoned=reasoned)


@pytest.mark.parametrize(
    ("decision", "reason"),
    [
        (_IMPLICIT, "because no identity-based policy allows the lambda:GetFunction action"),
        (
            Decision(Outcome.IMPLICIT_DENY, BOUNDARY),
            "because no permissions boundary allows the lambda:GetFunction action",
        ),
        (_EXPLICIT, "with an explicit deny in an identity-based policy"),
        (
            Decision(Outcome.EXPLICIT_DENY, BOUNDARY, (StatementReference("edge", None, 1),)),
            "with an explicit deny in a permissions boundary",
        ),
        (
            Decision(Outcome.EXPLICIT_DENY, BOUNDARY, (StatementReference(_BOUNDARY_ARN, "No", 1),)),
            f"with an explicit deny in a permissions boundary: {_BOUNDARY_ARN}",
        ),
        (
            Decision(Outcome.EXPLICIT_DENY, IDENTITY_POLICY, (StatementReference(_BOUNDARY_ARN, "No", 1),)),
            "with an explicit deny in an identity-based policy",
        ),
    ],
)
def test_reasons(decision: Decision, reason: str) -> None:
    arn = "arn:aws:lambda:eu-west-1:111122223333:function:f"
    sentence = f"User: {_USER} is not authorized to perform: lambda:GetFunction on resource: {arn} {reason}"
    assert _message("lambda:GetFunction", "lambda:GetFunction", arn, decision) == sentence


@pytest.mark.parametrize(
    ("operation", "action", "resource", "message"),
    [
        (
            "s3:HeadBucket",
            "s3:ListBucket",
            "arn:aws:s3:::b",
            f'User: {_USER} is not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::b" '
            "because no identity-based policy allows the s3:ListBucket action",
        ),
        (
            "sqs:CreateQueue",
            "sqs:CreateQueue",
            "arn:aws:sqs:x:1:q",
            f"User: {_USER} is not authorized to perform: sqs:createqueue on resource: arn:aws:sqs:x:1:q "
            "because no identity-based policy allows the sqs:createqueue action",
        ),
        (
            "sns:Subscribe",
            "sns:Subscribe",
            "arn:aws:sns:x:1:t",
            f"User: {_USER} is not authorized to perform: SNS:Subscribe on resource: arn:aws:sns:x:1:t "
            "because no identity-based policy allows the SNS:Subscribe action",
        ),
        (
            "iam:GetRole",
            "iam:GetRole",
            "arn:aws:iam::111122223333:role/path/r",
            f"User: {_USER} is not authorized to perform: iam:GetRole on resource: role r "
            "because no identity-based policy allows the iam:GetRole action",
        ),
        (
            "logs:CreateLogGroup",
            "logs:TagResource",
            "arn:aws:logs:eu-west-1:111122223333:log-group:g",
            "User with accountId: 111122223333 is not authorized to perform CreateLogGroup with Tags. "
            'An additional permission "logs:TagResource" is required.',
        ),
        (
            "lambda:CreateFunction",
            "s3:GetObjectVersion",
            "arn:aws:s3:::b/k/f.zip",
            "Your access has been denied by S3, please make sure your request credentials have permission to "
            "GetObjectVersion for b/k/f.zip. S3 Error Code: AccessDenied. S3 Error Message: Access Denied",
        ),
        (
            "lambda:CreateFunction",
            "ec2:DescribeSubnets",
            "*",
            "Your access has been denied by EC2, please make sure your request credentials have permission "
            "to DescribeSubnets for *. EC2 Error Code: UnauthorizedOperation. EC2 Error Message: "
            "You are not authorized to perform this operation.",
        ),
        (
            "cloudformation:ValidateTemplate",
            "s3:GetObject",
            "arn:aws:s3:::b/t.json",
            "S3 error: Access Denied For more information check "
            "http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html",
        ),
        (
            "s3:PutObject",
            "kms:GenerateDataKey",
            "arn:aws:kms:eu-west-1:1:key/k",
            f"User: {_USER} is not authorized to perform: kms:GenerateDataKey on this resource "
            "because no identity-based policy allows the kms:GenerateDataKey action",
        ),
    ],
)
def test_services_of_their_own_mind(operation: str, action: str, resource: str, message: str) -> None:
    assert _message(operation, action, resource) == message


def test_ec2_encodes_the_rest() -> None:
    message = _message("ec2:CreateVpc", "ec2:CreateVpc", "arn:aws:ec2:eu-west-1:1:vpc/*", _EXPLICIT)
    sentence, _, encoded = message.partition(" Encoded authorization failure message: ")
    assert sentence == (
        f"You are not authorized to perform this operation. User: {_USER} is not authorized to perform: "
        "ec2:CreateVpc on resource: arn:aws:ec2:eu-west-1:1:vpc/* "
        "with an explicit deny in an identity-based policy."
    )
    told = json.loads(base64.urlsafe_b64decode(encoded + "=="))
    assert told["explicitDeny"] is True
    assert told["context"]["action"] == "ec2:CreateVpc"


@pytest.mark.parametrize(
    ("action", "decision", "message"),
    [
        (
            "s3:GetObject",
            _IMPLICIT,
            f'User: {_USER} is not authorized to perform: s3:GetObject on resource: "arn:x"',
        ),
        (
            "sqs:CreateQueue",
            _IMPLICIT,
            f"User: {_USER} is not authorized to perform: sqs:createqueue on resource: arn:x",
        ),
        (
            "lambda:GetFunction",
            _EXPLICIT,
            f"User: {_USER} is not authorized to perform: lambda:GetFunction on resource: arn:x "
            "with an explicit deny",
        ),
        (
            "ec2:CreateVpc",
            _IMPLICIT,
            "You are not authorized to perform this operation. Encoded authorization failure message: SECRET",
        ),
    ],
)
def test_before_aws_named_the_kind_of_policy(action: str, decision: Decision, message: str) -> None:
    assert _message(action, action, "arn:x", decision, "SECRET", reasoned=False) == message


def test_an_encoded_message_of_somebody_elses() -> None:
    message = _message("ec2:CreateVpc", "ec2:CreateVpc", "*", encoded="SECRET")
    assert message.endswith(" action. Encoded authorization failure message: SECRET")


def test_braces_in_a_name_are_only_characters() -> None:
    message = _message("s3:GetObject", "s3:GetObject", "arn:aws:s3:::b/{x}/{account}")
    assert '"arn:aws:s3:::b/{x}/{account}"' in message
