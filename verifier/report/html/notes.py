"""What a reader must know beside verdict and policy, each list under a title that says what it means."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verifier.denial.denial import Denial
from verifier.report.refusals import refusal_lines
from verifier.report.reservations import not_enforced
from verifier.report.summary import not_there


@dataclass(frozen=True)
class NoteView:
    """A list of things to know, under a title that says what they mean."""

    anchor: str
    title: str
    means: str
    lines: Sequence[str]


def note_views(document: Mapping[str, Any]) -> list[NoteView]:
    """Those that have something to say."""
    notes = (
        NoteView(
            "not-enforced",
            "Not enforced",
            "the endpoint's own CloudFormation did it and asked nobody; the permissions for it are not here",
            not_enforced(document),
        ),
        NoteView(
            "partial", "Partial", "the permissions are those of these phases alone", document["partial"]
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
            [
                f"{row.get('statement', '')}: {row['action']} on {row['resource']}"
                for row in document["unused"]
            ],
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
            [_not_exercised(row) for row in document["notExercised"]],
        ),
        NoteView(
            "crosses-stages",
            "Matches other stages, too",
            "AWS cuts the generated name before the stage",
            document["crossesStages"],
        ),
        NoteView(
            "seeded",
            "Made up",
            "was missing, and had to be there beforehand",
            [
                f"{row['entry']}: {row['name']}" + (f" = {row['value']}" if row.get("value") else "")
                for row in document["seeded"]
            ],
        ),
        NoteView("not-as-on-aws", _noted(document), "in the last life", document["notes"]),
        NoteView(
            "cleared",
            "Done by the administrator",
            "the service leaves it so by design",
            [f"{row['phase']}: {row['what']}" for row in document["cleared"]],
        ),
        NoteView(
            "warnings",
            "Refused, and AWS went on without it",
            "in the last life",
            [f"{row['phase']}: {row['message']}" for row in document.get("warnings", ())],
        ),
        NoteView(
            "never-refused",
            "Never refused by AWS",
            "kept from the embedded run",
            _rows(document.get("neverRefused", ()), "certainty"),
        ),
        NoteView("not-run", "Not run", "nothing there is proven", document.get("notRun", ())),
        NoteView("endpoint", "At the endpoint", "what it lacks, and decides otherwise", not_there(document)),
        NoteView(
            "log",
            "Refused in the log",
            "what the log of --log tells of",
            list(refusal_lines(map(Denial.from_dict, document.get("refusedInLog", ())))),
        ),
    )
    return [note for note in notes if note.lines]


def _noted(document: Mapping[str, Any]) -> str:
    return "Notes" if document["target"] == "aws" else "Not as on AWS"


def _rows(rows: Iterable[Mapping[str, Any]], *more: str) -> list[str]:
    return [
        f"{row['action']} on {row['resource']}" + "".join(f" ({row[key]})" for key in more if row.get(key))
        for row in rows
    ]


def _not_exercised(row: Mapping[str, Any]) -> str:
    properties = ", ".join(row.get("properties", ())) or "any property"
    names, actions = ", ".join(row["logicalIds"]), ", ".join(row.get("actions", ()))
    return f"{properties} of {row['type']} ({names})" + (f": {actions}" if actions else "")
