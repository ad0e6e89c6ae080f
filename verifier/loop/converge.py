"""The loop: candidate -> trial -> denials -> grants -> candidate, until a whole life passes.

It knows nothing of AWS or of processes: trials are given to it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from verifier.authorization.authorizer import Mode
from verifier.authorization.caller import Certainty
from verifier.grant.evidence import Asked, Permission, Provenance
from verifier.grant.findings import Finding, consolidate, findings_of, joined
from verifier.grant.generalise import Scope
from verifier.grant.pack import policy
from verifier.iam.policy import PolicyDocument
from verifier.loop.other_names import OtherNames
from verifier.loop.resume import Learnt, is_granted
from verifier.loop.rounds import Bench, Grants, Round
from verifier.trial.interface import TrialResult

UNPROVEN = "nothing shows that the restricted user did what this life is for"


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


@dataclass(frozen=True)
class Settings:
    """What the user asked of the loop. ``given`` are policies of the user's own, with placeholders."""

    strategy: Strategy = Strategy.OBSERVE
    scope: Scope = Scope.SERVICE
    minimal: bool = False
    max_rounds: int = 80
    given: tuple[PolicyDocument, ...] = ()


@dataclass(frozen=True)
class Convergence:
    """What the loop found. ``findings`` are the permissions of the passing life, with their evidence."""

    verdict: Verdict
    rounds: tuple[Round, ...]
    findings: tuple[Finding, ...] = ()
    unconfirmed: tuple[Finding, ...] = ()
    superfluous: tuple[Permission, ...] = ()
    reason: str = ""
    partial: tuple[str, ...] = ()
    """Of a life that did not end: the phases that passed, which ``findings`` are of alone."""

    @property
    def policy(self) -> PolicyDocument:
        """The least-privilege policy, with placeholders."""
        return policy([finding.permission for finding in self.findings])


@dataclass
class Loop:
    """One run of the loop; ``learnt`` is its state, which an earlier run may have begun."""

    bench: Bench
    settings: Settings
    learnt: Learnt = field(default_factory=Learnt)
    _other_names: OtherNames = field(default_factory=OtherNames)

    def converge(self) -> Convergence:
        """Rounds until a whole life passes under the candidate, or nothing more can be done."""
        mode = self.learnt.mode or self._first_mode()
        while len(self.learnt.rounds) < self.settings.max_rounds:
            trial = self._round(mode)
            lifted = ungrantable(trial)
            if lifted is not None:
                return self._ended(Verdict.UNGRANTABLE, no_grant_helps(lifted))
            if trial.problem:
                return self._ended(Verdict.INCONCLUSIVE, trial.problem, **self._so_far())
            news = self._learn(trial)
            if mode is Mode.ENFORCE and trial.complete and not news:
                return self._converged(trial)
            if mode is Mode.ENFORCE and not news:
                return self._ended(Verdict.INSUFFICIENT, _granted_and_refused(trial))
            restless = self._other_names.after(self._asked(trial), [one.permission for one in news])
            if restless is not None:
                return self._ended(Verdict.INSUFFICIENT, restless)
            mode = Mode.ENFORCE
        return self._ended(Verdict.INSUFFICIENT, f"not converged within {self.settings.max_rounds} rounds")

    def _first_mode(self) -> Mode:
        return Mode.OBSERVE if self.settings.strategy is Strategy.OBSERVE else Mode.ENFORCE

    def _round(self, mode: Mode) -> TrialResult:
        candidate = Grants(self.settings.given, frozenset(self.learnt.permissions))
        rounds = self.learnt.rounds
        rounds.append(self.bench.trial(candidate, mode, len(rounds) + 1))
        return rounds[-1].trial

    def _learn(self, trial: TrialResult) -> list[Finding]:
        """Grant what was refused; what is new by it. Both are in the journal before the next round."""
        this = self.learnt.rounds[-1]
        findings = self._findings(trial.asked, trial.provenance)
        news = self.learnt.take(findings, this.number, minimal=self.settings.minimal)
        journal = self.bench.journal
        for finding in news:
            journal.add("grant", round=this.number, **finding.as_denial())
        let_through = [item.permission for item in findings if item.permission in self.learnt.let_through]
        journal.add(
            "round-end",
            round=this.number,
            mode=str(this.mode),
            complete=trial.complete,
            phases=[phase.as_row() for phase in trial.phases],
            asked=[finding.permission.as_dict() for finding in findings],
            letThrough=[item.as_dict() for item in let_through],
        )
        return news

    def _asked(self, trial: TrialResult) -> frozenset[Permission]:
        return frozenset(one.permission for one in self._findings(trial.asked, trial.provenance))

    def _findings(self, asked: Iterable[Asked], provenance: Provenance) -> tuple[Finding, ...]:
        return findings_of(asked, provenance, self.settings.scope)

    def _converged(self, trial: TrialResult) -> Convergence:
        if not trial.proven:
            return self._ended(Verdict.INCONCLUSIVE, UNPROVEN)
        everything = self._findings(trial.asked, trial.provenance)
        held = [finding for finding in everything if is_granted(finding, self.settings.minimal)]
        if trial.unenforced:
            lived = tuple(phase.phase for phase in trial.phases)
            findings = consolidate(held)
            return self._ended(Verdict.INCONCLUSIVE, trial.unenforced, findings=findings, partial=lived)
        asked_for = {finding.permission for finding in everything}
        dropped = self.learnt.permissions - asked_for
        return self._ended(
            Verdict.SUFFICIENT,
            findings=consolidate(held),
            unconfirmed=tuple(
                item
                for item in everything
                if item.permission in self.learnt.let_through and item.certainty < Certainty.CALL
            ),
            superfluous=tuple(sorted(dropped, key=lambda item: (item.action, item.resource))),
        )

    def _so_far(self) -> dict[str, Any]:
        """What the phases that passed need, each in the last round in which it did."""
        passed = {
            phase.phase: item
            for item in self.learnt.rounds
            for phase in item.trial.phases
            if phase.passed and not phase.problem
        }
        findings = [
            finding
            for item in self.learnt.rounds
            for finding in self._findings(
                (one for one in item.trial.asked if passed.get(one.phase) is item), item.trial.provenance
            )
            if is_granted(finding, self.settings.minimal)
        ]
        return {"findings": consolidate(joined(findings)), "partial": tuple(passed)}

    def _ended(
        self,
        verdict: Verdict,
        reason: str = "",
        *,
        findings: tuple[Finding, ...] = (),
        unconfirmed: tuple[Finding, ...] = (),
        superfluous: tuple[Permission, ...] = (),
        partial: tuple[str, ...] = (),
    ) -> Convergence:
        self.bench.journal.add("verdict", verdict=str(verdict), reason=reason)
        numbered = tuple(
            finding.in_round(self.learnt.first_round.get(finding.permission, 1)) for finding in findings
        )
        rounds = tuple(self.learnt.rounds)
        return Convergence(verdict, rounds, numbered, unconfirmed, superfluous, reason, partial)


def ungrantable(trial: TrialResult) -> Asked | None:
    """A real refusal that no grant lifts: an explicit deny, a boundary; what is only likely never counts."""
    return next((item for item in trial.asked if item.enforced and not item.grantable), None)


def no_grant_helps(asked: Asked) -> str:
    """Why a run stops at a refusal that is no lack of an allow."""
    return f"{asked.action} on {asked.resource} is refused by {asked.reason}; no grant can lift that"


def _granted_and_refused(trial: TrialResult) -> str:
    refused = next((item for item in trial.asked if item.refused and item.enforced), None)
    if refused is None:
        return "a phase did not pass although nothing was refused"
    return f"{refused.action} on {refused.resource} is still refused although it was granted"
