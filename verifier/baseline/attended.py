"""The process of one service: its words are heard as they come, and one that hangs or goes on is ended."""

import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO

_LOOK_SECONDS = 0.5
GRACE_SECONDS = 60.0
"""How long a process may take to end in order, before it is killed."""
# What is known of one is bounded, whatever it prints.
_MOST_RESULT = 64 * 1024 * 1024
_MOST_LINE = 10_000
_KEPT_LINES = 200
# Somebody else may hold a pipe of a process that is gone.
_DRAIN_SECONDS = 10.0


@dataclass(frozen=True)
class Ended:
    """How it ended: its exit code, its standard output, and the last lines that it said beside that.

    ``silent`` are the seconds after which it was ended because it had said nothing more; 0 if it was not.
    """

    code: int
    out: str
    said: Sequence[str]
    silent: float = 0.0


def attended(
    command: Sequence[str],
    environment: Mapping[str, str],
    *,
    begun: Callable[[], None],
    said: Callable[[str], None],
    enough: threading.Event,
    patience: float,
) -> Ended:
    """Run ``command`` to its end; ``said`` is told each line of its standard error.

    It is ended when ``enough`` is set, or when it has said nothing for ``patience`` seconds. Raises OSError
    when it cannot be started.
    """
    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(environment),
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    begun()
    ears = _Ears(child, said)
    silent = 0.0
    while not _has_ended(child):
        quiet = time.monotonic() - ears.last
        if enough.is_set() or quiet > patience:
            silent = 0.0 if enough.is_set() else quiet
            _end(child)
    return Ended(child.returncode, ears.out(), [*ears.lines], silent)


def _has_ended(child: "subprocess.Popen[str]", within: float = _LOOK_SECONDS) -> bool:
    try:
        child.wait(within)
    except subprocess.TimeoutExpired:
        return False
    return True


def _end(child: "subprocess.Popen[str]") -> None:
    """In order, and where it does not hear, at once: its watchdogs end what it has started."""
    child.send_signal(signal.SIGTERM)
    if not _has_ended(child, GRACE_SECONDS):
        child.kill()
        child.wait()


@dataclass
class _Ears:
    """Two threads that read what ``child`` writes."""

    child: "subprocess.Popen[str]"
    hear: Callable[[str], None]
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=_KEPT_LINES))
    last: float = field(default_factory=time.monotonic)
    """When it said something."""
    _out: str = ""

    def __post_init__(self) -> None:
        self._threads = [
            threading.Thread(target=read, args=(stream,), daemon=True)
            for read, stream in ((self._result, self.child.stdout), (self._talk, self.child.stderr))
        ]
        for thread in self._threads:
            thread.start()

    def out(self) -> str:
        """Its standard output, when it has ended."""
        for thread in self._threads:
            thread.join(_DRAIN_SECONDS)
        return self._out

    def _result(self, stream: IO[str]) -> None:
        with stream:
            self._out = stream.read(_MOST_RESULT)

    def _talk(self, stream: IO[str]) -> None:
        with stream:
            for line in iter(lambda: stream.readline(_MOST_LINE), ""):
                self.last = time.monotonic()
                self.lines.append(line.rstrip("\n"))
                self.hear(line.rstrip("\n"))
