"""What the page shows, as plain values in the order in which it shows them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verifier.loop.converge import Verdict
from verifier.report.html.chart import ChartBar, bars
from verifier.report.html.drift import DriftView, drift_view
from verifier.report.html.notes import NoteView, note_views
from verifier.report.html.permissions import PermissionView, permission_views, types_of
from verifier.report.html.policy import PolicyView, policy_view
from verifier.report.html.refusals import RefusalView, refusal_views
from verifier.report.kept import Kept
from verifier.report.summary import proof_line
from verifier.report.unfinished import UNFINISHED

_MARKS: Mapping[str, str] = {Verdict.SUFFICIENT: "good", UNFINISHED: "unsure", Verdict.INCONCLUSIVE: "unsure"}
_SAID: Mapping[tuple[str, str], str] = {
    ("converge", Verdict.SUFFICIENT): "The whole life of the service passed under this policy.",
    ("verify", Verdict.SUFFICIENT): "The whole life of the service passes under the given policies.",
    ("verify", Verdict.INSUFFICIENT): "The service cannot be deployed, updated and removed under them.",
}


@dataclass(frozen=True)
class PhaseView:
    """One phase of one round in the table of timings."""

    round: int
    mode: str
    phase: str
    ended: str
    passed: bool
    seconds: str
    runs: int
    denials: int
    proof: str


@dataclass(frozen=True)
class View:
    """The page's content."""

    title: str
    service: str
    verdict: str
    mark: str
    """good, bad or unsure."""
    said: str
    facts: Sequence[tuple[str, str]]
    figures: Sequence[tuple[str, str]]
    bars: Sequence[ChartBar]
    most: int
    phases: Sequence[str]
    permissions_title: str
    permissions: Sequence[PermissionView]
    policy: PolicyView | None
    drift: DriftView | None
    notes: Sequence[NoteView]
    refusals: Sequence[RefusalView] | None
    timings: Sequence[PhaseView]
    types: Sequence[tuple[str, str]]
    services: Sequence[str]
    certainties: Sequence[str]
    ended: str


def view_of(kept: Kept) -> View:
    """Everything that the page shows of ``kept``."""
    document = kept.document
    phases = _phases(kept)
    permissions = permission_views(kept, phases)
    refusals = None if kept.rows is None else refusal_views(kept.rows, phases)
    timings = _timings(kept)
    notes = note_views(document)
    lines = [line for note in notes for line in note.lines]
    found = [*permissions, *(refusals or ()), *lines]
    return View(
        title=f"{document['service']}: {kept.verdict}",
        service=document["service"],
        verdict=kept.verdict,
        mark=_MARKS.get(kept.verdict, "bad"),
        said=document["reason"] or _SAID.get((kept.command, kept.verdict), ""),
        facts=_facts(kept),
        figures=_figures(kept, timings),
        bars=bars(document["rounds"], phases),
        most=max((sum(one["denials"] for one in item["phases"]) for item in document["rounds"]), default=0),
        phases=phases,
        permissions_title=_what(kept),
        permissions=permissions,
        policy=policy_view(kept, permissions),
        drift=drift_view(document.get("drift")),
        notes=notes,
        refusals=refusals,
        timings=timings,
        types=types_of(kept),
        services=sorted({one.service for one in found if one.service}),
        certainties=[
            one
            for one in ("observed", "call", "likely", "upper bound")
            if one in {item.certainty for item in found}
        ],
        ended=f"{kept.ended:%Y-%m-%d %H:%M} UTC",
    )


def _what(kept: Kept) -> str:
    if kept.verdict == UNFINISHED:
        return "Permissions refused so far"
    return "Missing permissions" if kept.command == "verify" else "Permissions"


def _phases(kept: Kept) -> list[str]:
    """Every phase that is named, in the order of a life."""
    named = [phase["phase"] for item in reversed(kept.document["rounds"]) for phase in item["phases"]]
    named += [item["phase"] for row in kept.permissions for item in row["evidence"]]
    named += [row["phase"] for row in kept.rows or () if row["kind"] == "denial"]
    return list(dict.fromkeys(named))


def _facts(kept: Kept) -> list[tuple[str, str]]:
    document = kept.document
    framework = document["framework"]
    facts = [
        ("command", kept.command),
        ("target", document["target"]),
        ("framework", f"{framework['name']} {framework['version']}".strip()),
        ("strategy", document.get("strategy", "")),
        ("scope", document.get("scope", "")),
    ]
    return [(name, value) for name, value in facts if value]


def _figures(kept: Kept, timings: Sequence[PhaseView]) -> list[tuple[str, str]]:
    document = kept.document
    seconds = sum(phase["seconds"] for item in document["rounds"] for phase in item["phases"])
    runs = sum(one.runs for one in timings)
    counted = Counter(row["certainty"] for row in kept.permissions)
    figures = [
        (
            _many(len(kept.permissions), "missing permission" if "missing" in document else "permission"),
            ", ".join(f"{number} {name}" for name, number in sorted(counted.items())),
        ),
        (_many(len(document["rounds"]), "round"), _many(runs, "run") + " of the tool"),
        (_duration(seconds), "in phases"),
    ]
    for key, what, means in (
        ("unconfirmed", "unconfirmed", "let through, not sure"),
        ("unused", "unused", "granted, never needed"),
        ("tolerated", "tolerated", "not granted"),
        ("superfluous", "superfluous", "dropped"),
    ):
        if document[key]:
            figures.append((f"{len(document[key])} {what}", means))
    return figures


def _many(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _timings(kept: Kept) -> list[PhaseView]:
    return [
        PhaseView(
            round=item["round"],
            mode=item["mode"],
            phase=phase["phase"],
            ended=_ended(phase),
            passed=bool(phase.get("proof")),
            seconds=f"{phase['seconds']:.1f}",
            runs=phase.get("toolRuns") or 0,
            denials=phase["denials"],
            proof=proof_line({"call": "", **phase["proof"]}) if phase.get("proof") else "",
        )
        for item in kept.document["rounds"]
        for phase in item["phases"]
    ]


def _ended(phase: Mapping[str, Any]) -> str:
    """Passed means that there is proof of it."""
    if phase.get("proof"):
        return "passed"
    if phase.get("exitCode") is None and not phase["seconds"]:
        return "cut off"
    return "stopped"
