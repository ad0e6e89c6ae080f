"""A property with calls of its own: which one puts it, which takes it back, which reads it."""

from collections.abc import Iterator
from typing import Any

from tools.new_type.facts import CREATING, DELETING, READING, UPDATING, without_verb, words
from tools.new_type.matching import places
from tools.new_type.subject import Subject
from verifier.cloudformation.types.params import Prop
from verifier.cloudformation.types.parts import Setting

_PUTTING = (*UPDATING, *CREATING)
# Words that say nothing of what a property is about.
_EMPTY = words("SpecificationConfigurationConfigSettingsSettingEnabledOptionsDescription")


def setting(subject: Subject, name: str, questions: list[str], *, at_create: bool) -> Setting | None:
    """The property ``name`` with its calls; None where no operation listed is about it."""
    if by_name := _one_by_one(subject, name):
        questions.append("what is it set to when the template drops it? default=Sourced(...)")
        params = {"AttributeName": name, "AttributeValue": Prop(name)}
        return Setting(name, by_name, params, at_create=at_create)
    found = max(_puts(subject, name), default=None)
    if found is None:
        return None
    named, *_, put = found
    if not named:
        questions.append(f"is it {put} that sets it?")
    rest = without_verb(put, _PUTTING)
    _, whole = subject.identified(put)
    undo, undo_params = _undo(subject, rest)
    if not undo:
        questions.append("what is it set to when the template drops it? default=Sourced(...)")
    return Setting(
        name,
        put,
        {**_beside(subject, put), **_taken(subject, name, put, questions)},
        undo=undo,
        undo_params=undo_params,
        reads=tuple(subject.read(one, questions) for one in _reads(subject, rest)),
        at_create=at_create,
        whole=whole,
    )


def _one_by_one(subject: Subject, name: str) -> str:
    """An operation that sets one attribute a call, if botocore's words on it name this one."""
    facts = subject.facts
    for operation in facts.operations():
        if operation.lower() in facts.listed("update") and "AttributeValue" in facts.input(operation):
            words_on_it = str(facts.input(operation)["AttributeName"].documentation)
            if f"<code>{name}</code>" in words_on_it:
                return operation
    return ""


def _puts(subject: Subject, name: str) -> Iterator[tuple[int, int, bool, int, str]]:
    """The operations that may set it: those that take it by name first, then those that share its words."""
    facts, about = subject.facts, words(name) - _EMPTY - words(subject.facts.noun)
    listed = facts.listed("create", "update")
    for operation in facts.operations():
        if operation.lower() not in listed or operation == facts.create or not operation.startswith(_PUTTING):
            continue
        place = places(facts, operation).get(name)
        named, shared = 1 + place.sure if place else 0, _shared(about, words(operation))
        if named or (shared and shared * 3 >= len(about) * 2):
            yield named, shared, operation.lower() in facts.listed("create"), -len(operation), operation


def _shared(about: frozenset[str], named: frozenset[str]) -> int:
    """How many words of the one are among the others, whatever their endings: "stream" is in "streaming"."""
    return sum(any(one.startswith(word) for one in named) for word in about)


def _taken(subject: Subject, name: str, put: str, questions: list[str]) -> dict[str, Any]:
    """The property, or the parts of it, as parameters of ``put``."""
    if whole := subject.param(name, put, questions):
        return dict(whole)
    members = [one for one in subject.facts.input(put) if one not in subject.itself]
    parts = list(subject.node(name).get("properties", {}))
    same = {part: one for part in parts for one in members if one.lower() == part.lower()}
    ending = {part: one for part in parts for one in members if one.lower().endswith(part.lower())}
    questions += [f"is {name}.{part} the {ending[part]} of {put}?" for part in ending if part not in same]
    found = ending | same
    if not found and (akin := [one for one in members if words(one) <= words(name)]):
        only = f".{parts[0]}" if len(parts) == 1 else ""
        questions.append(f"is {name}{only} the {akin[0]} of {put}?")
        return {akin[0]: Prop(f"{name}{only}")}
    if missing := [f"{name}.{part}" for part in parts if part not in found] or ([name] if not found else []):
        questions.append(f"where does {', '.join(missing)} go? {put} takes {', '.join(members)}")
    return {member: Prop(f"{name}.{part}") for part, member in found.items()}


def _undo(subject: Subject, rest: str) -> tuple[str, dict[str, Any]]:
    """The listed operation of the same name that takes it back, and what it is given beside ``itself``."""
    listed = subject.facts.listed("update", "delete")
    for operation in subject.facts.operations():
        same = operation.startswith(DELETING) and without_verb(operation, DELETING) == rest
        if same and operation.lower() in listed:
            return operation, _beside(subject, operation)
    return "", {}


def _beside(subject: Subject, operation: str) -> dict[str, Any]:
    """What names the resource beside ``itself``; no property: that is the setting's own."""
    params, _ = subject.identified(operation)
    return {name: value for name, value in params.items() if not isinstance(value, Prop)}


def _reads(subject: Subject, rest: str) -> list[str]:
    """The read of the same name."""
    return [one for one in subject.reads if without_verb(one, READING).rstrip("s") == rest.rstrip("s")][:1]
