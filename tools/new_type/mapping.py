"""Which properties go into the create and update calls, and which have calls of their own."""

from dataclasses import dataclass, field, replace
from typing import Any

from tools.new_type.matching import Place, places
from tools.new_type.notes import Notes
from tools.new_type.settings import setting
from tools.new_type.subject import Subject
from verifier.cloudformation.types.params import Params, merged, used
from verifier.cloudformation.types.parts import Setting


@dataclass
class Mapped:
    """Where the properties went. ``settings`` are with their open questions; ``left`` went nowhere.

    Nothing was found that changes those ``unchanged`` after the creation.
    """

    members: Params = field(default_factory=dict)
    fixed: Params = field(default_factory=dict)
    settings: list[tuple[Setting, list[str]]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)


def mapped(subject: Subject, notes: Notes) -> Mapped:
    """Each property of the type somewhere, but for the name and the tags."""
    facts, found = subject.facts, Mapped()
    made = places(facts, facts.create)
    changed = places(facts, subject.update) if subject.update else {}
    known = {*used(subject.itself), *([subject.own.name.property] if subject.own.name else ())}
    for name in facts.settable:
        if subject.own.name and name == subject.own.name.property:
            continue
        create_only = name in facts.entry.create_only or not facts.entry.has_update
        if not create_only and _alike(made.get(name), changed.get(name)):
            found.members = merged(found.members, _param(subject, notes, "members", name))
            continue
        if name in made:
            found.fixed = merged(found.fixed, _param(subject, notes, "fixed", name))
        if create_only and name not in made and name not in known:
            found.left.append(name)
        if not create_only:
            _own_call(subject, found, name, in_create=name in made)
    if found.unchanged:
        names = ", ".join(found.unchanged)
        notes.open(
            "fixed", f"nothing was found that changes {names}, and the registry calls none create-only"
        )
    return found


def _alike(made: Place | None, changed: Place | None) -> bool:
    """Whether create and update take a property, and call it the same."""
    if made is None or changed is None:
        return False
    return replace(made, sure=True) == replace(changed, sure=True)


def _own_call(subject: Subject, found: Mapped, name: str, *, in_create: bool) -> None:
    questions: list[str] = []
    part = setting(subject, name, questions, at_create=not in_create)
    if part is not None:
        found.settings.append((part, questions))
    elif in_create:
        found.unchanged.append(name)
    else:
        found.left.append(name)


def _param(subject: Subject, notes: Notes, place: str, name: str) -> dict[str, Any]:
    questions: list[str] = []
    params = dict(subject.param(name, subject.facts.create, questions))
    for question in questions:
        notes.open(place, question)
    return params
