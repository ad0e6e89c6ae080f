"""The registry's schemas held against the shapes of the API."""

from collections.abc import Iterator

from botocore.model import Shape

from verifier.cloudformation.types.nodes import Node, resolved, types

_DEPTH = 6


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
