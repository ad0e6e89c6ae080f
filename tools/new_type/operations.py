"""Which operations update, delete, read and tag a type: by name, and by the permissions listed."""

import re
from collections.abc import Iterable, Iterator

from tools.new_type.facts import DELETING, READING, UPDATING, Facts, without_verb
from tools.new_type.matching import places
from tools.new_type.notes import HEAD, Notes

_TAG = re.compile("^(Tag|AddTags|CreateTags|AssociateTags|PutTags)")
_UNTAG = re.compile("^(Untag|RemoveTags|DeleteTags|DisassociateTags)")


def is_listed(facts: Facts, operation: str, *lifecycles: str) -> bool:
    """Whether the registry lists it for one of these steps.

    API Gateway's permissions are verbs and name no operation: there the name alone has to do.
    """
    listed = facts.listed(*lifecycles)
    return operation.lower() in listed or bool(
        {"post", "get", "delete"} & facts.listed("create", "read", "delete")
    )


def say_if_unlisted(facts: Facts, notes: Notes) -> None:
    """A create operation that the registry does not list may be the wrong one."""
    if not is_listed(facts, facts.create, "create"):
        notes.open(HEAD, f"is it {facts.create} that creates it? The registry does not list that")


def update_of(facts: Facts, notes: Notes, itself: Iterable[str]) -> str:
    """The operation that brings most properties up to date; empty where there is none.

    It knows the resource by the same parameters as the others (``itself``).
    """
    if not facts.entry.has_update:
        return ""
    named = {name.lower() for name in itself}
    fitting = (one for one in _updates(facts) if named <= {name.lower() for name in facts.input(one[-1])})
    found = max(fitting, default=None)
    if found is None:
        return ""
    (*_, operation) = found
    if not is_listed(facts, operation, "update"):
        notes.open("update_by", f"is it {operation}? The registry does not list that")
    return str(operation)


def delete_of(facts: Facts, notes: Notes) -> str:
    """The operation that deletes it; empty, with a question, where none is found."""
    found = max(_deletes(facts), default=None)
    if found is None:
        listed = ", ".join(facts.permissions("delete"))
        notes.open("delete_by", f"which operation deletes it? The registry lists {listed or 'none'}")
        return ""
    listed_too, likeness, *_, operation = found
    if not (listed_too and likeness == 3):
        notes.open("delete_by", f"is it {operation}? Name or list of permissions says otherwise")
    return str(operation)


def reads_of(facts: Facts) -> list[str]:
    """The operations that read it, the main one first; those that read tags are not among them."""
    found = [
        (_likeness(facts, without_verb(operation, READING)), operation)
        for operation in facts.operations()
        if operation.startswith(READING) and is_listed(facts, operation, "read", "create", "update", "delete")
    ]
    by_name_alone = not facts.listed("read") & {name.lower() for name in facts.operations()}
    kept = [
        (likeness, name) for likeness, name in found if "Tag" not in name and (likeness or not by_name_alone)
    ]
    names = {name for _, name in kept}
    alone = [one for one in kept if not (one[1].endswith("s") and one[1].removesuffix("s") in names)]
    return [name for _, name in sorted(alone, key=lambda one: -one[0])]


def is_main(facts: Facts, operation: str) -> bool:
    """Whether a read is one of the resource itself, and not of something that it has."""
    return _likeness(facts, without_verb(operation, READING)) > 1


def tagging_of(facts: Facts) -> tuple[str, str, str]:
    """The operations that tag, untag and list tags; empty where there is none."""
    nouns = (facts.noun, facts.made)

    def best(pattern: str | re.Pattern[str]) -> str:
        names = [
            name
            for name in facts.operations()
            if re.match(pattern, name) and is_listed(facts, name, "tagging", "create", "read", "update")
        ]
        own = [name for name in names if any(noun and name.endswith(noun) for noun in nouns)]
        return min(own or names, key=len, default="")

    return best(_TAG), best(_UNTAG), best("^(List|Describe|Get).*Tag")


def _updates(facts: Facts) -> Iterator[tuple[bool, bool, int, str]]:
    for operation in facts.operations():
        if not operation.startswith(UPDATING):
            continue
        likeness = _likeness(facts, without_verb(operation, UPDATING))
        shared = len(places(facts, operation).keys() - facts.entry.create_only)
        listed = is_listed(facts, operation, "update")
        # What takes one property alone is rather that property's own operation.
        if (likeness == 3 and shared) or (likeness == 2 and listed and shared > 1):
            yield listed, likeness == 3, shared, operation


def _deletes(facts: Facts) -> Iterator[tuple[bool, int, int, str]]:
    for operation in facts.operations():
        if not operation.startswith(DELETING):
            continue
        likeness = _likeness(facts, without_verb(operation, DELETING))
        listed = is_listed(facts, operation, "delete")
        verb = next(i for i, verb in enumerate(DELETING) if operation.startswith(verb))
        if likeness == 3 or (listed and likeness):
            yield listed, likeness, -verb, operation


def _likeness(facts: Facts, rest: str) -> int:
    """How much an operation's name without its verb is the type's: 3 the same, 2 with more, 1 in part."""
    rest, nouns = rest.lower(), {facts.noun.lower(), facts.made.lower()}
    same = {name for noun in nouns for name in (noun, f"{noun}s", re.sub("y$", "ies", noun))}
    if rest in same:
        return 3
    if any(noun and rest.startswith(noun) for noun in nouns):
        return 2
    return int(any(rest and (noun in rest or rest in noun) for noun in nouns - {""}))
