"""A child process that leaves nothing behind and can never outlive the verifier, nor block on its output.

Between the verifier and the child stands a watchdog (watchdog.py). Who kills the watchdog ends the run:
the verifier is a subreaper too, inherits what the watchdog had, and ends that.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from verifier.errors import UnavailableError
from verifier.framework.cgroup import kill_group, new_group, remove_group
from verifier.framework.descendants import (
    become_subreaper,
    become_unreadable,
    children,
    end_descendants,
)
from verifier.framework.output import KeptOutput
from verifier.framework.signs import patience
from verifier.framework.watchdog import Job
from verifier.scratch import User

_ROOT = Path(__file__).resolve().parents[2]
_NEEDED_BY_PYTHON = ("LD_LIBRARY_PATH",)
# Nothing of ours is in its environment or on its command line, where others could read it. One that fails
# ends by a signal: its exit code would be taken for the child's.
_WATCHDOG = (
    sys.executable,
    *("-I", "-S", "-c"),
    f"""
import os, sys
try:
    sys.path.insert(0, {str(_ROOT)!r})
    from verifier.framework.watchdog import main
    main()
finally:
    os.kill(os.getpid(), 9)
""",
)
_LOOK_SECONDS = 0.5
"""How often somebody looks whether the child goes on as it should."""
_LET_GO_SECONDS = 15.0
"""How long the watchdog may take to end everything."""


@dataclass(frozen=True)
class Completed:
    """How a child ended: its exit code (None when it was stopped by us), output and seconds.

    Of the output the beginning and the end are kept (output.py). ``stopped`` says why it was
    stopped before the time-out; ``worked``: it was still at work when it was stopped (signs.py).
    """

    exit_code: int | None
    output: str
    seconds: float
    stopped: str | None = None
    worked: bool = False

    @property
    def timed_out(self) -> bool:
        """It was stopped because it took too long."""
        return self.exit_code is None and self.stopped is None


def go_on() -> str | None:
    """Nothing but the time-out stops it."""
    return None


def run(
    command: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    timeout: float,
    to_stop: Callable[[], str | None] = go_on,
    user: User | None = None,
) -> Completed:
    """Run ``command`` with exactly ``env``; both output streams together, decoded leniently.

    It runs as ``user``, for which we must be root, or as we do. Nothing that we have open is open in it,
    and of the same user it cannot read our memory. ``timeout`` is in seconds without a sign of work
    (signs.py). ``to_stop`` is asked twice a second whether the child must end, and why. When this returns
    or is interrupted (Ctrl-C), nothing that came of the child runs any more. A command that is not there is
    exit code 127. Raises UnavailableError when the watchdog was killed, or when something cannot be ended.
    """
    started = time.monotonic()
    stopped: str | None = None
    with KeptOutput() as output:
        identity = (user.uid, user.gid) if user else None
        with _watched(Job(command, str(cwd), env, output.handle, identity=identity)) as watchdog:
            given = patience(timeout, output.handle, watchdog.pid)
            while watchdog.poll() is None and stopped is None:
                left = given.left()
                if left <= 0:
                    break
                with contextlib.suppress(subprocess.TimeoutExpired):
                    watchdog.wait(timeout=min(_LOOK_SECONDS, left))
                # Should somebody have stopped it with a signal.
                watchdog.send_signal(signal.SIGCONT)
                stopped = to_stop() if watchdog.poll() is None else None
            exit_code, worked = watchdog.poll(), given.works
        words = output.text()
    if exit_code is not None and exit_code < 0:
        raise UnavailableError(
            f"the process that watches over {Path(command[0]).name} was killed "
            f"({signal.Signals(-exit_code).name}) while it ran, by the service's own code or from outside; "
            "what it watched was ended, and the run with it"
        )
    return Completed(exit_code, words, time.monotonic() - started, stopped, worked)


# The pids of all watchdogs that run. The lock is held while one is started, and while orphans are looked for.
_watchdogs: set[int] = set()
_lock = threading.Lock()


@contextmanager
def _watched(job: Job) -> Iterator["subprocess.Popen[bytes]"]:
    """A watchdog that does ``job``, in a control group where there can be one; at the end nothing is left."""
    become_subreaper()
    become_unreadable()
    with _lock:
        ours = children(os.getpid())
        watchdog = _start_watchdog(job.output)
    # Not before there is a watchdog to remove it.
    group = new_group()
    job.group = group or ""
    assert watchdog.stdin is not None
    try:
        # A pipe that is broken already: it was killed, as its exit code tells.
        with contextlib.suppress(BrokenPipeError):
            watchdog.stdin.write(job.as_bytes())
            watchdog.stdin.flush()
        yield watchdog
    finally:
        _end(watchdog, group, ours)


def _start_watchdog(output: int) -> "subprocess.Popen[bytes]":
    watchdog = subprocess.Popen(
        _WATCHDOG,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=output,
        pass_fds=(output,),
        start_new_session=True,
        env={name: os.environ[name] for name in _NEEDED_BY_PYTHON if name in os.environ},
    )
    _watchdogs.add(watchdog.pid)
    return watchdog


def _end(watchdog: "subprocess.Popen[bytes]", group: str | None, ours: frozenset[int]) -> None:
    """The watchdog ends all that came of the child, and itself; what it could not we do.

    ``ours`` are the children that we had before.
    """
    assert watchdog.stdin is not None
    with contextlib.suppress(OSError):
        watchdog.stdin.close()
    try:
        watchdog.wait(_LET_GO_SECONDS)
    except subprocess.TimeoutExpired:
        watchdog.kill()
        watchdog.wait()
    with _lock:
        _watchdogs.discard(watchdog.pid)
        if group:
            kill_group(group)
        spared = ours | _watchdogs
        all_ended = end_descendants(os.getpid(), spared, reap=lambda: _bury(children(os.getpid()) - spared))
        _bury(children(os.getpid()) - spared)
    if group:
        remove_group(group)
    if not all_ended:
        raise UnavailableError(
            "a process that the service's own code started cannot be ended; end it yourself"
        )


def _bury(orphans: Iterable[int]) -> None:
    for pid in orphans:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
