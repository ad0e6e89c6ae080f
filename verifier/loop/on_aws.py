"""The loop on a real account: every refusal is AWS's own, and what AWS does not refuse stays unseen.

It starts with what a convergence on the embedded target has found, without what is only likely there, or
with nothing. What it grants is what AWS refused. Like the other loop it knows nothing of AWS or of processes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from verifier.authorization.authorizer import Mode
from verifier.authorization.caller import Certainty, OnBehalfOf
from verifier.grant.evidence import Asked, Permission, Provenance
from verifier.grant.findings import Finding, consolidate, findings_of, joined
from verifier.grant.like_known import like_known
from verifier.grant.merge import covers, covers_resource
from verifier.loop.converge import UNPROVEN, Convergence, Settings, Verdict, no_grant_helps, ungrantable
from verifier.loop.rounds import Bench, Learning, Round
from verifier.trial.interface import TrialResult

Step = tuple[str, str, str, str] | None
"""Phase, logical id, type and lifecycle of what CloudFormation does; None for the tool's own requests."""
_BELIEVED_AFTER = 2
"""So many rounds in a row must be refused what is granted before that is believed."""


@dataclass(frozen=True)
class AwsConvergence:
    """``result``, of which ``never_refused`` is what AWS did not refuse and the embedded run asked for.

    ``not_needed`` is what it asked for and the passing life was not granted: AWS did not ask for it, or
    nobody noticed the refusal. ``repeated`` are the rounds that were refused only what was granted: AWS had
    not spread it yet; ``not_run`` the phases of a life that were left out there.
    """

    result: Convergence
    never_refused: tuple[Finding, ...] = ()
    not_needed: tuple[Finding, ...] = ()
    repeated: tuple[int, ...] = ()
    not_run: tuple[str, ...] = ()


@dataclass
class AwsLoop:
    """One run. ``model`` is what the embedded run has found, ``from_scratch`` says to start with nothing."""

    bench: Bench
    settings: Settings
    model: Sequence[Finding] = ()
    from_scratch: bool = False
    _learnt: dict[Permission, Finding] = field(default_factory=dict)
    _rounds: list[Round] = field(default_factory=list)
    _repeated: list[int] = field(default_factory=list)
    _at_once: list[Finding] = field(default_factory=list)
    """What was granted in the present round while the tool waited for it."""
    _guesses: dict[Step, list[Permission]] = field(default_factory=dict)
    """What was granted for refusals without words: it may not be what they were for."""
    _in_vain: int = 0
    """So many rounds before this one were refused only what was granted."""

    @property
    def start(self) -> tuple[Finding, ...]:
        """What is granted from the first round on."""
        if self.from_scratch:
            return ()
        return tuple(one for one in self.model if one.certainty is not Certainty.LIKELY)

    def converge(self) -> AwsConvergence:
        """Rounds until a whole life passes under the candidate, or nothing more can be done."""
        while len(self._rounds) < self.settings.max_rounds:
            trial = self._round()
            lifted = ungrantable(trial)
            if lifted is not None:
                return self._ended(Verdict.UNGRANTABLE, no_grant_helps(lifted))
            if trial.problem:
                return self._ended(Verdict.INCONCLUSIVE, trial.problem)
            news = self._learn(trial)
            if trial.complete and not news:
                return self._passed(trial)
            self._in_vain = 0 if news else self._in_vain + 1
            if self._in_vain >= _BELIEVED_AFTER:
                return self._ended(Verdict.INSUFFICIENT, _granted_and_refused(trial))
            if not news:
                self._repeated.append(len(self._rounds))
        return self._ended(Verdict.INSUFFICIENT, f"not converged within {self.settings.max_rounds} rounds")

    def _granted(self) -> frozenset[Permission]:
        return frozenset(one.permission for one in self.start) | frozenset(self._learnt)

    def _round(self) -> TrialResult:
        self._at_once.clear()
        candidate = Learning(self.settings.given, self._granted, self._answer)
        self._rounds.append(self.bench.trial(candidate, Mode.ENFORCE, len(self._rounds) + 1))
        return self._rounds[-1].trial

    def _answer(self, refused: Sequence[Asked], provenance: Provenance) -> list[Permission]:
        """Grant what one request of the tool's was refused, which waits for it; what is new by it."""
        news = []
        for finding in findings_of(refused, provenance, self.settings.scope):
            news += self._take(self._fresh(finding), len(self._rounds) + 1)
        self._at_once += news
        return [one.permission for one in news]

    def _take(self, answers: Iterable[Finding], number: int) -> list[Finding]:
        taken = list(answers)
        for one in taken:
            self._learnt[one.permission] = one.in_round(number)
            self.bench.journal.add("grant", round=number, **one.as_denial())
        return taken

    def _withdraw(self, refused: Iterable[Asked]) -> None:
        """Take back what was guessed for steps that are refused for another reason, as AWS says by now.

        Where it is needed too it will be refused again.
        """
        for step in map(_step, refused):
            for permission in self._guesses.pop(step, ()):
                self._learnt.pop(permission, None)

    def _learn(self, trial: TrialResult) -> list[Finding]:
        """Grant what was refused; what is new in the round. It is in the journal before the next one."""
        number = len(self._rounds)
        refused = [item for item in trial.asked if item.refused and item.enforced]
        named = findings_of((one for one in refused if one.action), trial.provenance, self.settings.scope)
        news = list(self._at_once)
        # One after the other: what answers one refusal may answer the next.
        for finding in named:
            fresh = self._take(self._fresh(finding), number)
            news += fresh
            if fresh:
                self._withdraw(finding.asked)
        for one in refused:
            guessed = self._take(self._likeliest(one), number)
            news += guessed
            self._guesses.setdefault(_step(one), []).extend(item.permission for item in guessed)
        self.bench.journal.add(
            "round-end",
            round=number,
            mode=str(Mode.ENFORCE),
            complete=trial.complete,
            phases=[phase.as_row() for phase in trial.phases],
            asked=[one.permission.as_dict() for one in news],
            letThrough=[],
        )
        return news

    def _fresh(self, finding: Finding) -> list[Finding]:
        """What answers a refusal and is not granted: as the model has it, else as AWS words it.

        Where the model's answer is granted the grant may be late: AWS's words count in the next round.
        """
        granted = self._granted()
        known = like_known(finding, [one.permission for one in self.model])
        fresh = [one for one in known if one.permission not in granted]
        if fresh or not self._in_vain or any(covers(one, finding.permission) for one in granted):
            return fresh
        return [finding]

    def _likeliest(self, refused: Asked) -> list[Finding]:
        """What may answer a refusal without words: what the model asks for there, and is not granted.

        Where there is one of it, and with it the step passes, AWS refused just that.
        """
        about = refused.on_behalf_of
        if refused.action or about is None:
            return []
        granted = self._granted()
        found = [
            one
            for one in self.model
            if one.permission not in granted and any(_is_about(item, about) for item in one.asked)
        ]
        if len(found) == 1:
            return [replace(one, asked=(replace(refused, action=one.permission.action),)) for one in found]
        # Words come at random: the next round may say it.
        return found if self._in_vain else []

    def _passed(self, trial: TrialResult) -> AwsConvergence:
        if not trial.proven:
            return self._ended(Verdict.INCONCLUSIVE, UNPROVEN)
        granted = self._granted()
        dropped = [one.permission for one in self.model if one.permission not in granted]
        found = consolidate(joined((*self.start, *self._learnt.values())))
        return self._ended(
            Verdict.SUFFICIENT,
            findings=tuple(self._numbered(found)),
            superfluous=() if self.from_scratch else tuple(dropped),
            never_refused=tuple(one for one in found if one.certainty is not Certainty.OBSERVED),
            not_needed=self._not_needed(trial),
        )

    def _not_needed(self, trial: TrialResult) -> tuple[Finding, ...]:
        """What the model asks for in the phases of the passing ``trial``, which nothing allowed there.

        Policies of the user's own may allow it: then nothing is known.
        """
        if self.settings.given:
            return ()
        granted, lived = self._granted(), {phase.phase for phase in trial.phases}
        found = []
        for one in self.model:
            asked = tuple(item for item in one.asked if item.phase in lived and not item.modelled)
            if asked and not any(_overlap(other, one.permission) for other in granted):
                found.append(replace(one, asked=asked))
        return tuple(found)

    def _numbered(self, findings: Iterable[Finding]) -> Iterable[Finding]:
        for finding in findings:
            learnt = self._learnt.get(finding.permission)
            yield finding.in_round(learnt.round if learnt else 0)

    def _ended(
        self,
        verdict: Verdict,
        reason: str = "",
        *,
        findings: tuple[Finding, ...] = (),
        superfluous: tuple[Permission, ...] = (),
        never_refused: tuple[Finding, ...] = (),
        not_needed: tuple[Finding, ...] = (),
    ) -> AwsConvergence:
        self.bench.journal.add("verdict", verdict=str(verdict), reason=reason)
        result = Convergence(verdict, tuple(self._rounds), findings, superfluous=superfluous, reason=reason)
        return AwsConvergence(result, never_refused, not_needed, tuple(self._repeated))


def _overlap(one: Permission, other: Permission) -> bool:
    """Whether a grant of one may allow some of the other, whatever their conditions."""
    return one.action.lower() == other.action.lower() and (
        covers_resource(one.resource, other.resource) or covers_resource(other.resource, one.resource)
    )


def _granted_and_refused(trial: TrialResult) -> str:
    refused = next((item for item in trial.asked if item.refused and item.enforced), None)
    if refused is None:
        return "a phase did not pass although nothing was refused"
    if not refused.action and refused.on_behalf_of is not None:
        about = refused.on_behalf_of
        return f"{about.logical_id} ({about.type}): its {about.lifecycle} is refused, and AWS says no more"
    return f"{refused.action} on {refused.resource} is still refused although it was granted"


def _step(refused: Asked) -> Step:
    about = refused.on_behalf_of
    return (refused.phase, about.logical_id, about.type, about.lifecycle) if about is not None else None


def _is_about(item: Asked, about: OnBehalfOf) -> bool:
    """Whether ``item`` was asked for the same resource; CloudFormation reads it in each of its steps."""
    mine = item.on_behalf_of
    return mine is not None and (mine.logical_id, mine.type) == (about.logical_id, about.type)
