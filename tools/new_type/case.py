"""The case file of a draft: properties to create it with, to change and to drop, and to replace it by."""

from collections.abc import Iterator, Mapping
from typing import Any

from tools.new_type.draft import Draft
from tools.new_type.facts import Facts
from tools.new_type.notes import HEAD
from verifier.cloudformation.types.examples import Examples

Case = dict[str, Any]


def case(facts: Facts, draft: Draft) -> Case:
    """A case as tests/cases/handlers has them; what has no valid value is asked about in the draft.

    A name is made up first, and given to the successor. A type that cannot be updated in place has no
    steps ``after``.
    """
    examples, kind = Examples(facts.schema), draft.kind
    names = [name for name in facts.settable if name in kind.supported | facts.entry.required]
    tag = facts.entry.tag_property
    turns = [
        {name: examples.value(name, turn) for name in [*names, *([tag] if tag else [])]} for turn in (0, 1)
    ]
    absent = [name for name in names if turns[0][name] is None]
    if absent:
        draft.notes.open(HEAD, f"the case file lacks {', '.join(absent)}: no valid value was found")
    own = kind.name.property if kind.name else ""
    before = {name: value for name, value in turns[0].items() if value is not None}
    if own not in facts.entry.required:
        before.pop(own, None)
    in_place = [name for name in before if name not in facts.entry.create_only]
    change = {name: turns[1][name] for name in in_place if turns[1][name] != before[name]}
    drop = [name for name in in_place if name not in facts.entry.required]
    after = [{"change": change}, {"drop": drop, "stackTags": {}}]
    return {
        "type": kind.type,
        "setup": [],
        "before": before,
        "after": after if facts.entry.has_update else [],
        "replace": _successor(facts, before, turns[1], own),
    }


def states(content: Case) -> Iterator[Mapping[str, Any]]:
    """The properties at the creation and after each update of a case."""
    now = content["before"]
    yield now
    for step in content["after"]:
        now = {**now, **step.get("change", {})}
        now = {name: value for name, value in now.items() if name not in step.get("drop", ())}
        yield now


def _successor(
    facts: Facts, before: Mapping[str, Any], other: Mapping[str, Any], own: str
) -> Mapping[str, Any]:
    """What replaces it: required properties, and other values of those that cannot be changed in place."""
    fixed = facts.entry.create_only if facts.entry.has_update else frozenset(before)
    names = [name for name in other if name in facts.entry.required | fixed or name == own]
    return {
        name: other[name] if name in fixed or name == own else before[name]
        for name in names
        if other[name] is not None
    }
