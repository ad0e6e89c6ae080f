"""The folder in which installed tools and data are kept between runs: what has its final name there is whole.

One verifier at a time installs, and the others wait for it; a lock on the folder ends with its process.
Each installs under another name and gives the final one at the end, so where the file system has no locks,
several at once do the same work, and break nothing.
"""

import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from verifier.errors import UnavailableError
from verifier.framework.machine import Machine

_PARTIAL = ".partial-"
_FAILED = ".failed-"
_STALE_SECONDS = 24 * 3600.0
Say = Callable[[str], None]


def cache_folder(machine: Machine) -> Path:
    """Where it is."""
    base = machine.environment.get("XDG_CACHE_HOME")
    return (Path(base) if base and Path(base).is_absolute() else machine.home / ".cache") / "verifier"


def kept(final: Path, is_whole: Callable[[], bool], fill: Callable[[Path], None], say: Say) -> None:
    """See to it that ``final`` is there: ``fill`` is given a new folder that becomes it.

    What is there and not whole is replaced. Who waited while somebody else failed fails as he did.
    Raises UnavailableError, and what ``fill`` raises.
    """
    if is_whole():
        return
    since = time.time()
    with _alone(final.parent, say):
        if is_whole():
            return
        failure = final.with_name(f"{_FAILED}{final.name}")
        _check_failure(failure, since)
        with _partial_folder(final) as partial:
            try:
                fill(partial)
            except UnavailableError as error:
                with contextlib.suppress(OSError):
                    failure.write_text(str(error), encoding="utf-8")
                raise
            _publish(partial, final, is_whole)


@contextmanager
def _alone(cache: Path, say: Say) -> Iterator[None]:
    with _writable(cache):
        cache.mkdir(parents=True, exist_ok=True)
        handle = os.open(cache, os.O_RDONLY | os.O_CLOEXEC)
    try:
        _sweep(cache, all_of_it=_hold(handle, cache, say))
        yield
    finally:
        os.close(handle)


def _hold(handle: int, cache: Path, say: Say) -> bool:
    """Whether nobody else installs from now on: not so where the file system has no locks."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say(f"waiting for another verifier, which installs into {cache}")
        fcntl.flock(handle, fcntl.LOCK_EX)
    except OSError:
        return False
    return True


def _check_failure(failure: Path, since: float) -> None:
    with contextlib.suppress(OSError):
        if failure.stat().st_mtime >= since:
            raise UnavailableError(failure.read_text(encoding="utf-8"))
        failure.unlink()


@contextmanager
def _partial_folder(final: Path) -> Iterator[Path]:
    with _writable(final.parent):
        partial = Path(tempfile.mkdtemp(prefix=_PARTIAL, dir=final.parent))
    try:
        yield partial
    finally:
        shutil.rmtree(partial, ignore_errors=True)


@contextmanager
def _writable(cache: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UnavailableError(
            f"{cache}: {error.strerror}; set XDG_CACHE_HOME to a folder that can be written"
        ) from None


def _publish(partial: Path, final: Path, is_whole: Callable[[], bool]) -> None:
    """Give the filled folder its name, unless another verifier was first."""
    try:
        partial.rename(final)
    except OSError:
        if is_whole():
            return
        # Something broken has the name, such as a folder that was only half removed: out of the way with it.
        with contextlib.suppress(OSError):
            broken = final.rename(tempfile.mkdtemp(prefix=_PARTIAL, dir=final.parent))
            shutil.rmtree(broken, ignore_errors=True)
        try:
            partial.rename(final)
        except OSError as error:
            raise UnavailableError(f"{final}: {error.strerror}; remove that folder") from None


def _sweep(cache: Path, *, all_of_it: bool) -> None:
    """What killed installations left behind; where somebody may be at it, only what is old."""
    for left in cache.glob(f"{_PARTIAL}*"):
        with contextlib.suppress(OSError):
            if all_of_it or time.time() - left.stat().st_mtime > _STALE_SECONDS:
                shutil.rmtree(left, ignore_errors=True)
