"""verify on made-up trials: verdicts, what is missing all at once, what is never needed."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from tests.loop.worlds import LIKELY, PROVENANCE, READ, WRITE, Need, Silent, Unproven, World
from verifier.authorization.authorizer import Mode
from verifier.authorization.caller import Certainty
from verifier.grant.evidence import Asked
from verifier.grant.generalise import Scope
from verifier.iam.policy import PolicyDocument, parse_policy
from verifier.loop.converge import Verdict
from verifier.loop.journal import Journal
from verifier.loop.rounds import Bench
from verifier.loop.verify import Verification, unused, verify
from verifier.trial.interface import TrialResult


def policy(*actions: str, resource: str | list[str] = "*", **more: Any) -> PolicyDocument:
    statement = {"Sid": "One", "Effect": "Allow", "Action": list(actions), "Resource": resource} | more
    return parse_policy({"Version": "2012-10-17", "Statement": [statement]}, name="given")


def verified(world: World | Unproven, *given: PolicyDocument) -> Verification:
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


@pytest.mark.parametrize("wanted", [[READ], []], ids=["without a proof", "nothing asked for"])
def test_a_life_that_nothing_shows_is_inconclusive(wanted: list[Need]) -> None:
    world = needs(*wanted)
    result = verified(Unproven(world) if wanted else world, policy("s3:GetObject"))
    assert result.verdict is Verdict.INCONCLUSIVE
    assert result.reason == "nothing shows that the restricted user did what this life is for"
    assert world.modes == [Mode.ENFORCE]


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


def test_what_updates_would_need_that_did_not_run_decides_nothing() -> None:
    world = World(lambda _: [READ, WRITE], modelled={WRITE[0]})
    result = verified(world, policy("s3:GetObject"))
    assert (result.verdict, result.missing) == (Verdict.SUFFICIENT, ())
    [row] = result.unconfirmed
    assert (row.permission.action, row.certainty, row.modelled) == ("s3:PutObject", Certainty.CALL, True)
    assert verified(world, policy("s3:GetObject", "s3:PutObject")).unused == ()


def test_what_a_missing_permission_covers_is_not_named_twice() -> None:
    wide: Need = ("s3:PutObject", "arn:aws:s3:::shop-dev-files", Certainty.CALL)
    narrow: Need = ("s3:PutObject", "arn:aws:s3:::shop-dev-files/key", Certainty.CALL)
    world = World(lambda _: [READ, wide, narrow, LIKELY], modelled={narrow[1]})
    result = verified(world, policy("s3:GetObject"))
    assert [item.permission.resource for item in result.missing] == ["arn:{partition}:s3:::shop-{stage}-*"]
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


@pytest.mark.parametrize(
    "given",
    [
        policy("s3:GetObject", resource="arn:{partition}:s3:::files-{stage}-{region}-{account}"),
        policy("s3:GetObject", resource="arn:aws:s3:::files-dev-eu-west-1-111122223333"),
    ],
)
def test_what_is_needed_is_looked_for_in_the_trials_own_place(given: PolicyDocument) -> None:
    need: Need = ("s3:GetObject", "arn:aws:s3:::files-dev-eu-west-1-111122223333", Certainty.CALL)
    result = verified(needs(need), given)
    assert (result.verdict, result.unused) == (Verdict.SUFFICIENT, ())


def test_a_deny_is_never_unused() -> None:
    deny = policy("s3:DeleteObject", "sqs:*", Effect="Deny")
    assert verified(needs(READ), policy("s3:GetObject"), deny).unused == ()


def unused_of(
    *given: PolicyDocument, asked: Sequence[Asked] = (), tolerated: Sequence[Asked] = ()
) -> list[list[str]]:
    outcome = TrialResult((), PROVENANCE, tuple(asked), tuple(tolerated), (), complete=True)
    return [[item.statement, item.action, item.resource] for item in unused(given, outcome)]


def one(action: str, resource: str = "arn:aws:s3:::files/a", **context: str) -> Asked:
    keys = {name.replace("_", ":"): value for name, value in context.items()}
    return Asked(action, resource, "deploy", action, Certainty.CALL, keys)


def test_what_the_tool_goes_on_without_was_asked_for_too() -> None:
    given = policy("lambda:GetFunction")
    assert unused_of(given) == [["given: One", "lambda:GetFunction", "*"]]
    assert unused_of(given, tolerated=[one("lambda:GetFunction")]) == []


def test_the_same_request_under_another_condition_is_another_one() -> None:
    condition = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    given = policy("iam:PassRole", Condition=condition)
    lambdas = one("iam:PassRole", iam_PassedToService="lambda.amazonaws.com")
    others = one("iam:PassRole", iam_PassedToService="states.amazonaws.com")
    assert unused_of(given, asked=[lambdas, others]) == []
    assert unused_of(given, asked=[others, lambdas]) == []
    assert unused_of(given, asked=[others]) == [["given: One", "iam:PassRole", "*"]]


def test_what_is_left_out_is_one_pattern_as_a_whole() -> None:
    statement = {"Effect": "Allow", "NotAction": ["s3:*", "sqs:*"], "NotResource": ["arn:aws:iam::1:role/r"]}
    given = parse_policy({"Version": "2012-10-17", "Statement": [statement]}, name="given")
    shown = ["given: statement 1", "NotAction s3:*, sqs:*", "NotResource arn:aws:iam::1:role/r"]
    assert unused_of(given, asked=[one("s3:GetObject")]) == [shown]
    assert unused_of(given, asked=[one("iam:GetRole", "arn:aws:iam::1:role/r")]) == [shown]
    assert unused_of(given, asked=[one("iam:GetRole", "arn:aws:iam::1:role/other")]) == []


def test_an_observing_trial_that_fails_tells_nothing_of_what_is_missing() -> None:
    world = World(lambda _: [READ], problems=[None, "the network is gone", "the network is gone"])
    result = verified(world, policy("sqs:SendMessage"))
    assert world.modes == [Mode.ENFORCE, Mode.OBSERVE, Mode.OBSERVE]
    assert (result.verdict, result.missing) == (Verdict.INCONCLUSIVE, ())
    assert [item.number for item in result.rounds] == [1, 2]


@pytest.mark.parametrize(
    ("scope", "resource"),
    [
        (Scope.SERVICE, "arn:{partition}:s3:::shop-{stage}-*"),
        (Scope.EXACT, "arn:{partition}:s3:::shop-{stage}-a"),
    ],
)
def test_the_scope_is_the_users(scope: Scope, resource: str) -> None:
    need: Need = ("s3:ListBucket", "arn:aws:s3:::shop-dev-a", Certainty.CALL)
    with Journal(None) as journal:
        result = verify(Bench(needs(need), Silent(), journal), [policy("sqs:SendMessage")], scope)
    assert [item.permission.resource for item in result.missing] == [resource]


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


def test_where_something_is_not_asked_for_nothing_is_enough_or_too_much() -> None:
    world = needs(READ)
    world.unenforced = "CloudFormation asked nobody"
    result = verified(world, policy("s3:GetObject"), policy("sqs:SendMessage"))
    assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, "CloudFormation asked nobody")
    assert result.unused == (), "what was not asked for here may be needed all the same"
    world = needs(READ)
    world.unenforced = "CloudFormation asked nobody"
    result = verified(world, policy("sqs:SendMessage"))
    assert (result.verdict, result.reason, result.unused) == (Verdict.INSUFFICIENT, "", ())
    assert [item.permission.action for item in result.missing] == ["s3:GetObject"]
