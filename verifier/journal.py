"""What a run has learnt, on disk before anything else happens: it survives a kill -9."""

import json
import os
from pathlib import Path
from typing import Any, Self

from verifier.errors import UnavailableError


class Journal:
    """Appends rows to ``DIR/journal.jsonl``, each one synced; without a folder it keeps nothing.

    Rows hold identifiers only. Raises UnavailableError when the folder cannot be written to.
    """

    def __init__(self, folder: Path | None) -> None:
        self._file = None
        if folder is None:
            return
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = (folder / "journal.jsonl").open("a", encoding="utf-8")
        except OSError as error:
            raise UnavailableError(f"--out {folder}: {error.strerror}; give a folder that can be written") from None

    def add(self, kind: str, **fields: Any) -> None:
        """Append one row and wait until it is on the disk."""
        if self._file is None:
            return
        try:
            self._file.write(json.dumps({"kind": kind, **fields}) + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise UnavailableError(f"{self._file.name}: {error.strerror}") from None

    def close(self) -> None:
        """No more rows."""
        if self._file is not None:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def write_result(folder: Path, name: str, document: Any) -> None:
    """Write ``document`` as JSON to ``folder/name``: whole, or not at all."""
    path = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        partial.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise UnavailableError(f"{path}: {error.strerror}; give --out a folder that can be written") from None
