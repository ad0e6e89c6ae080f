"""Digests of files: what has no version is known by them."""

import hashlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path

_LENGTH = 16


def digest_of_text(text: str) -> str:
    """The digest of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]


def digest_of(
    root: Path, paths: Iterable[Path], content_of: Callable[[Path], bytes] = Path.read_bytes
) -> str:
    """Of names seen from ``root`` and contents, of links where they lead. Raises OSError."""
    whole = hashlib.sha256()
    for name, path in sorted((os.path.relpath(path, root), path) for path in paths):
        content = str(path.readlink()).encode() if path.is_symlink() else b""
        if not path.is_symlink() and path.is_file():
            content = content_of(path)
        named = Path(name).as_posix().encode("utf-8", "surrogateescape")
        whole.update(b"%d %s %d " % (len(named), named, len(content)) + content)
    return whole.hexdigest()[:_LENGTH]
