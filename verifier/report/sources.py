"""The sources for and against a permission, with their dates, as `evidence.json` has them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from verifier.authorization.caller import Certainty
from verifier.authorization.weights import Word
from verifier.cloudformation.types import registry
from verifier.framework.framework import Framework
from verifier.grant.evidence import Asked
from verifier.grant.findings import Finding


def sources_of(finding: Finding, framework: Framework) -> dict[str, list[dict[str, Any]]]:
    """What speaks for a permission and what against it: ``{"for": [...], "against": [...]}``.

    A row is ``{source, says, seen, weak}``, the newest first. ``source`` is an id of sources.yaml or
    sets.json; "request of TOOL@VERSION" is what the tool itself sent in this run; "registry, TYPE, LIFECYCLE"
    is CloudFormation's own list, and "rule of OPERATION" ours, which merely name an action.
    """
    claims = [claim for item in finding.asked for claim in item.claims]
    needed = [claim.as_dict() for claim in claims if claim.says is Word.NEEDED]
    against = [claim.as_dict() for claim in claims if claim.says is not Word.NEEDED]
    own = [row for item in finding.asked for row in _of_itself(item, framework)]
    return {"for": _newest_first([*own, *needed]), "against": _newest_first(against)}


def _of_itself(item: Asked, framework: Framework) -> Iterator[dict[str, Any]]:
    """What speaks for a permission without any source: the request itself, the registry's list."""
    if item.on_behalf_of is None:
        if item.certainty < Certainty.CALL:
            yield _named(f"rule of {item.operation}", "unknown")
            return
        tool = f"request of {framework.name}@{framework.version}"
        today = datetime.now(UTC).date().isoformat()
        yield {"source": tool, "says": str(Word.NEEDED), "seen": today, "weak": False}
        return
    about = item.on_behalf_of
    entry = registry.entry(about.type)
    if entry is None:
        return
    lists = (*entry.handlers.get(about.lifecycle, ()), *entry.tagging_permissions)
    if item.action.lower() in {permission.lower() for permission in lists}:
        yield _named(f"registry, {about.type}, {about.lifecycle}", registry.schema_date())


def _named(source: str, seen: str) -> dict[str, Any]:
    return {"source": source, "says": "named", "seen": seen, "weak": True}


def _newest_first(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = []
    for row in sorted(rows, key=lambda row: (row["seen"] != "unknown", row["seen"]), reverse=True):
        if row not in kept:
            kept.append(row)
    return kept
