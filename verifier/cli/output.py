"""What a command answers: standard output has it first, and only then the exit code tells it.

Whatever is printed, no terminal is given orders by it.
"""

import contextlib
import os
from dataclasses import dataclass
from typing import TextIO

from verifier.errors import ExitCode, UnavailableError, UnreadError
from verifier.redaction import harmless


@dataclass(frozen=True)
class Result:
    """The exit code that tells what was found, and the text that says it on standard output.

    ``kept``: what was found is written elsewhere, too (--out, --split).
    """

    code: ExitCode
    text: str = ""
    kept: bool = False


def hand_over(result: Result, stdout: TextIO) -> ExitCode:
    """Write the result; its exit code, which nothing else in the house answers.

    Raises UnreadError where nobody reads what is kept nowhere else, UnavailableError for a full disk.
    """
    try:
        show(result.text, stdout)
    except UnreadError:
        if not result.kept:
            raise
    return result.code


def show(text: str, stdout: TextIO) -> None:
    """Write ``text`` out. Raises UnreadError where nobody reads, UnavailableError for a full disk."""
    try:
        stdout.write(harmless(text))
        stdout.flush()
    except BrokenPipeError:
        _give_up(stdout)
        raise UnreadError(
            "standard output was closed before the result was written, and it is kept nowhere else"
        ) from None
    except OSError as error:
        _give_up(stdout)
        raise UnavailableError(
            f"standard output: {error.strerror}; free some space, or send it to another place"
        ) from None


def say(line: str, stderr: TextIO) -> None:
    """Say one line about the run; who stops listening to the talk does not stop it."""
    with contextlib.suppress(OSError):
        print(f"verifier: {harmless(line)}", file=stderr, flush=True)


def _give_up(stdout: TextIO) -> None:
    """What is left in its buffer goes nowhere; Python would try once more at the end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    with contextlib.suppress(OSError):
        os.dup2(nowhere, stdout.fileno())
        stdout.flush()
    os.close(nowhere)
