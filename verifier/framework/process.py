"""A child process that can never outlive the verifier, and whose output can never block it.

The child waits for a go before it starts; by then a watchdog knows its process group. When the
verifier dies, however it dies, the watchdog's pipe ends and it kills every group that is left.
Children carry a mark in their environment: what leaves the group (a daemon that a plugin starts) is
found by it, where there is a /proc.
"""

import contextlib
import itertools
import os
import secrets
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from verifier.scratch import scratch

# Reads "+PGID" and "-PGID" lines; on end of file kills what is left. Plain sh: it starts in a millisecond
# and needs nothing of ours. It ignores the terminal's Ctrl-C, which is the verifier's to handle.
_WATCHDOG = r"""
trap '' INT TERM HUP
groups=
while read -r line; do
  case $line in
    +*) groups="$groups ${line#+}" ;;
    -*) rest=
        for g in $groups; do [ "$g" = "${line#-}" ] || rest="$rest $g"; done
        groups=$rest ;;
  esac
done
[ "$groups" ] || exit 0
for g in $groups; do kill -s KILL -- "-$g" 2>/dev/null; done
for again in 1 2 3; do
  for e in $(grep -ls -- "$1" /proc/[0-9]*/environ); do
    e=${e#/proc/}
    kill -s KILL "${e%/environ}" 2>/dev/null
  done
done
"""
MARK = "VERIFIER_CHILD"
_RUN = secrets.token_hex(8)
_numbers = itertools.count(1)
_WAIT_FOR_GO = 'read -r _ && exec "$@" </dev/null'


@dataclass(frozen=True)
class Completed:
    """How a child ended: its exit code (None when it was stopped at the time-out), output and seconds."""

    exit_code: int | None
    output: str
    seconds: float

    @property
    def timed_out(self) -> bool:
        """It was stopped because it took too long."""
        return self.exit_code is None


class Watchdog:
    """Ends the registered process groups when this process is gone."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            ["/bin/sh", "-c", _WATCHDOG, "sh", f"{MARK}={_RUN}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={"PATH": os.defpath},
        )
        self._lock = threading.Lock()

    def add(self, group: int) -> None:
        """From now on ``group`` ends with us."""
        self._say(f"+{group}\n")

    def remove(self, group: int) -> None:
        """``group`` has ended."""
        self._say(f"-{group}\n")

    def close(self) -> None:
        """No more children: the watchdog ends."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        self._process.wait()

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        with self._lock:
            self._process.stdin.write(line.encode())
            self._process.stdin.flush()


_watchdog: Watchdog | None = None
_watchdog_lock = threading.Lock()


def watchdog() -> Watchdog:
    """This process's watchdog, started at first use and ended at exit."""
    import atexit

    global _watchdog  # noqa: PLW0603 - one per process, by nature
    with _watchdog_lock:
        if _watchdog is None:
            _watchdog = Watchdog()
            atexit.register(_watchdog.close)
        return _watchdog


def run(command: Sequence[str], *, cwd: Path, env: Mapping[str, str], timeout: float) -> Completed:
    """Run ``command`` with exactly ``env`` and our mark; both output streams together, decoded leniently.

    ``timeout`` is in seconds; at its end the whole process group is killed. Interrupting (Ctrl-C)
    kills it too and goes on upwards.
    """
    started = time.monotonic()
    mark = f"{_RUN}.{next(_numbers)}."
    with tempfile.TemporaryFile(dir=scratch()) as sink:
        child = _start(command, cwd, {**env, MARK: mark}, sink)
        try:
            exit_code: int | None = child.wait(timeout=timeout)
        except subprocess.TimeoutExpired:
            exit_code = None
        finally:
            _kill_group(child)
            _kill_marked(f"{MARK}={mark}".encode())
            watchdog().remove(child.pid)
        sink.seek(0)
        output = sink.read().decode("utf-8", errors="replace")
    return Completed(exit_code, output, time.monotonic() - started)


def _start(
    command: Sequence[str], cwd: Path, env: Mapping[str, str], sink: IO[bytes]
) -> "subprocess.Popen[bytes]":
    dog = watchdog()
    child = subprocess.Popen(
        ["/bin/sh", "-c", _WAIT_FOR_GO, "sh", *command],
        cwd=cwd,
        env=dict(env),
        stdin=subprocess.PIPE,
        stdout=sink,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    dog.add(child.pid)
    assert child.stdin is not None
    with contextlib.suppress(BrokenPipeError):
        child.stdin.write(b"go\n")
        child.stdin.close()
    return child


def _kill_group(child: "subprocess.Popen[bytes]") -> None:
    # Also after a normal end: what the child left behind in its group must not go on.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _kill_marked(mark: bytes) -> None:
    """Kill what has left the group, until nothing new turns up; no /proc, no search."""
    for _ in range(3):
        found = [pid for pid in _processes() if mark in _environment(pid).split(b"\0")]
        for pid in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        if not found:
            return


def _processes() -> list[int]:
    try:
        return [int(name) for name in os.listdir("/proc") if name.isdigit()]  # noqa: PTH208 - thousands
    except OSError:
        return []


def _environment(pid: int) -> bytes:
    # Gone meanwhile, or somebody else's: neither is ours to end.
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""
