"""verify on made-up trials: verdicts, what is missing all at once, what is never needed."""

from dataclasses import replace
from typing import Any

import pytest

from tests.loop.worlds import LIKELY, READ, WRITE, Need, Silent, World
from verifier.authorization.authorizer import Mode
from verifier.grant.generalise import Scope
from verifier.iam.policy import PolicyDocument, parse_policy
from verifier.loop.converge import Verdict
from verifier.loop.journal import Journal
from verifier.loop.rounds import Bench
from verifier.loop.verify import Verification, verify


def policy(*actions: str, resource: str | list[str] = "*", **more: Any) -> PolicyDocument:
    statement = {"Sid": "One", "Effect": "Allow", "Action": list(actions), "Resource": resource} | more
    return parse_policy({"Version": "2012-10-17", "Statement": [statement]}, name="given")


def verified(world: World, *given: PolicyDocument) -> Verification:
    with Journal(None) as journal:
        return verify(Bench(world, Silent(), journal), given, Scope.SERVICE)


def needs(*wanted: Need) -> World:
    return World(lambda _: wanted)


def test_a_sufficient_policy_takes_one_trial() -> None:
    world = needs(READ, WRITE)
    result = verified(world, policy("s3:GetObject", "s3:PutObject"))
    assert result.verdict is Verdict.SUFFICIENT
    assert world.modes == [Mode.ENFORCE]
    assert (result.missing, result.unused) == ((), ())


def test_everything_missing_is_named_at_once() -> None:
    world = needs(READ, WRITE, LIKELY)
    result = verified(world, policy("sqs:SendMessage"))
    assert result.verdict is Verdict.INSUFFICIENT
    assert world.modes == [Mode.ENFORCE, Mode.OBSERVE]
    assert [item.permission.action for item in result.missing] == ["s3:GetObject", "s3:PutObject"]
    assert [item.permission.action for item in result.unconfirmed] == ["s3:GetBucketAcl"]


def test_what_is_only_likely_decides_nothing() -> None:
    result = verified(needs(READ, LIKELY), policy("s3:GetObject"))
    assert result.verdict is Verdict.SUFFICIENT
    assert [item.permission.action for item in result.unconfirmed] == ["s3:GetBucketAcl"]


def test_policies_add_up() -> None:
    assert verified(needs(READ, WRITE), policy("s3:GetObject"), policy("s3:PutObject")).missing == ()


@pytest.mark.parametrize(
    ("given", "unused"),
    [
        (policy("s3:GetObject", "s3:DeleteObject"), [("s3:DeleteObject", "*")]),
        (policy("s3:Get*", "s3:Put*"), [("s3:Put*", "*")]),
        (
            policy("s3:GetObject", resource=["arn:aws:s3:::files/*", "arn:aws:s3:::other/*"]),
            [("s3:GetObject", "arn:aws:s3:::other/*")],
        ),
        (policy("s3:GetObject", resource="arn:{partition}:s3:::files/*"), []),
        (
            policy("s3:GetObject", Condition={"StringEquals": {"aws:x": "y"}}),
            [("s3:GetObject", "*")],
        ),
    ],
)
def test_what_is_never_needed(given: PolicyDocument, unused: list[tuple[str, str]]) -> None:
    result = verified(needs(READ), replace(policy("s3:GetObject"), name="allowed"), given)
    found = [(item.action, item.resource) for item in result.unused if item.statement.startswith("given")]
    assert found == unused


def test_an_explicit_deny_in_the_policy_is_ungrantable() -> None:
    class Denied(World):
        def run(self, *args: Any) -> Any:
            trial = super().run(*args)
            asked = tuple(replace(item, grantable=not item.refused) for item in trial.asked)
            return replace(trial, asked=asked)

    result = verified(Denied(lambda _: [READ]), policy("s3:GetObject", Effect="Deny"))
    assert result.verdict is Verdict.UNGRANTABLE
    assert "s3:GetObject" in result.reason


def test_a_failure_that_is_no_refusal_proves_nothing() -> None:
    world = World(lambda _: [READ], problems=["the network is gone"] * 4)
    result = verified(world, policy("s3:GetObject"))
    assert result.verdict is Verdict.INCONCLUSIVE
    assert "the network is gone" in result.reason
