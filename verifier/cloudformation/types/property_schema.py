"""What AWS's own schema of a type demands of its properties, taken from the schema that cfn-lint ships.

cfn-lint's schemas are AWS's with additions from elsewhere: enumerations, patterns and limits that the
APIs may or may not enforce (a runtime that is newer than the list deploys all the same). Structure
(types, required and unknown properties) is AWS's own everywhere but for a few places. Of everything else
a type's schema keeps what ``registry_constraints.json`` names as AWS's own; for a type that stands not
there, nothing. Keywords that AWS's definition of schemas does not know are cfn-lint's, and go.

tools/registry_constraints.py makes that file. (sources: cfn-lint-enhanced-schemas, cfn-schema-keywords)
"""

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from verifier.cloudformation.types import registry

STRUCTURE = frozenset(
    {
        "$ref",
        "type",
        "required",
        "additionalProperties",
        "patternProperties",
        "properties",
        "items",
        "definitions",
    }
)
CONSTRAINTS = frozenset(
    {
        "enum",
        "const",
        "dependencies",
        "minProperties",
        "maxProperties",
        "minItems",
        "maxItems",
        "uniqueItems",
        "minLength",
        "maxLength",
        "pattern",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "allOf",
        "anyOf",
        "oneOf",
    }
)
# The order in which AWS's validator looks (source: cfn-schema-visitor).
_ORDER = (
    *("definitions", "type", "enum", "const", "required", "minProperties", "maxProperties", "dependencies"),
    *("additionalProperties", "patternProperties", "properties", "minItems", "maxItems", "uniqueItems"),
    *("items", "minLength", "maxLength", "pattern", "exclusiveMinimum", "minimum", "exclusiveMaximum"),
    *("maximum", "multipleOf", "allOf", "anyOf", "oneOf"),
)
_NAMED = frozenset({"definitions", "dependencies", "patternProperties", "properties"})
_FILE = Path(__file__).with_name("registry_constraints.json")

Keep = Callable[[str, str], bool]
"""Whether a keyword stays: given the JSON pointer of the subschema that has it, and the keyword."""


def property_schema(type_name: str) -> Mapping[str, Any] | None:
    """The JSON schema of a type's properties, or None for a type that the registry lacks."""
    schema = registry.schema(type_name)
    if schema is None:
        return None
    own = _known("own", type_name)
    added = _known("added", type_name)

    def keep(pointer: str, keyword: str) -> bool:
        if keyword in STRUCTURE:
            return keyword not in added.get(pointer, "").split()
        return keyword in own.get(pointer, "").split()

    return reduced(schema, keep)


def reduced(schema: Mapping[str, Any], keep: Keep, pointer: str = "") -> dict[str, Any]:
    """``schema`` with only the keywords that describe properties and that ``keep`` keeps, at any depth."""
    if "$ref" in schema:  # whatever stands beside it does not count
        return {"$ref": schema["$ref"]}
    return {
        keyword: _inside(keyword, schema[keyword], keep, f"{pointer}/{keyword}")
        for keyword in _ORDER
        if keyword in schema and keep(pointer, keyword)
    }


def _inside(keyword: str, value: Any, keep: Keep, pointer: str) -> Any:
    """A keyword's value, with the subschemas in it reduced too."""
    if keyword in _NAMED and isinstance(value, Mapping):
        return {name: _subschema(one, keep, f"{pointer}/{_escaped(name)}") for name, one in value.items()}
    if keyword in ("allOf", "anyOf", "oneOf"):
        return [_subschema(one, keep, f"{pointer}/{index}") for index, one in enumerate(value)]
    return _subschema(value, keep, pointer) if keyword == "items" else value


def _subschema(value: Any, keep: Keep, pointer: str) -> Any:
    return reduced(value, keep, pointer) if isinstance(value, Mapping) else value


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _known(part: str, type_name: str) -> Mapping[str, str]:
    """The keywords that ``registry_constraints.json`` names for a type, by the pointers of subschemas."""
    found: Mapping[str, str] = _constraints()[part].get(type_name, {})
    return found


@cache
def _constraints() -> Mapping[str, Any]:
    content: Mapping[str, Any] = json.loads(_FILE.read_text("utf-8"))
    return content
