"""What a service's files name outside its folder (``../shared/settings.yml``), copied beside its copy."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from verifier.service.tree import copy_file, overlay
from verifier.service.variables import text_files

_REFERENCE = re.compile(r"(?<![\w./])(?:\.\./)+[\w@.+/-]+")
# An import names a module without its ending.
_ENDINGS = ("", ".ts", ".js", ".mjs", ".cjs", ".json")
# So many folders above the service's own exist in the copy, too.
LEVELS = 4


def place_for(folder: Path, root: Path) -> Path:
    """Where the copy of ``folder`` lies under ``root``: as deep as the original, as far as LEVELS go."""
    return root.joinpath(*folder.parts[1:][-LEVELS - 1 :])


def copy_outside(folder: Path, copy: Path, root: Path) -> None:
    """Copy what the files of ``folder`` name outside of it to the same place relative to ``copy``.

    A file comes with the folder that it lies in, for what it names itself. What would lie above
    ``root`` or is not there is left to the framework to miss.
    """
    for path in sorted(set(_named_outside(folder))):
        place = Path(os.path.normpath(copy / os.path.relpath(path, folder)))
        if not place.is_relative_to(root) or copy.is_relative_to(place) or place.exists():
            continue
        if path.is_dir():
            overlay(path, place)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            copy_file(path, place)


def _named_outside(folder: Path) -> Iterator[Path]:
    for file in text_files(folder):
        for reference in _REFERENCE.findall(file.read_text(encoding="utf-8", errors="replace")):
            # The framework reads its files from the service's folder, a module from its own.
            for base in dict.fromkeys((folder, file.parent)):
                path = _existing(Path(os.path.normpath(base / reference)))
                if path is not None and not path.is_relative_to(folder):
                    yield path if path.is_dir() or folder.is_relative_to(path.parent) else path.parent


def _existing(path: Path) -> Path | None:
    return next((found for end in _ENDINGS if (found := path.with_name(path.name + end)).exists()), None)
