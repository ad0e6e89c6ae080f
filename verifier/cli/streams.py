"""The three standard streams, of which any may be closed, and none need be of UTF-8."""

import io
import os
import sys
from collections.abc import Callable

from verifier.errors import InputError
from verifier.reading import MOST_BYTES, decoded


def mend_streams() -> None:
    """Leave no standard stream closed: else the next file of ours gets its number, and our words.

    A closed standard output is a pipe that nobody reads. What is written is UTF-8, whatever the locale,
    and what UTF-8 has no bytes for is escaped.
    """
    if sys.stdin is None:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    if sys.stdout is None:
        reading, writing = os.pipe()
        os.close(reading)
        os.dup2(writing, 1)
        sys.stdout = open(1, "w", encoding="utf-8")  # noqa: SIM115
    if sys.stderr is None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        sys.stderr = open(2, "w", encoding="utf-8")  # noqa: SIM115
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")


def stdin_text(most: int = MOST_BYTES, decode: Callable[[bytes, str, int], str] = decoded) -> str:
    """All of standard input, at most ``most`` bytes of what ``decode`` takes. Raises InputError."""
    if sys.stdin is None:
        raise InputError("stdin: cannot be read: it is closed; give a file")
    try:
        data = sys.stdin.buffer.read(most + 1)
    except OSError as error:
        raise InputError(f"stdin: cannot be read: {error.strerror}") from None
    return decode(data, "stdin", most)
