"""The loop: candidate -> trial -> denials -> grants -> candidate, until a whole life passes.

It knows nothing of AWS or of processes: trials are given to it.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from verifier.authorization.authorizer import Mode
from verifier.authorization.caller import Certainty
from verifier.deployment.trials import Candidate, Listener, Outcome
from verifier.evidence import Asked, Permission, Provenance
from verifier.findings import Finding, consolidate, findings_of
from verifier.grant.generalise import Scope
from verifier.grant.pack import policy
from verifier.grant.split import split
from verifier.iam.placeholders import fill
from verifier.iam.policy import PolicyDocument, parse_policy
from verifier.journal import Journal

TRIES = 2


class Strategy(StrEnum):
    """How refusals are learnt: all in one trial that lets them through, or as they really come."""

    OBSERVE = "observe"
    STRICT = "strict"


class Verdict(StrEnum):
    """What a run has shown."""

    SUFFICIENT = "sufficient"
    INSUFFICIENT = "insufficient"
    INCONCLUSIVE = "inconclusive"
    UNGRANTABLE = "ungrantable"


class Runner(Protocol):
    """Runs trials (deployment.trials.Trials)."""

    def run(self, candidate: Candidate, mode: Mode, listener: Listener) -> Outcome:
        """One trial under ``candidate``."""


class Observer(Listener, Protocol):
    """Hears how the loop goes on."""

    def round_started(self, number: int, mode: Mode) -> None:
        """A round begins."""


@dataclass(frozen=True)
class Settings:
    """What the user asked of the loop. ``given`` are policies of the user's own, with placeholders."""

    strategy: Strategy = Strategy.OBSERVE
    scope: Scope = Scope.SERVICE
    minimal: bool = False
    max_rounds: int = 80
    given: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Round:
    """One trial of the loop, kept for the report."""

    number: int
    mode: Mode
    outcome: Outcome


@dataclass(frozen=True)
class Convergence:
    """What the loop found. ``findings`` are the permissions of the passing life, with their evidence."""

    verdict: Verdict
    rounds: tuple[Round, ...]
    findings: tuple[Finding, ...] = ()
    unconfirmed: tuple[Finding, ...] = ()
    superfluous: tuple[Permission, ...] = ()
    reason: str = ""

    @property
    def policy(self) -> dict[str, Any]:
        """The least-privilege policy, with placeholders."""
        return policy([finding.permission for finding in self.findings])


@dataclass(frozen=True)
class Grants:
    """A candidate: the policies that the user gave, and what has been learnt."""

    given: tuple[Mapping[str, Any], ...]
    permissions: frozenset[Permission]

    def documents(self, values: Mapping[str, str]) -> Sequence[PolicyDocument]:
        """Managed policies within IAM's size limit, their placeholders filled."""
        given = [_filled(document, values) for document in self.given]
        # Filled first: what the placeholders stand for counts against the size limit.
        learnt = split(_filled(policy(self.permissions), values)) if self.permissions else ()
        return [
            parse_policy(document, name=f"candidate-{number}")
            for number, document in enumerate([*given, *learnt], start=1)
        ]


@dataclass(frozen=True)
class Bench:
    """Where trials are run one after the other, heard and written down."""

    trials: Runner
    observer: Observer
    journal: Journal

    def trial(self, candidate: Candidate, mode: Mode, number: int) -> Round:
        """One round; a trial that fails for no refusal is tried again, then kept as it is."""
        for attempt in range(1, TRIES + 1):
            self.observer.round_started(number, mode)
            self.journal.add("round", round=number, mode=str(mode), attempt=attempt)
            outcome = self.trials.run(candidate, mode, self.observer)
            if not outcome.problem:
                break
            self.journal.add("inconclusive", round=number, problem=outcome.problem)
        return Round(number, mode, outcome)


@dataclass
class Loop:
    """The state of one run of the loop."""

    bench: Bench
    settings: Settings
    learnt: set[Permission] = field(default_factory=set)
    rounds: list[Round] = field(default_factory=list)
    first_round: dict[Permission, int] = field(default_factory=dict)
    let_through: set[Permission] = field(default_factory=set)
    """Refused at some time without being believed: what nothing has confirmed."""

    def converge(self) -> Convergence:
        """Rounds until a whole life passes under the candidate, or nothing more can be done."""
        mode = Mode.OBSERVE if self.settings.strategy is Strategy.OBSERVE else Mode.ENFORCE
        while len(self.rounds) < self.settings.max_rounds:
            outcome = self._round(mode)
            lifted = next((item for item in outcome.asked if item.refused and not item.grantable), None)
            if lifted is not None:
                return self._ended(Verdict.UNGRANTABLE, no_grant_helps(lifted))
            if outcome.problem:
                return self._ended(Verdict.INCONCLUSIVE, outcome.problem)
            news = self._learn(outcome)
            if mode is Mode.ENFORCE and outcome.complete and not news:
                return self._converged(outcome)
            if mode is Mode.ENFORCE and not news:
                return self._ended(Verdict.INSUFFICIENT, _granted_and_refused(outcome))
            mode = Mode.ENFORCE
        return self._ended(Verdict.INSUFFICIENT, f"not converged within {self.settings.max_rounds} rounds")

    def _round(self, mode: Mode) -> Outcome:
        candidate = Grants(self.settings.given, frozenset(self.learnt))
        self.rounds.append(self.bench.trial(candidate, mode, len(self.rounds) + 1))
        return self.rounds[-1].outcome

    def _learn(self, outcome: Outcome) -> set[Permission]:
        """Grant what was refused; what is new by it."""
        number = len(self.rounds)
        news: set[Permission] = set()
        for finding in self._findings(outcome.asked, outcome.provenance):
            self.first_round.setdefault(finding.permission, number)
            refused = [item for item in finding.asked if item.refused]
            if not refused:
                continue
            if not any(item.enforced for item in refused) and finding.certainty < Certainty.CALL:
                self.let_through.add(finding.permission)
            if self._granted(finding) and finding.permission not in self.learnt:
                news.add(finding.permission)
                self.bench.journal.add("denial", round=number, **finding.as_denial())
        self.learnt |= news
        return news

    def _findings(self, asked: Iterable[Asked], provenance: Provenance) -> tuple[Finding, ...]:
        return findings_of(asked, provenance, self.settings.scope)

    def _granted(self, finding: Finding) -> bool:
        # --minimal leaves out what AWS is not known to ask for; an upper bound is all there is for its type.
        return not (self.settings.minimal and finding.certainty is Certainty.LIKELY)

    def _converged(self, outcome: Outcome) -> Convergence:
        everything = self._findings(outcome.asked, outcome.provenance)
        held = [finding for finding in everything if self._granted(finding)]
        final = consolidate(held)
        asked_for = {finding.permission for finding in everything}
        return self._ended(
            Verdict.SUFFICIENT,
            findings=final,
            unconfirmed=tuple(finding for finding in everything if finding.permission in self.let_through),
            superfluous=tuple(sorted(self.learnt - asked_for, key=lambda item: (item.action, item.resource))),
        )

    def _ended(
        self,
        verdict: Verdict,
        reason: str = "",
        *,
        findings: tuple[Finding, ...] = (),
        unconfirmed: tuple[Finding, ...] = (),
        superfluous: tuple[Permission, ...] = (),
    ) -> Convergence:
        self.bench.journal.add("verdict", verdict=str(verdict), reason=reason)
        numbered = tuple(
            finding.in_round(self.first_round.get(finding.permission, 1)) for finding in findings
        )
        return Convergence(verdict, tuple(self.rounds), numbered, unconfirmed, superfluous, reason)


def _filled(document: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    filled: dict[str, Any] = json.loads(fill(json.dumps(dict(document)), values))
    return filled


def no_grant_helps(asked: Asked) -> str:
    """Why a run stops at a refusal that is no lack of an allow."""
    return f"{asked.action} on {asked.resource} is refused by {asked.reason}; no grant can lift that"


def _granted_and_refused(outcome: Outcome) -> str:
    refused = next((item for item in outcome.asked if item.refused and item.enforced), None)
    if refused is None:
        return "a phase did not pass although nothing was refused"
    return f"{refused.action} on {refused.resource} is still refused although it was granted"
