"""What is claimed of a permission: by ``sources.yaml``, and by the policies of ``sets.json``."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import translate
from functools import cache
from importlib import resources
from typing import Any

from verifier.authorization.sources import Saying, source, sources
from verifier.authorization.weights import Claim, Word

UNKNOWN = "something that no set tells"
"""Why a secondary requirement is asked for (a parameter), and the registry's permissions (any property)."""


@dataclass(frozen=True)
class Subject:
    """A permission as it is asked for: an action, of a resource type in a lifecycle.

    ``because`` is the property that makes AWS ask, or "tags changed"; empty, it asks whatever the
    template has. Without a type the command-line tool asks itself.
    """

    action: str
    type: str = ""
    lifecycle: str = ""
    because: str = ""


@dataclass(frozen=True)
class GrantSet:
    """A whole policy of a principal with which stacks were made: what it lacks was not needed.

    It says so only of ``types``: each with its lifecycles, and the properties that were used. A ``weak``
    one is in use, but nobody read the templates.
    """

    id: str
    where: str
    address: str
    seen: str
    granted: tuple[str, ...]
    types: Mapping[str, Mapping[str, str]]
    weak: bool = False

    def grants(self, action: str) -> bool:
        """Whether the policy allows ``action``, on whatever."""
        return _matches(action, self.granted)

    def lacks(self, subject: Subject) -> bool:
        """Whether ``subject`` lies within what the set was used for, and is not granted."""
        used = self.types.get(subject.type)
        if used is None or subject.lifecycle not in used["in"].split():
            return False
        if subject.because and subject.because not in used["with"].split(", "):
            return False
        return not self.grants(subject.action)


@dataclass(frozen=True)
class PublishedList:
    """Actions that people were told to allow a deploy; nobody shows that all of them are asked for."""

    id: str
    where: str
    seen: str
    names: tuple[str, ...]


@cache
def grant_sets() -> tuple[GrantSet, ...]:
    """The policies of ``sets.json`` with which stacks were made."""
    return tuple(GrantSet(**row | {"granted": tuple(row["granted"].split())}) for row in _data()["sets"])


@cache
def published_lists() -> tuple[PublishedList, ...]:
    """The policies of ``sets.json`` that were published for people to deploy with."""
    return tuple(
        PublishedList(**row | {"names": tuple(row["names"].split())}) for row in _data()["published"]
    )


@cache
def _data() -> dict[str, Any]:
    text = (resources.files(__package__) / "sets.json").read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(text)
    return data


def _matches(action: str, patterns: tuple[str, ...]) -> bool:
    return _any_of(patterns).fullmatch(action.lower()) is not None


@cache
def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(translate(pattern.lower()) for pattern in patterns) or "(?!)")


@cache
def claims_about(subject: Subject, named: str | None = None, seen_in: str | None = None) -> tuple[Claim, ...]:
    """Everything claimed of ``subject``, newest first.

    ``named`` is the id of the source that its rule or handler names, ``seen_in`` of one in which the action
    was merely read to be named: that is a weak claim.
    """
    found = [
        Claim(one.id, said.says, one.seen, said.weak)
        for one in sources().values()
        for said in one.says
        if (_is_of(said, subject) if said.actions else one.id == named)
    ]
    if seen_in:
        found.append(Claim(seen_in, Word.NEEDED, source(seen_in).seen, weak=True))
    found += [
        Claim(one.id, Word.NOT_NEEDED, one.seen, one.weak) for one in grant_sets() if one.lacks(subject)
    ]
    found += [
        Claim(one.id, Word.NEEDED, one.seen, weak=True)
        for one in published_lists()
        if _matches(subject.action, one.names)
    ]
    return tuple(sorted(dict.fromkeys(found), key=lambda claim: claim.first, reverse=True))


def _is_of(said: Saying, subject: Subject) -> bool:
    return (
        subject.action in said.actions
        and said.type == subject.type
        and subject.lifecycle in said.lifecycles
        and said.when in ("", subject.because)
    )
