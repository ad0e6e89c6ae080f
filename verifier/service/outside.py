"""What a service's files name outside its folder (``../shared/settings.yml``), copied beside its copy.

Only what is named, and what that names in turn: no folder where a file is named, nothing of the
system's or of a home folder that the service does not lie in, nothing that hides behind a dot, and never more
than a limit. A comment, or a plugin's text, may name anything.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from verifier.reading import any_text_of
from verifier.service.enclosed import link
from verifier.service.forbidden import PACKAGES, Forbidden
from verifier.service.tree import LEFT_OUT, Lend, copy_file
from verifier.service.variables import entries_below, is_text, text_files

MOST_BYTES = 50_000_000
MOST_FILES = 2_000
# So many folders above the service's own exist in the copy, too.
LEVELS = 4
_SHOWN = 5
_LEADS_TO = "a link to what is "
_TOO_MUCH = f"more than {MOST_BYTES // 1_000_000} MB or {MOST_FILES:,} files in all"

_ABOVE = re.compile(r"(?<![\w./])(?:\.\./)+[\w@.+/-]+")
# A file that lies outside names its neighbours, too.
_BESIDE_OR_ABOVE = re.compile(r"(?<![\w./])(?:\./|(?:\.\./)+)[\w@.+/-]+")
# An import names a module without its ending.
_ENDINGS = ("", ".ts", ".js", ".mjs", ".cjs", ".json")
_CODE = frozenset({".ts", ".js", ".mjs", ".cjs"})
# What Node and TypeScript read beside a module without being told.
_IMPLIED = ("package.json", "tsconfig.json")


@dataclass(frozen=True)
class Outside:
    """Regular files and folders of packages outside of a service's folder; and what is not taken, and why.

    ``forbidden`` says of everything else whether it may be taken.
    """

    forbidden: Forbidden
    files: tuple[Path, ...] = ()
    packages: tuple[Path, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def note(self) -> str | None:
        """What was left out, in one line; None for nothing."""
        if not self.left_out:
            return None
        more = len(self.left_out) - _SHOWN
        shown = ", ".join(self.left_out[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
        return f"note: named by the service's files and left out of its private copy: {shown}"

    def copy(self, folder: Path, copy: Path, anchor: Path, lend: Lend) -> None:
        """Copy it all to where it lies relative to ``copy``, as it lies relative to ``folder``."""
        for path in self.files:
            copy_file(path, _place(path, folder, copy), anchor)
        for path in self.packages:
            link(_place(path, folder, copy), lend(path.resolve()), anchor)


def place_for(folder: Path, root: Path) -> Path:
    """Where the copy of ``folder`` lies under ``root``: as deep as the original, as far as LEVELS go."""
    return root.joinpath(*folder.parts[1:][-LEVELS - 1 :])


def find_outside(folder: Path, home: Path | None = None) -> Outside:
    """What the files of the service in ``folder`` name outside of it; ``home`` is the user's.

    What is not there is left to the framework to miss.
    """
    search = _Search(folder, home)
    search.run()
    return Outside(
        search.forbidden, tuple(search.files), tuple(sorted(search.packages)), tuple(sorted(search.left_out))
    )


class _Search:
    def __init__(self, folder: Path, home: Path | None) -> None:
        self._folder = folder
        self.forbidden = Forbidden(folder, home)
        self.files: dict[Path, None] = {}
        self.packages: set[Path] = set()
        self.left_out: set[str] = set()
        self._bytes = 0

    def run(self) -> None:
        for file in sorted(text_files(self._folder)):
            self._follow(file, _ABOVE)
        found = (one for one in entries_below(self._folder, PACKAGES | LEFT_OUT) if one.is_symlink())
        for path in (Path(one.path) for one in found):
            reason = self.forbidden.behind(path)
            if reason and os.path.exists(path):  # noqa: PTH110 - pathlib raises where nothing may be seen
                self.left_out.add(f"{os.path.relpath(path, self._folder)} ({_LEADS_TO}{reason})")
        followed = 0
        while followed < len(self.files):
            file = list(self.files)[followed]
            followed += 1
            if is_text(file):
                self._follow(file, _BESIDE_OR_ABOVE)

    def _follow(self, file: Path, pattern: re.Pattern[str]) -> None:
        # What cannot be read the copying tells of.
        for reference in dict.fromkeys(pattern.findall(any_text_of(file))):
            # The framework reads its files from the service's folder, a module from its own.
            for base in dict.fromkeys((self._folder, file.parent)):
                path = _existing(os.path.normpath(base / reference))
                if path is not None:
                    self._take(path)

    def _take(self, path: Path) -> None:
        if path.is_relative_to(self._folder) or self._folder.is_relative_to(path):
            return
        reason = self.forbidden.reason(path) or self._too_far(path)
        if reason is None and path.is_dir():
            reason = self._take_folder(path)
        elif reason is None:
            reason = self._take_files(path, *_implied(path))
            self.packages |= _packages_in(path.parent) if path.suffix in _CODE else set()
        if reason:
            self.left_out.add(f"{os.path.relpath(path, self._folder)} ({reason})")

    def _take_folder(self, path: Path) -> str | None:
        files, packages = [], set()
        for found in self._walk(path):
            if found.name in PACKAGES and found.is_dir():
                packages.add(found)
            else:
                files.append(found)
            if len(files) > MOST_FILES:
                return _TOO_MUCH
        reason = self._take_files(*files)
        self.packages |= packages if reason is None else set()
        return reason

    def _walk(self, folder: Path, within: tuple[Path, ...] = ()) -> Iterator[Path]:
        """The regular files that may be taken, and the folders of packages."""
        within = (*within, folder.resolve())
        for entry in sorted(folder.iterdir()) if os.access(folder, os.R_OK | os.X_OK) else ():
            if entry.name in LEFT_OUT or self.forbidden.reason(entry):
                continue
            if entry.is_dir() and entry.name not in PACKAGES:
                if entry.resolve() not in within:
                    yield from self._walk(entry, within)
            else:
                yield entry

    def _take_files(self, *paths: Path) -> str | None:
        """Take all of them or none; why none."""
        new = [path for path in paths if path not in self.files]
        size = sum(path.stat().st_size for path in new)
        if self._bytes + size > MOST_BYTES or len(self.files) + len(new) > MOST_FILES:
            return _TOO_MUCH
        self._bytes += size
        self.files.update(dict.fromkeys(new))
        return None

    def _too_far(self, path: Path) -> str | None:
        above = Path(os.path.relpath(path, self._folder)).parts.count("..")
        # The copy of the service is so deep.
        deep = len(place_for(self._folder, Path("/")).parts) - 1
        return f"more than {LEVELS} folders above" if above > deep else None


def _existing(name: str) -> Path | None:
    # os.path says no where pathlib raises: to what may not be seen, or has too long a name.
    return next((Path(name + end) for end in _ENDINGS if os.path.exists(name + end)), None)  # noqa: PTH110


def _implied(path: Path) -> list[Path]:
    if path.suffix not in _CODE:
        return []
    return [
        found for name in _IMPLIED if (found := path.with_name(name)).is_file() and not found.is_symlink()
    ]


def _packages_in(folder: Path) -> set[Path]:
    return {found for name in PACKAGES if (found := folder / name).is_dir()}


def _place(path: Path, folder: Path, copy: Path) -> Path:
    return Path(os.path.normpath(copy / os.path.relpath(path, folder)))
