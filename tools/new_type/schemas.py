"""The registry's schemas, walked: references followed, nested properties found."""

from collections.abc import Iterator, Mapping
from typing import Any

from botocore.model import Shape

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


def unknown(schema: Node, node: Node, shape: Shape, path: str, depth: int = _DEPTH) -> Iterator[str]:
    """The nested properties that ``shape`` has no member for: a call would lose them.

    A structure where the API takes text is one of them itself.
    """
    node = resolved(schema, node)
    inner = node.get("properties", {})
    match shape.type_name:
        case _ if depth == 0:
            return
        case "structure" if inner and not getattr(shape, "is_document_type", False):
            members = {name.lower(): member for name, member in shape.members.items()}
            for name, value in inner.items():
                if name.lower() in members:
                    member = members[name.lower()]
                    yield from unknown(schema, value, member, f"{path}.{name}", depth - 1)
                else:
                    yield f"{path}.{name}"
        case "list" if "items" in node:
            yield from unknown(schema, node["items"], shape.member, path, depth - 1)
        case "string" | "boolean" | "integer" if inner and types(node) == ("object",):
            yield path
