"""The loop on a real account, on made-up trials whose refusals are AWS's."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.loop.worlds import BUCKET, PROVENANCE, READ, VALUES, Need, Silent, Unproven, World
from verifier.authorization.authorizer import Mode
from verifier.authorization.caller import Certainty, OnBehalfOf
from verifier.grant.evidence import Asked, Permission
from verifier.grant.findings import Finding
from verifier.iam.evaluate import AuthorizationRequest, evaluate
from verifier.iam.policy import Condition, parse_policy
from verifier.loop.converge import Settings, Verdict
from verifier.loop.journal import Journal
from verifier.loop.on_aws import AwsConvergence, AwsLoop
from verifier.loop.rounds import Bench
from verifier.trial.interface import Candidate, Listener, TrialResult

OBSERVED_READ: Need = (READ[0], READ[1], Certainty.OBSERVED)
OBSERVED_WRITE: Need = ("s3:PutObject", f"{BUCKET}/a", Certainty.OBSERVED)
UNKNOWN: Need = ("s3:PutObjectAnnotation", f"{BUCKET}/a", Certainty.OBSERVED)


def known(
    action: str,
    resource: str = f"arn:{{partition}}:s3:::{BUCKET[13:]}/*",
    certainty: Certainty = Certainty.CALL,
) -> Finding:
    return Finding(
        Permission(action, resource), (Asked(action, f"{BUCKET}/a", "deploy", "s3:Op", certainty),)
    )


MODEL = (known("s3:GetObject"), known("s3:PutObject"), known("s3:GetObjectAcl", certainty=Certainty.LIKELY))


def converge(
    world: World | Unproven,
    model: Sequence[Finding] = MODEL,
    out: Path | None = None,
    *,
    from_scratch: bool = False,
    max_rounds: int = 10,
) -> AwsConvergence:
    with Journal(out) as journal:
        bench = Bench(world, Silent(), journal)
        settings = Settings(max_rounds=max_rounds)
        return AwsLoop(bench, settings, model, from_scratch=from_scratch).converge()


def certainties(converged: AwsConvergence) -> dict[str, Certainty]:
    return {one.permission.action: one.certainty for one in converged.result.findings}


def test_what_the_model_knows_passes_and_what_is_only_likely_is_dropped() -> None:
    converged = converge(World(lambda _: [OBSERVED_READ, OBSERVED_WRITE]))
    assert converged.result.verdict is Verdict.SUFFICIENT
    assert len(converged.result.rounds) == 1
    assert certainties(converged) == {"s3:GetObject": Certainty.CALL, "s3:PutObject": Certainty.CALL}
    assert [one.action for one in converged.result.superfluous] == ["s3:GetObjectAcl"]
    assert [one.permission.action for one in converged.never_refused] == ["s3:GetObject", "s3:PutObject"]


def test_a_likely_one_that_is_refused_is_observed_as_the_model_scopes_it() -> None:
    acl: Need = ("s3:GetObjectAcl", f"{BUCKET}/a", Certainty.OBSERVED)
    converged = converge(World(lambda _: [OBSERVED_READ, acl]))
    [found] = [one for one in converged.result.findings if one.permission.action == "s3:GetObjectAcl"]
    assert (found.certainty, found.round) == (Certainty.OBSERVED, 1)
    assert found.permission == MODEL[2].permission
    assert converged.result.superfluous == ()


def test_what_the_model_does_not_know_is_learnt_from_the_words() -> None:
    converged = converge(World(lambda _: [OBSERVED_READ, UNKNOWN]))
    [found] = [one for one in converged.result.findings if one.permission.action == UNKNOWN[0]]
    assert found.certainty is Certainty.OBSERVED
    assert found.permission.resource == "arn:{partition}:s3:::files/a"
    assert len(converged.result.rounds) == 2


def test_from_scratch_holds_only_what_was_refused() -> None:
    converged = converge(World(lambda _: [OBSERVED_READ, UNKNOWN]), from_scratch=True)
    assert certainties(converged) == {"s3:GetObject": Certainty.OBSERVED, UNKNOWN[0]: Certainty.OBSERVED}
    assert converged.never_refused == ()
    assert converged.result.superfluous == ()
    assert len(converged.result.rounds) == 3


class WordlessAtFirst(World):
    """One resource needs ``needs``; what it is refused in the first ``silent`` rounds AWS does not say."""

    silent = 1

    def run(self, candidate: Candidate, mode: Mode, listener: Listener) -> TrialResult:
        trial = super().run(candidate, mode, listener)
        about = OnBehalfOf("s", "Role", "AWS::IAM::Role", "create")
        asked = tuple(
            replace(
                one,
                on_behalf_of=about,
                action="" if one.refused and len(self.modes) <= self.silent else one.action,
            )
            for one in trial.asked
        )
        phases = tuple(replace(one, asked=asked) for one in trial.phases)
        return replace(trial, asked=asked, phases=phases)


def guessable() -> Finding:
    """What the model knows of the role beside the rest, and holds only likely."""
    about = OnBehalfOf("s", "Role", "AWS::IAM::Role", "create")
    [acl] = [one for one in MODEL if one.certainty is Certainty.LIKELY]
    return replace(acl, asked=tuple(replace(one, on_behalf_of=about) for one in acl.asked))


ACL: Need = ("s3:GetObjectAcl", f"{BUCKET}/a", Certainty.OBSERVED)


@pytest.mark.parametrize(
    ("needs", "learnt"),
    [
        ([OBSERVED_READ, UNKNOWN], {UNKNOWN[0]}),
        ([OBSERVED_READ, ACL], {ACL[0]}),
        ([OBSERVED_READ, UNKNOWN, ACL], {UNKNOWN[0], ACL[0]}),
        ([OBSERVED_READ, ACL, UNKNOWN], {UNKNOWN[0], ACL[0]}),
    ],
)
def test_what_was_guessed_for_a_refusal_without_words_stays_only_where_it_helps(
    needs: list[Need], learnt: set[str]
) -> None:
    converged = converge(WordlessAtFirst(lambda _: needs), (*MODEL[:2], guessable()))
    assert converged.result.verdict is Verdict.SUFFICIENT
    observed = {one for one, how in certainties(converged).items() if how is Certainty.OBSERVED}
    assert observed == learnt
    assert set(certainties(converged)) == learnt | {"s3:GetObject", "s3:PutObject"}


class Waiting(World):
    """The tool waits for what it is refused to be granted, but for the ``stubborn`` actions."""

    stubborn: tuple[str, ...] = ()

    def run(self, candidate: Candidate, mode: Mode, listener: Listener) -> TrialResult:
        number, granted = len(self.modes) + 1, []
        for action, resource, certainty in self.needs(number):
            one = Asked(action, resource, "deploy", "s3:Op", certainty, refused=True, enforced=True)
            request = AuthorizationRequest("u", action, resource, {})
            if action in self.stubborn or evaluate(request, candidate.documents(VALUES)).allowed:
                continue
            assert candidate.answer([one], PROVENANCE, VALUES)
            assert candidate.answer([one], PROVENANCE, VALUES) == [], "it is granted"
            assert evaluate(request, candidate.documents(VALUES)).allowed
            granted.append(replace(one, enforced=False))
        trial = super().run(candidate, mode, listener)
        return replace(trial, asked=(*granted, *trial.asked))


def test_what_the_tool_waits_for_is_all_learnt_in_one_round_and_the_next_one_proves_it(
    tmp_path: Path,
) -> None:
    world = Waiting(lambda _: [OBSERVED_READ, OBSERVED_WRITE, UNKNOWN])
    converged = converge(world, out=tmp_path, from_scratch=True)
    assert converged.result.verdict is Verdict.SUFFICIENT
    assert len(converged.result.rounds) == 2
    assert set(certainties(converged).values()) == {Certainty.OBSERVED}
    assert {one.round for one in converged.result.findings} == {1}
    assert converged.repeated == ()
    rows = [json.loads(line) for line in (tmp_path / "journal.jsonl").read_text().splitlines()]
    grants = [(row["round"], row["action"]) for row in rows if row["kind"] == "grant"]
    assert grants == [(1, "s3:GetObject"), (1, "s3:PutObject"), (1, UNKNOWN[0])]
    asked = [row["asked"] for row in rows if row["kind"] == "round-end"]
    assert [len(one) for one in asked] == [3, 0]


def test_what_is_refused_in_earnest_counts_beside_it() -> None:
    world = Waiting(lambda _: [OBSERVED_READ, UNKNOWN])
    world.stubborn = (UNKNOWN[0],)
    converged = converge(world, from_scratch=True)
    assert {one.permission.action: one.round for one in converged.result.findings} == {
        "s3:GetObject": 1,
        UNKNOWN[0]: 1,
    }
    assert len(converged.result.rounds) == 2


class Late(World):
    """What is granted is refused in the first ``late`` rounds all the same."""

    late = 1

    def run(self, candidate: Candidate, mode: object, listener: Listener) -> TrialResult:
        trial = super().run(candidate, mode, listener)  # type: ignore[arg-type]
        if len(self.modes) > self.late:
            return trial
        asked = tuple(replace(one, refused=True, enforced=True) for one in trial.asked)
        phases = tuple(replace(one, asked=asked, passed=False, proof=None) for one in trial.phases)
        return replace(trial, asked=asked, phases=phases, complete=False)


def test_a_round_that_is_refused_only_what_is_granted_is_repeated_once() -> None:
    converged = converge(Late(lambda _: [OBSERVED_READ]))
    assert converged.result.verdict is Verdict.SUFFICIENT
    assert converged.repeated == (1,)


def test_then_it_is_believed() -> None:
    world = Late(lambda _: [OBSERVED_READ])
    world.late = 9
    converged = converge(world)
    assert converged.result.verdict is Verdict.INSUFFICIENT
    assert "s3:GetObject" in converged.result.reason
    assert "still refused although it was granted" in converged.result.reason
    assert len(converged.result.rounds) == 2


def test_what_no_grant_lifts_ends_it_and_nothing_is_granted(tmp_path: Path) -> None:
    class Denied(World):
        def run(self, candidate: Candidate, mode: object, listener: Listener) -> TrialResult:
            trial = super().run(candidate, mode, listener)  # type: ignore[arg-type]
            reason = "an explicit deny in the service control policy"
            asked = tuple(replace(one, grantable=not one.refused, reason=reason) for one in trial.asked)
            return replace(trial, asked=asked)

    converged = converge(Denied(lambda _: [UNKNOWN]), out=tmp_path)
    assert converged.result.verdict is Verdict.UNGRANTABLE
    assert "service control policy" in converged.result.reason
    assert "no grant can lift that" in converged.result.reason
    rows = [json.loads(line) for line in (tmp_path / "journal.jsonl").read_text().splitlines()]
    assert not [row for row in rows if row["kind"] == "grant"]


def test_a_failure_that_is_no_refusal_teaches_nothing() -> None:
    converged = converge(World(lambda _: [OBSERVED_READ], ["it broke", "it broke"]))
    assert (converged.result.verdict, converged.result.reason) == (Verdict.INCONCLUSIVE, "deploy: it broke")


def test_a_life_that_nothing_shows_is_inconclusive() -> None:
    assert converge(Unproven(World(lambda _: [OBSERVED_READ]))).result.verdict is Verdict.INCONCLUSIVE


def test_it_ends_when_rounds_are_used_up() -> None:
    converged = converge(World(lambda _: [OBSERVED_READ, UNKNOWN]), from_scratch=True, max_rounds=2)
    assert converged.result.verdict is Verdict.INSUFFICIENT
    assert "not converged within 2 rounds" in converged.result.reason


def test_each_grant_is_in_the_journal_before_the_next_round(tmp_path: Path) -> None:
    converge(World(lambda _: [OBSERVED_READ, UNKNOWN]), out=tmp_path)
    rows = [json.loads(line) for line in (tmp_path / "journal.jsonl").read_text().splitlines()]
    kinds = [row["kind"] for row in rows if row["kind"] in ("round", "grant", "round-end", "verdict")]
    assert kinds == ["round", "grant", "round-end", "round", "round-end", "verdict"]


PASS = Permission(
    "iam:PassRole",
    "arn:{partition}:iam::{account}:role/shop-{stage}-*",
    (Condition("StringEquals", "iam:PassedToService", ("lambda.amazonaws.com",)),),
)


def test_a_role_is_passed_on_the_models_condition_and_without_it_only_if_that_does_not_help() -> None:
    role = f"arn:aws:iam::{PROVENANCE.account}:role/shop-dev-role"
    model = (Finding(PASS, (Asked("iam:PassRole", role, "deploy", "iam:PassRole", Certainty.LIKELY),)),)
    # The evaluator of these trials is told no context: the condition never holds.
    converged = converge(World(lambda _: [("iam:PassRole", role, Certainty.OBSERVED)]), model)
    assert [one.permission.conditions for one in converged.result.findings] == [(), PASS.conditions]
    assert [one.round for one in converged.result.findings] == [3, 1]
    assert converged.repeated == (2,)


@pytest.mark.parametrize("given", [True, False])
def test_policies_of_the_users_own_are_tried_with_it(given: bool) -> None:
    allow = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    document = parse_policy({"Version": "2012-10-17", "Statement": [allow]}, name="own")
    with Journal(None) as journal:
        settings = Settings(given=(document,) if given else ())
        bench = Bench(World(lambda _: [UNKNOWN]), Silent(), journal)
        converged = AwsLoop(bench, settings, (), from_scratch=True).converge()
    assert bool(converged.result.findings) is not given


ROLE_OF = OnBehalfOf("shop-dev", "Role", "AWS::IAM::Role", "read")


class Wordless(World):
    """Refuses what is not granted without saying what, on behalf of the role."""

    def run(self, candidate: Candidate, mode: object, listener: Listener) -> TrialResult:
        trial = super().run(candidate, mode, listener)  # type: ignore[arg-type]
        asked = tuple(
            replace(one, action="", resource="*", on_behalf_of=replace(ROLE_OF, lifecycle="create"))
            if one.refused
            else one
            for one in trial.asked
        )
        return replace(trial, asked=asked)


def likely(action: str) -> Finding:
    found = known(action, certainty=Certainty.LIKELY)
    return replace(found, asked=tuple(replace(one, on_behalf_of=ROLE_OF) for one in found.asked))


def test_a_refusal_without_words_is_what_alone_the_model_holds_likely_there() -> None:
    acl: Need = ("s3:GetObjectAcl", f"{BUCKET}/a", Certainty.OBSERVED)
    converged = converge(Wordless(lambda _: [OBSERVED_READ, acl]), (*MODEL[:2], likely("s3:GetObjectAcl")))
    assert certainties(converged)["s3:GetObjectAcl"] is Certainty.OBSERVED
    assert len(converged.result.rounds) == 2


def test_of_several_none_is_sure() -> None:
    acl: Need = ("s3:GetObjectAcl", f"{BUCKET}/a", Certainty.OBSERVED)
    model = (*MODEL[:2], likely("s3:GetObjectAcl"), likely("s3:GetObjectTagging"))
    converged = converge(Wordless(lambda _: [OBSERVED_READ, acl]), model)
    assert certainties(converged)["s3:GetObjectAcl"] is Certainty.LIKELY
    assert certainties(converged)["s3:GetObjectTagging"] is Certainty.LIKELY
    assert converged.repeated == (1,)


def test_where_the_model_knows_nothing_more_it_is_said() -> None:
    converged = converge(Wordless(lambda _: [OBSERVED_READ, UNKNOWN]))
    assert converged.result.verdict is Verdict.INSUFFICIENT
    assert "Role (AWS::IAM::Role): its create is refused, and AWS says no more" in converged.result.reason


def unneeded(converged: AwsConvergence) -> list[str]:
    return [one.permission.action for one in converged.not_needed]


def test_what_a_passing_life_was_not_granted_was_not_needed() -> None:
    world = World(lambda _: [OBSERVED_READ, OBSERVED_WRITE])
    assert unneeded(converge(world)) == ["s3:GetObjectAcl"]
    other_phase = replace(MODEL[2].asked[0], phase="rollback-update")
    in_another = replace(MODEL[2], asked=(other_phase,))
    modelled = replace(MODEL[2], asked=(replace(MODEL[2].asked[0], modelled=True),))
    for model in ((*MODEL[:2], in_another), (*MODEL[:2], modelled)):
        assert unneeded(converge(World(lambda _: [OBSERVED_READ]), model)) == []


def test_from_scratch_tells_of_all_that_was_not_refused() -> None:
    converged = converge(World(lambda _: [OBSERVED_READ]), from_scratch=True)
    assert unneeded(converged) == ["s3:PutObject", "s3:GetObjectAcl"]


def test_what_another_grant_allows_too_is_not_known_to_be_unneeded() -> None:
    condition = (Condition("StringEquals", "s3:x", ("y",)),)
    twin = replace(MODEL[0], permission=replace(MODEL[0].permission, conditions=condition))
    likely_twin = replace(twin, asked=(replace(twin.asked[0], certainty=Certainty.LIKELY),))
    assert unneeded(converge(World(lambda _: [OBSERVED_READ]), (*MODEL[:2], likely_twin))) == []


def test_with_policies_of_the_users_own_nothing_is_known_to_be_unneeded() -> None:
    allow = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    document = parse_policy({"Version": "2012-10-17", "Statement": [allow]}, name="own")
    with Journal(None) as journal:
        bench = Bench(World(lambda _: [OBSERVED_READ]), Silent(), journal)
        converged = AwsLoop(bench, Settings(given=(document,)), MODEL).converge()
    assert unneeded(converged) == []
