"""A file of tests/cases/handlers: one resource's properties from its creation to its replacement.

    type           the resource type
    setup          what must be there first, in order: {resource, properties, keep}, made by that type's own
                   handler, or an administrator's API call {service, operation, params, keep}. ``keep`` names
                   what the case needs of it: of a resource Ref or an attribute, of a call a path in its
                   answer, or one that begins with params
    before         the properties at its creation: every property that the handler supports
    after          the updates in place: {change: properties, drop: [names]} as against the step before,
                   or all {properties}; with {stackTags} when the stack's tags change; with {fails: words}
                   when AWS refuses the change; with {ignored: [names]} of those whose change makes no call,
                   and {together: [names]} of those whose change makes one only together with another's
    beforeReplace  an administrator's API calls before the successor is made
    replace        the properties of its successor

A property's value may hold {account}, {region}, {partition}, {case} and whatever ``keep`` names. Where one
file cannot hold all that a type supports, the type has several.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "cases" / "handlers"
PLACEHOLDER = re.compile(r"(?<!\$)\{(\w+)\}")
_MEMBERS = {"properties", "change", "drop", "stackTags", "fails", "ignored", "together"}


@dataclass(frozen=True)
class Change:
    """One update: what is wanted then. ``stack_tags`` None leaves the stack's as they are."""

    properties: Mapping[str, Any]
    stack_tags: Mapping[str, str] | None = None
    fails: str = ""
    ignored: frozenset[str] = frozenset()
    together: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Case:
    """A case file; ``filled`` once its placeholders stand for something."""

    name: str
    type: str
    setup: tuple[Mapping[str, Any], ...]
    before: Mapping[str, Any]
    after: tuple[Change, ...]
    before_replace: tuple[Mapping[str, Any], ...]
    replace: Mapping[str, Any]

    def filled(self, values: Mapping[str, str]) -> "Case":
        """With every placeholder of ``values`` filled in."""
        return replace(
            self,
            setup=fill(self.setup, values),
            before=fill(self.before, values),
            after=tuple(replace(change, properties=fill(change.properties, values)) for change in self.after),
            before_replace=fill(self.before_replace, values),
            replace=fill(self.replace, values),
        )


@cache
def cases() -> tuple[Case, ...]:
    """Every case, by name."""
    return tuple(load(path) for path in sorted(FOLDER.glob("*.json")))


def cases_of(type_name: str) -> tuple[Case, ...]:
    """The cases of one type."""
    return tuple(case for case in cases() if case.type == type_name)


def load(path: Path) -> Case:
    """The case in ``path``."""
    content = json.loads(path.read_text(encoding="utf-8"))
    known = {"type", "setup", "before", "after", "beforeReplace", "replace"}
    assert set(content) <= known, f"{path.name}: unknown {set(content) - known}"
    return Case(
        name=path.stem,
        type=content["type"],
        setup=tuple(content.get("setup", ())),
        before=content["before"],
        after=_changes(content["before"], content.get("after", ())),
        before_replace=tuple(content.get("beforeReplace", ())),
        replace=content["replace"],
    )


def _changes(before: Mapping[str, Any], steps: Sequence[Mapping[str, Any]]) -> tuple[Change, ...]:
    found: list[Change] = []
    now = dict(before)
    for step in steps:
        assert set(step) <= _MEMBERS, f"unknown {set(step) - _MEMBERS}"
        wanted = dict(step.get("properties", now)) | step.get("change", {})
        wanted = {name: value for name, value in wanted.items() if name not in step.get("drop", ())}
        ignored, together = (frozenset(step.get(member, ())) for member in ("ignored", "together"))
        change = Change(wanted, step.get("stackTags"), step.get("fails", ""), ignored, together)
        found.append(change)
        now = now if change.fails else wanted
    return tuple(found)


def fill(value: Any, values: Mapping[str, str]) -> Any:
    """``value`` with "{name}" (not "${name}") replaced wherever ``values`` has the name."""
    if isinstance(value, dict):
        return {key: fill(one, values) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(fill(one, values) for one in value)
    if isinstance(value, str):
        return PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), value)
    return value
