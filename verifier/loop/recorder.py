"""What a trial says while it goes on: passed on to whoever looks on, and written down at once."""

import threading
from dataclasses import dataclass, field
from typing import Any, Protocol

from verifier.authorization.authorizer import Mode
from verifier.errors import UnavailableError
from verifier.grant.evidence import Asked, GeneratedName, Provenance
from verifier.loop.journal import Journal
from verifier.loop.journal_rows import asked_row, generated_row, place_row
from verifier.trial.interface import PhaseResult


class Observer(Protocol):
    """Hears how the rounds go on."""

    def round_started(self, number: int, mode: Mode) -> None:
        """A round begins."""

    def phase_started(self, phase: str) -> None:
        """A phase begins."""

    def phase_ended(self, result: PhaseResult) -> None:
        """A phase is over."""


@dataclass
class Recorder:
    """Writes down what a trial says, each refusal at once: a run that is killed loses none.

    Refusals come from the gateway's threads, everything else from the main one.
    """

    observer: Observer
    journal: Journal
    number: int
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _seen: set[tuple[Any, ...]] = field(default_factory=set)
    _place: dict[str, Any] | None = None
    _tokens: frozenset[str] = frozenset()
    _generated: frozenset[GeneratedName] = frozenset()
    _failure: UnavailableError | None = None

    def creating(self, what: str, name: str, **where: str) -> None:
        """Something is about to be made on the target."""
        self.journal.add("creating", round=self.number, what=what, name=name, **where)

    def phase_started(self, phase: str) -> None:
        """A phase begins."""
        self.journal.add("phase", round=self.number, phase=phase)
        self.observer.phase_started(phase)

    def phase_ended(self, result: PhaseResult) -> None:
        """A phase is over. Raises UnavailableError when a refusal in it could not be written down."""
        if self._failure is not None:
            raise self._failure
        self.journal.add("phase-end", round=self.number, **result.as_row())
        self.observer.phase_ended(result)

    def denied(self, asked: Asked, provenance: Provenance) -> None:
        """One refusal, with all that is known so far of what will be different in another trial."""
        key = (
            *(asked.phase, asked.operation, asked.on_behalf_of is None),
            *(asked.action, asked.resource, str(asked.context), asked.certainty, asked.enforced),
        )
        with self._lock:
            if key in self._seen or self._failure is not None:
                return
            self._seen.add(key)
            try:
                self._write(asked, provenance)
            except UnavailableError as failure:
                # This is a thread of the gateway: the run itself must hear of it.
                self._failure = failure

    def _write(self, asked: Asked, provenance: Provenance) -> None:
        place = place_row(provenance)
        if place != self._place:
            self.journal.add("place", round=self.number, **place)
            self._place = place
        names = frozenset(provenance.generated)
        self.journal.add(
            "denial",
            round=self.number,
            **asked_row(asked),
            tokens=sorted(provenance.tokens - self._tokens),
            generated=sorted(generated_row(name) for name in names - self._generated),
        )
        self._tokens, self._generated = provenance.tokens, names
