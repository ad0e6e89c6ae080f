"""Copying a folder so that the copy can be worked in: every file is new, writable and its own."""

import os
import shutil
import stat
from pathlib import Path

from verifier.errors import InputError

# Large and only read: linked, at whatever depth. Written by nobody and large: left out.
LINKED = frozenset({"node_modules", ".venv", "venv"})
LEFT_OUT = frozenset({".git"})


def overlay(source: Path, target: Path, skip: frozenset[str] = frozenset()) -> None:
    """Copy the folder ``source`` over ``target``, without what is named in ``skip`` at its top.

    Links within ``source`` stay links; what others lead to is copied. Sockets and pipes are left out.
    Raises InputError for a file that cannot be read.
    """
    _overlay(source, target, skip, source.resolve(), ())


def _overlay(source: Path, target: Path, skip: frozenset[str], root: Path, within: tuple[Path, ...]) -> None:
    target.mkdir(parents=True, exist_ok=True)
    try:
        entries = sorted(source.iterdir())
    except PermissionError:
        raise InputError(f"{source}: cannot be read; give yourself the right to, or remove it") from None
    # A link that leads back to a folder that is just being copied would never end.
    within = (*within, source.resolve())
    for entry in entries:
        place = target / entry.name
        if entry.name in skip or entry.name in LEFT_OUT:
            continue
        if entry.is_symlink() and _stays_inside(entry, root):
            _replace(place)
            place.symlink_to(entry.readlink())
        elif entry.name in LINKED and entry.is_dir():
            if not (place.is_symlink() or place.exists()):
                place.symlink_to(entry.resolve(), target_is_directory=True)
        elif entry.is_dir():
            if entry.resolve() not in within:
                _overlay(entry, place, frozenset(), root, within)
        elif entry.exists() and stat.S_ISREG(entry.stat().st_mode):
            copy_file(entry, place)


def _stays_inside(link: Path, root: Path) -> bool:
    goal = link.readlink()
    return not goal.is_absolute() and link.resolve().is_relative_to(root)


def copy_file(source: Path, target: Path) -> None:
    """A writable copy with a fresh modification time. Raises InputError when it cannot be read."""
    _replace(target)
    try:
        shutil.copyfile(source, target)
    except PermissionError:
        raise InputError(f"{source}: cannot be read; give yourself the right to, or remove it") from None
    target.chmod(stat.S_IMODE(source.stat().st_mode) | stat.S_IRUSR | stat.S_IWUSR)
    os.utime(target)


def _replace(target: Path) -> None:
    if target.is_symlink() or target.is_file():
        target.unlink()
    elif target.is_dir():
        shutil.rmtree(target)
