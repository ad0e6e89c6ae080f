"""A tool that only looks at a failed stack is stopped; one that works is not."""

from collections.abc import Callable, Iterator
from typing import cast

import pytest

from verifier.targets.interface import Glance, Room
from verifier.trial.hang import SECONDS, Hang

FAILED = "stack s is ROLLBACK_COMPLETE: no"
Second = tuple[str | None, int, int]
"""What is seen in one second: the failure, looks and other requests so far."""


class Window:
    """A room that is only looked at, once a second."""

    def __init__(self, seconds: Iterator[Second]) -> None:
        self.now = 0.0
        self._seconds = seconds

    def glance(self) -> Glance:
        return Glance(*next(self._seconds))

    def clock(self) -> float:
        return self.now


def stopped_after(life: Callable[[int], Second], seconds: int = 120) -> int | None:
    """After how many seconds a tool with this life is stopped."""
    window = Window(life(second) for second in range(seconds))
    hang = Hang(cast(Room, window), window.clock)
    for second in range(seconds):
        if hang() is not None:
            return second
        window.now += 1
    return None


def test_a_tool_that_looks_for_ever_is_stopped_with_the_stacks_reason() -> None:
    window = Window((FAILED, second, 3) for second in range(99))
    hang = Hang(cast(Room, window), window.clock)
    assert hang() is None
    for _ in range(int(SECONDS) + 1):
        window.now += 1
        words = hang()
    assert words == FAILED


@pytest.mark.parametrize("looks_each", [1, 5])
def test_the_time_counts_from_the_failure(looks_each: int) -> None:
    life = lambda second: (FAILED if second >= 20 else None, second // looks_each, 3)  # noqa: E731
    after = stopped_after(life)
    assert after is not None
    assert SECONDS <= after - 20 <= SECONDS + 1


def test_the_time_counts_from_the_last_other_request() -> None:
    after = stopped_after(lambda second: (FAILED, second, min(second, 30)))
    assert after is not None
    assert SECONDS <= after - 30 <= SECONDS + 1


@pytest.mark.parametrize(
    "life",
    [
        lambda second: (None, second, 3),  # the stack is in progress, or well
        lambda second: (FAILED, 5, 3),  # the tool does not even look: it builds something
        lambda second: (FAILED, second // 8, 3),  # or looks now and then
        lambda second: (FAILED, second, second // 5),  # it asks for something else
        lambda second: (FAILED if second % 9 else None, second, 3),  # another stack begins
        lambda second: (f"{FAILED} {second // 5}", second, 3),  # another stack fails
    ],
)
def test_a_tool_that_works_is_never_stopped(life: Callable[[int], Second]) -> None:
    assert stopped_after(life) is None
