"""Calls that the command-line tool goes on without, from tolerated.yaml."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from verifier.evidence import Asked


@dataclass(frozen=True)
class Toleration:
    """One call whose refusal the named frameworks survive."""

    frameworks: tuple[str, ...]
    operation: str
    phases: tuple[str, ...]
    condition: str
    source: str
    resource: str = ""
    """Only where the resource holds this text."""

    def covers(self, asked: Asked, framework: str) -> bool:
        """Whether the tool itself (not CloudFormation) asked for this and would go on without it."""
        return (
            asked.on_behalf_of is None
            and framework in self.frameworks
            and asked.operation == self.operation
            and asked.phase in self.phases
            and self.resource in asked.resource
        )


@cache
def tolerations() -> tuple[Toleration, ...]:
    """The list, in file order."""
    import yaml

    rows: list[dict[str, Any]] = yaml.safe_load(
        (files(__package__) / "tolerated.yaml").read_text(encoding="utf-8")
    )
    return tuple(
        Toleration(
            frameworks=tuple(row["frameworks"]),
            operation=row["operation"],
            phases=tuple(row["phases"]),
            condition=row["condition"],
            source=row["source"],
            resource=row.get("resource", ""),
        )
        for row in rows
    )


def split_tolerated(asked: Sequence[Asked], framework: str) -> tuple[tuple[Asked, ...], tuple[Asked, ...]]:
    """What must be granted, and what the tool goes on without.

    A tolerated call is not tolerated when someone else in the trial needs the same action on the
    same resource: then the grant is there anyway.
    """
    skipped = [item for item in asked if any(entry.covers(item, framework) for entry in tolerations())]
    ids = {id(item) for item in skipped}
    needed = [item for item in asked if id(item) not in ids]
    shared = {(item.action, item.resource) for item in needed}
    tolerated = tuple(item for item in skipped if (item.action, item.resource) not in shared)
    gone = {id(item) for item in tolerated}
    return tuple(item for item in asked if id(item) not in gone), tolerated
