"""A convergence as JSON: the shape that DESIGN.md and the README document."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from verifier.emulator.endpoint.conditions import LeftOut
from verifier.framework.framework import Framework
from verifier.grant.findings import Finding, consolidate, findings_of
from verifier.grant.generalise import Scope, crosses_stages
from verifier.iam.policy import to_dict
from verifier.loop.converge import Convergence
from verifier.loop.rounds import Round
from verifier.report.sources import sources_of
from verifier.targets.interface import Disagreement
from verifier.targets.unenforced import Unenforced
from verifier.trial.phases import FAILING


@dataclass(frozen=True)
class Heading:
    """What was verified, where and how."""

    service: str
    target: str
    framework: Framework
    strategy: str
    scope: Scope
    answered_here: tuple[str, ...] | None = None
    """What the target lacks and the embedded emulator was asked instead; None where nothing can be."""
    differences: tuple[Disagreement, ...] | None = None
    """What the target itself decides otherwise; None where it decides nothing."""
    left_out: tuple[LeftOut, ...] | None = None
    """Conditions that policies went without there, as the target cannot read them; None: nobody knows."""
    not_enforced: tuple[Unenforced, ...] | None = None
    """What was done on the user's behalf and not asked for; None where everything is."""


def as_document(heading: Heading, result: Convergence) -> dict[str, Any]:
    """The whole result, as `converge --format json` prints it."""
    return {
        "service": service_name(heading, result.rounds),
        "target": heading.target,
        "framework": {"name": heading.framework.name, "version": heading.framework.version},
        "strategy": heading.strategy,
        "scope": str(heading.scope),
        "verdict": str(result.verdict),
        "reason": result.reason,
        "rounds": rounds_of(result.rounds),
        "partial": list(result.partial),
        "notes": notes(result.rounds),
        "cleared": cleared(result.rounds),
        "warnings": warnings_of(result.rounds),
        "permissions": [_permission(item, heading.framework) for item in result.findings],
        "tolerated": tolerated_of(result.rounds, heading.scope),
        "unconfirmed": [
            _plain(item) | {"certainty": item.certainty.label} for item in consolidate(result.unconfirmed)
        ],
        "superfluous": [{"action": item.action, "resource": item.resource} for item in result.superfluous],
        "notExercised": not_exercised(result),
        "seeded": seeded(result),
        "crossesStages": stage_crossings(result, heading.scope),
        **of_the_target(heading),
        "policy": to_dict(result.policy, lists=True),
    }


def of_the_target(heading: Heading) -> dict[str, Any]:
    """What a target may lack and the embedded emulator answered, and what it decides otherwise."""
    found: dict[str, Any] = {}
    if heading.answered_here is not None:
        found["answeredHere"] = list(heading.answered_here)
    if heading.differences is not None:
        left_out = heading.left_out
        found["upstreamDecisions"] = [one.as_dict() for one in heading.differences]
        found["conditionsLeftOut"] = None if left_out is None else [one.as_dict() for one in left_out]
    if heading.not_enforced is not None:
        found["cloudformation"] = "upstream"
        found["notEnforced"] = [one.as_dict() for one in heading.not_enforced]
        found["notRun"] = list(FAILING)
    return found


def service_name(heading: Heading, rounds: Sequence[Round]) -> str:
    """The service's name as the framework resolved it, else as it is written."""
    return rounds[-1].trial.provenance.service if rounds else heading.service


def notes(rounds: Sequence[Round]) -> list[str]:
    """What of the last life was not done as on AWS, each once."""
    lines = (line for phase in (rounds[-1].trial.phases if rounds else ()) for line in phase.notes)
    return list(dict.fromkeys(lines))


def cleared(rounds: Sequence[Round]) -> list[dict[str, str]]:
    """What the administrator took away or undid in the last life, and for which phase."""
    phases = rounds[-1].trial.phases if rounds else ()
    return [{"phase": phase.phase, "what": what} for phase in phases for what in phase.cleared]


def warnings_of(rounds: Sequence[Round]) -> list[dict[str, str]]:
    """The refusals of the last life that AWS went on without, with their phases."""
    phases = rounds[-1].trial.phases if rounds else ()
    return [{"phase": phase.phase, "message": line} for phase in phases for line in phase.warnings]


def rounds_of(rounds: Sequence[Round]) -> list[dict[str, Any]]:
    """What each round's phases did."""
    return [_round(item) for item in rounds]


def tolerated_of(rounds: Sequence[Round], scope: Scope) -> list[dict[str, str]]:
    """Calls of the last life that the tool goes on without, and that nobody else needs."""
    if not rounds:
        return []
    trial = rounds[-1].trial
    needed = {finding.permission for finding in findings_of(trial.asked, trial.provenance, scope)}
    rows = [
        _plain(finding) | {"operation": item.operation, "phase": item.phase}
        for finding in findings_of(trial.tolerated, trial.provenance, scope)
        if finding.permission not in needed
        for item in finding.asked
    ]
    return _distinct(rows)


def evidence_of(finding: Finding, framework: Framework) -> list[dict[str, Any]]:
    """Everyone who asked for a permission, once each."""
    return _distinct(
        [
            {
                "phase": item.phase,
                "operation": item.operation,
                "onBehalfOf": item.on_behalf_of.as_dict() if item.on_behalf_of else None,
                "resource": item.resource,
                "round": finding.round,
                "certainty": item.certainty.label,
                "source": item.source,
                "modelled": item.modelled,
                "frameworks": [f"{framework.name}@{framework.version}"],
            }
            for item in finding.asked
        ]
    )


def not_exercised(result: Convergence) -> list[dict[str, Any]]:
    """Types with properties whose update this life never saw, and whose update would need more."""
    if not result.rounds:
        return []
    return [
        {
            "type": item.type,
            "logicalIds": list(item.logical_ids),
            "properties": list(item.properties),
            "actions": list(item.actions),
        }
        for item in result.rounds[-1].trial.not_exercised
    ]


def seeded(result: Convergence) -> list[dict[str, str]]:
    """What `--seed auto` made up for the last life."""
    return [item.as_dict() for item in result.rounds[-1].trial.seeded] if result.rounds else []


def stage_crossings(result: Convergence, scope: Scope) -> list[str]:
    """Resource patterns that also match other stages, because AWS cut the stack's name before the stage."""
    if not result.rounds:
        return []
    provenance = result.rounds[-1].trial.provenance
    seen = {item.resource for finding in result.findings for item in finding.asked}
    return sorted(crosses_stages(sorted(seen), provenance, scope))


def _round(item: Round) -> dict[str, Any]:
    return {
        "round": item.number,
        "mode": str(item.mode),
        "phases": [
            {
                "phase": phase.phase,
                "exitCode": phase.exit_code,
                "seconds": round(phase.seconds, 2),
                "denials": phase.denials,
                "toolRuns": phase.tool_runs,
                "proof": phase.proof.as_dict() if phase.proof else None,
            }
            for phase in item.trial.phases
        ],
    }


def _permission(finding: Finding, framework: Framework) -> dict[str, Any]:
    return {
        **finding.permission.as_dict(),
        "certainty": finding.certainty.label,
        "modelled": finding.modelled,
        "sources": sources_of(finding, framework),
        "evidence": evidence_of(finding, framework),
    }


def _plain(finding: Finding) -> dict[str, Any]:
    return {"action": finding.permission.action, "resource": finding.permission.resource}


def _distinct(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = []
    for row in rows:
        if row not in kept:
            kept.append(row)
    return kept
