"""The sources for and against a permission, with their dates: what `evidence.json` says beside the evidence."""

from collections.abc import Iterator
from typing import Any

from verifier.authorization.weights import Word
from verifier.cloudformation.types import registry
from verifier.framework.framework import Framework
from verifier.grant.evidence import Asked
from verifier.grant.findings import Finding

_THIS_RUN = "this run"


def sources_of(finding: Finding, framework: Framework) -> dict[str, list[dict[str, Any]]]:
    """What speaks for a permission and what against it: ``{"for": [...], "against": [...]}``.

    A row is ``{source, says, seen, weak}``: an id of sources.yaml or sets.json; "request" is the tool's own
    request (``seen`` "this run"), "registry" the list of permissions in the CloudFormation registry, which
    merely names an action, "iam reference" the action itself as AWS lists it, where nothing else speaks
    for a write.
    """
    claims = [claim for item in finding.asked for claim in item.claims]
    needed = [claim.as_dict() for claim in claims if claim.says is Word.NEEDED]
    against = [claim.as_dict() for claim in claims if claim.says is not Word.NEEDED]
    own = [row for item in finding.asked for row in _of_itself(item, framework)]
    return {"for": _newest_first([*own, *needed]), "against": _newest_first(against)}


def _of_itself(item: Asked, framework: Framework) -> Iterator[dict[str, Any]]:
    """What speaks for a permission without any source: the request itself, the registry's list."""
    if item.on_behalf_of is None:
        tool = f"request of {framework.name}@{framework.version}"
        yield {"source": tool, "says": str(Word.NEEDED), "seen": _THIS_RUN, "weak": False}
        return
    about = item.on_behalf_of
    entry = registry.entry(about.type)
    if entry is None:
        return
    lists = (*entry.handlers.get(about.lifecycle, ()), *entry.tagging_permissions)
    if item.action.lower() in {permission.lower() for permission in lists}:
        yield {
            "source": f"registry, {about.type}, {about.lifecycle}",
            "says": "named",
            "seen": registry.schema_date(),
            "weak": True,
        }


def _newest_first(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = []
    for row in sorted(rows, key=lambda row: (row["seen"] != "unknown", row["seen"]), reverse=True):
        if row not in kept:
            kept.append(row)
    return kept
