"""Results on stdout, when nobody may be there any more to read them."""

import os
import sys
from typing import TextIO


def show(text: str, stdout: TextIO) -> None:
    """Print a result. Whoever has read enough (``| head``) changes nothing of what it is."""
    try:
        print(text, file=stdout, flush=True)
    except BrokenPipeError:
        give_up_stdout()


def give_up_stdout() -> None:
    """Nothing more can be said on it; what is left in its buffer goes nowhere."""
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
