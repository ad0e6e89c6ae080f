"""How long something takes, whatever else the machine does meanwhile."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

# How much longer it may take where each line is traced, as under coverage.
_TRACED = 5


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Fail unless the block takes less than so many seconds of this thread's processor time."""
    started = time.thread_time()
    yield
    spent = time.thread_time() - started
    allowed = seconds * (_TRACED if sys.gettrace() else 1)
    assert spent < allowed, f"{spent:.2f} s of processor time, {allowed:.2f} s are allowed"
