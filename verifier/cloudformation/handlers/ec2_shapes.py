"""EC2: tags and attributes as its calls take them, and answers that are lists."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.types.params import ID, Params, Sourced
from verifier.cloudformation.types.part import Attributes, Read
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.tagging import Tagging
from verifier.cloudformation.types.values import key_value

ITSELF: Params = {"Resources": [ID]}


def attribute_value(value: Any) -> dict[str, Any]:
    """An attribute's value as the API takes it."""
    return {"Value": value}


def attribute_is(source: str, name: str, value: bool) -> Sourced:
    """What an attribute is where the template does not have it."""
    return Sourced(source, {name: {"Value": value}})


@dataclass(frozen=True)
class Lists(Read):
    """A read of which attributes are lists: of what ``members`` name in each item of the answer's."""

    members: tuple[tuple[str, str], ...] = ()
    random: frozenset[str] = frozenset()
    """The attributes whose items are made up."""

    def make(self, step: Step, item: Any = None, because: str = "") -> Attributes:
        """Make the call; the items' members instead of the items."""
        given = super().make(step, item, because)
        for name, member in self.members:
            given[name] = [one[member] for one in given.get(name) or ()]
            for one in given[name] if name in self.random else ():
                step.work.token(one)
        return given


def tagging(inside: str = "", target: Params = ITSELF, look: Read | None = None) -> Tagging:
    """The tags of one kind of resource; ``inside``: its name where the create call takes them."""
    return Tagging(
        "CreateTags",
        "DeleteTags",
        target,
        keys="Tags",
        form_keys=_keys,
        at_create="TagSpecifications" if inside else "",
        form_at_create=_specification(inside),
        look=look,
    )


def _keys(keys: list[str]) -> list[dict[str, str]]:
    return [{"Key": key} for key in keys]


def _specification(kind: str) -> Callable[[Mapping[str, str]], Any]:
    return lambda tags: [{"ResourceType": kind, "Tags": key_value(tags)}]
