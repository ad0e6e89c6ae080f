"""Services side by side: whatever becomes of the process of one, the others are told of."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from verifier.baseline import attended
from verifier.baseline import fleet as fleet_module
from verifier.baseline.fleet import Fleet, read_all
from verifier.errors import UnavailableError

STARTS_ONE = """
import os, subprocess, sys, time
worker = [sys.executable, "-m", "verifier.cli.worker", str(os.getpid()), "denials", "-"]
print(subprocess.Popen(worker).pid, flush=True)
time.sleep(60)
"""
MORE_THAN_A_PIPE_HOLDS = b"x" * 100_000


def test_each_has_its_row_and_the_reason_in_it(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    heard: list[str] = []
    begun: list[str] = []
    fleet = Fleet(("baseline", "check"), (), os.environ, 2, begun=begun.append)
    folders = [str(tmp_path / name) for name in ("b", "a")]
    rows = read_all(fleet.run(folders), lambda row: heard.append(row["folder"]))
    assert [row["folder"] for row in rows] == sorted(folders)
    assert sorted(heard) == sorted(begun) == sorted(folders)
    assert [(row["outcome"], row["exitCode"]) for row in rows] == [("bad input", 2)] * 2
    assert "no baseline/policy.json; make one" in rows[0]["reason"]
    assert "b: no such folder; give one with serverless.yml" in rows[1]["reason"]


def test_a_process_that_says_nothing_is_a_failure(tmp_path: Path) -> None:
    fleet = Fleet(("baseline", "list"), (), os.environ)
    (row,) = fleet.run([str(tmp_path)])
    assert row["outcome"] == "failed"
    assert "ended with 0 and printed no result" in row["reason"]
    assert row["exitCode"] == 1


SLEEPS = "import os, time; print(os.getpid(), file=sys.stderr, flush=True); time.sleep(60)"
LEAVES = "from verifier.scratch import scratch; scratch(); os.kill(os.getpid(), 9)"
ROW = '{"services": [{"folder": "a", "outcome": "no drift", "exitCode": 0, "reason": ""}]}'


@pytest.fixture
def stands_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], Fleet]:
    """A fleet whose processes run the given Python instead, with a temporary folder of their own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def fleet(code: str) -> Fleet:
        monkeypatch.setattr(fleet_module, "_WORKER", ("-c", f"import os, signal, sys\n{code}"))
        return Fleet((), (), {**os.environ, "TMPDIR": str(tmp_path)})

    return fleet


@pytest.mark.parametrize(
    ("code", "outcome", "reason"),
    [
        ("print('x' * 9_000_000)", "failed", "its process ended with 0 and printed no result"),
        ('print(\'{"services": [{"folder": "a"}]}\')', "failed", "printed no result"),
        (f"print('{ROW}' * 2)", "failed", "printed no result"),
        ("os.write(2, b'\\xff\\n' * 9_000); sys.exit(4)", "inconclusive", "ended with 4 and printed no"),
        ("os.kill(os.getpid(), 9)", "unavailable", "was killed, by somebody or for want of memory"),
        ("os.abort()", "failed", "its process ended with -6 and printed no result"),
    ],
)
def test_whatever_a_process_says_or_dies_of_is_a_row(
    stands_in: Callable[[str], Fleet], code: str, outcome: str, reason: str
) -> None:
    (row,) = stands_in(code).run(["a"])
    assert (row["folder"], row["outcome"]) == ("a", outcome)
    assert reason in row["reason"]


def test_what_is_said_is_heard_while_a_process_runs(
    stands_in: Callable[[str], Fleet], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And one that hangs, deaf to a request to end, is ended: it does not stop the others."""
    heard: list[tuple[str, str]] = []
    code = f"signal.signal(15, signal.SIG_IGN) if sys.argv[-1] == 'a' else (print('{ROW}'), sys.exit())"
    fleet = replace(stands_in(f"{code}\n{SLEEPS}"), said=lambda *one: heard.append(one), patience=3.0)
    monkeypatch.setattr(attended, "GRACE_SECONDS", 1.0)
    hung, good = read_all(fleet.run(["a", "b"]), lambda _: None)
    ((folder, pid),) = heard
    assert folder == "a"
    assert ended(Path(f"/proc/{pid}/cmdline"))
    assert (hung["outcome"], good["outcome"]) == ("inconclusive", "no drift")
    assert "hung: it was ended when it had said nothing for 3 s" in hung["reason"]


def test_what_a_killed_process_leaves_is_gone_with_the_fleet(
    stands_in: Callable[[str], Fleet], tmp_path: Path
) -> None:
    (row,) = stands_in(LEAVES).run(["a"])
    assert row["outcome"] == "unavailable"
    assert [*tmp_path.iterdir()] == []


def test_who_cannot_keep_a_row_ends_what_runs_first(stands_in: Callable[[str], Fleet]) -> None:
    pids: list[str] = []
    code = f"print('{ROW}') if sys.argv[-1] == 'a' else exec({SLEEPS!r})"
    fleet = replace(stands_in(code), at_once=2, said=lambda _, line: pids.append(line))

    def keep(_: dict[str, Any]) -> None:
        until = time.monotonic() + 30
        while not pids and time.monotonic() < until:
            time.sleep(0.02)
        raise UnavailableError("the disk is full")

    with pytest.raises(UnavailableError) as caught:
        read_all(fleet.run(["a", "b"]), keep)
    # The error still holds on to all that it came through.
    assert caught.tb
    assert ended(Path(f"/proc/{pids[0]}/cmdline"))


@pytest.mark.parametrize("before", ["", "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)"])
def test_a_worker_ends_with_the_process_that_started_it(before: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "endless")
    # Ours: what is read from it does not end with the parent.
    endless = os.open(tmp_path / "endless", os.O_RDWR)
    parent = subprocess.Popen(
        [sys.executable, "-c", before + STARTS_ONE], stdin=endless, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    number = int(parent.stdout.readline())
    worker = Path(f"/proc/{number}/cmdline")
    # Taken only by a worker that is at work; then it waits for more.
    os.write(endless, MORE_THAN_A_PIPE_HOLDS)
    time.sleep(0.3)
    parent.kill()
    parent.wait()
    until = time.monotonic() + 60
    while not ended(worker) and time.monotonic() < until:
        time.sleep(0.02)
    try:
        assert ended(worker)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
        parent.stdout.close()
        os.close(endless)


def ended(process: Path) -> bool:
    """Gone, or a zombie that nobody has buried."""
    try:
        return process.read_bytes() == b""
    except OSError:
        return True


def test_other_packages_come_before_the_installed_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder that our package was found in may be the one with the installed ones."""
    seen: list[str] = []

    class Popen(subprocess.Popen[str]):
        def __init__(self, command: list[str], *, env: dict[str, str], **options: Any) -> None:
            seen.append(env["PYTHONPATH"])
            super().__init__([sys.executable, "-c", ""], env=env, **options)

    monkeypatch.setattr(subprocess, "Popen", Popen)
    environment = {**os.environ, "PYTHONPATH": "theirs"}
    [*Fleet(("baseline", "check"), (), environment, packages=tmp_path / "newest").run(["a"])]
    first, own, *others = seen[0].split(os.pathsep)
    assert (first, others) == (str(tmp_path / "newest"), ["theirs"])
    assert Path(own, "verifier", "baseline").is_dir()
