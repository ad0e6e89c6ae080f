"""From the gateway's records to what is booked on the deploy user."""

import pytest

from verifier.authorization.caller import Certainty
from verifier.authorization.decision import Decided
from verifier.authorization.operation import Operation, Requirement
from verifier.gateway.decisions import DecisionRecord, HostRecord, Record, ResponseRecord
from verifier.iam.evaluate import IDENTITY_POLICY, Decision, Outcome
from verifier.targets.records import asked, counted, refused_hosts

USER = "arn:aws:iam::111122223333:user/verifier/verifier-1"
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
