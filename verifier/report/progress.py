"""What a person sees while a run goes on: one line per phase, live on a terminal, plain elsewhere."""

import contextlib
import threading
import time
from collections.abc import Mapping
from typing import Any, TextIO

from verifier.authorization.authorizer import Mode
from verifier.redaction import Redaction, harmless, harmless_values
from verifier.trial.interface import PhaseResult

_TICK_SECONDS = 0.5
_WORDS = {
    Mode.OBSERVE: "observe: refusals are recorded and let through",
    Mode.ENFORCE: "strict: refusals are real",
}


class Progress:
    """Writes to ``stream`` (stderr). On a terminal the running phase's line counts its seconds.

    ``redaction`` knows what is not said. ``live`` False is for a terminal that cannot write over a line,
    ``coloured`` False for a person who wants no colours.
    """

    def __init__(
        self,
        stream: TextIO,
        redaction: Redaction | None = None,
        *,
        live: bool = True,
        coloured: bool = True,
    ) -> None:
        self.stream = stream
        self._redaction = redaction or Redaction()
        self._live = live and stream.isatty()
        self.coloured = coloured and self._live
        self._ticking: threading.Event | None = None
        self._ticker: threading.Thread | None = None

    def say(self, line: str) -> None:
        """One line of talk; whatever it quotes, no secret is told and the terminal obeys nobody."""
        self._put(self.cleaned(line))

    def cleaned(self, text: str) -> str:
        """Without what a terminal would obey, and without secrets."""
        return self._redaction.text(harmless(text))

    def conclude(self, line: str) -> None:
        """One line of a result whose texts tell no secrets any more: its names stay as they are."""
        self._put(self._redaction.name(harmless(line)))

    @property
    def looked_at(self) -> bool:
        """Whether a person sees it on a terminal that can draw."""
        return self._live and (self.stream.encoding or "").lower().startswith("utf")

    def draw(self, document: Mapping[str, Any]) -> None:
        """The end of a run for a person at a terminal; a result whose texts tell no secrets any more."""
        from verifier.report.terminal import terminal_summary

        self._write(terminal_summary(harmless_values(document), coloured=self.coloured))

    def round_started(self, number: int, mode: Mode) -> None:
        """A round begins."""
        self._put(f"round {number} ({_WORDS.get(mode, str(mode))})")

    def phase_started(self, phase: str) -> None:
        """A phase begins: on a terminal its line is rewritten while it lasts."""
        if not self._live:
            return
        done = self._ticking = threading.Event()
        started = time.monotonic()

        def tick() -> None:
            while not done.wait(_TICK_SECONDS):
                self._write(f"\r  {phase:<16} {time.monotonic() - started:5.1f} s ...")

        self._ticker = threading.Thread(target=tick, daemon=True)
        self._ticker.start()

    def phase_ended(self, result: PhaseResult) -> None:
        """A phase is over."""
        self.stop()
        mark = self._colour("ok", 32) if result.passed else self._colour("stopped", 31)
        self._put(f"  {result.phase:<16} {result.seconds:5.1f} s  {result.denials:3d} refused  {mark}")

    def stop(self) -> None:
        """Rewrite no more: something else is going to be said."""
        if self._ticking and self._ticker:
            self._ticking.set()
            self._ticker.join()
            self._write("\r\x1b[K")
        self._ticking = self._ticker = None

    def _put(self, line: str) -> None:
        self._write(f"{line}\n")

    def _write(self, text: str) -> None:
        # Who stops listening to the talk does not stop the run.
        with contextlib.suppress(OSError):
            self.stream.write(text)
            self.stream.flush()

    def _colour(self, word: str, code: int) -> str:
        return f"\x1b[{code}m{word}\x1b[0m" if self.coloured else word
