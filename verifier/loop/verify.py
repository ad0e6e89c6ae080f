"""Is a given policy enough, what is missing in it, and what of it is never needed?

One strict trial gives the verdict; one observing trial from the given policies names everything that
is missing at once. Like the loop it knows nothing of AWS or of processes.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from verifier.authorization.authorizer import Mode
from verifier.authorization.caller import Certainty
from verifier.grant.evidence import Asked
from verifier.grant.findings import Finding, consolidate, findings_of
from verifier.grant.generalise import Scope
from verifier.grant.merge import covers
from verifier.iam.evaluate import AuthorizationRequest, evaluate
from verifier.iam.policy import PolicyDocument, Statement
from verifier.loop.converge import UNPROVEN, Verdict, no_grant_helps, ungrantable
from verifier.loop.rounds import Bench, Grants, Round
from verifier.trial.interface import TrialResult


@dataclass(frozen=True)
class Unused:
    """An action pattern on a resource pattern of an allowing statement that nothing asked for."""

    statement: str
    action: str
    resource: str


@dataclass(frozen=True)
class Verification:
    """What the trials showed of the given policies."""

    verdict: Verdict
    rounds: tuple[Round, ...]
    missing: tuple[Finding, ...] = ()
    unconfirmed: tuple[Finding, ...] = ()
    unused: tuple[Unused, ...] = ()
    reason: str = ""


def verify(bench: Bench, given: Sequence[PolicyDocument], scope: Scope) -> Verification:
    """Try ``given``, which may hold placeholders, together.

    ``unused`` is known only where a whole life was seen.
    """
    result = _tried(bench, given, scope)
    bench.journal.add("verdict", verdict=str(result.verdict), reason=result.reason)
    return result


def _tried(bench: Bench, given: Sequence[PolicyDocument], scope: Scope) -> Verification:
    candidate = Grants(tuple(given))
    strict = whole = bench.trial(candidate, Mode.ENFORCE, 1)
    rounds = [strict]
    stopped = _stopped(rounds)
    if stopped is None and not strict.trial.complete:
        whole = bench.trial(candidate, Mode.OBSERVE, 2)
        rounds.append(whole)
        stopped = _stopped(rounds)
    if stopped is not None:
        return stopped
    if strict.trial.complete and not strict.trial.proven:
        return Verification(Verdict.INCONCLUSIVE, tuple(rounds), reason=UNPROVEN)
    refused = _refused(whole.trial, scope)
    missing = consolidate([item for item in refused if _is_missing(item)])
    passed = Verdict.INCONCLUSIVE if strict.trial.unenforced else Verdict.SUFFICIENT
    return Verification(
        verdict=passed if strict.trial.complete else Verdict.INSUFFICIENT,
        rounds=tuple(rounds),
        missing=missing,
        unconfirmed=consolidate([item for item in refused if not _is_granted_by(missing, item)]),
        # What was not asked for here may be needed all the same.
        unused=() if whole.trial.unenforced else tuple(unused(given, whole.trial)),
        reason=strict.trial.unenforced if strict.trial.complete else "",
    )


def _is_missing(finding: Finding) -> bool:
    """What only an update would need that did not run is none of this life's."""
    return finding.certainty >= Certainty.CALL and not finding.modelled


def _is_granted_by(missing: Sequence[Finding], item: Finding) -> bool:
    """Whoever grants what is missing grants ``item`` too."""
    return any(covers(one.permission, item.permission) for one in missing)


def _stopped(rounds: Sequence[Round]) -> Verification | None:
    """What the last trial ended with, when it says nothing of what is missing."""
    trial = rounds[-1].trial
    lifted = ungrantable(trial)
    if lifted is not None:
        return Verification(Verdict.UNGRANTABLE, tuple(rounds), reason=no_grant_helps(lifted))
    if trial.problem:
        return Verification(Verdict.INCONCLUSIVE, tuple(rounds), reason=trial.problem)
    return None


def unused(given: Sequence[PolicyDocument], trial: TrialResult) -> Iterator[Unused]:
    """What ``given`` allows and this life never asked for, pattern by pattern."""
    values = trial.provenance.placeholders
    asked = _distinct((*trial.asked, *trial.tolerated))
    for policy in given:
        filled = policy.filled(values)
        for shown, statement in zip(policy.statements, filled.statements, strict=True):
            if statement.effect == "Allow":
                yield from _unused_of(shown, statement, filled, asked)


def _unused_of(
    shown: Statement, statement: Statement, document: PolicyDocument, asked: Sequence[Asked]
) -> Iterator[Unused]:
    label = f"{document.name}: {shown.sid or f'statement {shown.index}'}"
    for action_text, by_action in _by_action(statement):
        for resource_text, part in _by_resource(shown, by_action):
            alone = replace(document, statements=(part,))
            if not any(_allows(alone, item) for item in asked):
                yield Unused(label, action_text, resource_text)


def _by_action(statement: Statement) -> list[tuple[str, Statement]]:
    """The statement for each of its action patterns alone; NotAction is one pattern as a whole."""
    if statement.not_actions:
        return [(f"NotAction {', '.join(statement.not_actions)}", statement)]
    return [(action, replace(statement, actions=(action,))) for action in statement.actions]


def _by_resource(shown: Statement, statement: Statement) -> list[tuple[str, Statement]]:
    """The statement for each of its resource patterns alone, under the text that the user wrote."""
    if shown.not_resources:
        return [(f"NotResource {', '.join(shown.not_resources)}", statement)]
    pairs = zip(shown.resources, statement.resources, strict=True)
    return [(text, replace(statement, resources=(resource,))) for text, resource in pairs]


def _allows(document: PolicyDocument, item: Asked) -> bool:
    request = AuthorizationRequest("", item.action, item.resource, item.context)
    return evaluate(request, (document,)).allowed


def _refused(trial: TrialResult, scope: Scope) -> list[Finding]:
    refused = [item for item in trial.asked if item.refused]
    return list(findings_of(refused, trial.provenance, scope))


def _distinct(asked: Iterable[Asked]) -> list[Asked]:
    return list({(item.action, item.resource, str(item.context)): item for item in asked}.values())
