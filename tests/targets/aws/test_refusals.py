"""Refusals in the words of stack events."""

from typing import Any

import pytest

from verifier.authorization.caller import Certainty
from verifier.grant.evidence import Asked
from verifier.iam.arn import Arn
from verifier.iam.policy import PolicyDocument, parse_policy
from verifier.targets.aws.refusals import refusals_in, refusals_told
from verifier.targets.interface import StackEvent

PLACE = Arn("aws", "", "eu-west-1", "111122223333", "")
USER = "arn:aws:iam::111122223333:user/verifier/verifier-1"
TABLE = "arn:aws:dynamodb:eu-west-1:111122223333:table/shop-dev-orders"
NO_ALLOW = "because no identity-based policy allows the dynamodb:CreateTable action"


def sentence(
    why: str = NO_ALLOW,
    who: str = USER,
    action: str = "dynamodb:CreateTable",
    on: str = f" on resource: {TABLE}",
) -> str:
    return (
        f'Resource handler returned message: "User: {who} is not authorized to perform: {action}{on} {why} '
        '(Service: DynamoDb, Status Code: 400, Request ID: 1)" '
        "(RequestToken: 2, HandlerErrorCode: AccessDenied)"
    )


def found(
    reason: str, status: str = "CREATE_FAILED", boundary: PolicyDocument | None = None, **more: Any
) -> tuple[Asked, ...]:
    event = StackEvent("shop-dev", "Orders", "AWS::DynamoDB::Table", status, reason, is_stack=False, **more)
    return tuple(refusals_in([event], "deploy", PLACE, USER, boundary))


def test_a_refusal_on_the_users_behalf() -> None:
    [one] = found(sentence())
    assert (one.action, one.resource, one.phase) == ("dynamodb:CreateTable", TABLE, "deploy")
    assert one.certainty is Certainty.OBSERVED
    assert (one.refused, one.enforced, one.grantable) == (True, True, True)
    assert one.on_behalf_of is not None
    assert (one.on_behalf_of.logical_id, one.on_behalf_of.lifecycle) == ("Orders", "create")


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        (
            sentence("with an explicit deny in a service control policy"),
            "explicit deny in the service control policy",
        ),
        (
            sentence("with an explicit deny in an identity-based policy"),
            "explicit deny in the identity-based policy",
        ),
        (
            sentence("because no permissions boundary allows the dynamodb:CreateTable action"),
            "no allow in the permissions boundary",
        ),
        (
            sentence("with an explicit deny in a resource-based policy"),
            "explicit deny in the resource-based policy",
        ),
        (
            sentence("with an explicit deny in a VPC endpoint policy"),
            "explicit deny in the VPC endpoint policy",
        ),
        (
            sentence("because no service control policy allows the dynamodb:CreateTable action"),
            "no allow in the service control policy",
        ),
        (
            sentence("because no resource control policy allows the dynamodb:CreateTable action"),
            "no allow in the resource control policy",
        ),
        (
            sentence("because no session policy allows the dynamodb:CreateTable action"),
            "no allow in the session policy",
        ),
    ],
)
def test_what_no_grant_lifts_says_which_policy_it_is(reason: str, why: str) -> None:
    [one] = found(reason)
    assert not one.grantable
    assert why in one.reason


LIMIT = "arn:aws:iam::111122223333:policy/limit"


@pytest.mark.parametrize(
    ("reason", "allowed", "grantable"),
    [
        (sentence(""), "s3:*", False),
        (sentence("", on=""), "s3:*", False),
        (sentence(""), "dynamodb:*", True),
        (sentence(), "s3:*", True),
    ],
)
def test_the_boundary_is_named_where_the_words_leave_it_open(
    reason: str, allowed: str, grantable: bool
) -> None:
    statement = {"Effect": "Allow", "Action": allowed, "Resource": "*"}
    limit = parse_policy({"Version": "2012-10-17", "Statement": [statement]}, LIMIT)
    [one] = found(reason, boundary=limit)
    assert one.grantable is grantable
    assert (f"no allow in the permissions boundary {LIMIT}" in one.reason) is not grantable


def test_somebody_else_was_refused() -> None:
    [one] = found(sentence(who="arn:aws:sts::111122223333:assumed-role/deploy-role/AWSCloudFormation"))
    assert not one.grantable


def test_an_account_may_stand_for_the_user() -> None:
    reason = (
        'Resource handler returned message: "User with accountId: 111122223333 is not authorized to perform '
        'CreateLogGroup with Tags. An additional permission "logs:TagResource" is required."'
    )
    [one] = found(reason)
    assert (one.action, one.grantable) == ("logs:TagResource", True)


def test_without_a_resource_the_catalogue_says_where_the_action_can_be_granted() -> None:
    [one] = found(sentence(on=""))
    assert one.resource == "arn:aws:dynamodb:eu-west-1:111122223333:table/*"


@pytest.mark.parametrize("status", ["CREATE_COMPLETE", "UPDATE_IN_PROGRESS"])
def test_only_a_failure_is_a_refusal(status: str) -> None:
    assert found(sentence(), status=status) == ()


def test_a_refusal_without_words_is_one_all_the_same() -> None:
    [one] = found('Resource handler returned message: "null (Service: Iam)" (HandlerErrorCode: AccessDenied)')
    assert (one.action, one.resource, one.refused, one.grantable) == ("", "*", True, True)
    assert one.on_behalf_of is not None


def test_another_failure_is_none() -> None:
    assert found("Resource creation cancelled") == ()
    assert found('Resource handler returned message: "Table already exists: orders"') == ()


def test_the_tools_own_words_come_last() -> None:
    text = f"Error:\nUser: {USER} is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::b/k"
    [one] = refusals_told(text, "deploy", PLACE, USER)
    assert (one.action, one.resource, one.on_behalf_of) == ("s3:PutObject", "arn:aws:s3:::b/k", None)
    assert list(refusals_told("Error: AccessDenied", "deploy", PLACE, USER)) == []
