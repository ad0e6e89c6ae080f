"""A child that works is told from one that hangs."""

import sys
from pathlib import Path

import pytest

from verifier.framework.process import Completed, run
from verifier.framework.signs import Patience

ENV = {"PATH": "/usr/bin:/bin"}


class Child:
    """What is seen of a child, second by second."""

    def __init__(self, timeout: float) -> None:
        self.now, self.written, self.used = 0.0, 0, 0.0
        self.patience = Patience(timeout, lambda: self.written, lambda: self.used, lambda: self.now)

    def ends(self, *, writes_every: float = 1e9, takes: float = 0.0) -> float:
        """When it is stopped: it takes ``takes`` of a processor, and writes a byte now and then."""
        while self.patience.left() > 0:
            self.now += 0.5
            self.used += takes * 0.5
            self.written = int(self.now // writes_every)
        return self.now


@pytest.mark.parametrize(
    ("behaviour", "ends"),
    [
        ({}, 60),
        ({"takes": 0.01}, 60),
        ({"takes": 0.05}, 180),
        ({"takes": 1.0}, 180),
        ({"writes_every": 40}, 180),
        ({"writes_every": 50}, 180),
        ({"writes_every": 70}, 60),
    ],
)
def test_who_gives_no_sign_is_stopped_and_who_works_gets_longer(
    behaviour: dict[str, float], ends: float
) -> None:
    assert Child(60).ends(**behaviour) == ends


def test_it_is_told_whether_it_worked_when_it_was_stopped() -> None:
    idle, busy = Child(60), Child(60)
    idle.ends()
    busy.ends(takes=0.5)
    assert (idle.patience.works, busy.patience.works) == (False, True)


def test_who_stops_working_has_the_whole_time_from_then_on() -> None:
    child = Child(60)
    for _ in range(60):
        child.now += 0.5
        child.used += 0.5
        child.patience.left()
    assert child.ends() == 90


def lasts(folder: Path, *command: str) -> Completed:
    return run(command, cwd=folder, env=ENV, timeout=1.0)


def test_a_real_child_that_sleeps(tmp_path: Path) -> None:
    # Not in Python, whose start is work, and takes as long as the machine is busy.
    done = lasts(tmp_path, "sleep", "60")
    assert done.timed_out
    assert not done.worked
    assert done.seconds < 30


@pytest.mark.parametrize(
    "code",
    [
        "while True: pass",
        "import subprocess, sys; subprocess.run([sys.executable, '-c', 'while True: pass'])",
        "import subprocess, sys\nwhile True: subprocess.run([sys.executable, '-c', 'sum(range(10**5))'])",
        "import time\nwhile True: print('.', flush=True); time.sleep(0.2)",
    ],
    ids=["itself", "its child", "child after child", "in words"],
)
def test_a_real_child_that_works(tmp_path: Path, code: str) -> None:
    done = lasts(tmp_path, sys.executable, "-c", code)
    assert done.timed_out
    assert done.worked
    assert done.seconds >= 3
