"""The result of a run that was cut off, as far as its journal tells it: in the same form as any other."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from verifier.framework.framework import Framework
from verifier.grant.evidence import Asked, GeneratedName, split_tolerated
from verifier.grant.findings import Finding, consolidate, findings_of, joined
from verifier.grant.generalise import Scope
from verifier.grant.pack import policy
from verifier.iam.policy import to_dict
from verifier.loop.journal_rows import asked_of, provenance_of
from verifier.report.result import evidence_of

UNFINISHED = "unfinished"
_REASON = "the run was cut off, or still goes on; this is what it had learnt, and it proves nothing"

Row = Mapping[str, Any]


@dataclass
class _Begun:
    """One round, as far as it came."""

    number: int
    mode: str
    phases: list[dict[str, Any]] = field(default_factory=list)
    denied: list[Row] = field(default_factory=list)
    place: Row | None = None


def unfinished(rows: Sequence[Row]) -> dict[str, Any]:
    """What ``rows``, those of one run, know: rounds, and the permissions that were refused in them.

    Raises KeyError, ValueError, TypeError for rows that do not fit together.
    """
    run = rows[0] if rows and rows[0]["kind"] == "run" else {}
    name, _, version = str(run.get("framework", "")).partition("@")
    framework = Framework(name, version, ())
    begun = _begun(rows)
    findings = _findings(begun, Scope(run.get("scope", Scope.SERVICE)))
    # One that was tried again, or resumed, counts once.
    rounds = {one.number: one for one in begun}
    return {
        "service": run.get("service") or "unknown",
        "target": run.get("target", "unknown"),
        "framework": {"name": name, "version": version},
        "strategy": run.get("strategy", run.get("command", "unknown")),
        "scope": run.get("scope", str(Scope.SERVICE)),
        "verdict": UNFINISHED,
        "reason": next((row["problem"] for row in reversed(rows) if row.get("problem")), "") or _REASON,
        "rounds": [{"round": one.number, "mode": one.mode, "phases": one.phases} for one in rounds.values()],
        "permissions": [_permission(item, framework) for item in findings],
        "policy": to_dict(policy([item.permission for item in findings]), lists=True) if findings else None,
    }


def _begun(rows: Iterable[Row]) -> list[_Begun]:
    """Every trial that began, oldest first."""
    begun: list[_Begun] = []
    now = _Begun(1, UNFINISHED)
    for row in rows:
        match row["kind"]:
            case "round":
                now = _Begun(row["round"], row["mode"])
                begun.append(now)
            case "place":
                now.place = row
            case "denial":
                now.denied.append(row)
            case "phase":
                now.phases.append(_running(row["phase"]))
            case "phase-end":
                ended = {key: row.get(key) for key in ("phase", "exitCode", "seconds", "denials", "toolRuns")}
                now.phases[-1:] = [ended | {"proof": row.get("proof")}]
            case "inconclusive":
                # It teaches nothing.
                now.denied.clear()
    return begun


def _running(phase: str) -> dict[str, Any]:
    """A phase that has begun; it stays so where nothing tells of its end."""
    return {"phase": phase, "exitCode": None, "seconds": 0, "denials": 0, "toolRuns": 0, "proof": None}


def _findings(begun: Iterable[_Begun], scope: Scope) -> tuple[Finding, ...]:
    found: dict[Any, int] = {}
    everything: list[Finding] = []
    for one in begun:
        for finding in _of_round(one, scope):
            found.setdefault(finding.permission, one.number)
            everything.append(finding)
    whole = consolidate(joined(everything))
    return tuple(finding.in_round(found.get(finding.permission, 1)) for finding in whole)


def _of_round(one: _Begun, scope: Scope) -> Iterator[Finding]:
    """Generalised with as much of its trial's provenance as had been written down."""
    if not one.denied or one.place is None:
        return
    tokens = frozenset(token for row in one.denied for token in row["tokens"])
    generated = tuple(GeneratedName(*name) for row in one.denied for name in row["generated"])
    asked: list[Asked] = [asked_of(row) for row in one.denied if row["grantable"]]
    needed, _ = split_tolerated(asked)
    place = provenance_of(one.place, tokens, tuple(dict.fromkeys(generated)))
    yield from findings_of(needed, place, scope)


def _permission(finding: Finding, framework: Framework) -> dict[str, Any]:
    return {
        **finding.permission.as_dict(),
        "certainty": finding.certainty.label,
        "modelled": finding.modelled,
        "evidence": evidence_of(finding, framework),
    }
