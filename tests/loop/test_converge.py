"""The loop on made-up trials: what it grants, keeps, drops, and when it stops."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.loop.worlds import BUCKET, LIKELY, READ, WRITE, Need, Silent, Unproven, World
from verifier.authorization.authorizer import Mode
from verifier.authorization.caller import Certainty
from verifier.grant.evidence import Asked
from verifier.grant.generalise import Scope
from verifier.iam.policy import PolicyDocument, parse_policy
from verifier.loop.converge import Convergence, Loop, Settings, Strategy, Verdict
from verifier.loop.journal import Journal
from verifier.loop.rounds import Bench, Grants
from verifier.trial.interface import Candidate, Listener, PhaseResult, TrialResult


def converge(world: World | Unproven, out: Path | None = None, **settings: object) -> Convergence:
    with Journal(out) as journal:
        return Loop(Bench(world, Silent(), journal), Settings(**settings)).converge()  # type: ignore[arg-type]


def actions(result: Convergence) -> list[str]:
    return [finding.permission.action for finding in result.findings]


def test_observe_learns_everything_in_one_round_and_confirms_it() -> None:
    world = World(lambda _: [READ, WRITE, LIKELY])
    result = converge(world)
    assert result.verdict is Verdict.SUFFICIENT
    assert world.modes == [Mode.OBSERVE, Mode.ENFORCE]
    assert actions(result) == ["s3:GetBucketAcl", "s3:GetObject", "s3:PutObject"]
    assert [finding.permission.action for finding in result.unconfirmed] == ["s3:GetBucketAcl"]
    assert {finding.round for finding in result.findings} == {1}


def test_strict_learns_from_refusals_and_finds_the_same() -> None:
    world = World(lambda _: [READ, WRITE, LIKELY])
    strict = converge(world, strategy=Strategy.STRICT)
    assert set(world.modes) == {Mode.ENFORCE}
    observed = converge(World(lambda _: [READ, WRITE, LIKELY]))
    assert strict.policy == observed.policy


@pytest.mark.parametrize("needs", [[READ, WRITE], []], ids=["without a proof", "nothing asked for"])
@pytest.mark.parametrize("strategy", list(Strategy))
def test_a_life_that_nothing_shows_is_inconclusive(needs: list[Need], strategy: Strategy) -> None:
    world = World(lambda _: needs)
    result = converge(Unproven(world) if needs else world, strategy=strategy)
    assert result.verdict is Verdict.INCONCLUSIVE
    assert result.reason == "nothing shows that the restricted user did what this life is for"
    assert result.findings == ()


def test_what_the_last_life_did_not_ask_for_is_superfluous() -> None:
    result = converge(World(lambda number: [READ, WRITE] if number == 1 else [READ]))
    assert actions(result) == ["s3:GetObject"]
    assert [item.action for item in result.superfluous] == ["s3:PutObject"]


def test_what_only_the_confirming_life_asks_for_is_granted_in_one_more_round() -> None:
    world = World(lambda number: [READ] if number == 1 else [READ, WRITE])
    result = converge(world)
    assert result.verdict is Verdict.SUFFICIENT
    assert len(result.rounds) == 3
    assert {finding.permission.action: finding.round for finding in result.findings} == {
        "s3:GetObject": 1,
        "s3:PutObject": 2,
    }


def test_minimal_leaves_likely_ones_out_and_still_names_them() -> None:
    result = converge(World(lambda _: [READ, LIKELY]), minimal=True)
    assert actions(result) == ["s3:GetObject"]
    assert [finding.permission.action for finding in result.unconfirmed] == ["s3:GetBucketAcl"]


def test_an_upper_bound_stays_in_a_minimal_policy() -> None:
    bound: Need = ("sqs:CreateQueue", "*", Certainty.UPPER_BOUND)
    result = converge(World(lambda _: [READ, bound]), minimal=True)
    assert actions(result) == ["s3:GetObject", "sqs:CreateQueue"]


def test_an_explicit_deny_is_never_granted_away() -> None:
    deny = parse_policy({"Statement": [{"Effect": "Deny", "Action": "s3:PutObject", "Resource": "*"}]})

    class Denied(World):
        def run(self, candidate: Candidate, mode: Mode, listener: Listener) -> TrialResult:
            trial = super().run(candidate, mode, listener)
            asked = tuple(
                Asked(
                    item.action,
                    item.resource,
                    item.phase,
                    item.operation,
                    item.certainty,
                    refused=True,
                    enforced=True,
                    grantable=False,
                    reason="an explicit deny in the identity-based policy",
                )
                if item.action == "s3:PutObject"
                else item
                for item in trial.asked
            )
            return TrialResult(trial.phases, trial.provenance, asked, (), (), complete=False)

    result = converge(Denied(lambda _: [READ, WRITE]), given=(deny,))
    assert result.verdict is Verdict.UNGRANTABLE
    assert "s3:PutObject" in result.reason
    assert "explicit deny" in result.reason


def test_a_deny_of_what_is_only_likely_decides_nothing() -> None:
    class Denied(World):
        def run(self, candidate: Candidate, mode: Mode, listener: Listener) -> TrialResult:
            trial = super().run(candidate, mode, listener)
            asked = tuple(
                replace(item, refused=True, enforced=False, grantable=False)
                if item.certainty is Certainty.LIKELY
                else item
                for item in trial.asked
            )
            return replace(trial, asked=asked)

    assert converge(Denied(lambda _: [READ, LIKELY])).verdict is Verdict.SUFFICIENT


def test_a_failure_that_is_no_refusal_is_tried_again_and_teaches_nothing() -> None:
    world = World(lambda _: [READ], problems=["the network is gone", None, None])
    assert converge(world).verdict is Verdict.SUFFICIENT
    assert world.modes == [Mode.OBSERVE, Mode.OBSERVE, Mode.ENFORCE]


def test_a_failure_that_stays_is_inconclusive() -> None:
    world = World(lambda _: [READ], problems=["the network is gone"] * 9)
    result = converge(world)
    assert result.verdict is Verdict.INCONCLUSIVE
    assert result.reason == "deploy: the network is gone"
    assert result.findings == ()


def test_phases_that_passed_keep_their_policy() -> None:
    class Stopped(World):
        """A life that passes its deploy and stops in its remove, which needs more."""

        def run(self, candidate: Candidate, mode: Mode, listener: Listener) -> TrialResult:
            trial = super().run(candidate, mode, listener)
            later = Asked("s3:DeleteObject", f"{BUCKET}/a", "remove", "s3:Op", Certainty.CALL)
            stopped = PhaseResult("remove", 1, 1.0, (later,), False, "it hangs", may_pass_by_itself=False)
            phases, asked = (*trial.phases, stopped), (*trial.asked, later)
            return replace(trial, phases=phases, asked=asked, complete=False)

    world = Stopped(lambda _: [READ, WRITE])
    result = converge(world)
    assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, "remove: it hangs")
    assert result.partial == ("deploy",)
    assert {one.permission.action for one in result.findings} == {"s3:GetObject", "s3:PutObject"}
    assert world.modes == [Mode.OBSERVE]


def test_it_ends_when_rounds_are_used_up() -> None:
    endless = World(lambda number: [("s3:GetObject", f"{BUCKET}/{number}", Certainty.CALL)])
    result = converge(endless, max_rounds=4)
    assert result.verdict is Verdict.INSUFFICIENT
    assert len(result.rounds) == 4


def made_up(number: int) -> list[Need]:
    return [READ, ("sqs:CreateQueue", f"arn:aws:sqs:us-east-1:111122223333:q{number}", Certainty.CALL)]


@pytest.mark.parametrize("strategy", list(Strategy))
def test_a_name_that_is_another_one_in_each_life_ends_the_loop(strategy: Strategy) -> None:
    result = converge(World(made_up), strategy=strategy)
    assert result.verdict is Verdict.INSUFFICIENT
    # A strict life stops before the queue as long as it may not read.
    assert len(result.rounds) == (6 if strategy is Strategy.OBSERVE else 7)
    words = r"sqs:CreateQueue is asked for on another name in each life \(arn:.*q\d, arn:.*q\d, arn:.*q\d\)"
    assert re.match(words, result.reason)


@pytest.mark.parametrize("strategy", list(Strategy))
def test_many_names_that_stay_do_not(strategy: Strategy) -> None:
    arn = "arn:aws:sqs:us-east-1:111122223333:q"
    names = [("sqs:CreateQueue", f"{arn}{number}", Certainty.CALL) for number in range(9)]
    # One after the other, as where each is made after the one before.
    result = converge(World(lambda number: names[:number]), strategy=strategy)
    assert result.verdict is Verdict.SUFFICIENT
    assert len(result.findings) == 9


def test_a_grant_that_does_not_help_ends_the_loop() -> None:
    class Stubborn(World):
        def run(self, candidate: Candidate, mode: Mode, listener: Listener) -> TrialResult:
            return super().run(NoPolicy(), mode, listener)

    class NoPolicy(Grants):
        def documents(self, values: Mapping[str, str]) -> Sequence[PolicyDocument]:
            return ()

    result = converge(Stubborn(lambda _: [READ]))
    assert result.verdict is Verdict.INSUFFICIENT
    assert "still refused" in result.reason


def test_the_journal_holds_every_denial_and_grant_with_its_round(tmp_path: Path) -> None:
    converge(World(lambda number: [READ] if number == 1 else [READ, WRITE]), out=tmp_path)
    rows = [json.loads(line) for line in (tmp_path / "journal.jsonl").read_text().splitlines()]
    for kind in ("denial", "grant"):
        found = [(row["round"], row["action"]) for row in rows if row["kind"] == kind]
        assert found == [(1, "s3:GetObject"), (2, "s3:PutObject")]
    assert rows[-1]["kind"] == "verdict"


def test_a_failure_that_cannot_pass_by_itself_is_not_tried_again() -> None:
    class Broken(World):
        def run(self, candidate: Candidate, mode: Mode, listener: Listener) -> TrialResult:
            trial = super().run(candidate, mode, listener)
            phases = tuple(replace(phase, may_pass_by_itself=False) for phase in trial.phases)
            return replace(trial, phases=phases)

    world = Broken(lambda _: [READ], problems=["the configuration is broken"])
    assert converge(world).verdict is Verdict.INCONCLUSIVE
    assert world.modes == [Mode.OBSERVE]


def allowing(action: str) -> dict[str, object]:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def test_a_deny_counts_also_where_something_else_went_wrong() -> None:
    class Denied(World):
        def run(self, candidate: Candidate, mode: Mode, listener: Listener) -> TrialResult:
            outcome = super().run(candidate, mode, listener)
            asked = tuple(replace(item, enforced=True, grantable=False) for item in outcome.asked)
            return replace(outcome, asked=asked)

    world = Denied(lambda _: [READ], problems=["the stack is stuck"] * 2)
    assert converge(world).verdict is Verdict.UNGRANTABLE


def test_what_a_passing_life_teaches_is_confirmed_by_another_one() -> None:
    world = World(lambda number: [READ] if number == 1 else [READ, LIKELY])
    result = converge(world)
    assert world.modes == [Mode.OBSERVE, Mode.ENFORCE, Mode.ENFORCE]
    assert actions(result) == ["s3:GetBucketAcl", "s3:GetObject"]


def test_what_a_surer_request_confirmed_is_not_unconfirmed() -> None:
    action, resource, _ = LIKELY
    sure: Need = (action, resource, Certainty.CALL)
    result = converge(World(lambda number: [LIKELY] if number == 1 else [LIKELY, sure]))
    assert actions(result) == ["s3:GetBucketAcl"]
    assert result.unconfirmed == ()


def test_what_was_given_and_never_refused_is_not_unconfirmed() -> None:
    world = World(lambda _: [READ, LIKELY])
    result = converge(world, given=(parse_policy(allowing("s3:*")),))
    assert not any(item.refused for item in result.rounds[0].trial.asked)
    assert world.modes == [Mode.OBSERVE, Mode.ENFORCE]
    assert actions(result) == ["s3:GetBucketAcl", "s3:GetObject"]
    assert result.unconfirmed == ()


def test_a_permission_that_a_wider_one_covers_joins_it() -> None:
    action, resource, _ = READ
    result = converge(World(lambda _: [READ, (action, f"{BUCKET}/*", Certainty.CALL)]))
    [finding] = result.findings
    assert finding.permission.resource == "arn:{partition}:s3:::files/*"
    assert {item.resource for item in finding.asked} == {resource, f"{BUCKET}/*"}


@pytest.mark.parametrize(
    ("scope", "resource"),
    [
        (Scope.SERVICE, "arn:{partition}:s3:::shop-{stage}-*"),
        (Scope.EXACT, "arn:{partition}:s3:::shop-{stage}-files"),
    ],
)
def test_the_scope_is_the_users(scope: Scope, resource: str) -> None:
    need: Need = ("s3:ListBucket", "arn:aws:s3:::shop-dev-files", Certainty.CALL)
    result = converge(World(lambda _: [need]), scope=scope)
    assert [finding.permission.resource for finding in result.findings] == [resource]


def test_what_only_updates_would_need_is_granted_and_marked() -> None:
    world = World(lambda _: [READ, WRITE], modelled={WRITE[0]})
    result = converge(world)
    assert (result.verdict, len(result.rounds)) == (Verdict.SUFFICIENT, 2)
    assert {one.permission.action: one.modelled for one in result.findings} == {
        "s3:GetObject": False,
        "s3:PutObject": True,
    }
    assert result.unconfirmed == ()


def test_a_life_in_which_something_is_not_asked_for_proves_no_policy() -> None:
    world = World(lambda _: [READ, WRITE])
    world.unenforced = "CloudFormation asked nobody"
    result = converge(world)
    assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, "CloudFormation asked nobody")
    assert actions(result) == ["s3:GetObject", "s3:PutObject"]
    assert result.partial == ("deploy",), "of what the tool itself asked for"
