"""Going on from a journal: cut off at any row, the loop ends where a run that was never killed ends."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.loop.worlds import LIKELY, PROVENANCE, READ, WRITE, Need, Silent, World
from verifier.authorization.authorizer import Mode
from verifier.authorization.caller import Certainty, OnBehalfOf
from verifier.errors import InputError, UnavailableError
from verifier.grant.evidence import Asked, GeneratedName
from verifier.grant.findings import findings_of
from verifier.grant.generalise import Scope
from verifier.loop.converge import Convergence, Loop, Settings, Strategy, Verdict
from verifier.loop.journal import Journal
from verifier.loop.journal_rows import asked_of, asked_row
from verifier.loop.recorder import Recorder
from verifier.loop.resume import Learnt, Reading, learnt_from
from verifier.loop.rounds import Bench
from verifier.trial.interface import Candidate, Listener, TrialResult

UNMARKED = Path(__file__).parents[1] / "cases" / "journals" / "unmarked.jsonl"
RUN: dict[str, Any] = {
    "kind": "run",
    "command": "converge",
    "resumed": False,
    "service": "shop",
    "framework": "osls@4.3.1",
}
SAME = {"service": "shop", "framework": "osls@4.3.1"}
READING = Reading(Scope.SERVICE, minimal=False)
ROLE: Need = ("iam:GetRole", "arn:aws:iam::111122223333:role/r", Certainty.CALL)
SEVERAL = [READ, WRITE, LIKELY, ROLE]
UNREADABLE: list[dict[str, Any]] = [
    {"kind": "denial"},
    {"kind": "round", "round": 1, "mode": "x"},
    {"kind": "grant", "action": "s3:GetObject", "resource": "*", "condition": []},
]


def run(out: Path, world: World, *, resume: bool = False, **settings: Any) -> Convergence:
    """One run of the loop with its journal, as the command does it."""
    reading = replace(READING, minimal=settings.get("minimal", False))
    with Journal(out) as journal:
        learnt = learnt_from(journal.rows(), SAME, reading) if resume else Learnt()
        journal.add(**RUN | {"resumed": resume})
        return Loop(Bench(world, Silent(), journal), Settings(**settings), learnt).converge()


def result(found: Convergence) -> dict[str, Any]:
    return {
        "verdict": found.verdict,
        "policy": found.policy,
        "findings": [(item.permission, item.round, item.certainty) for item in found.findings],
        "unconfirmed": [item.permission for item in found.unconfirmed],
        "superfluous": found.superfluous,
        "rounds": [
            (item.number, item.mode, [(phase.phase, phase.passed) for phase in item.trial.phases])
            for item in found.rounds
        ],
    }


def lines(out: Path) -> list[str]:
    return (out / "journal.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)


@pytest.mark.parametrize("torn", ["", '{"kind": "deni'])
@pytest.mark.parametrize(
    "settings",
    [{}, {"strategy": Strategy.STRICT}, {"minimal": True}],
    ids=["observe", "strict", "minimal"],
)
def test_cut_off_at_any_row_it_ends_where_an_uninterrupted_run_ends(
    tmp_path: Path, settings: dict[str, Any], torn: str
) -> None:
    expected = result(run(tmp_path / "whole", World(lambda _: SEVERAL), **settings))
    whole = lines(tmp_path / "whole")
    for count in range(len(whole) + 1):
        out = tmp_path / str(count)
        out.mkdir()
        (out / "journal.jsonl").write_text("".join(whole[:count]) + torn, encoding="utf-8")
        world = World(lambda _: SEVERAL)
        found = result(run(out, world, resume=True, **settings))
        if settings.get("strategy") is Strategy.STRICT:
            # Each refusal costs a round: one that was cut off has taught what it taught, in fewer.
            found["rounds"] = expected["rounds"]
            found["findings"] = [(item[0], item[2]) for item in found["findings"]]
            assert found == expected | {"findings": [(item[0], item[2]) for item in expected["findings"]]}
        else:
            assert found == expected, count


def test_killed_again_and_again_it_gets_there(tmp_path: Path) -> None:
    """Each life ends after one more denial than it was told of; none is asked for twice."""

    class Killed(BaseException):
        pass

    class Mortal(World):
        def run(self, candidate: Candidate, mode: Mode, listener: Listener) -> TrialResult:
            class Ear(Recorder):
                def denied(self, asked: Asked, provenance: Any) -> None:
                    super().denied(asked, provenance)
                    raise Killed

            assert isinstance(listener, Recorder)
            return super().run(candidate, mode, Ear(listener.observer, listener.journal, listener.number))

    kills = 0
    while True:
        try:
            found = run(tmp_path, Mortal(lambda _: SEVERAL), resume=kills > 0)
            break
        except Killed:
            kills += 1
    assert kills == len(SEVERAL)
    assert result(found)["policy"] == run(tmp_path / "whole", World(lambda _: SEVERAL)).policy
    denials = [json.loads(line)["action"] for line in lines(tmp_path) if '"denial"' in line]
    assert sorted(denials) == sorted(need[0] for need in SEVERAL)


def test_a_complete_observing_round_is_not_gone_through_again(tmp_path: Path) -> None:
    run(tmp_path, World(lambda _: SEVERAL))
    rows = lines(tmp_path)
    end = next(index for index, row in enumerate(rows) if '"round-end"' in row)
    (tmp_path / "journal.jsonl").write_text("".join(rows[: end + 1]), encoding="utf-8")
    world = World(lambda _: SEVERAL)
    assert run(tmp_path, world, resume=True).verdict is Verdict.SUFFICIENT
    assert world.modes == [Mode.ENFORCE]


def test_a_run_that_was_over_is_confirmed_once_more(tmp_path: Path) -> None:
    expected = result(run(tmp_path, World(lambda _: SEVERAL)))
    world = World(lambda _: SEVERAL)
    assert result(run(tmp_path, world, resume=True)) == expected
    assert world.modes == [Mode.ENFORCE]


def test_a_round_that_failed_for_no_refusal_teaches_nothing(tmp_path: Path) -> None:
    failed = World(lambda _: [READ], problems=["the network is gone"] * 2)
    assert run(tmp_path, failed).verdict is Verdict.INCONCLUSIVE
    with Journal(tmp_path) as journal:
        learnt = learnt_from(journal.rows(), SAME, READING)
    assert learnt.permissions == set()
    assert learnt.mode is Mode.OBSERVE
    assert run(tmp_path, World(lambda _: [READ]), resume=True).verdict is Verdict.SUFFICIENT


def test_only_the_last_run_of_converge_counts(tmp_path: Path) -> None:
    run(tmp_path, World(lambda _: [READ]))
    with Journal(tmp_path) as journal:
        journal.add(**RUN)
        journal.add("run", command="verify", service="shop", framework="osls@4.3.1", target="embedded")
        journal.add("round", round=1, mode="strict", attempt=1)
        assert learnt_from(journal.rows(), SAME, READING) == Learnt()


@pytest.mark.parametrize("name", list(SAME))
def test_a_journal_of_something_else_is_one_line(name: str) -> None:
    rows = [RUN | {name: "other"}]
    with pytest.raises(InputError, match=f"{name} other.*leave out --resume"):
        learnt_from(rows, SAME, READING)


@pytest.mark.parametrize("row", UNREADABLE, ids=[row["kind"] for row in UNREADABLE])
def test_a_row_that_cannot_be_read_is_one_line(row: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=rf"line \d+ \({row['kind']}\) .*leave out --resume"):
        learnt_from([RUN, row], SAME, READING)


def asked(resource: str, **more: Any) -> Asked:
    return Asked("s3:PutObject", resource, "deploy", "s3:PutObject", Certainty.CALL, refused=True, **more)


def cut_off(out: Path, told: Sequence[Asked], reading: Reading = READING) -> Learnt:
    """What a trial teaches that ends in the middle, after ``told``."""
    name = GeneratedName("shop-dev-bucket-abcdef", "AWS::S3::Bucket", "shop-dev", "shop-dev")
    with Journal(out) as journal:
        journal.add(**RUN)
        journal.add("round", round=1, mode="observe", attempt=1)
        recorder = Recorder(Silent(), journal, 1)
        for item in told:
            provenance = replace(PROVENANCE, tokens=frozenset({"abcdef", "q1w2e3"}), generated=(name,))
            recorder.denied(item, provenance)
        return learnt_from(journal.rows(), SAME, reading)


def test_what_a_cut_off_trial_made_up_is_generalised(tmp_path: Path) -> None:
    learnt = cut_off(tmp_path, [asked("arn:aws:s3:::shop-dev-bucket-abcdef/q1w2e3")])
    assert [item.resource for item in learnt.permissions] == ["arn:{partition}:s3:::shop-{stage}-*/*"]


def test_a_cut_off_trial_teaches_what_the_run_asks_for_and_no_more(tmp_path: Path) -> None:
    likely = replace(asked("arn:aws:s3:::a/b"), certainty=Certainty.LIKELY)
    tolerated = replace(asked("arn:aws:s3:::c/d"), phase="redeploy")
    told = [likely, tolerated]
    assert len(cut_off(tmp_path / "all", told).permissions) == 2
    minimal = cut_off(tmp_path / "minimal", told, replace(READING, minimal=True))
    assert [item.resource for item in minimal.permissions] == ["arn:{partition}:s3:::c/d"]
    assert [item.resource for item in minimal.let_through] == ["arn:{partition}:s3:::a/b"]


def test_a_likely_refusal_that_was_real_is_confirmed_by_it() -> None:
    likely = replace(asked("arn:aws:s3:::a/b"), certainty=Certainty.LIKELY)
    learnt = Learnt()
    learnt.take(findings_of([replace(likely, enforced=True)], PROVENANCE, Scope.SERVICE), 1, minimal=False)
    assert (len(learnt.permissions), learnt.let_through) == (1, set())
    learnt.take(findings_of([likely], PROVENANCE, Scope.SERVICE), 2, minimal=False)
    assert learnt.let_through == learnt.permissions
    assert set(learnt.first_round.values()) == {1}


def test_a_refusal_that_no_grant_lifts_is_not_granted(tmp_path: Path) -> None:
    assert cut_off(tmp_path, [asked("arn:aws:s3:::a/b", grantable=False)]).permissions == set()


def test_what_the_tool_goes_on_without_is_not_granted_unless_somebody_else_needs_it(tmp_path: Path) -> None:
    own = asked("arn:aws:s3:::a/b", tolerated=True)
    shared = asked("arn:aws:s3:::a/c", tolerated=True)
    stack = replace(shared, tolerated=False, on_behalf_of=OnBehalfOf("shop-dev", "B", "T", "create", "C"))
    learnt = cut_off(tmp_path, [own, shared, stack])
    assert [item.resource for item in learnt.permissions] == ["arn:{partition}:s3:::a/c"]


def test_a_journal_written_before_there_were_marks_is_read() -> None:
    """Rows of a first round as version 0.1.0 wrote them at first; the tool's own look is not marked."""
    rows = [json.loads(line) for line in UNMARKED.read_text(encoding="utf-8").splitlines()]
    learnt = learnt_from(rows, {"service": "http-api"}, READING)
    assert {item.action: item.resource.removeprefix("arn:{partition}:") for item in learnt.permissions} == {
        "apigateway:POST": "apigateway:{region}::/apis",
        "cloudformation:DescribeStacks": "cloudformation:{region}:{account}:stack/http-api-{stage}/*",
        "iam:GetRolePolicy": "iam::{account}:role/http-api-{stage}-*",
        "iam:PassRole": "iam::{account}:role/http-api-{stage}-*",
        "lambda:GetFunction": "lambda:{region}:{account}:function:http-api-{stage}-*",
        "s3:CreateBucket": "s3:::http-api-{stage}-*",
        "s3:GetBucketPolicy": "s3:::http-api-{stage}-*",
        "s3:PutObject": "s3:::http-api-{stage}-*/serverless/http-api/{stage}/*",
    }
    assert [item.action for item in learnt.let_through] == ["s3:GetBucketPolicy"]


def test_a_refusal_is_read_as_it_was_written() -> None:
    item = asked(
        "arn:aws:s3:::a/b",
        context={"aws:TagKeys": ("a", "b")},
        source="some-source",
        on_behalf_of=OnBehalfOf("shop-dev", "B", "AWS::S3::Bucket", "read", used_by="F"),
        tolerated=True,
        enforced=True,
    )
    untagged = replace(item, context={"iam:PassedToService": ("x", "y")})
    assert asked_of(json.loads(json.dumps(asked_row(untagged)))) == untagged
    assert asked_of(asked_row(replace(item, on_behalf_of=None))).on_behalf_of is None


def test_the_same_refusal_is_written_once_and_without_the_values_of_tags(tmp_path: Path) -> None:
    item = asked("arn:aws:s3:::a/b", context={"aws:RequestTag/owner": "secret", "iam:PassedToService": "x"})
    cut_off(tmp_path, [item, item, replace(item, phase="redeploy")])
    rows = [json.loads(line) for line in lines(tmp_path) if '"denial"' in line]
    assert [row["phase"] for row in rows] == ["deploy", "redeploy"]
    assert rows[0]["context"] == {"iam:PassedToService": "x"}
    assert rows[1]["tokens"] == []


def test_a_refusal_that_cannot_be_written_down_ends_the_run_at_the_phase(tmp_path: Path) -> None:
    class Full(Journal):
        def add(self, kind: str, **fields: Any) -> None:
            if kind == "denial":
                raise UnavailableError("the disk is full")

    world = World(lambda _: [READ])
    with Full(None) as journal, pytest.raises(UnavailableError, match="disk is full"):
        Loop(Bench(world, Silent(), journal), Settings()).converge()
