"""A value that a template may have at a path of a type's properties, after the registry's schema."""

from collections.abc import Iterator, Mapping
from typing import Any

from verifier.cloudformation.types import registry

Schema = Mapping[str, Any]
_CHOICES = ("oneOf", "anyOf", "allOf")


def nested(type_name: str, path: str, value: Any) -> dict[str, Any] | None:
    """The properties of a template that has ``value`` at ``path`` ("A.B", through lists and maps).

    None where the schema has no such path. What the schema leaves open (a policy document) has any.
    """
    whole = registry.schema(type_name)
    assert whole is not None
    found: dict[str, Any] | None = _in(whole, whole, path.split("."), value)
    return found


def _in(whole: Schema, node: Schema, path: list[str], value: Any) -> Any:
    if not path:
        return value
    for form in _forms(whole, node):
        name, *rest = path
        if "items" in form:
            inner = _in(whole, form["items"], path, value)
            if inner is not None:
                return [inner]
        elif name in form.get("properties", {}):
            inner = _in(whole, form["properties"][name], rest, value)
            if inner is not None:
                return {name: inner}
        elif "patternProperties" in form:
            for one in form["patternProperties"].values():
                inner = _in(whole, one, path, value)
                if inner is not None:
                    return {"Any": inner}
        elif "properties" not in form and "object" in form.get("type", ()):
            return _open(path, value)
    return None


def _forms(whole: Schema, node: Schema) -> Iterator[Schema]:
    """The schema itself, what it refers to, and each of its choices."""
    if "$ref" in node:
        target: Any = whole
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        yield from _forms(whole, target)
        return
    yield node
    for choice in _CHOICES:
        for one in node.get(choice, ()):
            yield from _forms(whole, one)


def _open(path: list[str], value: Any) -> Any:
    for name in reversed(path):
        value = {name: value}
    return value
