"""What each keyword of a schema means for a property, and how AWS words what is wrong.

AWS's validator is public (sources: cfn-schema-validator, cfn-schema-messages); what it sees are values that
CloudFormation has cast (``casts``). Some types take one value for a list of one
(source: cfn-single-value-for-list): here all do.
"""

import json
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from jsonschema import Draft7Validator
from jsonschema.exceptions import ValidationError

from verifier.cloudformation.template.intrinsics import to_text
from verifier.cloudformation.types.casts import Unknown, as_number, is_same, is_scalar
from verifier.cloudformation.types.patterns import found

OWN_NAME = "ownName"
"""The keyword of errors about names of the user's own choice that the schema's pattern has no room for."""
Errors = Iterator[ValidationError]
Schema = Mapping[str, Any]
Keyword = Callable[[Any, Any, Any, Schema], Iterable[ValidationError]]

# How Java names JSON's types (source: cfn-schema-integer).
_EXPECTED = {
    "array": "JSONArray",
    "boolean": "Boolean",
    "integer": "Integer",
    "null": "Null",
    "number": "Number",
    "object": "JSONObject",
    "string": "String",
}
_FOUND = ((bool, "Boolean"), (int, "Integer"), (float, "BigDecimal"), (str, "String"), (list, "JSONArray"))


def _type(validator: Any, types: Any, value: Any, schema: Schema) -> Errors:
    if _has_its_type(validator, value, schema):
        return
    names = _names(types)
    if "enum" in schema:
        yield ValidationError("#: only 0 subschema matches out of 2")
    if len(names) > 1:
        yield _none_of(names)
    kind = next((java for python, java in _FOUND if isinstance(value, python)), "JSONObject")
    for name in names:
        yield ValidationError(f"expected type: {_EXPECTED[name]}, found: {kind}")


def _has_its_type(validator: Any, value: Any, schema: Schema) -> bool:
    types = _names(schema.get("type", []))
    return not types or any(_passes(validator, name, value, schema) for name in types)


def _names(types: Any) -> list[str]:
    return [types] if isinstance(types, str) else list(types)


def _passes(validator: Any, name: str, value: Any, schema: Schema) -> bool:
    if name == "array" and not isinstance(value, list):
        return next(validator.descend(value, schema.get("items", {})), None) is None
    if name == "object" and isinstance(value, str):
        return not {"properties", "patternProperties"} & set(schema)  # free-form: JSON as text
    return bool(validator.is_type(value, name))


# -- values


def _enum(validator: Any, values: list[Any], value: Any, schema: Schema) -> Errors:
    """AWS's validator takes type and enum for two subschemas (source: cfn-schema-enum)."""
    if not any(is_same(value, one) for one in values):
        if _has_its_type(validator, value, schema):
            yield ValidationError("#: only 1 subschema matches out of 2")
        yield _scrubbed("enum")


def _const(_: Any, wanted: Any, value: Any, schema: Schema) -> Errors:
    if not is_same(value, wanted):
        yield _scrubbed("const")


def _pattern(_: Any, pattern: str, value: Any, schema: Schema) -> Errors:
    if is_scalar(value) and not found(pattern, to_text(value)):
        yield _scrubbed("pattern")


def _compared(keyword: str, wrong: Callable[[float, float], bool]) -> Keyword:
    """A keyword that compares a number."""

    def check(_: Any, limit: float, value: Any, schema: Schema) -> Errors:
        number = as_number(value)
        if number is not None and wrong(number, limit):
            yield _scrubbed(keyword)

    return check


def _not_a_multiple(number: float, step: float) -> bool:
    """As decimals are written: 50 is a multiple of 0.0001, which no binary fraction is."""
    return Fraction(str(number)) % Fraction(str(step)) != 0


def _scrubbed(keyword: str) -> ValidationError:
    """AWS's words for what would otherwise show the value (source: cfn-schema-scrubbed)."""
    return ValidationError(f"failed validation constraint for keyword [{keyword}]")


# -- sizes


def _sized(size_of: Callable[[Any], int | None], words: str, wrong: Callable[[int, int], bool]) -> Keyword:
    """A keyword that limits a size."""

    def check(_: Any, limit: int, value: Any, schema: Schema) -> Errors:
        size = size_of(value)
        if size is not None and wrong(size, limit):
            yield ValidationError(words.format(limit=limit, size=size))

    return check


def _length(value: Any) -> int | None:
    return len(to_text(value)) if is_scalar(value) else None


def _items(value: Any) -> int | None:
    return len(value) if isinstance(value, list) else None


def _members(value: Any) -> int | None:
    return len(value) if isinstance(value, Mapping) else None


def _unique_items(_: Any, unique: bool, value: Any, schema: Schema) -> Errors:
    if unique and isinstance(value, list):
        items = {json.dumps(item, sort_keys=True, default=repr) for item in value}
        if len(items) < len(value):
            yield ValidationError("array items are not unique")


# -- members


def _required(_: Any, names: list[str], value: Any, schema: Schema) -> Errors:
    """Each name that is required and missing (source: cfn-properties-validation)."""
    if isinstance(value, Mapping):
        missing = (name for name in names if name not in value)
        yield from (ValidationError(f"required key [{name}] not found") for name in missing)


def _additional_properties(_: Any, permitted: Any, value: Any, schema: Schema) -> Errors:
    if permitted is not False or not isinstance(value, Mapping):
        return
    known, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    own = {"validator": OWN_NAME} if patterns and not known else {}
    for name in value:
        if name not in known and not any(found(pattern, name) for pattern in patterns):
            yield ValidationError(f"extraneous key [{name}] is not permitted", **own)


def _pattern_properties(validator: Any, patterns: Schema, value: Any, schema: Schema) -> Errors:
    if isinstance(value, Mapping):
        for pattern, subschema in patterns.items():
            for name in (one for one in value if found(pattern, one)):
                yield from validator.descend(value[name], subschema, path=name)


def _dependencies(validator: Any, dependencies: Schema, value: Any, schema: Schema) -> Errors:
    if not isinstance(value, Mapping):
        return
    for needed in (needed for name, needed in dependencies.items() if name in value):
        if isinstance(needed, list):
            missing = (name for name in needed if name not in value)
            yield from (ValidationError(f"property [{name}] is required") for name in missing)
        else:
            yield from validator.descend(value, needed)


# -- combinations (source: cfn-schema-combined)


def _all_of(validator: Any, subschemas: list[Any], value: Any, schema: Schema) -> Errors:
    failures, matching = _tried(validator, subschemas, value)
    if matching < len(subschemas):
        yield ValidationError(f"#: only {matching} subschema matches out of {len(subschemas)}")
        yield from failures


def _any_of(validator: Any, subschemas: list[Any], value: Any, schema: Schema) -> Errors:
    failures, matching = _tried(validator, subschemas, value)
    if not matching:
        yield _none_of(subschemas)
        yield from failures


def _one_of(validator: Any, subschemas: list[Any], value: Any, schema: Schema) -> Errors:
    """More than one match counts only where the alternatives are told apart by their required keys.

    Elsewhere they may differ in what ``property_schema`` leaves out.
    """
    failures, matching = _tried(validator, subschemas, value)
    by_keys = all(set(subschema) == {"required"} for subschema in subschemas)
    if matching == 0 or (matching > 1 and by_keys):
        yield ValidationError(f"#: {matching} subschemas matched instead of one")
        yield from failures


def _tried(validator: Any, subschemas: list[Any], value: Any) -> tuple[list[ValidationError], int]:
    """What each subschema says, and how many of them say nothing."""
    tried = [list(validator.descend(value, subschema)) for subschema in subschemas]
    return [error for errors in tried for error in errors], tried.count([])


def _none_of(alternatives: list[Any]) -> ValidationError:
    return ValidationError(f"#: no subschema matched out of the total {len(alternatives)} subschemas")


_ALL: Mapping[str, Keyword] = {
    "type": _type,
    "enum": _enum,
    "const": _const,
    "pattern": _pattern,
    "minimum": _compared("minimum", operator.lt),
    "maximum": _compared("maximum", operator.gt),
    "exclusiveMinimum": _compared("exclusiveMinimum", operator.le),
    "exclusiveMaximum": _compared("exclusiveMaximum", operator.ge),
    "multipleOf": _compared("multipleOf", _not_a_multiple),
    "minLength": _sized(_length, "expected minLength: {limit}, actual: {size}", operator.lt),
    "maxLength": _sized(_length, "expected maxLength: {limit}, actual: {size}", operator.gt),
    "minItems": _sized(_items, "expected minimum item count: {limit}, found: {size}", operator.lt),
    "maxItems": _sized(_items, "expected maximum item count: {limit}, found: {size}", operator.gt),
    "minProperties": _sized(_members, "minimum size: [{limit}], found: [{size}]", operator.lt),
    "maxProperties": _sized(_members, "maximum size: [{limit}], found: [{size}]", operator.gt),
    "uniqueItems": _unique_items,
    "items": Draft7Validator.VALIDATORS["items"],
    "required": _required,
    "additionalProperties": _additional_properties,
    "patternProperties": _pattern_properties,
    "properties": Draft7Validator.VALIDATORS["properties"],
    "dependencies": _dependencies,
    "allOf": _all_of,
    "anyOf": _any_of,
    "oneOf": _one_of,
}


def _of_the_known(keyword: Keyword) -> Keyword:
    """``keyword``, which says nothing of what is not known."""

    def check(validator: Any, argument: Any, value: Any, schema: Schema) -> Iterable[ValidationError]:
        return () if isinstance(value, Unknown) else keyword(validator, argument, value, schema)

    return check


KEYWORDS: Mapping[str, Keyword] = {name: _of_the_known(keyword) for name, keyword in _ALL.items()}
