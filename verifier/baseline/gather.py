"""From what whole lives asked for to the evidence of a baseline: no names of chance, a stable order."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from verifier.baseline.evidence import Asker, BaselineEvidence, Evidenced, MadeWith, Tool
from verifier.baseline.model_parts import model_parts
from verifier.cloudformation.types import registry
from verifier.grant.evidence import Asked, Permission
from verifier.grant.findings import Finding, consolidate, joined
from verifier.grant.merge import covers
from verifier.grant.pack import policy
from verifier.iam import catalog
from verifier.iam.policy import PolicyDocument
from verifier.trial.phases import PHASES

# The framework names these after the code's digest, and after the time.
_BY_CHANCE = re.compile(r"(?:(?<=LambdaVersion)[A-Za-z0-9]{30,}|\d{10,}(?:[a-z0-9]{0,12}))$")


@dataclass(frozen=True)
class LifeUnder:
    """A whole life that passed under one tool: what it asked for, and what the tool went on without."""

    tool: Tool
    findings: tuple[Finding, ...]
    tolerated: tuple[dict[str, Any], ...] = ()


def policy_of(evidence: BaselineEvidence) -> PolicyDocument:
    """The policy that grants just what ``evidence`` holds."""
    return policy(item.permission for item in evidence.held)


def gather(service: str, lives: Sequence[LifeUnder], made: MadeWith) -> BaselineEvidence:
    """The evidence of lives under several tools; a permission is needed if one of them needs it."""
    whole = consolidate(joined(finding for life in lives for finding in life.findings))
    kept = frozenset(finding.permission for finding in whole)
    held = tuple(_held(finding, lives, kept) for finding in whole)
    askers = [asker for item in held for asker in item.asked]
    types = {asker.type for asker in askers if asker.type}
    prefixes = {item.permission.action.partition(":")[0] for item in held}
    return BaselineEvidence(
        service,
        replace(made, parts=model_parts(types, (asker.service for asker in askers))),
        held,
        _tolerated(row for life in lives for row in life.tolerated),
        {name: _named(name) for name in sorted(types)},
        {name: _listed(name) for name in sorted(prefixes) if catalog.actions(name)},
    )


def _held(finding: Finding, lives: Sequence[LifeUnder], kept: frozenset[Permission]) -> Evidenced:
    """``kept`` are all that are held: what is covered although it is one of them has its own place."""
    wide = finding.permission
    labels = {
        life.tool.label
        for life in lives
        for one in life.findings
        if one.permission == wide or (one.permission not in kept and covers(wide, one.permission))
    }
    return Evidenced(
        finding.permission,
        finding.certainty,
        tuple(sorted(labels)),
        _askers(finding.asked),
        finding.modelled,
    )


def _askers(asked: Iterable[Asked]) -> tuple[Asker, ...]:
    phases: dict[tuple[str, str, str], set[str]] = {}
    names: dict[tuple[str, str, str], set[str]] = {}
    for item in asked:
        about = item.on_behalf_of
        key = (item.operation, about.type if about else "", about.lifecycle if about else "")
        phases.setdefault(key, set()).add(item.phase)
        names.setdefault(key, set()).update([_steady(about.logical_id)] if about else [])
    return tuple(
        Asker(operation, _in_order(phases[key]), kind, lifecycle, tuple(sorted(names[key])))
        for key in sorted(phases)
        for operation, kind, lifecycle in [key]
    )


def _steady(logical_id: str) -> str:
    return _BY_CHANCE.sub("*", logical_id)


def _in_order(phases: Iterable[str]) -> tuple[str, ...]:
    places = {phase: place for place, phase in enumerate(PHASES)}
    return tuple(sorted(phases, key=lambda phase: (places.get(phase, len(places)), phase)))


def _tolerated(rows: Iterable[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    phases: dict[tuple[str, str, str], set[str]] = {}
    for row in rows:
        key = (row["action"], row["resource"], row["operation"])
        phases.setdefault(key, set()).add(row["phase"])
    return tuple(
        {"action": action, "resource": resource, "operation": operation, "phases": [*_in_order(phases[key])]}
        for key in sorted(phases)
        for action, resource, operation in [key]
    )


def _listed(prefix: str) -> str:
    """The actions of a service in AWS's reference, in one text: there are hundreds."""
    return " ".join(action.partition(":")[2] for action in catalog.actions(prefix))


def _named(type_name: str) -> dict[str, str]:
    """What the registry names for a type: each action with the handlers that it is named for."""
    entry = registry.entry(type_name)
    if entry is None:
        return {}
    handlers: dict[str, list[str]] = {}
    for handler, actions in (*entry.handlers.items(), ("tagging", entry.tagging_permissions)):
        for action in dict.fromkeys(actions):
            handlers.setdefault(action, []).append(handler)
    return {action: " ".join(sorted(handlers[action])) for action in sorted(handlers)}
