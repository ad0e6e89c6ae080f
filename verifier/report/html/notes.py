"""What a reader must know beside verdict and policy, each list under a title that says what it means."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verifier.denial.denial import Denial
from verifier.report.html.permissions import service_of
from verifier.report.naming import named
from verifier.report.refusals import refusal_lines
from verifier.report.reservations import not_enforced, wide
from verifier.report.summary import not_there


@dataclass(frozen=True)
class LineView:
    """One of them; what it is of is empty where it is of nothing that a filter knows."""

    text: str
    service: str = ""
    phase: str = ""
    certainty: str = ""


@dataclass(frozen=True)
class NoteView:
    """A list of things to know, under a title that says what they mean."""

    anchor: str
    title: str
    means: str
    lines: Sequence[LineView]


def note_views(document: Mapping[str, Any]) -> list[NoteView]:
    """Those that have something to say."""
    return [note for note in _notes(document) if note.lines]


def line_views(texts: Iterable[str]) -> list[LineView]:
    """Lines that no filter knows more of than their words."""
    return [LineView(text) for text in texts]


def _notes(document: Mapping[str, Any]) -> tuple[NoteView, ...]:
    return (
        NoteView(
            "not-enforced",
            "Not enforced",
            "the endpoint's own CloudFormation did it and asked nobody; the permissions for it are not here",
            line_views(not_enforced(document)),
        ),
        NoteView(
            "partial",
            "Partial",
            "the permissions are those of these phases alone",
            [LineView(phase, phase=phase) for phase in document["partial"]],
        ),
        NoteView(
            "wide",
            "Granted widely",
            "more than one resource, or more than is needed",
            line_views(wide(document.get("permissions", ()))),
        ),
        NoteView(
            "announced",
            "Named by AWS since",
            "since the baseline; it may be asked for later",
            line_views(document.get("drift", {}).get("announced", ())),
        ),
        NoteView(
            "unconfirmed",
            "Unconfirmed",
            "refused and let through: not surely needed",
            _rows(document["unconfirmed"], "certainty"),
        ),
        NoteView(
            "unused",
            "Granted and never needed",
            "no call of the service's life asked for it",
            [_of(row, f"{row['statement']}: {named(row)}") for row in document["unused"]],
        ),
        NoteView(
            "tolerated",
            "Tolerated",
            "refused, and the tool goes on without it; never granted",
            _rows(document["tolerated"], "phase"),
        ),
        NoteView(
            "superfluous",
            "Superfluous",
            "given or learnt, and not asked for in the last life; dropped",
            _rows(document["superfluous"]),
        ),
        NoteView(
            "not-exercised",
            "Never updated in this run",
            "what updates of these properties would need",
            line_views(map(_not_exercised, document["notExercised"])),
        ),
        NoteView(
            "crosses-stages",
            "Matches other stages, too",
            "AWS cuts the generated name before the stage",
            line_views(document["crossesStages"]),
        ),
        NoteView(
            "seeded",
            "Made up",
            "was missing, and had to be there beforehand",
            line_views(
                f"{row['entry']}: {row['name']}" + (f" = {row['value']}" if row.get("value") else "")
                for row in document["seeded"]
            ),
        ),
        NoteView("not-as-on-aws", _noted(document), "in the last life", line_views(document["notes"])),
        NoteView(
            "cleared",
            "Done by the administrator",
            "the service leaves it so by design",
            [LineView(f"{row['phase']}: {row['what']}", phase=row["phase"]) for row in document["cleared"]],
        ),
        NoteView(
            "warnings",
            "Refused, and AWS went on without it",
            "in the last life",
            [
                LineView(f"{row['phase']}: {row['message']}", phase=row["phase"])
                for row in document.get("warnings", ())
            ],
        ),
        NoteView(
            "never-refused",
            "Never refused by AWS",
            "kept from the embedded run",
            _rows(document.get("neverRefused", ()), "certainty"),
        ),
        NoteView(
            "repeated",
            "Repeated",
            "AWS had not spread what was granted",
            line_views(f"round {number}" for number in document.get("repeatedRounds", ())),
        ),
        NoteView(
            "not-run",
            "Not run",
            "nothing there is proven",
            [LineView(phase, phase=phase) for phase in document.get("notRun", ())],
        ),
        NoteView(
            "endpoint",
            "At the endpoint",
            "what it lacks, and decides otherwise",
            line_views(not_there(document)),
        ),
        NoteView(
            "log",
            "Refused in the log",
            "what the log of --log tells of",
            line_views(refusal_lines(map(Denial.from_dict, document.get("refusedInLog", ())))),
        ),
    )


def _noted(document: Mapping[str, Any]) -> str:
    return "Notes" if document["target"] == "aws" else "Not as on AWS"


def _rows(rows: Iterable[Mapping[str, Any]], *more: str) -> list[LineView]:
    return [_of(row, named(row) + "".join(f" ({row[key]})" for key in more if row.get(key))) for row in rows]


def _of(row: Mapping[str, Any], text: str) -> LineView:
    return LineView(text, service_of(row["action"]), row.get("phase", ""), row.get("certainty", ""))


def _not_exercised(row: Mapping[str, Any]) -> str:
    properties = ", ".join(row.get("properties", ())) or "any property"
    names, actions = ", ".join(row["logicalIds"]), ", ".join(row.get("actions", ()))
    return f"{properties} of {row['type']} ({names})" + (f": {actions}" if actions else "")
