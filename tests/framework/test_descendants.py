"""Who came of a process, by a table of /proc; and that only they are ended."""

import os
import signal
import subprocess
import sys

import pytest

from verifier.framework import descendants
from verifier.framework.descendants import Process, children, end_descendants

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


def ended(
    monkeypatch: pytest.MonkeyPatch, *rows: tuple[int, int, int, str], spared: frozenset[int]
) -> set[int]:
    """Which of a table's processes are killed for root 10, if each dies at once."""
    table = {row[0]: Process(*row) for row in rows}
    killed: set[int] = set()

    def kill(process: Process) -> None:
        killed.add(process.pid)
        del table[process.pid]

    monkeypatch.setattr(descendants, "_processes", lambda: list(table.values()))
    monkeypatch.setattr(descendants, "_kill", kill)
    assert end_descendants(10, spared)
    return killed


def test_children_and_theirs_but_no_strangers(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = (
        (1, 0, 1, "S"),
        (10, 1, 100, "S"),
        (11, 10, 110, "S"),
        (12, 11, 120, "T"),
        (13, 10, 130, "Z"),
        (14, 13, 140, "S"),
        (20, 1, 150, "S"),
        (21, 20, 160, "S"),
        # Its parent's number was given to one of ours after it had been read.
        (22, 12, 90, "S"),
        (30, 10, 100, "S"),
        (31, 30, 170, "S"),
    )
    assert ended(monkeypatch, *rows, spared=frozenset({30})) == {11, 12, 14}


def test_it_gives_up_on_what_cannot_be_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(descendants, "GRACE_SECONDS", 0.05)
    table = [Process(10, 1, 100, "S"), Process(11, 10, 110, "D")]
    monkeypatch.setattr(descendants, "_processes", lambda: table)
    monkeypatch.setattr(descendants, "_kill", lambda _: None)
    assert not end_descendants(10)


@pytest.mark.parametrize("pidfd", [True, False])
def test_a_number_that_was_given_away_is_not_killed(monkeypatch: pytest.MonkeyPatch, pidfd: bool) -> None:
    if not pidfd:
        monkeypatch.delattr(os, "pidfd_open")
    child = subprocess.Popen(SLEEP)
    now = descendants._read(child.pid)
    assert now is not None
    assert child.pid in children(os.getpid())
    descendants._kill(Process(now.pid, now.parent, now.started - 1, now.state))
    with pytest.raises(subprocess.TimeoutExpired):
        child.wait(0.3)
    descendants._kill(now)
    assert child.wait() == -signal.SIGKILL
