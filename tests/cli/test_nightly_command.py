"""``verifier nightly`` goes on where a killed one ended, and believes nothing that is not true any more."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.baseline.evidences import baseline, by_tool, evidence, held
from tests.trial.rooms import write_service
from verifier.baseline.drift import compare
from verifier.baseline.files import write_baseline
from verifier.baseline.fleet import Fleet
from verifier.baseline.row import checked, failed
from verifier.cli import main
from verifier.errors import ExitCode

DRIFTED = compare(baseline(evidence()), evidence(held("s3:GetBucketTagging", by_tool("s3:GetBucketTagging"))))
SAME = compare(baseline(evidence()), evidence())
# Checks "a", and then hangs.
HANGS = """
import sys, time
from verifier.baseline.fleet import Fleet
from verifier.cli import main
from tests.cli.test_nightly_command import row
def run(self, folders):
    yield row(folders[0])
    print("one ended", flush=True)
    time.sleep(60)
Fleet.run = run
main(["nightly", "--out", "night"])
"""


def row(folder: str) -> dict[str, Any]:
    return checked(folder, evidence(), DRIFTED if folder == "b" else SAME, confirmed=True)


@dataclass
class Nights:
    """Services a, b and c, each checked in no time."""

    folder: Path
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch
    ran: list[str] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    partial: set[str] = field(default_factory=set)
    """Of these one tool could not be run."""

    def run(self, *arguments: str) -> tuple[ExitCode, list[str], str]:
        """The exit code, the services that were run, and stderr."""
        self.ran.clear()

        def run(fleet: Fleet, folders: Sequence[str]) -> Iterator[dict[str, Any]]:
            for folder in folders:
                self.ran.append(folder)
                ended = failed(folder, 4, "no network") if folder in self.broken else row(folder)
                yield {**ended, "reason": "under osls: gone"} if folder in self.partial else ended

        self.monkeypatch.setattr(Fleet, "run", run)
        code = main(["nightly", "--out", "night", *arguments])
        return code, [*self.ran], self.capsys.readouterr().err

    def killed(self) -> None:
        """A night of which one service ended before it was killed."""
        root = Path(__file__).resolve().parents[2]
        path = os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")])
        process = subprocess.Popen(
            [sys.executable, "-c", HANGS], env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        assert process.stdout.readline() == b"one ended\n"
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()

    def pretend(self) -> None:
        """The same, in no time: the journal of a whole night without its end."""
        self.run()
        journal = self.folder / "night" / "journal.jsonl"
        lines = journal.read_text(encoding="utf-8").splitlines(keepends=True)
        assert json.loads(lines[-1])["kind"] == "night-end"
        journal.write_text("".join(lines[:-1]), encoding="utf-8")


@pytest.fixture
def nights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Nights:
    for name in "abc":
        write_baseline(write_service(tmp_path / name), evidence())
    monkeypatch.chdir(tmp_path)
    return Nights(tmp_path, capsys, monkeypatch)


def test_a_night_checks_all_and_leaves_its_result(nights: Nights) -> None:
    code, ran, _ = nights.run()
    assert (code, ran) == (ExitCode.DRIFT, ["a", "b", "c"])
    rows = json.loads((nights.folder / "night" / "nightly.json").read_text(encoding="utf-8"))["services"]
    assert [item["outcome"] for item in rows] == ["no drift", "drift", "no drift"]
    summary = (nights.folder / "night" / "summary.md").read_text(encoding="utf-8")
    assert "| `b` | drift: 1 came, 0 went |" in summary
    assert nights.run()[1] == ["a", "b", "c"], "one that ended is not gone on with"


def test_a_folder_whose_name_is_no_text_spoils_no_night(nights: Nights) -> None:
    write_baseline(write_service(nights.folder / os.fsdecode(b"d\xff\x1b[31m")), evidence())
    for _ in range(2):
        code, ran, _ = nights.run()
        assert (code, len(ran)) == (ExitCode.DRIFT, 4)
    summary = (nights.folder / "night" / "summary.md").read_text(encoding="utf-8")
    assert r"| `d\udcff` | no drift |" in summary
    assert main(["report", "night"]) is ExitCode.OK


def test_a_killed_night_goes_on_where_it_ended(nights: Nights) -> None:
    nights.killed()
    code, ran, err = nights.run()
    assert (code, ran) == (ExitCode.DRIFT, ["b", "c"])
    assert "known from a run that ended early: 1 of 3 services" in err
    rows = json.loads((nights.folder / "night" / "nightly.json").read_text(encoding="utf-8"))["services"]
    assert [item["folder"] for item in rows] == ["a", "b", "c"]


@pytest.mark.parametrize("changed", ["serverless.yml", "baseline/policy.json", "node_modules/osls/index.js"])
def test_what_changed_meanwhile_is_checked_again(nights: Nights, changed: str) -> None:
    path = nights.folder / "b" / changed
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    nights.pretend()
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert nights.run()[1] == ["b"]


def test_a_night_among_the_files_of_a_service_changes_it_not(nights: Nights) -> None:
    """A repository often is one service: its night lies in it."""
    nights.run("a", "--out", "a/night")
    journal = nights.folder / "a" / "night" / "journal.jsonl"
    *rows, end = journal.read_text(encoding="utf-8").splitlines(keepends=True)
    assert json.loads(end)["kind"] == "night-end"
    journal.write_text("".join(rows), encoding="utf-8")
    assert nights.run("a", "--out", "a/night")[1] == []


def test_what_nothing_could_be_said_of_is_tried_again(nights: Nights) -> None:
    nights.broken, nights.partial = {"c"}, {"b"}
    nights.pretend()
    nights.broken, nights.partial = set(), set()
    assert nights.run()[1] == ["b", "c"]


def test_a_night_of_other_options_or_of_yesterday_is_not_gone_on_with(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    nights.pretend()
    assert nights.run("--frameworks", "auto")[1] == ["a", "b", "c"]
    nights.pretend()
    import time

    later = time.time() + 25 * 3600
    monkeypatch.setattr("verifier.cli.nightly.time.time", lambda: later)
    assert nights.run()[1] == ["a", "b", "c"]


def test_a_journal_that_is_none_is_told_in_one_line(nights: Nights) -> None:
    nights.pretend()
    journal = nights.folder / "night" / "journal.jsonl"
    journal.write_text("no row\n" + journal.read_text(encoding="utf-8"), encoding="utf-8")
    code, ran, err = nights.run()
    assert (code, ran) == (ExitCode.USAGE, [])
    assert "give another --out" in err.splitlines()[-1]


@pytest.mark.parametrize(
    ("out", "code", "ran"),
    [("a", 2, []), ("a/.", 2, []), ("a/.verifier/night", 0, ["a"]), ("ab", 0, ["a"])],
)
def test_a_night_in_the_place_of_a_service_is_refused(
    nights: Nights, out: str, code: int, ran: list[str]
) -> None:
    """It would change the service: nothing of it would be true when it is gone on with."""
    ended, checked_now, err = nights.run("a", "--out", out)
    assert (ended, checked_now) == (code, ran)
    assert (f"--out {Path(out)}: is the service itself; give a folder of its own, a/night" in err) == (
        code == 2
    )
    assert (nights.folder / out / "journal.jsonl").exists() == (code == 0)


def test_the_journal_holds_one_night_and_what_is_not_a_nights(nights: Nights) -> None:
    journal = nights.folder / "night" / "journal.jsonl"
    nights.run()
    size = journal.stat().st_size
    nights.run()
    assert abs(journal.stat().st_size - size) < 20
    other = json.dumps({"kind": "run", "service": "of a converge"}) + "\n"
    journal.write_text(other + journal.read_text(encoding="utf-8"), encoding="utf-8")
    nights.run()
    assert journal.read_text(encoding="utf-8").startswith(other)
