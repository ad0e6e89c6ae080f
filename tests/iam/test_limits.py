"""What a boundary refuses for sure, whatever is not known of a request."""

from typing import Any

import pytest

from verifier.iam.evaluate import AuthorizationRequest
from verifier.iam.limits import surely_refused
from verifier.iam.policy import parse_policy

LIMIT = "arn:aws:iam::111122223333:policy/limit"
BUCKET = "arn:aws:s3:::shop"
IN_EUROPE = {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}


def statement(action: str, resource: str = "*", effect: str = "Allow", **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


ALL = statement("*")
NOT_MINE = {"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::${aws:username}"}


@pytest.mark.parametrize(
    ("statements", "resource", "how"),
    [
        ([ALL], BUCKET, None),
        ([statement("sqs:*")], BUCKET, "implicitDeny"),
        ([statement("s3:*", "arn:aws:s3:::other")], BUCKET, "implicitDeny"),
        # It may hold.
        ([statement("s3:*", Condition=IN_EUROPE)], BUCKET, None),
        ([statement("s3:*", "arn:aws:s3:::${aws:username}")], BUCKET, None),
        ([NOT_MINE], BUCKET, None),
        # Which resource it was is not known.
        ([statement("s3:*", "arn:aws:s3:::other")], "*", None),
        ([statement("s3:*", "arn:aws:s3:::other")], "arn:aws:s3:::sho*", None),
        ([statement("sqs:*")], "*", "implicitDeny"),
        ([ALL, statement("s3:*", effect="Deny")], BUCKET, "explicitDeny"),
        ([ALL, statement("s3:*", effect="Deny")], "*", "explicitDeny"),
        ([ALL, statement("s3:*", BUCKET, "Deny")], BUCKET, "explicitDeny"),
        ([ALL, statement("s3:*", BUCKET, "Deny")], "*", None),
        ([ALL, statement("s3:*", effect="Deny", Condition=IN_EUROPE)], BUCKET, None),
        ([ALL, statement("s3:*", "arn:aws:s3:::${aws:username}", "Deny")], BUCKET, None),
    ],
)
def test_what_is_sure(statements: list[dict[str, Any]], resource: str, how: str | None) -> None:
    boundary = parse_policy({"Version": "2012-10-17", "Statement": statements}, LIMIT)
    request = AuthorizationRequest("arn:aws:iam::111122223333:user/u", "s3:CreateBucket", resource)
    decision = surely_refused(request, boundary)
    assert (str(decision.outcome) if decision else None) == how
    if decision is not None:
        assert decision.policy_type == f"permissions boundary {LIMIT}"
        assert not decision.lacks_an_allow


def test_without_a_boundary_nothing_is() -> None:
    assert surely_refused(AuthorizationRequest("u", "s3:CreateBucket", BUCKET), None) is None
