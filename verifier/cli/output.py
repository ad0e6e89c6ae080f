"""What is printed: results on stdout, talk on stderr; no terminal is given orders by what they hold."""

import os
import sys
from typing import TextIO

from verifier.redaction import harmless


def show(text: str, stdout: TextIO) -> None:
    """Print a result. Whoever has read enough (``| head``) changes nothing of what it is."""
    try:
        print(harmless(text), file=stdout, flush=True)
    except BrokenPipeError:
        give_up_stdout()


def say(line: str, stderr: TextIO) -> None:
    """Say one line about the run."""
    print(f"verifier: {harmless(line)}", file=stderr, flush=True)


def give_up_stdout() -> None:
    """Nothing more can be said on it; what is left in its buffer goes nowhere."""
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
