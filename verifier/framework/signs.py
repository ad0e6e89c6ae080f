"""Tells a child that works from one that hangs: by what it prints, and by what it takes of the processors."""

import os
import time
from collections.abc import Callable

from verifier.framework.descendants import processor_seconds

WORKS_FROM = 0.02
"""Of one processor: who takes less over a window only waits, however often it wakes up to look."""
LONGEST = 3
"""Who works gets so many times what one that does nothing gets."""
_WINDOW_SECONDS = 10.0


class Patience:
    """How much longer a child may go on. Times are in seconds.

    One that gives no sign of work for ``timeout`` has hung: no output, and next to no processor time, of it
    and of all that came of it. One that works on is stopped after LONGEST times ``timeout``. Where no
    processor time can be read (it is read from Linux's /proc), only output counts.
    """

    def __init__(
        self,
        timeout: float,
        written: Callable[[], int],
        used: Callable[[], float],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._timeout = timeout
        self._window = min(_WINDOW_SECONDS, timeout / 4)
        self._written, self._used, self._clock = written, used, clock
        self._started = self._worked = self._looked = clock()
        self._before = (written(), used())

    def left(self) -> float:
        """Seconds that it may go on from now; 0 or less: no more."""
        now = self._clock()
        if now - self._looked >= self._window:
            self._look(now)
        return min(self._worked + self._timeout, self._started + LONGEST * self._timeout) - now

    @property
    def works(self) -> bool:
        """Whether it worked lately."""
        return self._clock() - self._worked < self._timeout

    def _look(self, now: float) -> None:
        seen = (self._written(), self._used())
        if seen[0] > self._before[0] or seen[1] - self._before[1] >= WORKS_FROM * (now - self._looked):
            self._worked = now
        self._before, self._looked = seen, now


def patience(timeout: float, output: int, root: int) -> Patience:
    """For what came of process ``root``, which writes to the open file ``output``."""
    return Patience(timeout, lambda: os.fstat(output).st_size, lambda: processor_seconds(root))
