"""From the gateway's records to what is booked on the deploy user."""

import pytest

from verifier.authorization.caller import Certainty
from verifier.authorization.decision import Decided
from verifier.authorization.operation import Operation, Requirement
from verifier.gateway.decisions import DecisionRecord, HostRecord, Record, ResponseRecord
from verifier.iam.evaluate import IDENTITY_POLICY, Decision, Outcome
from verifier.targets.records import answered as answered_of
from verifier.targets.records import (
    asked,
    asked_of_user,
    changes_of_others,
    counted,
    in_vain,
    refused_hosts,
    requests_of,
)

USER = "arn:aws:iam::111122223333:user/verifier/verifier-1"
OTHER = "arn:aws:iam::111122223333:user/other"
ROOT = "arn:aws:iam::111122223333:root"
ROLE = "arn:aws:sts::111122223333:assumed-role/deploy-role/AWSCloudFormation"


def record(principal: str, outcome: Outcome, enforced: bool = True) -> DecisionRecord:
    return DecisionRecord(
        "deploy",
        Decided(
            principal=principal,
            operation=Operation("iam", "CreateRole", {}, "111122223333", "eu-west-1"),
            requirement=Requirement("iam:CreateRole", "arn:aws:iam::111122223333:role/r"),
            context={},
            decision=Decision(outcome, IDENTITY_POLICY),
            certainty=Certainty.CALL,
            source=None,
            on_behalf_of=None,
            enforced=enforced,
        ),
    )


def test_what_the_user_was_asked_is_the_users() -> None:
    [item] = asked([record(USER, Outcome.IMPLICIT_DENY)], USER)
    assert item.refused
    assert item.grantable


@pytest.mark.parametrize(("outcome", "enforced"), [(Outcome.ALLOWED, True), (Outcome.IMPLICIT_DENY, False)])
def test_what_a_service_role_may_says_nothing_of_the_user(outcome: Outcome, enforced: bool) -> None:
    assert asked([record(ROLE, outcome, enforced)], USER) == ()


def test_what_stops_a_service_role_is_never_granted_to_the_user() -> None:
    [item] = asked([record(ROLE, Outcome.IMPLICIT_DENY)], USER)
    assert not item.grantable
    assert ROLE in item.reason


def test_an_explicit_deny_is_not_grantable() -> None:
    [item] = asked([record(USER, Outcome.EXPLICIT_DENY)], USER)
    assert not item.grantable
    assert item.reason == "an explicit deny in the identity-based policy"


def test_a_refused_host_is_told_with_the_option_unless_it_is_never_let_through() -> None:
    records = [
        HostRecord("deploy", "registry.example", 443, tunnelled=False),
        HostRecord("deploy", "169.254.169.254", 80, tunnelled=False),
        HostRecord("deploy", "pypi.org", 443, tunnelled=True),
    ]
    assert refused_hosts(records) == (
        "registry.example is no AWS host and was refused; let it through with --allow-host",
        "169.254.169.254 is no AWS host and was refused",
    )


def test_looks_at_stacks_are_told_from_other_requests() -> None:
    def answer(service: str, operation: str) -> ResponseRecord:
        return ResponseRecord("deploy", "arn", service, operation, 200)

    records: list[Record] = [
        answer("cloudformation", "DescribeStackEvents"),
        answer("cloudformation", "DescribeStacks"),
        answer("cloudformation", "DescribeStackResource"),
        answer("dynamodb", "DescribeStacks"),
        HostRecord("deploy", "registry.example.com", 443, tunnelled=True),
    ]
    assert counted(records) == (2, 3)


def test_what_another_user_was_asked_is_not_the_users_whatever_came_of_it() -> None:
    records = [record(OTHER, outcome) for outcome in (Outcome.ALLOWED, Outcome.IMPLICIT_DENY)]
    assert asked(records, USER) == ()
    assert asked_of_user([*records, record(USER, Outcome.ALLOWED), record(ROLE, Outcome.ALLOWED)], USER) == 1


def answered(origin: str, operation: str, status: int = 200, principal: str = "") -> ResponseRecord:
    service, _, name = operation.partition(":")
    return ResponseRecord("deploy", principal or origin, service, name, status, origin=origin)


RECORDS: list[Record] = [
    answered(USER, "s3:PutObject"),
    answered(USER, "s3:PutObject", 403),
    answered(USER, "sqs:CreateQueue", principal=ROLE),
    answered(OTHER, "sqs:CreateQueue"),
    answered(OTHER, "sqs:CreateQueue"),
    answered(OTHER, "sqs:ListQueues"),
    answered(OTHER, "sqs:DeleteQueue", 403),
    answered(ROOT, "s3:CreateBucket", principal=ROLE),
    answered("", "sqs:CreateQueue", 403),
    answered("", "", 403),
]


def test_requests_are_the_users_own_and_those_of_roles_that_it_assumed() -> None:
    assert requests_of(RECORDS, USER) == 3


def test_what_is_carried_out_is_the_users_own_and_was_not_refused() -> None:
    assert answered_of(RECORDS, USER) == {"s3:PutObject", "sqs:CreateQueue"}
    assert answered_of([answered(USER, "s3:PutObject", 403), answered(OTHER, "s3:PutObject")], USER) == set()


def test_what_others_changed_is_told_once_with_who_did_it() -> None:
    made = f"{OTHER} with sqs:CreateQueue"
    assert changes_of_others(RECORDS, (USER,)) == (made, f"{ROOT} with s3:CreateBucket")
    assert changes_of_others(RECORDS, (USER, ROOT)) == (made,)
    assert changes_of_others(RECORDS, (USER, ROOT, OTHER)) == ()
    assert changes_of_others([answered("", "sqs:CreateQueue")], (USER,)) == (
        "somebody whom nobody knows with sqs:CreateQueue",
    )


def test_what_others_asked_for_in_vain_is_a_note() -> None:
    assert in_vain(RECORDS, (USER,)) == (
        f"{OTHER} asked for sqs:ListQueues, which changed nothing",
        f"{OTHER} asked for sqs:DeleteQueue, which changed nothing",
        "somebody without a key that is known asked for sqs:CreateQueue, which changed nothing",
        "somebody without a key that is known asked for an unknown operation, which changed nothing",
    )
