"""The registry's schemas, walked: references followed, what a node may hold."""

from collections.abc import Mapping
from typing import Any

Node = Mapping[str, Any]
_DEPTH = 6


def resolved(schema: Node, node: Node) -> Node:
    """``node`` with its reference followed; what stands beside the reference counts too."""
    for _ in range(_DEPTH):
        reference = node.get("$ref")
        if not isinstance(reference, str):
            break
        target: Any = schema
        for part in reference.removeprefix("#/").split("/"):
            target = target.get(part, {})
        node = {**target, **{key: value for key, value in node.items() if key != "$ref"}}
    return node


def types(node: Node) -> tuple[str, ...]:
    """The JSON types that a value may have; empty where the schema does not say."""
    named = node.get("type", ())
    return (named,) if isinstance(named, str) else tuple(named)


def is_document(node: Node) -> bool:
    """Whether this is a policy or another JSON document: an object of any content, mostly text as well."""
    return "object" in types(node) and not node.get("properties") and not node.get("patternProperties")
