"""Many services at once for a person at a terminal: a line for each that ended, and below what is running."""

import contextlib
import io
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Self, TextIO, cast

from verifier.baseline.text import headline, in_words, remaining
from verifier.report.console import console

if TYPE_CHECKING:
    from rich.console import Group
    from rich.text import Text

_PER_SECOND = 4
_BAR = 24
# Of what runs at once: more would not fit on a screen.
_MOST = 16
# Of the screen: what is said of all, how many more run, and the line that the cursor is on.
_BELOW = 3
_SECONDS_WIDTH = 8
_STYLES: Mapping[str, str] = {"no drift": "green", "unchanged": "green", "written": "green", "drift": "red"}


@dataclass
class _Running:
    since: float
    at: str = ""
    """What its process said last."""


class LiveFleet:
    """Draws on ``stream``, a terminal, from entering it to leaving it; ``of`` services are run.

    ``clean`` takes out of a text what must not be shown.
    """

    def __init__(self, stream: TextIO, of: int, clean: Callable[[str], str], *, coloured: bool) -> None:
        from rich.live import Live

        self._of, self._clean = of, clean
        self._started = self._last = time.monotonic()
        self._running: dict[str, _Running] = {}
        self._ended = self._bad = 0
        self._lock = threading.Lock()
        self._console = console(cast("IO[str]", _Unheard(stream)), coloured=coloured, terminal=True)
        self._live = Live(
            console=self._console,
            get_renderable=self._drawn,
            refresh_per_second=_PER_SECOND,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def begun(self, folder: str) -> None:
        """A service is running."""
        with self._lock:
            self._running[folder] = _Running(time.monotonic())

    def said(self, folder: str, line: str) -> None:
        """A service's process said ``line``: the last one tells what it is at."""
        with self._lock:
            if folder in self._running and line.strip():
                self._running[folder].at = " ".join(line.split())

    def ended(self, row: dict[str, Any]) -> None:
        """What became of one."""
        folder = str(row["folder"])
        now = time.monotonic()
        with self._lock:
            took = now - self._running.pop(folder, _Running(now)).since
            self._ended, self._last = self._ended + 1, now
            self._bad += bool(row["exitCode"])
        line = self._text(f"[{self._ended}/{self._of}] {folder}: ")
        line.append(self._clean(headline(row)), _STYLES.get(str(row["outcome"]), "yellow"))
        self._console.print(line.append(f" ({in_words(took)})"), soft_wrap=True)

    def _drawn(self) -> "Group":
        from rich.console import Group
        from rich.table import Table

        now = time.monotonic()
        with self._lock:
            running, said = list(self._running.items()), self._of_all(now)
        room = max(1, min(_MOST, self._console.height - _BELOW))
        width = self._console.width // 2 - _SECONDS_WIDTH
        table = Table.grid(padding=(0, 2), expand=True)
        table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
        table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
        table.add_column(justify="right", no_wrap=True)
        for folder, one in running[:room]:
            at = self._text(one.at, "bright_black")
            table.add_row(self._text(f"  {_ending(folder, width)}"), at, f"{now - one.since:.0f} s")
        if len(running) > room:
            table.add_row(self._text(f"  and {len(running) - room} more"), "", "")
        done = round(_BAR * self._ended / self._of)
        bar = self._text("━" * done, "green").append("━" * (_BAR - done), "bright_black")
        return Group(table, bar.append(f" {said}", "default"))

    def _of_all(self, now: float) -> str:
        said = f"{self._ended} of {self._of}"
        if self._bad:
            said += f", {self._bad} to look at"
        waiting = self._of - self._ended - len(self._running)
        if waiting > 0:
            said += f", {waiting} waiting"
        if self._ended:
            left = remaining(self._last - self._started, self._ended, self._of) - (now - self._last)
            said += f"; about {in_words(max(left, 0))} left"
        return said

    def _text(self, words: str, style: str = "") -> "Text":
        from rich.text import Text

        return Text(self._clean(words), style, no_wrap=True, overflow="ellipsis")


def _ending(name: str, width: int) -> str:
    """A long name's end: many begin alike."""
    return name if len(name) <= width else f"…{name[len(name) - width + 1 :]}"


class _Unheard(io.TextIOBase):
    """A stream whose reader may go away: who stops listening to the talk does not stop the run."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._stream.encoding

    def isatty(self) -> bool:
        return self._stream.isatty()

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._stream.flush()
