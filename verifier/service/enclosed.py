"""Work in a folder in which strangers' code has worked: nothing is written or removed beyond it.

A plugin may have put a link, a pipe or a file where a folder was, or given a file a second name elsewhere.
So no link is ever followed here: each folder is opened as it is, what stands in its place is removed, and
a file is always a new one. Where the verifier is root, what it makes belongs to whom the folder is lent.
Handles are those of os.open on folders.
"""

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from verifier.errors import UnavailableError

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# Of a folder on the way nothing needs to be read, and may not be: /home of some machines. Linux only.
_WAY = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_SPACE_IN_MOUNTINFO = "\\040"


@contextmanager
def entered(folder: Path, anchor: Path, *, make: bool = True) -> Iterator[int]:
    """A handle on ``folder``, made where it is missing; what is no folder on the way is removed.

    ``anchor`` is absolute and was free of links when it was made. With ``make`` false nothing is made or
    removed: raises OSError instead. Raises UnavailableError when something else stands in the place of
    ``anchor``, or is mounted on the way or below.
    """
    _refuse_mounts(folder, anchor)
    with _entered(folder, anchor, make=make) as handle:
        yield handle


@contextmanager
def _entered(folder: Path, anchor: Path, *, make: bool) -> Iterator[int]:
    with ExitStack() as undo:
        handle = _anchored(anchor)
        undo.callback(os.close, handle)
        for part in folder.relative_to(anchor).parts:
            handle = folder_at(handle, part) if make else os.open(part, _FOLDER, dir_fd=handle)
            undo.callback(os.close, handle)
        yield handle


def folder_at(parent: int, name: str) -> int:
    """A handle on the folder ``name``, which is one afterwards."""
    try:
        handle = os.open(name, _FOLDER, dir_fd=parent)
    except OSError as error:
        # A link (ELOOP), something else (ENOTDIR), or a folder that was closed to us (EACCES).
        if error.errno != errno.ENOENT:
            remove_at(parent, name)
        os.mkdir(name, 0o755, dir_fd=parent)
        return _as_its_parent(os.open(name, _FOLDER, dir_fd=parent), parent)
    mode = stat.S_IMODE(os.fstat(handle).st_mode)
    if not mode & stat.S_IWUSR:
        os.fchmod(handle, mode | stat.S_IRWXU)
    return handle


def new_file_at(parent: int, name: str, mode: int = 0o600) -> int:
    """A handle on a new, empty file ``name``, whatever had that name."""
    try:
        handle = os.open(name, _NEW_FILE, mode, dir_fd=parent)
    except FileExistsError:
        remove_at(parent, name)
        handle = os.open(name, _NEW_FILE, mode, dir_fd=parent)
    return _as_its_parent(handle, parent)


def link_at(parent: int, name: str, goal: str) -> None:
    """Make ``name`` a link to ``goal``, whatever had that name."""
    with contextlib.suppress(OSError):
        if os.readlink(name, dir_fd=parent) == goal:
            return
    remove_at(parent, name)
    os.symlink(goal, name, dir_fd=parent)
    owner = _another_owner(parent)
    if owner:
        os.chown(name, *owner, dir_fd=parent, follow_symlinks=False)


def remove_at(parent: int, name: str) -> None:
    """Remove what has that name, a folder with all that is in it; nothing is no error.

    What is mounted is not entered. Raises OSError for what cannot be removed.
    """
    try:
        os.unlink(name, dir_fd=parent)
    except FileNotFoundError:
        return
    except OSError:
        if not _is_folder(parent, name):
            raise
        _remove_folder(parent, name)


def remove(path: Path, anchor: Path) -> None:
    """Remove ``path``, below ``anchor``; what is not there, or lies behind a link, is none of ours."""
    _refuse_mounts(path, anchor)
    try:
        with _entered(path.parent, anchor, make=False) as parent:
            remove_at(parent, path.name)
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
            raise


def link(path: Path, goal: Path, anchor: Path) -> None:
    """Make ``path``, below ``anchor``, a link to ``goal``."""
    with entered(path.parent, anchor) as parent:
        link_at(parent, path.name, str(goal))


def is_real(folder: Path, anchor: Path) -> bool:
    """Whether ``folder`` is a folder, reached from ``anchor`` through folders alone."""
    try:
        with entered(folder, anchor, make=False):
            return True
    except OSError:
        return False


def _as_its_parent(handle: int, parent: int) -> int:
    """What is new belongs to the owner of the folder that it is in: to whom the folder was lent."""
    owner = _another_owner(parent)
    if owner:
        os.fchown(handle, *owner)
    return handle


def _another_owner(folder: int) -> tuple[int, int] | None:
    """The user and group of a folder that is not root's; None where we are not root and can give nothing."""
    if os.geteuid() != 0:
        return None
    found = os.fstat(folder)
    return (found.st_uid, found.st_gid) if found.st_uid else None


def _anchored(anchor: Path) -> int:
    handle = os.open(anchor.anchor, _WAY)
    try:
        for part in anchor.parts[1:]:
            following = os.open(part, _WAY, dir_fd=handle)
            os.close(handle)
            handle = following
    except OSError:
        os.close(handle)
        raise UnavailableError(
            f"{anchor}: this temporary folder was replaced by something else while the run went on"
        ) from None
    return handle


def _refuse_mounts(folder: Path, anchor: Path) -> None:
    """What is mounted there cannot be told from what is ours."""
    places = [Path(line.split(" ", 5)[4].replace(_SPACE_IN_MOUNTINFO, " ")) for line in _mounts()]
    for place in places:
        on_the_way = folder.is_relative_to(place) and place != anchor and place.is_relative_to(anchor)
        if on_the_way or place.is_relative_to(folder):
            raise UnavailableError(f"{place}: something was mounted in the private copy; unmount it")


def _mounts() -> list[str]:
    """Linux's list of what is mounted; empty elsewhere."""
    try:
        return Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _is_folder(parent: int, name: str) -> bool:
    return stat.S_ISDIR(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode)


def _remove_folder(parent: int, name: str) -> None:
    """Each folder in it is moved up beside it first: however deep they lie, one handle does."""
    waiting = [name]
    while waiting:
        name = waiting.pop()
        handle = _opened_to_us(parent, name)
        try:
            for inner in os.listdir(handle):  # noqa: PTH208 - a handle
                try:
                    os.unlink(inner, dir_fd=handle)
                except OSError:
                    if not _is_folder(handle, inner):
                        raise
                    os.close(_opened_to_us(handle, inner))
                    fresh = f".removed-{secrets.token_hex(8)}"
                    # What is mounted cannot be moved: it is left as it is.
                    os.rename(inner, fresh, src_dir_fd=handle, dst_dir_fd=parent)
                    waiting.append(fresh)
        finally:
            os.close(handle)
        os.rmdir(name, dir_fd=parent)


def _opened_to_us(parent: int, name: str) -> int:
    """A handle on a folder that we can work in, whatever rights it had."""
    if hasattr(os, "O_PATH"):
        # By the handle, since a mode is otherwise changed through links only.
        handle = os.open(name, _WAY, dir_fd=parent)
        with contextlib.suppress(OSError):
            Path(f"/proc/self/fd/{handle}").chmod(0o700)
        os.close(handle)
    return os.open(name, _FOLDER, dir_fd=parent)
