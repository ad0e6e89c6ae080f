"""Where temporary things live: one folder per process, gone at its end, or swept up by the next run.

Under the system's temporary folder each process has ``verifier-run-XXXX`` with a lock in it. A lock
ends with its process, however that ends, so a folder whose lock is free belongs to nobody.
"""

import atexit
import contextlib
import fcntl
import os
import shutil
import stat
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from verifier.errors import UnavailableError

_PREFIX = "verifier-run-"
# Before the lock is held the folder has another name: a sweep by somebody else must not take it.
_NEW = "verifier-new-"
_NEW_FOR_SECONDS = 3600.0
_LOCK = "lock"


@dataclass(frozen=True)
class User:
    """Another user of this system, as whom children run: name, user number, group number."""

    name: str
    uid: int
    gid: int


class _Scratch:
    """This process's folder; ``lock`` is kept open, and so held, as long as the process lives."""

    def __init__(self) -> None:
        made = Path(tempfile.mkdtemp(prefix=_NEW))
        self._lock = os.open(made / _LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        self.folder = made.rename(made.with_name(made.name.replace(_NEW, _PREFIX, 1)))

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        os.close(self._lock)


_scratch: _Scratch | None = None
_guard = threading.Lock()


def scratch() -> Path:
    """This process's temporary folder; made at first use, with what dead runs left behind swept up.

    Raises UnavailableError when there is no place for it.
    """
    global _scratch  # noqa: PLW0603 - one per process, by nature
    with _guard:
        if _scratch is None:
            sweep()
            try:
                _scratch = _Scratch()
            except OSError as error:
                raise UnavailableError(
                    f"temporary folder: {error.strerror or error}; set TMPDIR to a folder that can be written"
                ) from None
            atexit.register(_scratch.close)
        return _scratch.folder


def lend(place: Path, user: User | None) -> Path:
    """Make a new folder or file in there ``user``'s own, and the way to it open; ``place`` again.

    Nothing for None: then children run as we do. What is made in a lent folder is its owner's, too
    (service/enclosed.py).
    """
    if user is not None:
        # Passed through, not listed.
        scratch().chmod(0o711)
        os.chown(place, user.uid, user.gid, follow_symlinks=False)
    return place


def lives(folder: Path) -> bool:
    """Whether the process whose ``scratch()`` this is still runs; of another user's nobody knows: it does."""
    try:
        lock = os.open(folder / _LOCK, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        return isinstance(error, PermissionError)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(lock)
    return False


def sweep() -> None:
    """Remove the folders of our own user's runs that are no more."""
    with contextlib.suppress(OSError):
        for entry in Path(tempfile.gettempdir()).iterdir():
            if entry.name.startswith((_PREFIX, _NEW)):
                _remove_if_dead(entry)


def _remove_if_dead(folder: Path) -> None:
    # Another run may be sweeping too: whatever is gone meanwhile is as good as removed.
    with contextlib.suppress(OSError):
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            return
        if folder.name.startswith(_NEW):
            if time.time() - found.st_mtime > _NEW_FOR_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
            return
        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CLOEXEC | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(lock)
