"""One round: what is written down of it and when, and what is tried again."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.loop.worlds import LIKELY, PROVENANCE, READ, VALUES, WRITE, Silent, World
from verifier.authorization.authorizer import Mode
from verifier.authorization.caller import Certainty, OnBehalfOf
from verifier.errors import UnavailableError
from verifier.grant.evidence import Asked, GeneratedName, Permission
from verifier.grant.pack import policy
from verifier.grant.split import MANAGED_POLICY_LIMIT
from verifier.iam.policy import PolicyDocument, parse_policy, size
from verifier.loop.journal import Journal
from verifier.loop.recorder import Recorder
from verifier.loop.rounds import TRIES, Bench, Grants, Round
from verifier.trial.interface import Candidate, Listener, PhaseResult, TrialResult

NOBODY = Grants((), frozenset())
PUT = Asked("s3:PutObject", "arn:aws:s3:::files/a", "deploy", "s3:PutObject", Certainty.CALL, refused=True)


def rows(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "journal.jsonl").read_text().splitlines()]


def trial(out: Path, world: Any, observer: Any = None, number: int = 3) -> Round:
    with Journal(out) as journal:
        return Bench(world, observer or Silent(), journal).trial(NOBODY, Mode.OBSERVE, number)


class Making(World):
    """A trial that makes two things, each of which must be on the disk before it is made."""

    def __init__(self, out: Path) -> None:
        super().__init__(lambda _: [READ])
        self.out = out
        self.known: list[list[dict[str, Any]]] = []

    def run(self, candidate: Candidate, mode: Mode, listener: Listener) -> TrialResult:
        for what, name in (("iam user", "verifier-1"), ("iam policy", "verifier-1-1")):
            listener.creating(what, name)
            self.known.append(rows(self.out))
        return super().run(candidate, mode, listener)


def test_what_is_about_to_be_made_is_on_the_disk_before_it_is_made(tmp_path: Path) -> None:
    world = Making(tmp_path)
    trial(tmp_path, world)
    user = {"kind": "creating", "round": 3, "what": "iam user", "name": "verifier-1"}
    policy = {"kind": "creating", "round": 3, "what": "iam policy", "name": "verifier-1-1"}
    assert [known[1:] for known in world.known] == [[user], [user, policy]]


def test_what_cannot_be_written_down_is_not_made(tmp_path: Path) -> None:
    class Full(Journal):
        def add(self, kind: str, **fields: Any) -> None:
            if kind == "creating":
                raise UnavailableError("the disk is full")

    world = Making(tmp_path)
    with Full(None) as journal, pytest.raises(UnavailableError, match="disk is full"):
        Bench(world, Silent(), journal).trial(NOBODY, Mode.OBSERVE, 1)
    assert (world.known, world.modes) == ([], [])


def test_every_step_of_a_round_has_its_row(tmp_path: Path) -> None:
    done = trial(tmp_path, World(lambda _: [READ, LIKELY]))
    assert (done.number, done.mode, done.trial.complete) == (3, Mode.OBSERVE, True)
    found = rows(tmp_path)
    assert [row["kind"] for row in found] == ["round", "place", "denial", "denial", "phase", "phase-end"]
    assert {row["round"] for row in found} == {3}
    assert found[0] == {"kind": "round", "round": 3, "mode": "observe", "attempt": 1}
    assert found[4] == {"kind": "phase", "round": 3, "phase": "deploy"}
    assert found[5] == {"kind": "phase-end", "round": 3} | done.trial.phases[0].as_row()


def test_a_failure_is_tried_once_more_and_each_attempt_is_written_down(tmp_path: Path) -> None:
    assert TRIES == 2
    world = World(lambda _: [READ], problems=["the network is gone"] * 9)
    done = trial(tmp_path, world)
    assert done.trial.problem == "deploy: the network is gone"
    assert world.modes == [Mode.OBSERVE] * 2
    found = rows(tmp_path)
    assert [row["attempt"] for row in found if row["kind"] == "round"] == [1, 2]
    inconclusive = {"kind": "inconclusive", "round": 3, "problem": "deploy: the network is gone"}
    assert [row for row in found if row["kind"] == "inconclusive"] == [inconclusive] * 2


def test_the_second_attempt_counts_where_it_goes_well(tmp_path: Path) -> None:
    done = trial(tmp_path, World(lambda _: [READ], problems=["the network is gone", None]))
    assert done.trial.problem is None
    assert done.trial.complete
    # A refusal of the second attempt is news again: the first one teaches nothing.
    assert [row["kind"] for row in rows(tmp_path)].count("denial") == 2


def test_the_observer_hears_each_attempt_and_its_phases(tmp_path: Path) -> None:
    heard: list[Any] = []

    class Ear:
        def round_started(self, number: int, mode: Mode) -> None:
            heard.append((number, mode))

        def phase_started(self, phase: str) -> None:
            heard.append(f"{phase} begins")

        def phase_ended(self, result: PhaseResult) -> None:
            heard.append(f"{result.phase} is over")

    trial(tmp_path, World(lambda _: [READ], problems=["gone"]), Ear())
    once = [(3, Mode.OBSERVE), "deploy begins", "deploy is over"]
    assert heard == once * 2


DIFFERENCES: list[Callable[[Asked], Asked]] = [
    lambda item: replace(item, phase="redeploy"),
    lambda item: replace(item, operation="s3:CopyObject"),
    lambda item: replace(item, on_behalf_of=OnBehalfOf("s", "Q", "AWS::SQS::Queue", "create")),
    lambda item: replace(item, action="s3:GetObject"),
    lambda item: replace(item, resource="arn:aws:s3:::files/b"),
    lambda item: replace(item, context={"iam:PassedToService": "x"}),
    lambda item: replace(item, certainty=Certainty.LIKELY),
    lambda item: replace(item, enforced=True),
]


@pytest.mark.parametrize("differently", DIFFERENCES)
def test_a_refusal_that_differs_in_anything_that_counts_is_written_down_too(
    tmp_path: Path, differently: Callable[[Asked], Asked]
) -> None:
    with Journal(tmp_path) as journal:
        recorder = Recorder(Silent(), journal, 1)
        for item in (PUT, PUT, differently(PUT), PUT):
            recorder.denied(item, PROVENANCE)
    assert [row["kind"] for row in rows(tmp_path)].count("denial") == 2


def test_what_is_random_is_written_down_once_and_the_place_when_it_changes(tmp_path: Path) -> None:
    name = GeneratedName("shop-dev-bucket-abcdef", "AWS::S3::Bucket", "shop-dev", "shop-dev")
    first = replace(PROVENANCE, tokens=frozenset({"abcdef"}))
    second = replace(first, tokens=frozenset({"abcdef", "q1w2e3"}), generated=(name,))
    moved = replace(second, stage="qa")
    with Journal(tmp_path) as journal:
        recorder = Recorder(Silent(), journal, 1)
        for number, provenance in enumerate((first, second, second, moved)):
            recorder.denied(replace(PUT, resource=f"arn:aws:s3:::files/{number}"), provenance)
    found = rows(tmp_path)
    kinds = ["place", "denial", "denial", "denial", "place", "denial"]
    assert [row["kind"] for row in found] == kinds
    assert [row["stage"] for row in found if row["kind"] == "place"] == ["dev", "qa"]
    denials = [row for row in found if row["kind"] == "denial"]
    assert [row["tokens"] for row in denials] == [["abcdef"], ["q1w2e3"], [], []]
    assert [row["generated"] for row in denials] == [
        [],
        [[name.name, name.type, name.stack, name.kept]],
        [],
        [],
    ]


# -- candidates


def documents(given: Sequence[Mapping[str, Any]], *permissions: Permission) -> Sequence[PolicyDocument]:
    return Grants(tuple(parse_policy(one) for one in given), frozenset(permissions)).documents(VALUES)


def test_a_candidate_is_what_was_given_and_what_was_learnt_with_placeholders_filled() -> None:
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:{partition}:s3:::{stage}-{account}/*"}
    given = {"Version": "2012-10-17", "Statement": [statement]}
    learnt = Permission("sqs:CreateQueue", "arn:{partition}:sqs:{region}:{account}:q")
    own, granted = documents([given], learnt)
    assert own.statements[0].resources == ("arn:aws:s3:::dev-111122223333/*",)
    assert granted.statements[0].resources == ("arn:aws:sqs:eu-west-1:111122223333:q",)
    assert granted.statements[0].actions == ("sqs:CreateQueue",)


def test_without_anything_learnt_there_is_no_empty_policy() -> None:
    assert documents([]) == []
    assert len(documents([], Permission("sqs:CreateQueue", "*"))) == 1


def test_what_placeholders_stand_for_counts_against_the_size_limit() -> None:
    queue = "arn:aws:sqs:{{region}}:{{account}}:{{account}}-{number:03}"
    learnt = [Permission("sqs:CreateQueue", queue.format(number=number)) for number in range(125)]
    assert size(policy(learnt)) <= MANAGED_POLICY_LIMIT, "it fits before it is filled"
    sizes = [size(document) for document in documents([], *learnt)]
    assert sum(sizes) > MANAGED_POLICY_LIMIT
    assert max(sizes) <= MANAGED_POLICY_LIMIT


def test_a_world_that_needs_what_was_given_is_content(tmp_path: Path) -> None:
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:{partition}:s3:::files/*"}
    candidate = Grants((parse_policy({"Version": "2012-10-17", "Statement": [statement]}),), frozenset())
    with Journal(None) as journal:
        done = Bench(World(lambda _: [READ, WRITE]), Silent(), journal).trial(candidate, Mode.ENFORCE, 1)
    assert done.trial.complete
