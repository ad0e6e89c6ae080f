"""What would lift refusals: the policy, its resources, and whom to ask instead."""

from dataclasses import replace

import pytest

from verifier.denial.cure import POLICIES, grant_for, remedy, resource_of
from verifier.denial.denial import Denial, DenialKind, Refused
from verifier.denial.parse import denials_of
from verifier.iam.policy import parse_policy, to_dict, to_json

ROLE = "arn:aws:sts::111122223333:assumed-role/ci/session"
ALLOWED = Denial("s3:PutObject", "arn:aws:s3:::b/k", ROLE, DenialKind.IMPLICIT, "identity")
TYPES = [one for one in POLICIES if one != "identity"]


@pytest.mark.parametrize(
    ("action", "printed", "resource"),
    [
        ("s3:PutObject", "arn:aws:s3:::b/k", "arn:aws:s3:::b/k"),
        ("s3:PutObject", None, "*"),
        ("s3:PutObject", "the bucket", "*"),
        ("s3:PutObject", "arn:aws:s3:", "*"),
        ("ecr:GetAuthorizationToken", "arn:aws:ecr:eu-west-1:111122223333:repository/r", "*"),
        ("iam:GetRole", "role r", "arn:aws:iam::111122223333:role/r"),
        ("iam:GetPolicy", "policy arn:aws:iam::111122223333:policy/p", "arn:aws:iam::111122223333:policy/p"),
        ("sqs:CreateQueue", "arn:aws:sqs:eu-west-1:XXX:q", "arn:aws:sqs:eu-west-1:*:q"),
        ("sqs:CreateQueue", "arn:aws:sqs:AWS_REGION:123456789012:q", "arn:aws:sqs:*:123456789012:q"),
        ("sqs:CreateQueue", "arn:aws:sqs:eu-west-1:{acc}:<name>-q", "arn:aws:sqs:eu-west-1:*:*-q"),
    ],
)
def test_the_resource_of_a_policy(action: str, printed: str | None, resource: str) -> None:
    assert resource_of(Denial(action, printed, ROLE)) == resource


def test_what_can_be_granted_is_in_the_policy_and_nothing_else() -> None:
    denials = [
        ALLOWED,
        replace(ALLOWED, action="s3:GetObject"),
        replace(ALLOWED, action="s3:DeleteObject", grantable=False),
        replace(ALLOWED, action=None),
    ]
    document = grant_for(denials)
    assert document is not None
    assert to_dict(parse_policy(to_json(document)))["Statement"] == [
        {
            "Sid": "S3Object",
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:PutObject"],
            "Resource": "arn:aws:s3:::b/k",
        }
    ]


def test_where_nothing_can_be_granted_there_is_no_policy() -> None:
    assert grant_for([replace(ALLOWED, grantable=False), replace(ALLOWED, action=None)]) is None


@pytest.mark.parametrize("policy_type", TYPES)
def test_another_kind_of_policy_is_named_and_never_granted(policy_type: str) -> None:
    words = POLICIES[policy_type]
    for reason in (
        f"because no {words} allows the s3:PutObject action",
        f"with an explicit deny in a {words}",
    ):
        (denial,) = denials_of(
            f"User: {ROLE} is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::b/k {reason}"
        )
        assert not denial.grantable
        assert words in remedy(denial)


@pytest.mark.parametrize("refused", [one for one in Refused if one is not Refused.DEPLOYER])
def test_who_else_was_refused_is_told(refused: Refused) -> None:
    assert "not the deployer" in remedy(replace(ALLOWED, refused=refused, grantable=False))


def test_a_grant_that_helps_is_told() -> None:
    assert remedy(ALLOWED) == "a grant lifts it"
    assert "unless" in remedy(replace(ALLOWED, policy_type=None, kind=DenialKind.UNKNOWN))
    assert remedy(replace(ALLOWED, policy_type=None, grantable=False)) == "no grant lifts it"


def test_the_denying_policy_is_named() -> None:
    arn = "arn:aws:iam::111122223333:policy/edge"
    explicit = replace(ALLOWED, kind=DenialKind.EXPLICIT, policy_type="boundary", policy_arn=arn)
    assert arn in remedy(explicit)
