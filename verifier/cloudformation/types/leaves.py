"""The strings in a resource's properties, with the names that lead to each."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.types.registry import RegistryEntry
from verifier.cloudformation.types.work import Work


@dataclass(frozen=True)
class Leaf:
    """A string and the names of the properties that lead to it, in small letters and digits."""

    keys: tuple[str, ...]
    value: str

    def is_arn_of(self, service: str) -> bool:
        """Whether it is an ARN of that service."""
        return self.value.startswith("arn:") and self.value.split(":")[2:3] == [service]

    def mentions(self, *words: str) -> bool:
        """Whether it is no ARN and one of the names that lead to it has one of ``words`` in it."""
        return not self.value.startswith("arn:") and any(word in key for key in self.keys for word in words)


def leaves_of(work: Work, entry: RegistryEntry) -> tuple[Leaf, ...]:
    """The strings in the properties wanted and, on an update, in those so far; tags aside."""
    return tuple(
        dict.fromkeys(
            leaf
            for properties in (work.properties, work.previous)
            for name, value in properties.items()
            if name != entry.tag_property
            for leaf in _within((plain(name),), value)
        )
    )


def _within(keys: tuple[str, ...], value: Any) -> Iterator[Leaf]:
    if isinstance(value, str):
        yield Leaf(keys, value)
    elif isinstance(value, Mapping):
        for name, member in value.items():
            yield from _within((*keys, plain(str(name))), member)
    elif isinstance(value, list | tuple):
        for member in value:
            yield from _within(keys, member)


def plain(name: str) -> str:
    """``name`` as names are compared: in small letters and digits."""
    return re.sub("[^a-z0-9]", "", name.lower())
