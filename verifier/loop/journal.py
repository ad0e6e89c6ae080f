"""What a run has learnt, on disk before anything else happens: it survives a kill -9."""

import contextlib
import errno
import fcntl
import json
import os
import stat
import threading
from pathlib import Path
from typing import Any, Self

from verifier.errors import InputError, UnavailableError
from verifier.reading import json_of, text_of, whole_characters
from verifier.redaction import Redaction
from verifier.service.results import JOURNAL

NAME = JOURNAL
# A pipe in its place must not make us wait.
_OPENED = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NONBLOCK
_MOST_READ = 256 * 1024 * 1024
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC


class Journal:
    """Appends rows to ``DIR/journal.jsonl``, each one synced; without a folder it keeps nothing.

    Rows hold identifiers only; ``redaction`` knows what is not written. Safe among threads; while it
    is open no other verifier can have the folder. Raises UnavailableError when the folder is busy or
    cannot be written to.
    """

    def __init__(self, folder: Path | None, redaction: Redaction | None = None) -> None:
        self._redaction = redaction or Redaction()
        self._file: int | None = None
        self._lock = threading.Lock()
        if folder is None:
            return
        self.path = folder / NAME
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self.path, _OPENED, 0o644)
            if not stat.S_ISREG(os.fstat(self._file).st_mode):
                raise OSError(errno.EINVAL, f"its {NAME} is not a regular file")
            _hold(self._file)
            _mend(self._file)
        except OSError as error:
            self.close()
            if isinstance(error, BlockingIOError):
                raise UnavailableError(
                    f"--out {folder}: another verifier writes there; give another folder, or wait"
                ) from None
            raise UnavailableError(
                f"--out {folder}: {error.strerror}; give a folder that can be written"
            ) from None

    def add(self, kind: str, **fields: Any) -> None:
        """Append one row and wait until it is on the disk. Raises UnavailableError when that cannot be."""
        document = whole_characters({"kind": kind, **self._redaction.document(fields)})
        row = (json.dumps(document) + "\n").encode()
        with self._lock:
            if self._file is None:
                return
            size = os.fstat(self._file).st_size
            try:
                while row:
                    row = row[os.write(self._file, row) :]
                os.fsync(self._file)
            except OSError as error:
                with contextlib.suppress(OSError):
                    os.ftruncate(self._file, size)
                raise UnavailableError(f"{self.path}: {error.strerror}; what came before is kept") from None

    def rows(self) -> list[dict[str, Any]]:
        """Every row so far, oldest first. Raises InputError for a line that is no row of ours."""
        if self._file is None:
            return []
        advice = "take it and what follows it out, or leave out --resume"
        return _rows(self.path, self.path.read_bytes(), advice)

    def forget(self) -> None:
        """Drop every row so far, where nobody needs them any more. Raises UnavailableError."""
        with self._lock:
            if self._file is None:
                return
            try:
                os.ftruncate(self._file, 0)
            except OSError as error:
                raise UnavailableError(f"{self.path}: {error.strerror}; give another --out") from None

    def close(self) -> None:
        """No more rows; the folder is free."""
        with self._lock:
            if self._file is not None:
                os.close(self._file)
                self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def rows_of(path: Path) -> list[dict[str, Any]]:
    """Every row of the journal ``path``, which nobody writes to at the moment; a torn last line is no row.

    Raises UnavailableError for one in use, InputError for a file that is none or cannot be read.
    """
    advice = "name another file, or take it out"
    kept_rows(path, advice)
    with path.open("rb") as file:
        try:
            _hold(file.fileno(), fcntl.LOCK_SH)
        except BlockingIOError:
            raise UnavailableError(f"{path}: a run writes there still; wait until it has ended") from None
        # Only now: its last rows may have come since.
        return kept_rows(path, advice)


def kept_rows(path: Path, advice: str = "take it out") -> list[dict[str, Any]]:
    """The same, where a run may still be writing: as far as it has come."""
    text = text_of(path, most=_MOST_READ).encode()
    whole, _, rest = text.rpartition(b"\n")
    return _rows(path, text if rest and _row(rest) is not None else whole, advice)


def _rows(path: Path, text: bytes, advice: str) -> list[dict[str, Any]]:
    rows = []
    for number, line in enumerate(text.splitlines(), start=1):
        row = _row(line)
        if row is None:
            raise InputError(f"{path}:{number}: no row of a journal; {advice}")
        rows.append(row)
    return rows


def _hold(file: int, how: int = fcntl.LOCK_EX) -> None:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:
        # A file system without locks: nothing can be said about others.
        return


def _mend(file: int) -> None:
    """Drop a last line that was torn when its writer died; it was never believed to be written."""
    text = os.pread(file, os.fstat(file).st_size, 0)
    whole, _, rest = text.rpartition(b"\n")
    if not rest:
        return
    if _row(rest) is None:
        os.ftruncate(file, len(whole) + 1 if whole or text.startswith(b"\n") else 0)
    else:
        os.write(file, b"\n")


def _row(line: bytes) -> dict[str, Any] | None:
    try:
        row = json_of(line.decode(), NAME)
    except (UnicodeDecodeError, InputError):
        return None
    return row if isinstance(row, dict) and isinstance(row.get("kind"), str) else None


def write_result(folder: Path, name: str, document: Any) -> None:
    """Write ``document`` as JSON to ``folder/name``: whole, or not at all. Raises UnavailableError."""
    write_whole(folder / name, json.dumps(whole_characters(document), indent=2) + "\n")


def write_whole(path: Path, text: str, option: str = "--out a folder") -> None:
    """Write ``text`` to ``path``: whole, or not at all.

    Raises UnavailableError where it cannot be; ``option`` is what to give then.
    """
    partial = path.with_suffix(".partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # A new file: something else may have its name, or lead somewhere else.
        partial.unlink(missing_ok=True)
        with os.fdopen(
            os.open(partial, _NEW, 0o644), "w", encoding="utf-8", errors="backslashreplace"
        ) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        raise UnavailableError(f"{path}: {error.strerror}; give {option} that can be written") from None
