"""Copying a folder so that the copy can be worked in: every file is new, writable and its own."""

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

from verifier.errors import InputError
from verifier.service.enclosed import entered, folder_at, link_at, new_file_at
from verifier.service.forbidden import PACKAGES, Forbidden
from verifier.service.results import is_result

MODULES = "node_modules"
# Written by nobody and large.
LEFT_OUT = frozenset({".git"})
# Folders in each other, each of which is held open while what is in it is copied.
DEEPEST = 200
_NOT_IN_THE_KERNEL = (errno.EXDEV, errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM, errno.ETXTBSY)

Lend = Callable[[Path], Path]
"""From a folder of packages to what a copy links in its place."""


def overlay(
    source: Path,
    target: Path,
    skip: frozenset[str] = frozenset(),
    *,
    anchor: Path | None = None,
    lend: Lend | None = None,
    forbidden: Forbidden | None = None,
) -> None:
    """Copy the folder ``source`` over ``target``, without what is named in ``skip`` at its top.

    Nothing is written or removed outside of ``target``, whatever it holds (enclosed.py); ``anchor`` is
    a folder above it, by default the next one. Links within ``source`` stay links; what others lead
    to is copied, but for what is ``forbidden``. Folders of packages become links to what ``lend`` gives, or
    are left out. Sockets, pipes and the results of runs are left out. Raises InputError for a file that
    cannot be read, and for folders too deep in each other.
    """
    with entered(target, anchor or target.parent) as handle:
        try:
            _Overlay(source.resolve(), lend, forbidden).copy(source, handle, skip, ())
        except PermissionError as error:
            raise _unreadable(error.filename or source) from None


class _Overlay:
    def __init__(self, root: Path, lend: Lend | None, forbidden: Forbidden | None) -> None:
        self._root = root
        self._lend = lend
        self._forbidden = forbidden

    def copy(self, source: Path, target: int, skip: frozenset[str], within: tuple[Path, ...]) -> None:
        entries = sorted(source.iterdir())
        # A link that leads back to a folder that is just being copied would never end.
        within = (*within, source.resolve())
        if len(within) > DEEPEST:
            raise too_deep(self._root)
        for entry in entries:
            if entry.name in skip or entry.name in LEFT_OUT:
                continue
            if entry.is_symlink() and self._stays_inside(entry):
                link_at(target, entry.name, str(entry.readlink()))
            elif self._is_forbidden(entry, within[-1]):
                continue
            elif entry.name in PACKAGES and entry.is_dir():
                if self._lend:
                    link_at(target, entry.name, str(self._lend(entry.resolve())))
            elif entry.is_dir():
                if entry.resolve() not in within and not is_result(entry):
                    self._folder(entry, target, within)
            elif entry.is_file():
                copy_file_at(entry, target, entry.name)

    def _folder(self, source: Path, target: int, within: tuple[Path, ...]) -> None:
        handle = folder_at(target, source.name)
        try:
            self.copy(source, handle, frozenset(), within)
        finally:
            os.close(handle)

    def _is_forbidden(self, entry: Path, folder: Path) -> bool:
        """Whether nothing is taken from where it is or leads to; ``folder`` is its own, resolved."""
        is_own = folder.is_relative_to(self._root) and not entry.is_symlink()
        if self._forbidden is None or is_own:
            return False
        behind = self._forbidden.behind_packages if entry.name in PACKAGES else self._forbidden.behind
        return behind(entry) is not None

    def _stays_inside(self, link: Path) -> bool:
        goal = link.readlink()
        return not goal.is_absolute() and link.resolve().is_relative_to(self._root)


def too_deep(folder: Path) -> InputError:
    """Below ``folder`` there are more folders in each other than are copied."""
    return InputError(f"{folder}: more than {DEEPEST} folders in each other; move the deepest away")


def copy_file(source: Path, target: Path, anchor: Path) -> None:
    """A writable copy with a fresh modification time, below ``anchor``. Raises InputError when unreadable."""
    with entered(target.parent, anchor) as parent:
        copy_file_at(source, parent, target.name)


def copy_file_at(source: Path, parent: int, name: str) -> None:
    """The same in a folder that is open already."""
    try:
        # What is no regular file any more must not make us wait.
        reading = os.open(source, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except PermissionError:
        raise _unreadable(source) from None
    try:
        found = os.fstat(reading)
        if not stat.S_ISREG(found.st_mode):
            return
        writing = new_file_at(parent, name)
        try:
            copy_content(reading, writing, found.st_size)
            os.fchmod(writing, stat.S_IMODE(found.st_mode) | stat.S_IRUSR | stat.S_IWUSR)
        finally:
            os.close(writing)
    finally:
        os.close(reading)


def copy_content(reading: int, writing: int, size: int) -> None:
    """Copy ``size`` bytes or more from one open file to another, new one.

    They are shared by the file system where it can, else copied.
    """
    try:
        while size > 0 and (copied := os.copy_file_range(reading, writing, size)):
            size -= copied
    except AttributeError:
        pass
    except OSError as error:
        if error.errno not in _NOT_IN_THE_KERNEL:
            raise
    # Some file systems give nothing there although something is there.
    while size > 0 and (data := os.read(reading, 1 << 20)):
        size -= len(data)
        while data:
            data = data[os.write(writing, data) :]


def _unreadable(path: Path | str) -> InputError:
    return InputError(f"{path}: cannot be read; give yourself the right to, or remove it")
