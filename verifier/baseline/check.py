"""Is a committed policy still what a service asks for? One strict life under it says so where it passes.

Like the loop it knows nothing of AWS or of processes: trials are given to it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from verifier.authorization.authorizer import Mode
from verifier.baseline.evidence import Tool
from verifier.baseline.gather import LifeUnder
from verifier.baseline.lasting import lasting_of
from verifier.errors import ExitCode
from verifier.grant.findings import consolidate, findings_of
from verifier.grant.generalise import Scope
from verifier.iam.policy import PolicyDocument
from verifier.loop.converge import (
    UNPROVEN,
    Convergence,
    Loop,
    Settings,
    Verdict,
    no_grant_helps,
    ungrantable,
)
from verifier.loop.rounds import Bench, Grants, Round
from verifier.report.result import tolerated_of, warnings_of
from verifier.trial.seeding import Seeded

SCOPE = Scope.SERVICE


@dataclass(frozen=True)
class Seen:
    """What came of the lives of a service under one tool.

    ``life`` is the passing one; without it ``code`` and ``reason`` tell why there is none. ``confirmed``:
    it passed under the committed policy, with refusals that were real.
    """

    life: LifeUnder | None = None
    confirmed: bool = False
    code: ExitCode = ExitCode.OK
    reason: str = ""
    warnings: tuple[str, ...] = ()
    """Refusals that AWS went on without, in its words."""
    seeded: tuple[Seeded, ...] = ()
    """What was made up because the service lacked it; the trial's account is ``{account}`` in its names."""


def confirm(bench: Bench, tool: Tool, committed: PolicyDocument) -> Seen:
    """Live under ``committed``; where that is not enough, converge afresh to know all that is missing.

    A life that passes asks for all that the service needs, also for what the policy lacks without being
    refused for it, so nothing more has to be tried then.
    """
    round_ = bench.trial(Grants((committed,)), Mode.ENFORCE, 1)
    trial = round_.trial
    lifted = ungrantable(trial)
    if lifted is not None and _denies(committed):
        # Somebody put that into the file: without it there is something to say.
        return converged(bench, tool)
    if lifted is not None:
        reason = lasting_of(no_grant_helps(lifted), trial.provenance)
        return Seen(code=ExitCode.NOT_CONVERGED, reason=reason)
    if trial.problem:
        return Seen(code=ExitCode.INCONCLUSIVE, reason=lasting_of(trial.problem, trial.provenance))
    if not trial.complete:
        return converged(bench, tool)
    if not trial.proven:
        return Seen(code=ExitCode.INCONCLUSIVE, reason=UNPROVEN)
    findings = consolidate(findings_of(trial.asked, trial.provenance, SCOPE))
    return Seen(LifeUnder(tool, findings, _tolerated(round_)), confirmed=True, warnings=_warnings(round_))


def _denies(policy: PolicyDocument) -> bool:
    return any(statement.effect == "Deny" for statement in policy.statements)


def converged(bench: Bench, tool: Tool) -> Seen:
    """Converge from nothing."""
    result = Loop(bench, Settings(scope=SCOPE)).converge()
    if result.verdict is Verdict.SUFFICIENT:
        last = result.rounds[-1]
        life = LifeUnder(tool, result.findings, _tolerated(last))
        return Seen(life, warnings=_warnings(last), seeded=tuple(_seeded(result)))
    trials = (one.trial.provenance for one in result.rounds)
    return Seen(code=_code(result), reason=lasting_of(result.reason, *trials))


def _seeded(result: Convergence) -> Iterator[Seeded]:
    accounts = {one.trial.provenance.account for one in result.rounds}
    for one in result.rounds[-1].trial.seeded:
        name = one.name
        for account in accounts:
            name = name.replace(account, "{account}")
        yield replace(one, name=name)


def _code(result: Convergence) -> ExitCode:
    inconclusive = result.verdict is Verdict.INCONCLUSIVE
    return ExitCode.INCONCLUSIVE if inconclusive else ExitCode.NOT_CONVERGED


def _tolerated(round_: Round) -> tuple[dict[str, str], ...]:
    return tuple(tolerated_of((round_,), SCOPE))


def _warnings(round_: Round) -> tuple[str, ...]:
    lines = (f"{row['phase']}: {row['message']}" for row in warnings_of((round_,)))
    return tuple(lasting_of(line, round_.trial.provenance) for line in lines)
