"""Calls that the command-line tool goes on without, from tolerated.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

from verifier.framework.framework import Framework
from verifier.grant.evidence import Asked
from verifier.service.framework_version import admits


@dataclass(frozen=True)
class Toleration:
    """One call whose refusal the named frameworks survive.

    ``frameworks`` holds for each package the range of versions between which that was read; ``sources``
    are ids of sources.yaml.
    """

    frameworks: Mapping[str, str]
    operation: str
    phases: tuple[str, ...]
    condition: str
    sources: tuple[str, ...]
    resource: str = ""
    """Only where the resource holds this text."""

    def knows(self, framework: Framework) -> bool:
        """Whether it was read that this tool, at this version, goes on."""
        versions = self.frameworks.get(framework.name)
        return versions is not None and admits(versions, framework.version)

    def covers(self, asked: Asked) -> bool:
        """Whether the tool itself (not CloudFormation) asked for this and would go on without it."""
        return (
            asked.on_behalf_of is None
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
            frameworks=row["frameworks"],
            operation=row["operation"],
            phases=tuple(row["phases"]),
            condition=row["condition"],
            sources=tuple(row["sources"]),
            resource=row.get("resource", ""),
        )
        for row in rows
    )


def marked(asked: Asked, framework: Framework) -> Asked:
    """``asked`` as ``tolerated`` where ``framework`` goes on without it."""
    known = (entry for entry in tolerations() if entry.knows(framework))
    return replace(asked, tolerated=True) if any(entry.covers(asked) for entry in known) else asked
