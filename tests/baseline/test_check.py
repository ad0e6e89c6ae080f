"""A committed policy is tried for real; what is missing is found by a converge."""

from dataclasses import replace

import pytest

from tests.loop.worlds import LIKELY, READ, VALUES, WRITE, Need, Silent, Unproven, World
from verifier.authorization.authorizer import Mode
from verifier.baseline.check import Seen, confirm, converged
from verifier.baseline.evidence import Tool
from verifier.errors import ExitCode
from verifier.grant.evidence import Permission
from verifier.grant.pack import policy
from verifier.iam.policy import parse_policy
from verifier.loop.journal import Journal
from verifier.loop.rounds import Bench
from verifier.trial.interface import Candidate, Listener, TrialResult

TOOL = Tool("auto", "osls", "4.3.1")


class Ungrantable(World):
    """No grant lifts its refusals."""

    def run(self, candidate: Candidate, mode: Mode, listener: Listener) -> TrialResult:
        trial = super().run(candidate, mode, listener)
        asked = tuple(replace(item, enforced=True, grantable=not item.refused) for item in trial.asked)
        return replace(trial, asked=asked)


class Warned(World):
    """Its account is told in all that it says."""

    def run(self, candidate: Candidate, mode: Mode, listener: Listener) -> TrialResult:
        trial = super().run(candidate, mode, listener)
        said = f"arn:aws:iam::{trial.provenance.account}:user/verifier-0123456789ab is refused"
        phases = (
            replace(one, warnings=(said,), problem=one.problem and f"{one.problem}: {said}")
            for one in trial.phases
        )
        return replace(trial, phases=tuple(phases))


def tried(world: World | Unproven, *committed: Need) -> Seen:
    granted = policy(Permission(action, resource) for action, resource, _ in committed)
    return confirm(Bench(world, Silent(), Journal(None)), TOOL, granted)


def actions(seen: Seen) -> list[str]:
    assert seen.life is not None
    return [finding.permission.action for finding in seen.life.findings]


def test_one_life_under_the_committed_policy_is_enough_where_it_passes() -> None:
    world = World(lambda _: [READ])
    seen = tried(world, READ, WRITE)
    assert (seen.confirmed, seen.code, world.modes) == (True, ExitCode.OK, [Mode.ENFORCE])
    assert actions(seen) == ["s3:GetObject"]


def test_where_it_is_not_enough_a_converge_finds_all_that_is_missing() -> None:
    world = World(lambda _: [READ, WRITE])
    seen = tried(world, READ)
    assert not seen.confirmed
    assert world.modes == [Mode.ENFORCE, Mode.OBSERVE, Mode.ENFORCE]
    assert actions(seen) == ["s3:GetObject", "s3:PutObject"]


class Denying(World):
    """As ours is where a candidate denies: what that refuses no grant lifts."""

    def run(self, candidate: Candidate, mode: Mode, listener: Listener) -> TrialResult:
        trial = super().run(candidate, mode, listener)
        denies = any(
            one.effect == "Deny" for given in candidate.documents(VALUES) for one in given.statements
        )
        asked = tuple(replace(item, grantable=not (denies and item.refused)) for item in trial.asked)
        return replace(trial, asked=asked)


def test_what_the_committed_policy_denies_is_found_by_a_converge_without_it() -> None:
    """Else one statement too many would hide all that drifted."""
    granted = policy(Permission(action, resource) for action, resource, _ in (READ, WRITE))
    denies = parse_policy(
        {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "s3:Put*", "Resource": "*"}}
    )
    committed = replace(granted, statements=(*granted.statements, *denies.statements))
    seen = confirm(Bench(Denying(lambda _: [READ, WRITE]), Silent(), Journal(None)), TOOL, committed)
    assert (seen.code, seen.confirmed) == (ExitCode.OK, False)
    assert actions(seen) == ["s3:GetObject", "s3:PutObject"]


def test_what_is_only_likely_is_seen_without_being_refused_for_real() -> None:
    seen = tried(World(lambda _: [READ, LIKELY]), READ)
    assert seen.confirmed
    assert actions(seen) == ["s3:GetBucketAcl", "s3:GetObject"]


@pytest.mark.parametrize(
    ("world", "code", "reason"),
    [
        (World(lambda _: [READ], problems=["no network"] * 9), ExitCode.INCONCLUSIVE, "no network"),
        (Unproven(World(lambda _: [READ])), ExitCode.INCONCLUSIVE, "nothing shows"),
        (Ungrantable(lambda _: [READ, WRITE]), ExitCode.NOT_CONVERGED, "no grant can lift that"),
    ],
)
def test_what_did_not_pass_has_no_life(world: World | Unproven, code: ExitCode, reason: str) -> None:
    seen = tried(world, READ)
    assert (seen.life, seen.confirmed, seen.code) == (None, False, code)
    assert reason in seen.reason
    anew = converged(Bench(world, Silent(), Journal(None)), TOOL)
    assert (anew.life, anew.code) == (None, code)
    # What became of it is said before that.
    assert not anew.reason.startswith(("inconclusive", "not converged"))


def test_a_converge_begins_with_nothing() -> None:
    world = World(lambda _: [READ])
    seen = converged(Bench(world, Silent(), Journal(None)), TOOL)
    assert (actions(seen), seen.confirmed) == (["s3:GetObject"], False)
    assert world.modes == [Mode.OBSERVE, Mode.ENFORCE]


def test_no_name_of_chance_is_in_what_is_said() -> None:
    """Two nights of the same say the same, and newer data is not the cause of another account."""
    said = "arn:aws:iam::{account}:user/verifier-* is refused"
    assert {line.partition(": ")[2] for line in tried(Warned(lambda _: [READ]), READ).warnings} == {said}
    failing = Warned(lambda _: [READ], problems=["no network"] * 9)
    assert tried(failing, READ).reason.endswith(f"no network: {said}")
    assert said in converged(Bench(failing, Silent(), Journal(None)), TOOL).reason
