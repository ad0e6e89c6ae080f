"""A change of functions' code that does nothing: a comment at the end, an entry more in an artefact."""

import contextlib
import os
import struct
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from verifier.service.private_copy import MARKER

# How a comment starts, by the source file's ending.
COMMENTS = {
    ".js": "//",
    ".mjs": "//",
    ".cjs": "//",
    ".ts": "//",
    ".mts": "//",
    ".cts": "//",
    ".jsx": "//",
    ".tsx": "//",
    ".go": "//",
    ".java": "//",
    ".kt": "//",
    ".cs": "//",
    ".rs": "//",
    ".py": "#",
    ".rb": "#",
    ".php": "//",
}
# A handler with no ending at all is a program of its own: a shell script, or a binary, which does not mind.
_PROGRAM = "#"
# What packaging made is made anew by the next one.
_BUILT = ".serverless"


def change_code(folder: Path, functions: Iterable[Mapping[str, Any]], number: int) -> bool:
    """Change each function's source or artefact under ``folder``; whether anything could be changed."""
    changed: set[Path] = set()
    for function in functions:
        changed |= set(_files_of(folder, function))
    for path in sorted(changed):
        _change(path, number)
    return bool(changed)


def _files_of(folder: Path, function: Mapping[str, Any]) -> Iterator[Path]:
    package = function.get("package")
    artefact = package.get("artifact") if isinstance(package, dict) else None
    if isinstance(artefact, str) and _BUILT not in Path(artefact).parts:
        path = folder / artefact
        if _is_ours(folder, path) and _is_zip(path):
            yield path
            return
    handler = function.get("handler")
    if isinstance(handler, str):
        yield from _sources(folder, handler)


def _sources(folder: Path, handler: str) -> list[Path]:
    """A handler is FILE.EXPORT, in Ruby FILE.CLASS.METHOD, or a file itself."""
    whole = folder / handler
    if not whole.name:
        return []
    stem = whole
    while True:
        candidates = [stem.with_name(stem.name + ending) for ending in COMMENTS]
        sources = [path for path in candidates if _is_ours(folder, path)]
        if sources or "." not in stem.name.strip("."):
            return sources or ([whole] if _is_ours(folder, whole) else [])
        stem = stem.with_name(stem.name.rpartition(".")[0])


def _is_ours(folder: Path, path: Path) -> bool:
    """A file of the private copy, not one that a link or ``..`` leads to; a plugin may name anything."""
    try:
        return path.resolve().is_relative_to(folder.resolve()) and path.is_file()
    except (OSError, ValueError, RuntimeError):  # too long a name, a zero in it, links in a circle
        return False


def _is_zip(path: Path) -> bool:
    try:
        return zipfile.is_zipfile(path)
    except (zipfile.BadZipFile, struct.error):
        return False


def _change(path: Path, number: int) -> None:
    if path.stat().st_nlink > 1:
        # What was built may have a second name elsewhere.
        content, found = path.read_bytes(), path.stat()
        path.unlink()
        path.write_bytes(content)
        os.chown(path, found.st_uid, found.st_gid)
        path.chmod(found.st_mode)
    if path.suffix not in COMMENTS and _is_zip(path):
        # One that cannot be read stays as it is: the framework does not look into it, AWS would.
        with (
            contextlib.suppress(zipfile.BadZipFile, struct.error, ValueError, NotImplementedError),
            zipfile.ZipFile(path, "a") as archive,
        ):
            archive.writestr(MARKER, f"revision {number}\n")
        return
    with path.open("ab") as file:
        file.write(f"\n{COMMENTS.get(path.suffix, _PROGRAM)} verifier: revision {number}\n".encode())
