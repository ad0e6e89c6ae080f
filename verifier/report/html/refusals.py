"""What was refused, round by round, with the message that was, or would have been, the answer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verifier.report.html.permissions import ordered, service_of, who

Row = Mapping[str, Any]


@dataclass(frozen=True)
class MessageView:
    """One message, and who got it; for older journals, which keep none, the action and the resource.

    ``same`` are the other resources for which it was the same word for word, and who got it there.
    """

    message: str
    askers: str
    same: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class RefusalView:
    """One action that was refused in one round."""

    round: int
    service: str
    action: str
    certainty: str
    marks: Sequence[str]
    phases: Sequence[str]
    said: Sequence[MessageView]


def refusal_views(rows: Iterable[Row], phases: Sequence[str]) -> list[RefusalView]:
    """Those in ``rows``, a journal's, in the order in which they were first written down."""
    groups: dict[tuple[int, str], list[Row]] = {}
    for row in rows:
        if row["kind"] == "denial":
            groups.setdefault((row.get("round", 0), row["action"]), []).append(row)
    return [
        RefusalView(
            round=number,
            service=service_of(action),
            action=action,
            certainty=_surest(row["certainty"] for row in items),
            marks=_marks(items),
            phases=ordered((row["phase"] for row in items), phases),
            said=_said(items),
        )
        for (number, action), items in groups.items()
    ]


def _surest(certainties: Iterable[str]) -> str:
    found = set(certainties)
    return next((one for one in ("observed", "call", "likely") if one in found), "upper bound")


def _marks(rows: Sequence[Row]) -> list[str]:
    marks = {
        "let through": not any(row["enforced"] for row in rows),
        "tolerated": all(row.get("tolerated") for row in rows),
        "no grant lifts it": any(not row["grantable"] for row in rows),
    }
    return [name for name, is_so in marks.items() if is_so]


def _said(rows: Iterable[Row]) -> list[MessageView]:
    by_wording: dict[str, dict[str, list[Row]]] = {}
    for row in rows:
        by_resource = by_wording.setdefault(_message(row).replace(row["resource"], "\0"), {})
        by_resource.setdefault(row["resource"], []).append(row)
    views = []
    for by_resource in by_wording.values():
        (_, first), *others = by_resource.items()
        same = [(resource, _askers(items)) for resource, items in others]
        views.append(MessageView(_message(first[0]), _askers(first), same))
    return views


def _message(row: Row) -> str:
    return row.get("message") or f"{row['action']} on {row['resource']}"


def _askers(rows: Iterable[Row]) -> str:
    return "; ".join(dict.fromkeys(f"{row['operation']} by {who(row['onBehalfOf'])}" for row in rows))
