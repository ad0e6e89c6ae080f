"""The process between the verifier and a child: starts it, waits for it, and ends all that came of it.

It is a program of its own, so that it goes on when the verifier is killed: its standard input is a pipe
that the verifier holds, and the end of that pipe is the order to end everything. What comes first on it is
the job. Whatever loses its parent below the watchdog becomes the watchdog's child (a subreaper), so a
daemon is found in whatever session it hides. It ends last: when it is gone, everything is. Its exit code is
the child's, 128 and more for a signal; a watchdog that ends by a signal itself was killed by somebody.
"""

# It is started for every run of a tool: only what Python loads quickly is imported.

import os
import select
import signal
import time

# os.execvpe imports it: too late for another user, who may not be able to read this Python.
import warnings  # noqa: F401
from collections.abc import Mapping, Sequence

from verifier.framework.cgroup import enter_group, kill_group, remove_group
from verifier.framework.descendants import (
    GRACE_SECONDS,
    become_subreaper,
    become_unreadable,
    end_descendants,
    prctl,
)

_SET_PARENT_DEATH_SIGNAL = 1
_SET_NO_NEW_PRIVILEGES = 38
# The terminal's Ctrl-C is the verifier's to handle.
_IGNORED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
# Python ignores these; a child must not.
_RESTORED = (*_IGNORED, signal.SIGPIPE, signal.SIGXFSZ, signal.SIGCHLD)
_CONTROL = 0
_NOT_FOUND = 127
_LENGTH_DIGITS = 12


class Job:
    """A child to start: its command, folder and environment, the handle of its output, its control group.

    ``group`` is empty for none. ``identity`` is the user and group that it runs as, None for our own.
    """

    def __init__(
        self,
        command: Sequence[str],
        folder: str,
        environment: Mapping[str, str],
        output: int,
        group: str = "",
        *,
        identity: tuple[int, int] | None = None,
    ) -> None:
        self.command = list(command)
        self.folder = folder
        self.environment = dict(environment)
        self.output = output
        self.group = group
        self.identity = identity

    def as_bytes(self) -> bytes:
        """Its length and its parts; no part can hold a zero."""
        variables = [f"{name}={value}" for name, value in self.environment.items()]
        identity = " ".join(map(str, self.identity or ()))
        head = [self.folder, str(self.output), self.group, identity, str(len(self.command))]
        text = b"\0".join(map(os.fsencode, (*head, *self.command, *variables)))
        return str(len(text)).zfill(_LENGTH_DIGITS).encode() + text


def job_of(text: bytes) -> Job:
    """What ``as_bytes`` wrote, without the length."""
    folder, output, group, numbers, count, *rest = map(os.fsdecode, text.split(b"\0"))
    command, variables = rest[: int(count)], rest[int(count) :]
    pairs = (variable.partition("=") for variable in variables)
    environment = {name: value for name, _, value in pairs}
    identity: tuple[int, int] | None = None
    if numbers:
        user, users_group = numbers.split()
        identity = (int(user), int(users_group))
    return Job(command, folder, environment, int(output), group, identity=identity)


def main() -> None:
    """Do the job that comes on standard input, and end with the child's exit code."""
    for number in _IGNORED:
        signal.signal(number, signal.SIG_IGN)
    become_subreaper()
    become_unreadable()
    # Should somebody have stopped us, the verifier's end wakes us up.
    prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGCONT)
    woken = _woken_by_ended_children()
    length = _read(_LENGTH_DIGITS)
    job = job_of(_read(int(length))) if length else None
    if job is None:
        os._exit(0)
    os.set_inheritable(job.output, False)
    child = _start(job)
    os.close(job.output)
    status = _wait(child, woken)
    _end(child, job.group)
    os._exit(status)


def _read(length: int) -> bytes:
    """So many bytes of standard input, and none that follow; empty when it ends before."""
    read = b""
    while len(read) < length:
        more = os.read(_CONTROL, length - len(read))
        if not more:
            return b""
        read += more
    return read


def _woken_by_ended_children() -> int:
    """A pipe that can be read whenever a child has ended."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    os.set_blocking(reading, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    return reading


def _start(job: Job) -> int:
    child = os.fork()
    if child == 0:
        try:
            _become(job)
        except OSError as error:
            os.write(2, f"{job.command[0]}: {error.strerror}\n".encode())
        finally:
            os._exit(_NOT_FOUND)
    return child


def _become(job: Job) -> None:
    """The forked child: in a session of its own, with exactly its environment.

    Of ours nothing is open in it: Python opens everything so that it ends with the exec.
    """
    signal.set_wakeup_fd(-1)
    for number in _RESTORED:
        signal.signal(number, signal.SIG_DFL)
    os.dup2(job.output, 1)
    os.dup2(job.output, 2)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.setsid()
    if job.group:
        enter_group(job.group)
    if job.identity:
        _give_up_rights(*job.identity)
    # Without the watchdog it must not go on. After a change of user, which would undo it.
    prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    os.chdir(job.folder)
    os.execvpe(job.command[0], job.command, job.environment)


def _give_up_rights(user: int, group: int) -> None:
    """Become another user for good: no group of ours is left, and no program gives more rights again."""
    os.setgroups([])
    os.setgid(group)
    os.setuid(user)
    prctl(_SET_NO_NEW_PRIVILEGES, 1)


def _wait(child: int, woken: int) -> int:
    """Until the child ends, or the verifier does not want it any more; the child's exit code."""
    while True:
        ready, _, _ = select.select([_CONTROL, woken], [], [])
        if woken in ready:
            os.read(woken, 4096)
            status = _bury(child)
            if status is not None:
                return status
        if _CONTROL in ready and not os.read(_CONTROL, 4096):
            return 128 + signal.SIGKILL


def _bury(child: int = 0) -> int | None:
    """Take note of all that have ended; the child's exit code if it is among them."""
    code = None
    try:
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            if pid == child:
                ended = os.waitstatus_to_exitcode(status)
                code = ended if ended >= 0 else 128 - ended
    except ChildProcessError:
        pass
    return code


def _has_children() -> bool:
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return False
    return True


def _end(child: int, group: str) -> None:
    if group:
        kill_group(group)
    if not os.path.isdir("/proc/self"):
        try:
            # Its process group is all that is known.
            os.killpg(child, signal.SIGKILL)
        except OSError:
            pass
    until = time.monotonic() + GRACE_SECONDS
    # Who forks and ends all the time may be missed in the list of processes. But as a subreaper we have
    # a child as long as anything that came of ours is left: only the kernel's word that there is none counts.
    while _has_children() and time.monotonic() < until:
        end_descendants(os.getpid(), reap=_bury)
    if group:
        remove_group(group)
