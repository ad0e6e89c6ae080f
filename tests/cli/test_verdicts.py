"""What the process answers for each verdict, and what it prints and leaves in --out: on made-up trials."""

import argparse
import io
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.loop.worlds import READ, WRITE, World
from tests.trial.rooms import FakeRoom, FakeTarget, write_service
from verifier.authorization.authorizer import Mode
from verifier.authorization.caller import Certainty
from verifier.cli import main, setup
from verifier.cli.report import FORMS
from verifier.emulator.endpoint.conditions import LeftOut
from verifier.errors import ExitCode, UnavailableError
from verifier.framework.framework import Framework
from verifier.framework.machine import Machine
from verifier.loop.journal import Journal
from verifier.redaction import Redaction
from verifier.report.progress import Progress
from verifier.service.service import load_service
from verifier.targets.interface import Disagreement
from verifier.targets.unenforced import UPSTREAM, Unenforced
from verifier.trial.interface import Candidate, Listener, TrialResult
from verifier.trial.trials import Options

MACHINE = Machine({}, Path("/nowhere"))


class Denied(World):
    """Trials in which no grant lifts the refusals."""

    def run(self, candidate: Candidate, mode: Mode, listener: Listener) -> TrialResult:
        outcome = super().run(candidate, mode, listener)
        asked = tuple(replace(item, enforced=True, grantable=not item.refused) for item in outcome.asked)
        return replace(outcome, asked=asked)


def enough() -> World:
    return World(lambda _: [READ])


def never_enough() -> World:
    return World(lambda number: [("s3:GetObject", f"arn:aws:s3:::files/{number}", Certainty.CALL)])


def broken() -> World:
    return World(lambda _: [READ], problems=["the network is gone"] * 9)


def denied() -> World:
    return Denied(lambda _: [READ, WRITE])


@dataclass
class Bench:
    """Runs a command on a made-up world."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def run(self, command: str, world: World, *arguments: str) -> tuple[ExitCode, str, str]:
        """The exit code, stdout and stderr."""

        def prepare(args: argparse.Namespace, stderr: Any) -> setup.Setup:
            framework = Framework("osls", "4.3.1", ())
            return setup.Setup(load_service(args.service), framework, Options(), args.target, MACHINE)

        @contextmanager
        def running(*_: Any) -> Iterator[World]:
            yield world

        self.monkeypatch.setattr(f"verifier.cli.{command}.prepare", prepare)
        self.monkeypatch.setattr(f"verifier.cli.{command}.running", running)
        if command == "verify":
            arguments = ("--policy", str(self.folder / "policy.json"), *arguments)
        code = main([command, str(self.folder), *arguments])
        return code, *self.capsys.readouterr()


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Bench:
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::files/a"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    folder = write_service(tmp_path / "shop", policy__json=policy)
    return Bench(folder, monkeypatch, capsys)


VERDICTS = pytest.mark.parametrize(
    ("command", "world", "code", "verdict"),
    [
        ("converge", enough, 0, "sufficient"),
        ("converge", broken, 4, "inconclusive"),
        ("converge", never_enough, 12, "insufficient"),
        ("converge", denied, 12, "ungrantable"),
        ("verify", enough, 0, "sufficient"),
        ("verify", broken, 4, "inconclusive"),
        ("verify", lambda: World(lambda _: [READ, WRITE]), 10, "insufficient"),
        ("verify", denied, 12, "ungrantable"),
    ],
)


@VERDICTS
def test_each_verdict_has_its_exit_code(
    bench: Bench, command: str, world: Callable[[], World], code: int, verdict: str
) -> None:
    rounds = ("--max-rounds", "3") if command == "converge" else ()
    found, out, _ = bench.run(command, world(), "--format", "json", *rounds)
    assert json.loads(out)["verdict"] == verdict
    assert found == code
    assert found is ExitCode(code)


@VERDICTS
def test_what_a_run_of_each_verdict_leaves_is_told_in_each_form(
    bench: Bench, command: str, world: Callable[[], World], code: int, verdict: str
) -> None:
    folder = bench.folder / "out"
    bench.run(
        command, world(), "--out", str(folder), *(("--max-rounds", "3") if command == "converge" else ())
    )
    for form in FORMS:
        assert main(["report", str(folder), "--format", form, "--out", str(folder / form)]) is ExitCode.OK
    for form in ("html", "text"):
        assert verdict in (folder / form).read_text(encoding="utf-8")
    (log,) = json.loads((folder / "sarif").read_text(encoding="utf-8"))["runs"]
    assert any(item["level"] == "error" for item in log["results"]) == bool(code)
    tests = (folder / "junit").read_text(encoding="utf-8")
    assert ("<failure" in tests or "<error" in tests) == bool(code)


def test_converge_prints_the_policy_and_nothing_else_where_it_is_sufficient(bench: Bench) -> None:
    _, out, err = bench.run("converge", enough())
    [statement] = json.loads(out)["Statement"]
    assert statement["Action"] == ["s3:GetObject"]
    assert "sufficient after 2 rounds" in err
    _, out, err = bench.run("converge", broken())
    assert out == ""
    assert "verifier: inconclusive: " in err
    assert "deploy: the network is gone" in err


def test_verify_says_what_is_missing_and_why_it_cannot_tell(bench: Bench) -> None:
    _, out, err = bench.run("verify", World(lambda _: [READ, WRITE]))
    assert out.splitlines()[:2] == ["insufficient", "missing:"]
    assert out.splitlines()[2].startswith("  s3:PutObject on ")
    _, out, err = bench.run("verify", broken())
    assert out == "inconclusive: deploy: the network is gone\n"
    assert "verifier: inconclusive: deploy: the network is gone\n" in err


@pytest.mark.parametrize(
    ("command", "world", "files"),
    [
        ("converge", enough, {"evidence.json", "journal.jsonl", "policy.json", "report.html"}),
        ("converge", broken, {"evidence.json", "journal.jsonl", "report.html"}),
        ("converge", denied, {"evidence.json", "journal.jsonl", "report.html"}),
        ("verify", enough, {"journal.jsonl", "verification.json", "report.html"}),
        ("verify", broken, {"journal.jsonl", "verification.json", "report.html"}),
    ],
)
def test_what_lies_in_out_afterwards(
    bench: Bench, tmp_path: Path, command: str, world: Callable[[], World], files: set[str]
) -> None:
    _, out, _ = bench.run(command, world(), "--out", str(tmp_path / "out"), "--format", "json")
    assert {path.name for path in (tmp_path / "out").iterdir()} == files
    document = json.loads(out)
    if command == "verify":
        assert json.loads((tmp_path / "out/verification.json").read_text()) == document
        return
    evidence = json.loads((tmp_path / "out/evidence.json").read_text())
    assert evidence == {key: value for key, value in document.items() if key != "policy"}
    if "policy.json" in files:
        assert json.loads((tmp_path / "out/policy.json").read_text()) == document["policy"]


@pytest.mark.parametrize(("command", "file"), [("converge", "policy.json"), ("verify", "verification.json")])
def test_where_nobody_reads_only_what_lies_in_out_counts(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, file: str
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    for arguments, expected in (((), ExitCode.UNREAD), (("--out", str(tmp_path / "out")), ExitCode.OK)):
        with os.fdopen(os.dup(writing), "w", encoding="utf-8") as closed:
            monkeypatch.setattr("sys.stdout", closed)
            code, _, err = bench.run(command, enough(), *arguments)
            assert code is expected
            assert ("verifier: standard output was closed" in err) is (expected is ExitCode.UNREAD)
    assert (tmp_path / "out" / file).is_file()
    os.close(writing)


def test_the_journal_says_what_the_run_is_of(bench: Bench, tmp_path: Path) -> None:
    bench.run("converge", enough(), "--out", str(tmp_path / "out"), "--minimal", "--strategy", "strict")
    bench.run("verify", enough(), "--out", str(tmp_path / "out"))
    rows = [json.loads(line) for line in (tmp_path / "out/journal.jsonl").read_text().splitlines()]
    runs = [row for row in rows if row["kind"] == "run"]
    same = {"kind": "run", "service": "shop", "framework": "osls@4.3.1", "target": "embedded"}
    assert runs == [
        same
        | {
            "command": "converge",
            "resumed": False,
            "strategy": "strict",
            "scope": "service",
            "minimal": True,
            "updates": "all",
            "enforceLikely": False,
        },
        same | {"command": "verify"},
    ]


def test_a_run_goes_on_where_the_journal_ends(bench: Bench, tmp_path: Path) -> None:
    out = ("--out", str(tmp_path / "out"))
    bench.run("converge", World(lambda _: [READ], problems=[None, "gone", "gone"]), *out)
    world = enough()
    code, _, err = bench.run("converge", world, *out, "--resume")
    assert code == ExitCode.OK
    assert world.modes == [Mode.ENFORCE]
    assert "1 rounds ended, 1 permissions learnt" in err


# -- before the trials


def trial_options(target: str = "embedded") -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    setup.add_trial_options(parser)
    parser.set_defaults(redaction=Redaction())
    return parser.parse_args(["service", "--target", target])


@pytest.mark.parametrize("refuses", [True, False])
def test_no_trial_runs_before_the_negative_control_was_refused(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, refuses: bool
) -> None:
    names = ("cloudformation.describe_stacks", "s3.list_buckets")
    room = FakeRoom(errors=dict.fromkeys(names, "AccessDenied") if refuses else {})
    closed: list[bool] = []
    target = FakeTarget(room)
    monkeypatch.setattr(target, "close", lambda: closed.append(True))
    monkeypatch.setattr("verifier.targets.embedded.EmbeddedTarget", lambda **_: target)
    framework = Framework("osls", "4.3.1", ())
    given = setup.Setup(load_service(bench.folder), framework, Options(), "embedded", MACHINE)
    said = io.StringIO()
    begun = False
    try:
        with setup.running(given, trial_options(), Journal(None), Progress(said)):
            begun = True
            assert room.calls == ["sts.get_caller_identity", *names]
            assert not closed
    except UnavailableError as error:
        assert "does not enforce IAM" in str(error)
    assert begun is refuses
    assert ("negative control: a user without policies is refused" in said.getvalue()) is refuses
    assert closed == [True]


def test_verify_adds_what_a_log_tells_of_refusals(bench: Bench) -> None:
    log = bench.folder.parent / "ci.log"
    log.write_text(
        "User: arn:aws:iam::111122223333:user/ci is not authorized to perform: s3:PutObject on resource: "
        "arn:aws:s3:::files/a with an explicit deny in a permissions boundary",
        encoding="utf-8",
    )
    code, out, _ = bench.run("verify", enough(), "--log", str(log), "--format", "json")
    document = json.loads(out)
    assert (code, document["verdict"]) == (0, "sufficient")
    [row] = document["refusedInLog"]
    assert (row["action"], row["policyType"], row["grantable"]) == ("s3:PutObject", "boundary", False)
    _, out, _ = bench.run("verify", enough(), "--log", str(log))
    assert "refused in the log:\n  s3:PutObject on arn:aws:s3:::files/a\n" in out
    assert "permissions boundary: no grant lifts it" in out
    log.write_text("all is well\n", encoding="utf-8")
    _, out, _ = bench.run("verify", enough(), "--log", str(log))
    assert "refused in the log: nothing\n" in out
    _, out, _ = bench.run("verify", enough(), "--format", "json")
    assert "refusedInLog" not in json.loads(out)


def test_what_the_target_lacks_is_named(bench: Bench) -> None:
    for command in ("converge", "verify"):
        world = enough()
        _, out, err = bench.run(command, world, "--format", "json")
        assert "answeredHere" not in json.loads(out)
        world = enough()
        world.answered_here = ()
        assert json.loads(bench.run(command, world, "--format", "json")[1])["answeredHere"] == []
        world = enough()
        world.answered_here = ("ecr", "sns:GetDataProtectionPolicy")
        _, out, err = bench.run(command, world, "--format", "json")
        assert json.loads(out)["answeredHere"] == ["ecr", "sns:GetDataProtectionPolicy"]
        world = enough()
        world.answered_here = ("ecr", "sns:GetDataProtectionPolicy")
        world.differences = (Disagreement("sqs:CreateQueue", False, True),)
        _, out, err = bench.run(command, world)
        otherwise = "decided otherwise at the endpoint: sqs:CreateQueue is allowed there, refused here"
        assert otherwise in (err if command == "converge" else out)
        words = "not at the endpoint, answered by the embedded emulator: ecr, sns:GetDataProtectionPolicy"
        assert words in (err if command == "converge" else out)


def test_what_is_not_enforced_is_said_plainly_and_makes_no_policy(bench: Bench, tmp_path: Path) -> None:
    row = Unenforced("AWS::S3::Bucket", ("Files",), ("s3:CreateBucket", "s3:DeleteBucket"))
    for number, command in enumerate(("converge", "verify")):

        def world() -> World:
            made = enough()
            made.unenforced, made.not_enforced = UPSTREAM, (row,)
            return made

        out = tmp_path / str(number)
        code, _, _ = bench.run(command, world(), "--out", str(out))
        assert code == 4
        assert not (out / "policy.json").exists()
        _, text, err = bench.run(command, world())
        said = err if command == "converge" else text
        assert "NOT ENFORCED: what CloudFormation does on the caller's behalf" in said
        assert "not enforced: AWS::S3::Bucket (Files): s3:CreateBucket, s3:DeleteBucket" in said
        assert "not run, so nothing there is proven: rollback-create, rollback-update" in said
        document = json.loads(bench.run(command, world(), "--format", "json")[1])
        assert (document["verdict"], document["cloudformation"]) == ("inconclusive", "upstream")
        assert document["notEnforced"] == [row.as_dict()]
        assert "does not prove that the policy is enough" in document["reason"]
        page = (out / "report.html").read_text(encoding="utf-8")
        assert "asked nobody; the permissions for it are not here" in page


def test_conditions_that_the_endpoint_cannot_read_are_named(bench: Bench) -> None:
    narrow = LeftOut("StringEquals", "iam:PassedToService", "Allow", ("iam:PassRole",))
    denying = LeftOut("Bool", "aws:ViaAWSService", "Deny", ("s3:*",))
    world = enough()
    world.differences = (Disagreement("lambda:Invoke", False, True, why="its condition was left out there"),)
    world.left_out = (narrow, denying)
    document = json.loads(bench.run("converge", world, "--format", "json")[1])
    assert document["conditionsLeftOut"] == [narrow.as_dict(), denying.as_dict()]
    assert document["upstreamDecisions"][0]["why"] == "its condition was left out there"
    world = enough()
    world.differences, world.left_out = (), (narrow, denying)
    out = bench.run("verify", world)[1]
    left_out = "cannot be read by the endpoint, and was left out there: "
    assert f"{left_out}StringEquals of iam:PassedToService (iam:PassRole)\n" in out
    assert f"{left_out}the statement that denies s3:* by Bool of aws:ViaAWSService\n" in out
    world = enough()
    world.differences = ()
    out = bench.run("verify", world)[1]
    assert "which conditions of policies the endpoint can read is not known" in out
