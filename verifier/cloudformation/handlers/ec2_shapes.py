"""EC2: tags as its calls take them."""

from collections.abc import Callable, Mapping
from typing import Any

from verifier.cloudformation.types.params import ID, Params
from verifier.cloudformation.types.part import Read
from verifier.cloudformation.types.tagging import Tagging
from verifier.cloudformation.types.values import key_value

ITSELF: Params = {"Resources": [ID]}


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
