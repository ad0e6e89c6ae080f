"""Many services at once where nobody can draw: a line for each that begins and ends, and what goes on."""

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from verifier.baseline.text import in_words, progress_line

_QUIET_SECONDS = 30.0
"""So long nothing is said before it is said what is running."""
_MOST = 8
_LONGEST = 160


class ToldFleet:
    """Says lines by ``say``, from entering it to leaving it; ``of`` services are run."""

    def __init__(self, say: Callable[[str], None], of: int) -> None:
        self._say, self._of = say, of
        self._started = self._spoke = time.monotonic()
        self._running: dict[str, str] = {}
        self._begun = self._ended = 0
        self._lock = threading.Lock()
        self._left = threading.Event()
        self._thread = threading.Thread(target=self._remind, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._left.set()
        self._thread.join()

    def begun(self, folder: str) -> None:
        """A service is running."""
        with self._lock:
            self._begun += 1
            self._running[folder] = ""
            self._tell(f"{folder}: begun, {self._begun} of {self._of}")

    def said(self, folder: str, line: str) -> None:
        """A service's process said ``line``: the last one tells what it is at."""
        with self._lock:
            if folder in self._running and line.strip():
                self._running[folder] = " ".join(line.split())[:_LONGEST]

    def ended(self, row: dict[str, Any]) -> None:
        """What became of one."""
        with self._lock:
            self._running.pop(str(row["folder"]), None)
            self._ended += 1
            self._tell(progress_line(row, self._ended, self._of, time.monotonic() - self._started))

    def _remind(self) -> None:
        while not self._left.wait(_QUIET_SECONDS / 20):
            with self._lock:
                if time.monotonic() - self._spoke >= _QUIET_SECONDS:
                    self._tell(self._what_runs())

    def _what_runs(self) -> str:
        at = [f"{folder} ({line})" if line else folder for folder, line in self._running.items()]
        more = f" and {len(at) - _MOST} more" if len(at) > _MOST else ""
        passed = in_words(time.monotonic() - self._started)
        return f"[{self._ended}/{self._of}] after {passed} at: {', '.join(at[:_MOST])}{more}"

    def _tell(self, line: str) -> None:
        self._spoke = time.monotonic()
        self._say(line)
