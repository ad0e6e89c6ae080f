"""A valid value for each property, from the registry's schema, and a second one that differs."""

from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft7Validator, TypeChecker
from jsonschema.validators import extend

from verifier.cloudformation.types import patterns
from verifier.cloudformation.types.casts import TYPES
from verifier.cloudformation.types.example_texts import KEYS, POLICIES, REGIONS, TAGS, texts
from verifier.cloudformation.types.keywords import KEYWORDS
from verifier.cloudformation.types.nodes import Node, is_document, resolved, types

_DEPTH = 6
_Validator = extend(Draft7Validator, validators=KEYWORDS, type_checker=TypeChecker(TYPES))
_WHOLE = 2


class Examples:
    """Values of a type's properties; ``turn`` 0 and 1 give two that differ where the schema allows two.

    Objects are given whole down to ``whole`` levels, deeper ones with what they require.
    """

    def __init__(self, schema: Node, whole: int = _WHOLE) -> None:
        self._schema = schema
        self._whole = whole
        self._validator = _Validator(schema)

    def value(self, name: str, turn: int) -> Any:
        """A value of the property ``name``; None where none was found that the schema takes."""
        node = self._schema["properties"][name]
        return next((one for one in self._values(name, node, turn, 0) if self._fits(one, node)), None)

    def fits(self, name: str, value: Any) -> bool:
        """Whether the schema takes ``value`` for the property ``name``."""
        return self._fits(value, self._schema["properties"][name])

    def _fits(self, value: Any, node: Node) -> bool:
        return bool(
            self._validator.evolve(
                schema={**node, "definitions": self._schema.get("definitions", {})}
            ).is_valid(value)
        )

    def _values(self, name: str, node: Node, turn: int, depth: int) -> Iterator[Any]:
        """Candidates, the best first."""
        node = resolved(self._schema, node)
        if depth > _DEPTH:
            return
        if "const" in node:
            yield node["const"]
        elif "enum" in node:
            yield node["enum"][turn % len(node["enum"])]
        else:
            for kind in types(node) or _guessed(node):
                yield from self._of_type(kind, name, node, turn, depth)
        for branch in (*node.get("oneOf", ()), *node.get("anyOf", ())):
            yield from self._values(name, {**_without_branches(node), **branch}, turn, depth + 1)

    def _of_type(self, kind: str, name: str, node: Node, turn: int, depth: int) -> Iterator[Any]:
        match kind:
            case "boolean":
                yield turn == 0
            case "integer" | "number":
                yield _number(node, turn)
            case "string":
                yield from texts(name, node, turn)
            case "array":
                yield from self._lists(name, node, turn, depth)
            case "object" if is_document(node):
                yield POLICIES[turn] if "polic" in name.lower() else {"a": str(turn + 1)}
            case "object":
                yield from self._objects(name, node, turn, depth)

    def _lists(self, name: str, node: Node, turn: int, depth: int) -> Iterator[Any]:
        if name.lower().endswith("tags"):
            yield [TAGS[turn]]
        fewest = max(int(node.get("minItems", 1)), 1)
        singular = name.removesuffix("s")
        for item in self._values(singular, node.get("items", {"type": "string"}), turn, depth + 1):
            if isinstance(item, Mapping) and "Region" in item:
                yield [{**item, "Region": region} for region in REGIONS]
            if fewest == 1:
                yield [item]
            other = next(self._values(singular, node.get("items", {}), 1 - turn, depth + 1), item)
            yield [item, other]

    def _objects(self, name: str, node: Node, turn: int, depth: int) -> Iterator[Any]:
        if name.lower().endswith("tags"):
            yield {TAGS[turn]["Key"]: TAGS[turn]["Value"]}
        for pattern, inner in node.get("patternProperties", {}).items():
            key = next((one for one in KEYS if patterns.found(pattern, one)), KEYS[0])
            yield from ({key: value} for value in self._values(name, inner, turn, depth + 1))
        properties = node.get("properties", {})
        required = set(node.get("required", ()))
        for names in (
            [*properties] if depth < self._whole else [],
            [n for n in properties if n in required],
            *([n] for n in properties),
        ):
            if names or not required:
                found = {one: self._one(one, properties[one], turn, depth + 1) for one in names}
                yield {one: value for one, value in found.items() if value is not None}

    def _one(self, name: str, node: Node, turn: int, depth: int) -> Any:
        return next((one for one in self._values(name, node, turn, depth) if self._fits(one, node)), None)


def _number(node: Node, turn: int) -> int:
    """A little more than the least, so that a default of the least differs."""
    least, most = node.get("minimum", 1), node.get("maximum")
    wanted = int(least) + 1 + turn
    return wanted if most is None or wanted <= most else max(int(least), int(most) - turn)


def _guessed(node: Node) -> tuple[str, ...]:
    """The type of a node that does not name one."""
    if "properties" in node or "patternProperties" in node:
        return ("object",)
    if "items" in node:
        return ("array",)
    return () if "oneOf" in node or "anyOf" in node else ("string",)


def _without_branches(node: Node) -> Mapping[str, Any]:
    return {key: value for key, value in node.items() if key not in ("oneOf", "anyOf")}
