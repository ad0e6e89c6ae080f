"""What is read back and when, what Fn::GetAtt gives, how tags are set, and which error says: not there."""

import re
from dataclasses import replace
from typing import Any

from botocore.model import Shape

from tools.new_type.facts import Facts
from tools.new_type.identity import identifying
from tools.new_type.matching import path_to
from tools.new_type.notes import Notes
from tools.new_type.operations import is_listed, is_main, tagging_of
from tools.new_type.subject import Subject
from verifier.cloudformation.types.params import ARN, ID, Params
from verifier.cloudformation.types.part import Moment, Read
from verifier.cloudformation.types.tagging import Tagging
from verifier.cloudformation.types.values import key_value

_GONE = re.compile("NotFound|NonExist|NotExist|NoSuch")
_TAGS = ("tags", "taglist", "tagset", "tagspecifications")
_MOMENTS: tuple[Moment, ...] = ("create", "read", "update", "delete")
Noted = tuple[Any, list[str]]
"""A part, and the open questions about it."""


def reads(subject: Subject, notes: Notes, claimed: set[str]) -> tuple[list[Noted], Params]:
    """The reads of the resource itself, and the attributes that they do not give.

    ``claimed`` are those that belong to a property.
    """
    found: list[Noted] = []
    wanted = sorted({name.partition(".")[0] for name in subject.facts.entry.read_only})
    given: dict[str, Any] = {subject.own.known: ID} if subject.own.known in wanted else {}
    for operation in subject.reads:
        if operation in claimed or not is_main(subject.facts, operation):
            continue
        questions: list[str] = []
        read = replace(subject.read(operation, questions), on=_moments(subject.facts, operation))
        if "read" in read.on:
            read = replace(
                read, gives=_gives(subject, read, [n for n in wanted if n not in given], questions)
            )
            given |= dict.fromkeys(read.gives)
        found.append((read, questions))
    for name in wanted:
        if (
            name not in given
            and name.endswith("Arn")
            and subject.own.arn
            and name.removesuffix("Arn") in ("", subject.facts.noun)
        ):
            given[name] = ARN
        elif name not in given:
            notes.open("gives", f"where does {name} come from? No answer has it")
    return found, {name: value for name, value in given.items() if value is not None}


def _gives(subject: Subject, read: Read, wanted: list[str], questions: list[str]) -> dict[str, str]:
    given: dict[str, str] = {}
    for name in wanted:
        place = path_to(name, subject.facts, subject.facts.output(read.operation))
        if place:
            given[name] = place[0]
            if not place[1]:
                questions.append(f"is {place[0]} the {name}?")
    return given


def _moments(facts: Facts, operation: str) -> tuple[Moment, ...]:
    """When the registry lists it. By name alone nothing but a read is known."""
    if operation.lower() not in facts.listed(*_MOMENTS):
        return ("read",)
    return tuple(moment for moment in _MOMENTS if operation.lower() in facts.listed(moment))


def tagging(subject: Subject, notes: Notes) -> list[Noted]:
    """How the tags are set and removed, and their read; nothing for a type that takes none."""
    facts, name = subject.facts, subject.facts.entry.tag_property
    if name is None:
        return []
    tag, untag, look = tagging_of(facts)
    if not tag or not untag:
        notes.open("parts", f"{name}: which operations tag it and untag it?")
        return []
    questions: list[str] = []
    target, tags, keys = _tag_parameters(subject, tag, untag, questions)
    in_create = [one for one in facts.input(facts.create) if one.lower() in (*_TAGS, name.lower())]
    if in_create:
        _form(facts.input(facts.create)[in_create[0]], "form_at_create", questions)
    if not facts.schema.get("tagging", {}).get("tagOnCreate", True) and in_create:
        questions.append("does the create call take the tags? The registry says that they are not set then")
    read = subject.read(look, questions) if look else None
    part = Tagging(
        tag,
        untag,
        target,
        tags=tags,
        keys=keys,
        at_create=in_create[0] if in_create else "",
        form=_form(facts.input(tag).get(tags), "form", questions),
        look=read,
        name=name,
    )
    if read is None or not is_listed(facts, look, "read"):
        return [(part, questions)]
    moments = tuple(one for one in _moments(facts, look) if one in ("create", "read"))
    return [(replace(read, on=moments), []), (part, questions)]


def _tag_parameters(subject: Subject, tag: str, untag: str, questions: list[str]) -> tuple[Params, str, str]:
    members = subject.facts.input(tag)
    tags = next((one for one in members if one.lower() in (*_TAGS, "resourcetags")), "Tags")
    lists = [one for one, shape in subject.facts.input(untag).items() if shape.type_name == "list"]
    keys = next((one for one in lists if "key" in one.lower()), None)
    if keys is None:
        keys = next((one for one in lists if one.lower() in _TAGS), "")
        questions.append(f"{untag} takes no list of keys, but {', '.join(lists)}")
    target: dict[str, Any] = {}
    for member in subject.facts.required(tag):
        if member == tags:
            continue
        listed = members[member].type_name == "list"
        value = identifying(subject.facts, subject.own, member.removesuffix("s") if listed else member)
        if value is None:
            value = ARN if subject.own.arn and "arn" in member.lower() else ID
            questions.append(f"what is {member} of {tag}?")
        target[member] = [value] if listed else value
    return target, tags, keys


def _form(shape: Shape | None, field: str, questions: list[str]) -> Any:
    """How tags are given; a question where it is neither a map nor a list of Key and Value."""
    if shape is None or shape.type_name == "map":
        return dict
    item = shape.member if shape.type_name == "list" else shape
    names = sorted(item.members) if item.type_name == "structure" else [item.type_name]
    if [name.lower() for name in names] != ["key", "value"]:
        questions.append(f"tags are a {shape.type_name} of {', '.join(names)}: {field}=...")
    return key_value


def gone(facts: Facts, notes: Notes, delete: str) -> tuple[str, ...]:
    """The codes of the errors that say that it is not there, from those that botocore names."""
    named = facts.operation(delete).error_shapes if delete else []
    codes = [
        code
        for shape in named
        for code in (shape.metadata.get("error", {}).get("code"), shape.error_code, shape.name)
    ]
    found = tuple(dict.fromkeys(code for code in codes if code and _GONE.search(code)))
    if found and "awsQueryCompatible" in facts.model.metadata:
        notes.open("gone", f"the service answers with older codes too: which are {', '.join(found)} then?")
    if not found:
        notes.open("gone", f"which error says that it is gone? botocore names none for {delete}")
    return found
