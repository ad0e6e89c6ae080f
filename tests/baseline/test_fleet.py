"""Services side by side: whatever becomes of the process of one, the others are told of."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from verifier.baseline.fleet import Fleet, read_all

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
    for row in rows:
        assert (row["outcome"], row["exitCode"]) == ("bad input", 2)
        assert "no baseline/policy.json; make one" in row["reason"]


def test_a_process_that_says_nothing_is_a_failure(tmp_path: Path) -> None:
    fleet = Fleet(("baseline", "list"), (), os.environ)
    (row,) = fleet.run([str(tmp_path)])
    assert row["outcome"] == "failed"
    assert "ended with 0 and said nothing" in row["reason"]
    assert row["exitCode"] == 1


def test_a_worker_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "endless")
    # Ours: what is read from it does not end with the parent.
    endless = os.open(tmp_path / "endless", os.O_RDWR)
    parent = subprocess.Popen(
        [sys.executable, "-c", STARTS_ONE], stdin=endless, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    number = int(parent.stdout.readline())
    worker = Path(f"/proc/{number}/cmdline")
    # Taken only by a worker that is at work; then it waits for more.
    os.write(endless, MORE_THAN_A_PIPE_HOLDS)
    time.sleep(0.3)
    parent.kill()
    parent.wait()
    until = time.monotonic() + 10
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
