"""Ctrl-C and SIGTERM end a run in order: once, and whatever comes on top does not break the clean-up."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_AGAIN_SECONDS = 0.05


@contextmanager
def interrupts() -> Iterator[None]:
    """Within it the first signal raises KeyboardInterrupt and later ones are ignored.

    Children, users and temporary folders are removed on the way out; an impatient second Ctrl-C
    would leave them. Signals that are ignored from outside (nohup) stay so.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came = False

    def interrupt(number: int, frame: FrameType | None) -> None:
        nonlocal came
        if not came:
            came = True
            raise KeyboardInterrupt(number)

    def dropped(lost: "sys.UnraisableHookArgs") -> None:
        """What is raised while an object is being removed Python drops: the signal comes once more."""
        nonlocal came
        if isinstance(lost.exc_value, KeyboardInterrupt) and lost.exc_value.args:
            came = False
            again = (os.getpid(), lost.exc_value.args[0])
            threading.Timer(_AGAIN_SECONDS, os.kill, again).start()
        else:
            former_hook(lost)

    former_hook = sys.unraisablehook
    former = {number: signal.getsignal(number) for number in _SIGNALS}
    former = {number: handler for number, handler in former.items() if handler is not signal.SIG_IGN}
    for number in former:
        signal.signal(number, interrupt)
    sys.unraisablehook = dropped
    try:
        yield
    finally:
        sys.unraisablehook = former_hook
        for number, handler in former.items():
            signal.signal(number, handler)
