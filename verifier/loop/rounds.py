"""Where trials are run one after the other: written down as they go, and tried again once.

Like the loop it knows nothing of AWS or of processes: trials are given to it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from verifier.authorization.authorizer import Mode
from verifier.grant.evidence import Asked, Permission, Provenance
from verifier.grant.pack import policy
from verifier.grant.split import split
from verifier.iam.policy import PolicyDocument
from verifier.loop.journal import Journal
from verifier.loop.recorder import Observer, Recorder
from verifier.trial.interface import Candidate, Listener, TrialResult

TRIES = 2


class Runner(Protocol):
    """Runs trials (trial.trials.Trials)."""

    def run(self, candidate: Candidate, mode: Mode, listener: Listener) -> TrialResult:
        """One trial under ``candidate``."""


@dataclass(frozen=True)
class Round:
    """One trial of the loop, kept for the report."""

    number: int
    mode: Mode
    trial: TrialResult


@dataclass(frozen=True)
class Grants:
    """A candidate: the policies that the user gave, and what has been learnt."""

    given: tuple[PolicyDocument, ...] = ()
    permissions: frozenset[Permission] = frozenset()

    def documents(self, values: Mapping[str, str]) -> Sequence[PolicyDocument]:
        """Managed policies within IAM's size limit, their placeholders filled."""
        given = [document.filled(values) for document in self.given]
        # Filled first: what the placeholders stand for counts against the size limit.
        learnt = split(policy(self.permissions).filled(values)) if self.permissions else ()
        return [*given, *learnt]

    def answer(
        self, refused: Sequence[Asked], provenance: Provenance, values: Mapping[str, str]
    ) -> Sequence[PolicyDocument]:
        """Nothing: what is learnt counts in the next round."""
        return ()


@dataclass(frozen=True)
class Learning:
    """A candidate that learns while it is tried. ``granted`` is what it has learnt so far.

    ``learn`` takes what one request was refused, and says what is new by that.
    """

    given: tuple[PolicyDocument, ...]
    granted: Callable[[], frozenset[Permission]]
    learn: Callable[[Sequence[Asked], Provenance], Sequence[Permission]]

    def documents(self, values: Mapping[str, str]) -> Sequence[PolicyDocument]:
        """As a candidate of just that has them."""
        return Grants(self.given, self.granted()).documents(values)

    def answer(
        self, refused: Sequence[Asked], provenance: Provenance, values: Mapping[str, str]
    ) -> Sequence[PolicyDocument]:
        """What is new, as policies."""
        return Grants((), frozenset(self.learn(refused, provenance))).documents(values)


@dataclass(frozen=True)
class Bench:
    """What every round needs."""

    trials: Runner
    observer: Observer
    journal: Journal

    def trial(self, candidate: Candidate, mode: Mode, number: int) -> Round:
        """One round; a failure that is no refusal and may pass by itself is tried again, then kept."""
        for attempt in range(1, TRIES + 1):
            self.observer.round_started(number, mode)
            self.journal.add("round", round=number, mode=str(mode), attempt=attempt)
            recorder = Recorder(self.observer, self.journal, number)
            trial = self.trials.run(candidate, mode, recorder)
            if not trial.problem:
                break
            self.journal.add("inconclusive", round=number, problem=trial.problem)
            if not trial.may_pass_by_itself:
                break
        return Round(number, mode, trial)
