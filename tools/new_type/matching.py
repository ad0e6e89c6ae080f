"""Which parameter of a call a property is: by name, or as a key of a map."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from botocore.model import Shape

from tools.new_type.facts import Facts

_DEPTH = 3


@dataclass(frozen=True)
class Place:
    """Where a property goes in a call: the parameter, and the key of it where that is a map.

    ``sure`` is false where the names only resemble each other.
    """

    parameter: str
    key: str = ""
    sure: bool = True


def places(facts: Facts, operation: str) -> dict[str, Place]:
    """The settable properties that ``operation`` takes, and where it takes them."""
    members = facts.input(operation)
    found = {name: place for name in facts.settable if (place := _place(facts, name, members))}
    if operation == facts.create:
        found |= _left_over(facts, found)
    claimed = Counter(place.parameter for place in found.values() if not place.key)
    return {name: place for name, place in found.items() if place.sure or claimed[place.parameter] == 1}


def _left_over(facts: Facts, found: Mapping[str, Place]) -> dict[str, Place]:
    """The required property and the required parameter of create, if just these two are left."""
    named = {place.parameter for place in found.values()}
    parameters = [one for one in facts.required(facts.create) if one not in named]
    properties = [one for one in facts.settable if one in facts.entry.required and one not in found]
    if len(parameters) == len(properties) == 1:
        return {properties[0]: Place(parameters[0], sure=False)}
    return {}


def called(name: str, facts: Facts, members: Iterable[str]) -> tuple[str, bool] | None:
    """What ``members`` call ``name``, and whether that is beyond doubt.

    A name may go with or without the type's own before it ("Name" for "StateMachineName"), without
    its first words ("PoolName" for "UserPoolName"), or without "Name" ("Bucket" for "BucketName").
    """
    by_name = {member.lower(): member for member in members}
    if same := by_name.get(name.lower()):
        return same, True
    small = name.lower()
    others = [other for noun in _nouns(facts) for other in (small.removeprefix(noun), noun + small)]
    others += [ending.lower() for ending in _endings(name)] + [small.removesuffix("name")]
    found = next((by_name[other] for other in others if other != small and other in by_name), None)
    return (found, False) if found else None


def path_to(attribute: str, facts: Facts, members: Mapping[str, Shape]) -> tuple[str, bool] | None:
    """Where ``attribute`` stands in an answer ("Table.TableArn", "Rules.0.Arn"), and whether surely.

    The shallowest place wins; one whose name merely ends in the attribute's is unsure.
    """
    level: list[tuple[str, Mapping[str, Shape]]] = [("", members)]
    akin = ""
    for _ in range(_DEPTH):
        deeper: list[tuple[str, Mapping[str, Shape]]] = []
        for path, inner in level:
            if found := called(attribute, facts, inner):
                return path + found[0], True
            ending = [name for name in inner if name.lower().endswith(attribute.lower())]
            akin = akin or (path + ending[0] if len(ending) == 1 else "")
            for name, shape in inner.items():
                deeper += _inside(f"{path}{name}.", shape)
        level = deeper
    return (akin, False) if akin else None


def _place(facts: Facts, name: str, members: Mapping[str, Shape]) -> Place | None:
    found = called(name, facts, members)
    if found and found[1]:
        return Place(found[0])
    for member, shape in members.items():
        if shape.type_name == "map" and name in _keys(shape):
            return Place(member, name)
    return Place(found[0], sure=False) if found else None


def _inside(path: str, shape: Shape) -> list[tuple[str, Mapping[str, Shape]]]:
    """What may be looked at further: a structure, the first of a list of them, a map of known keys."""
    match shape.type_name:
        case "structure":
            return [(path, shape.members)]
        case "list" if shape.member.type_name == "structure":
            return [(f"{path}0.", shape.member.members)]
        case "map" if shape.value.type_name != "structure":
            return [(path, dict.fromkeys(_keys(shape), shape.value))]
    return []


def _keys(shape: Shape) -> list[str]:
    """The keys of a map that botocore names: as an enumeration, or in its words on the parameter."""
    named = getattr(shape.key, "enum", None) or []
    words = str(getattr(shape, "documentation", ""))
    return [*named, *(part.partition("</code>")[0] for part in words.split("<code>")[1:])]


def _endings(name: str) -> list[str]:
    """The name without its first words, as long as two are left."""
    found = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", name)
    return ["".join(found[start:]) for start in range(1, len(found) - 1)]


def _nouns(facts: Facts) -> list[str]:
    """What the type is called, in small letters, the longest first."""
    return sorted({facts.noun.lower(), facts.made.lower()} - {""}, key=len, reverse=True)
