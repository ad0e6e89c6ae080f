"""The matrix: each permission, in which phase it was asked for, and by whom."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verifier.report.kept import Kept

Row = Mapping[str, Any]
_MOST_NAMES = 2


@dataclass(frozen=True)
class AskerView:
    """One operation for one asker, with the phases in which it was asked for."""

    who: str
    operation: str
    phases: Sequence[str]
    resource: str
    certainty: str
    source: str
    modelled: bool


@dataclass(frozen=True)
class CellView:
    """Who asked in one phase: a few names, and how many more."""

    phase: str
    tool: bool
    names: Sequence[str]
    more: int


@dataclass(frozen=True)
class PermissionView:
    """One row of the matrix."""

    anchor: str
    service: str
    action: str
    resource: str
    condition: str
    certainty: str
    marks: Sequence[str]
    phases: Sequence[str]
    cells: Sequence[CellView]
    askers: Sequence[AskerView]
    names: Sequence[str]
    """Who asked, each once."""
    sources: Sequence[tuple[str, str]]


def permission_views(kept: Kept, phases: Sequence[str]) -> list[PermissionView]:
    """The rows, in the order of the result."""
    # Messages of the journal have the resources.
    resources = kept.rows is None
    unconfirmed = {(row["action"], row["resource"]) for row in kept.document["unconfirmed"]}
    crossing = set(kept.document["crossesStages"])
    return [
        _view(f"p{number}", row, phases, _marks(row, unconfirmed, crossing), resources)
        for number, row in enumerate(kept.permissions, start=1)
    ]


def who(behalf: Row | None) -> str:
    """Who asked, in words."""
    return f"{behalf['logicalId']} ({behalf['lifecycle']})" if behalf else "the tool"


def types_of(kept: Kept) -> list[tuple[str, str]]:
    """The resources that were asked for, with their types."""
    behalf = [item["onBehalfOf"] for row in kept.permissions for item in row["evidence"]]
    behalf += [row["onBehalfOf"] for row in kept.rows or () if row["kind"] == "denial"]
    return sorted({(one["logicalId"], one["type"]) for one in behalf if one})


def ordered(named: Iterable[str], phases: Sequence[str]) -> tuple[str, ...]:
    """Some of ``phases``, in their order."""
    wanted = set(named)
    return tuple(phase for phase in phases if phase in wanted)


def service_of(action: str) -> str:
    """The service that an action is of."""
    return action.partition(":")[0].lower()


def condition_of(row: Row) -> str:
    """The condition of a permission as it is shown; empty where there is none."""
    return json.dumps(row["condition"]) if row.get("condition") else ""


def _view(
    anchor: str, row: Row, phases: Sequence[str], marks: Sequence[str], resources: bool
) -> PermissionView:
    evidence = row["evidence"]
    asked_in = ordered((item["phase"] for item in evidence), phases)
    return PermissionView(
        anchor=anchor,
        service=service_of(row["action"]),
        action=row["action"],
        resource=row["resource"],
        condition=condition_of(row),
        certainty=row["certainty"],
        marks=marks,
        phases=asked_in,
        cells=[_cell(phase, [one for one in evidence if one["phase"] == phase]) for phase in phases],
        askers=_askers(evidence, phases, resources),
        names=list(dict.fromkeys(who(item["onBehalfOf"]) for item in evidence)),
        sources=_sources(row.get("sources", {})),
    )


def _marks(row: Row, unconfirmed: set[tuple[str, str]], crossing: set[str]) -> list[str]:
    marks = {
        "unconfirmed": (row["action"], row["resource"]) in unconfirmed,
        "modelled": bool(row.get("modelled")),
        "every resource": row["resource"] == "*",
        "crosses stages": row["resource"] in crossing,
    }
    return [name for name, is_so in marks.items() if is_so]


def _cell(phase: str, evidence: Sequence[Row]) -> CellView:
    behalf = [item["onBehalfOf"] for item in evidence]
    names = list(dict.fromkeys(one["logicalId"] for one in behalf if one))
    return CellView(phase, None in behalf, names[:_MOST_NAMES], max(0, len(names) - _MOST_NAMES))


def _askers(evidence: Sequence[Row], phases: Sequence[str], resources: bool) -> list[AskerView]:
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for item in evidence:
        key = (who(item["onBehalfOf"]), item["operation"], item["certainty"])
        groups.setdefault(key, []).append(item)
    return [
        AskerView(
            who=asker,
            operation=operation,
            phases=ordered((item["phase"] for item in items), phases),
            resource=items[0]["resource"] if resources else "",
            certainty=certainty,
            source=next((item["source"] for item in items if item.get("source")), ""),
            modelled=all(item.get("modelled") for item in items),
        )
        for (asker, operation, certainty), items in groups.items()
    ]


def _sources(sources: Mapping[str, Sequence[Row]]) -> list[tuple[str, str]]:
    """For and against: what the sources say, when that was true, and which they are."""
    return [(side, "; ".join(_said(sources[side]))) for side in ("for", "against") if sources.get(side)]


def _said(rows: Sequence[Row]) -> Iterator[str]:
    """One line for the registry's lists, one for all published policies, one for each other source."""
    listed: dict[str, list[str]] = {}
    published = []
    for row in rows:
        name = row["source"]
        if name.startswith("registry, "):
            _, type_name, lifecycle = name.split(", ", 2) if name.count(", ") > 1 else (name, name, "")
            listed.setdefault(type_name, []).append(lifecycle)
        elif name.startswith("published-"):
            published.append(row)
        else:
            yield f"{name} ({row['says']}, {row['seen']})"
    if listed:
        types = ", ".join(f"{name} {' '.join(lifecycles)}" for name, lifecycles in listed.items())
        yield f"CloudFormation's registry names it for {types}"
    if published:
        days = [row["seen"] for row in published]
        yield f"{len(published)} published policies have it ({min(days)} to {max(days)})"
