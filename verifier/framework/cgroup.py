"""A control group for a child, where Linux has given one of ours to us: what is in it ends all at once."""

# The watchdog needs this, and is started for every run of a tool: only what Python loads quickly is imported.

import os
import time

_PREFIX = "verifier-"
_REMOVAL_SECONDS = 1.0
_PAUSE_SECONDS = 0.002


def new_group() -> str | None:
    """The folder of a new group below our own; None where there is none, or it is not ours to divide."""
    own = _own()
    if own is None:
        return None
    group = f"{own}/{_PREFIX}{os.urandom(6).hex()}"
    try:
        os.mkdir(group)
    except OSError:
        return None
    if not os.path.exists(f"{group}/cgroup.kill"):  # Linux 5.14
        remove_group(group)
        return None
    return group


def enter_group(group: str) -> None:
    """Move this process there; without the right to, it stays where it is."""
    _tell(f"{group}/cgroup.procs", b"0")


def kill_group(group: str) -> None:
    """Kill all that is in it."""
    _tell(f"{group}/cgroup.kill", b"1")


def remove_group(group: str) -> None:
    """Remove it with the groups that were made in it; what is still in use after a while stays."""
    until = time.monotonic() + _REMOVAL_SECONDS
    while True:
        for folder, _, _ in os.walk(group, topdown=False):
            try:
                os.rmdir(folder)
            except OSError:
                pass
        # Who was killed may still be on the way out.
        if not os.path.isdir(group) or time.monotonic() > until:
            return
        time.sleep(_PAUSE_SECONDS)


def folder_of(groups: str, mounts: str) -> str | None:
    """Where our own group's folder is: ``groups`` is /proc/self/cgroup, ``mounts`` /proc/self/mountinfo.

    None where there are no control groups of version 2.
    """
    own = next((line[3:] for line in groups.splitlines() if line.startswith("0::/")), None)
    for mount in mounts.splitlines():
        before, _, after = mount.partition(" - ")
        if own is not None and after.startswith("cgroup2 "):
            root, place = before.split()[3:5]
            # In a container the mount shows a part of the tree only.
            return f"{place}/{own.removeprefix(root.rstrip('/')).lstrip('/')}".rstrip("/")
    return None


def _own() -> str | None:
    try:
        with open("/proc/self/cgroup", "rb") as groups, open("/proc/self/mountinfo", "rb") as mounts:
            folder = folder_of(os.fsdecode(groups.read()), os.fsdecode(mounts.read()))
    except OSError:
        return None
    return folder if folder and os.access(f"{folder}/cgroup.procs", os.W_OK) else None


def _tell(file: str, word: bytes) -> None:
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CLOEXEC)
    except OSError:
        return
    try:
        os.write(handle, word)
    except OSError:
        pass
    finally:
        os.close(handle)
