"""A copy of folders as they are, which can be made again what it was at first, whatever was done to it.

Each thing is copied to where it lies below the root folder, but below another one. Content is shared by
the file system where it can be.
"""

import contextlib
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from verifier.service.enclosed import entered, folder_at, link_at, new_file_at, remove_at
from verifier.service.tree import DEEPEST, LEFT_OUT, copy_content, too_deep

# Of the path of what is too deep.
_SHOWN = 8
_SCRIPT_BYTES = 64 * 1024

_Mark = tuple[int, int]
"""A file's inode and change time in ns: whoever changes its content, rights or names changes the latter."""


@dataclass
class _Folder:
    """What a folder of the copy held at first: folders, the texts of links, the marks of files.

    ``modified`` is when the folder that was copied was changed last (ns), as npm compares it with its own
    record of what lies there; None where only something in it was copied.
    """

    mode: int = 0o755
    modified: int | None = None
    entries: "dict[str, _Folder | str | _Mark]" = field(default_factory=dict)


class MendedCopy:
    """Copies below ``area``, a new folder of ours.

    ``link`` gives the text of a link's copy, or None where the link is left out. What
    the owner may not read is left out, too: no tool of his can use it.
    """

    def __init__(self, area: Path, link: Callable[[Path], str | None]) -> None:
        self._area = area
        self._link = link
        self._root = _Folder()
        self.bytes = 0
        """The size of all files that were copied."""

    def place(self, path: Path) -> Path:
        """Where the copy of ``path``, which is absolute, lies."""
        return self._area.joinpath(*path.parts[1:])

    def add(self, path: Path) -> None:
        """Copy ``path``, absolute and without links in it, with all that is in it and was not copied yet.

        Raises InputError for folders too deep in each other.
        """
        node = self._root
        for part in path.parent.parts[1:]:
            node = _folder_in(node, part)
        with entered(self.place(path.parent), self._area.parent) as parent:
            self._entry(str(path), path.name, parent, node)

    def mend(self) -> None:
        """Copy anew what was changed, and remove what was added."""
        with entered(self._area, self._area.parent) as handle:
            self._mend("", handle, self._root)

    # Thousands of files: paths are plain texts here.

    def _entry(self, source: str, name: str, parent: int, node: _Folder, environment: str = "") -> None:
        with contextlib.suppress(PermissionError, FileNotFoundError):
            kind = os.lstat(source).st_mode
            if stat.S_ISREG(kind):
                node.entries[name] = self._file(source, name, parent, environment)
            elif stat.S_ISDIR(kind):
                self._folder(source, name, parent, _folder_in(node, name))
            elif stat.S_ISLNK(kind) and (text := self._link(Path(source))) is not None:
                link_at(parent, name, text)
                node.entries[name] = text

    def _folder(self, source: str, name: str, parent: int, node: _Folder) -> None:
        if source.count("/") > DEEPEST:
            raise too_deep(Path(*Path(source).parts[:_SHOWN]))
        handle = folder_at(parent, name)
        try:
            node.mode = stat.S_IMODE(os.fstat(handle).st_mode)
            node.modified = os.lstat(source).st_mtime_ns
            environment = _environment(source)
            for inner in os.listdir(source):  # noqa: PTH208
                if inner not in LEFT_OUT and isinstance(node.entries.get(inner, node), _Folder):
                    self._entry(f"{source}/{inner}", inner, handle, node, environment)
            _date(handle, node)
        finally:
            os.close(handle)

    def _file(self, source: str, name: str, parent: int, environment: str) -> _Mark:
        reading = os.open(source, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            found = os.fstat(reading)
            mode = stat.S_IMODE(found.st_mode) | stat.S_IRUSR | stat.S_IWUSR
            writing = new_file_at(parent, name, mode)
            try:
                if environment and found.st_size <= _SCRIPT_BYTES:
                    # It names the virtual environment that it belongs to: its copy names the copy.
                    copy = str(self.place(Path(environment)))
                    text = os.read(reading, _SCRIPT_BYTES)
                    os.write(writing, text.replace(os.fsencode(environment), os.fsencode(copy)))
                else:
                    copy_content(reading, writing, found.st_size)
                # Compiled Python knows its source by this time.
                os.utime(writing, ns=(found.st_atime_ns, found.st_mtime_ns))
                self.bytes += found.st_size
                made = os.fstat(writing)
                if stat.S_IMODE(made.st_mode) != mode:
                    os.fchmod(writing, mode)
                    made = os.fstat(writing)
                return _mark(made)
            finally:
                os.close(writing)
        finally:
            os.close(reading)

    def _mend(self, source: str, handle: int, node: _Folder) -> None:
        if stat.S_IMODE(os.fstat(handle).st_mode) != node.mode:
            os.fchmod(handle, node.mode)
        with os.scandir(handle) as entries:
            marks = {entry.name: _mark(entry.stat(follow_symlinks=False)) for entry in entries}
        for name in marks.keys() - node.entries.keys():
            remove_at(handle, name)
        for name, kept in node.entries.items():
            if isinstance(kept, _Folder):
                inner = folder_at(handle, name)
                try:
                    self._mend(f"{source}/{name}", inner, kept)
                finally:
                    os.close(inner)
            elif isinstance(kept, str):
                link_at(handle, name, kept)
            elif marks.get(name) != kept:
                remove_at(handle, name)
                self._entry(f"{source}/{name}", name, handle, node, _environment(source))
        _date(handle, node)


def _date(handle: int, node: _Folder) -> None:
    """Give a folder, when all is in it, its time back."""
    found = os.fstat(handle)
    if node.modified is not None and found.st_mtime_ns != node.modified:
        os.utime(handle, ns=(found.st_atime_ns, node.modified))


def _folder_in(node: _Folder, name: str) -> _Folder:
    inner = node.entries.get(name)
    if not isinstance(inner, _Folder):
        inner = node.entries[name] = _Folder()
    return inner


def _environment(folder: str) -> str:
    """The virtual environment whose programs lie in ``folder``; empty for none."""
    above, _, name = folder.rpartition("/")
    return above if name == "bin" and os.path.isfile(f"{above}/pyvenv.cfg") else ""  # noqa: PTH113


def _mark(found: os.stat_result) -> _Mark:
    return (found.st_ino, found.st_ctime_ns)
