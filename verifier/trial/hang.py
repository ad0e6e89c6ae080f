"""Notices that the command-line tool waits for ever: its stack has settled, and it does nothing but look."""

import time
from collections.abc import Callable

from verifier.targets.interface import Glance, Room

SECONDS = 10.0
"""So long the stack has settled in failure, and the tool has only looked at stacks."""
LOOKS_EVERY_SECONDS = 6.0
"""A tool that looks less often than this does something else as well: it builds, or works on a file."""


class Hang:
    """To be called again and again while the tool runs; ``clock`` in seconds."""

    def __init__(self, room: Room, clock: Callable[[], float] = time.monotonic) -> None:
        self._room = room
        self._clock = clock
        self._before: Glance | None = None
        self._since = self._looked = clock()

    def __call__(self) -> str | None:
        """Why the tool will wait for ever; None as long as it may be at work."""
        now, seen, before = self._clock(), self._room.glance(), self._before
        self._before = seen
        if before is None or seen.looks != before.looks:
            self._looked = now
        waits = (
            before is not None
            and seen.failure is not None
            and (seen.failure, seen.requests) == (before.failure, before.requests)
            and now - self._looked < LOOKS_EVERY_SECONDS
        )
        if not waits:
            self._since = now
        return seen.failure if now - self._since >= SECONDS else None
