"""Every process that came of one, whatever session, group or environment it gave itself; by Linux's /proc.

A parent that ends leaves its children to the nearest subreaper above it, so that the line never breaks.
Where there is no /proc nothing is found.
"""

# The watchdog needs this, and is started for every run of a tool: only what Python loads quickly is imported.

import ctypes
import os
import signal
import time
from collections.abc import Callable, Iterator, Set

GRACE_SECONDS = 5.0
"""How long what was killed may take to be gone: a process may be stuck in the kernel."""
_PAUSE_SECONDS = 0.002
_SET_DUMPABLE = 4
_SET_CHILD_SUBREAPER = 36
_GONE = ("Z", "X")


class Process:
    """A line of /proc: ``started`` is in clock ticks since the machine's start.

    ``ticks`` of a processor it has had, and those of its children that it has waited for.
    """

    __slots__ = ("parent", "pid", "started", "state", "threads", "ticks")

    def __init__(
        self, pid: int, parent: int, started: int, state: str, *, threads: int = 1, ticks: int = 0
    ) -> None:
        self.pid = pid
        self.parent = parent
        self.started = started
        self.state = state
        self.threads = threads
        self.ticks = ticks

    @property
    def alive(self) -> bool:
        """It still runs, or could: a process whose first thread has ended goes on in the others."""
        return self.state not in _GONE or self.threads > 1


def become_subreaper() -> None:
    """From now on whatever loses its parent below this process becomes its child; Linux only."""
    prctl(_SET_CHILD_SUBREAPER, 1)


def become_unreadable() -> None:
    """From now on no process of the same user reads our memory, environment or open files; Linux only.

    What is root reads them all the same. Of /proc/self we ourselves read on as before.
    """
    prctl(_SET_DUMPABLE, 0)


def prctl(option: int, value: int) -> None:
    """Linux's prctl; nothing elsewhere."""
    try:
        ctypes.CDLL(None).prctl(option, ctypes.c_ulong(value), 0, 0, 0)
    except (AttributeError, OSError):
        pass


def children(root: int) -> frozenset[int]:
    """The pids of the direct children of ``root``, ended ones too."""
    return frozenset(process.pid for process in _processes() if process.parent == root)


def processor_seconds(root: int) -> float:
    """What all that came of ``root`` has had of the processors, as far as it still runs or was waited for."""
    return sum(process.ticks for process in _descendants(root, frozenset())) / os.sysconf("SC_CLK_TCK")


def end_descendants(
    root: int, spared: Set[int] = frozenset(), reap: Callable[[], object] | None = None
) -> bool:
    """Kill all that came of ``root``, again and again until nothing is left; whether that is so.

    ``spared`` are children of ``root`` that are left alone with all that came of them. ``reap`` is
    called after each round. Gives up after GRACE_SECONDS.
    """
    until = time.monotonic() + GRACE_SECONDS
    while found := [process for process in _descendants(root, spared) if process.alive]:
        if time.monotonic() > until:
            return False
        for process in found:
            _kill(process)
        if reap:
            reap()
        time.sleep(_PAUSE_SECONDS)
    return True


def _descendants(root: int, spared: Set[int]) -> Iterator[Process]:
    below: dict[int, list[Process]] = {}
    table = {process.pid: process for process in _processes()}
    for process in table.values():
        below.setdefault(process.parent, []).append(process)
    waiting = [root]
    while waiting:
        parent = table.get(waiting.pop())
        if parent is None:
            continue
        for process in below.get(parent.pid, []):
            # Older than its parent: a stranger's, whose real parent's number was given away meanwhile.
            if process.pid not in spared and process.started >= parent.started:
                waiting.append(process.pid)
                yield process


def _kill(process: Process) -> None:
    """Kill exactly this one, not who may have got its number. Somebody else's is not ours to end."""
    handle = _handle(process.pid)
    try:
        if not _is_still(process):
            pass
        elif handle is None:
            os.kill(process.pid, signal.SIGKILL)
        else:
            signal.pidfd_send_signal(handle, signal.SIGKILL)
    except OSError:
        pass
    if handle is not None:
        os.close(handle)


def _handle(pid: int) -> int | None:
    """What stands for this very process; None where the system has no such thing (before Linux 5.3)."""
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return None


def _is_still(process: Process) -> bool:
    now = _read(process.pid)
    return now is not None and now.started == process.started


def _processes() -> list[Process]:
    try:
        names = os.listdir("/proc")
    except OSError:
        return []
    return [process for name in names if name.isdigit() and (process := _read(int(name)))]


def _read(pid: int) -> Process | None:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            # A program's name may hold anything; what follows its last bracket does not.
            fields = file.read().rpartition(b")")[2].split()
        threads, ticks = int(fields[17]), sum(map(int, fields[11:15]))
        return Process(pid, int(fields[1]), int(fields[19]), fields[0].decode(), threads=threads, ticks=ticks)
    except (OSError, IndexError, ValueError):
        return None
