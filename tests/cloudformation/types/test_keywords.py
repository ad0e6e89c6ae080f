"""What each keyword says; a schema of one keyword each, for those that few real types have."""

from typing import Any

import pytest
from jsonschema import Draft7Validator, TypeChecker
from jsonschema.validators import extend

from verifier.cloudformation.types.casts import TYPES, Unknown
from verifier.cloudformation.types.keywords import KEYWORDS

_Validator = extend(Draft7Validator, validators=KEYWORDS, type_checker=TypeChecker(TYPES))


def _said(schema: dict[str, Any], value: Any) -> list[str]:
    return [error.message for error in _Validator(schema).iter_errors(value)]


@pytest.mark.parametrize(
    ("schema", "value", "said"),
    [
        ({"minimum": 1}, "0", ["failed validation constraint for keyword [minimum]"]),
        ({"minimum": 1}, "1", []),
        ({"maximum": 1}, 2, ["failed validation constraint for keyword [maximum]"]),
        ({"maximum": 1}, 1, []),
        ({"exclusiveMinimum": 1}, 1, ["failed validation constraint for keyword [exclusiveMinimum]"]),
        ({"exclusiveMinimum": 1}, 1.5, []),
        ({"exclusiveMaximum": 1}, 1, ["failed validation constraint for keyword [exclusiveMaximum]"]),
        ({"exclusiveMaximum": 1}, 0, []),
        ({"multipleOf": 5}, "7", ["failed validation constraint for keyword [multipleOf]"]),
        ({"multipleOf": 5}, "10", []),
        ({"multipleOf": 0.0001}, 50, []),
        ({"multipleOf": 0.0001}, 0.00015, ["failed validation constraint for keyword [multipleOf]"]),
        ({"multipleOf": 5}, "1e999", []),
        ({"minLength": 2}, 1, ["expected minLength: 2, actual: 1"]),
        ({"minLength": 2}, "äö", []),
        ({"maxLength": 3}, True, ["expected maxLength: 3, actual: 4"]),
        ({"maxLength": 3}, "abc", []),
        ({"pattern": "^[a-z]+$"}, "A1", ["failed validation constraint for keyword [pattern]"]),
        ({"pattern": "[a-z]"}, "1a1", []),
        ({"minItems": 1}, [], ["expected minimum item count: 1, found: 0"]),
        ({"maxItems": 1}, [1, 2], ["expected maximum item count: 1, found: 2"]),
        ({"minItems": 1, "maxItems": 1}, [1], []),
        ({"uniqueItems": True}, [{"a": 1, "b": 2}, {"b": 2, "a": 1}], ["array items are not unique"]),
        ({"uniqueItems": True}, [{"a": 1}, {"a": 2}], []),
        ({"uniqueItems": False}, [1, 1], []),
        ({"minProperties": 1}, {}, ["minimum size: [1], found: [0]"]),
        ({"maxProperties": 1}, {"a": 1, "b": 1}, ["maximum size: [1], found: [2]"]),
        ({"minProperties": 1, "maxProperties": 1}, {"a": 1}, []),
        ({"const": "5"}, 5, []),
        ({"const": "5"}, 6, ["failed validation constraint for keyword [const]"]),
        ({"enum": [1, 3]}, "3", []),
        ({"enum": ["true"]}, True, []),
        ({"required": ["a"]}, {"b": 1}, ["required key [a] not found"]),
        ({"required": ["a"]}, "text", []),
        ({"dependencies": {"a": ["b"]}}, {"a": 1}, ["property [b] is required"]),
        ({"dependencies": {"a": ["b"]}}, {"c": 1}, []),
        ({"dependencies": {"a": {"required": ["b"]}}}, {"a": 1}, ["required key [b] not found"]),
        ({"additionalProperties": True}, {"a": 1}, []),
        ({"additionalProperties": False, "patternProperties": {"^a": {}}}, {"ab": 1}, []),
        (
            {"additionalProperties": False, "patternProperties": {"^a": {"type": "object"}}},
            {"ab": [], "b": 1},
            ["extraneous key [b] is not permitted", "expected type: JSONObject, found: JSONArray"],
        ),
        ({"type": "object"}, '{"a": 1}', []),
        ({"type": "object", "properties": {"a": {}}}, "{}", ["expected type: JSONObject, found: String"]),
        ({"type": "number"}, "nan", ["expected type: Number, found: String"]),
        ({"type": "number"}, True, ["expected type: Number, found: Boolean"]),
        ({"type": "boolean"}, "FALSE", []),
        ({"type": "boolean"}, 1, ["expected type: Boolean, found: Integer"]),
        ({"type": "string"}, {}, ["expected type: String, found: JSONObject"]),
        (
            {"allOf": [{"required": ["a"]}, {"required": ["b"]}]},
            {"a": 1},
            ["#: only 1 subschema matches out of 2", "required key [b] not found"],
        ),
        (
            {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
            {},
            [
                "#: no subschema matched out of the total 2 subschemas",
                "required key [a] not found",
                "required key [b] not found",
            ],
        ),
        ({"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, {"a": 1, "b": 1}, []),
        (
            {"oneOf": [{"required": ["a"]}, {"required": ["b"]}]},
            {"a": 1, "b": 1},
            ["#: 2 subschemas matched instead of one"],
        ),
        ({"oneOf": [{"required": ["a"]}, {"required": ["b"]}]}, {"a": 1}, []),
        # Told apart by something that may have been left out of the schema.
        ({"oneOf": [{"type": "string"}, {"type": "string"}]}, "a", []),
    ],
)
def test_keyword(schema: dict[str, Any], value: Any, said: list[str]) -> None:
    assert _said(schema, value) == said


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "integer", "enum": [1], "minimum": 3},
        {"type": "string", "pattern": "^$", "maxLength": 0, "const": "x"},
        {"type": "object", "required": ["a"], "minProperties": 3, "additionalProperties": False},
        {"type": "array", "minItems": 3, "items": {"type": "integer"}},
        {"oneOf": [{"type": "integer"}, {"type": "boolean"}]},
        {"anyOf": [{"type": "integer"}], "allOf": [{"type": "boolean"}]},
    ],
)
def test_nothing_is_said_of_what_is_not_known(schema: dict[str, Any]) -> None:
    assert _said(schema, Unknown("Ref Queue")) == []
    assert _said({"properties": {"a": schema}}, {"a": Unknown("Ref Queue")}) == []
