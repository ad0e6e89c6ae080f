"""The type with everything that is known of its calls: what the parts of a draft are proposed from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.model import Shape

from tools.new_type.facts import Facts
from tools.new_type.identity import Identity, identifying
from tools.new_type.matching import places
from tools.new_type.schemas import unknown
from verifier.cloudformation.types.nodes import Node, is_document, resolved, types
from verifier.cloudformation.types.params import Params, Prop
from verifier.cloudformation.types.part import Read
from verifier.cloudformation.types.values import document


@dataclass(frozen=True)
class Subject:
    """``update`` may be empty; ``reads`` are the operations that read it, the main one first."""

    facts: Facts
    own: Identity
    itself: Params
    update: str
    reads: tuple[str, ...]

    def node(self, name: str) -> Node:
        """A property's schema."""
        return resolved(self.facts.schema, self.facts.schema["properties"][name])

    def identified(self, operation: str) -> tuple[dict[str, Any], bool]:
        """What names the resource in a call beside ``itself``, and whether ``itself`` does so as well."""
        members = {name.lower() for name in self.facts.input(operation)}
        whole = bool(self.itself) and {name.lower() for name in self.itself} <= members
        named = {name.lower() for name in self.itself} if whole else set()
        found: dict[str, Any] = {}
        for member in self.facts.required(operation):
            if (
                member.lower() not in named
                and (value := identifying(self.facts, self.own, member)) is not None
            ):
                found[member] = value
        return found, whole

    def read(self, operation: str, questions: list[str]) -> Read:
        """A read of one operation, with the parameters that it cannot do without."""
        params, whole = self.identified(operation)
        for member, shape in self.facts.input(operation).items():
            if shape.type_name == "list" and "All" in getattr(shape.member, "enum", ()):
                params[member] = ["All"]
            elif shape.type_name == "list" and not whole and not params:
                value = identifying(self.facts, self.own, member.removesuffix("s"))
                params |= {} if value is None or isinstance(value, Prop) else {member: [value]}
        known = {*params, *(self.itself if whole else ())}
        missing = [one for one in self.facts.required(operation) if one not in known]
        questions += [f"what is {one} of {operation}?" for one in missing]
        return Read(operation, params, whole=whole)

    def param(self, name: str, operation: str, questions: list[str]) -> Mapping[str, Any]:
        """The property ``name`` as a parameter of ``operation``; empty where it takes none of that name."""
        place = places(self.facts, operation).get(name)
        if place is None:
            return {}
        shape, node = self.facts.input(operation)[place.parameter], self.node(name)
        if place.key:
            return {place.parameter: {place.key: _prop(name, node, shape.value)}}
        if not place.sure:
            questions.append(f"is {name} the {place.parameter} of {operation}?")
        lost, inner = list(unknown(self.facts.schema, node, shape, name)), list(node.get("properties", {}))
        if lost == [name] and len(inner) == 1:
            questions.append(f"is {name}.{inner[0]} what {operation} takes?")
            return {place.parameter: Prop(f"{name}.{inner[0]}")}
        if lost:
            questions.append(f"{operation} does not know {', '.join(lost)}")
        return {place.parameter: _prop(name, node, shape)}


def _prop(name: str, node: Node, shape: Shape) -> Prop:
    """The property; as JSON text where the API takes text and a template may have an object."""
    text = shape.type_name == "string" and (is_document(node) or {"object", "string"} <= set(types(node)))
    return Prop(name, document) if text else Prop(name)
