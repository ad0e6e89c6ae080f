"""Signals that end a run."""

import os
import signal
import time

import pytest

from verifier.cli.interrupts import interrupts


class Interrupted:
    """A signal comes while one of these is removed."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __del__(self) -> None:
        os.kill(os.getpid(), self.number)
        for _ in range(1000):
            pass


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_that_comes_while_an_object_is_removed_is_not_lost(number: int) -> None:
    with pytest.raises(KeyboardInterrupt), interrupts():
        Interrupted(number)
        time.sleep(10)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_only_the_first_signal_interrupts() -> None:
    with interrupts():
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(10)
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.01)
