"""Which parts of cfn-lint's schemas are held against a template: those that are AWS's own."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from verifier.cloudformation.handlers import handlers
from verifier.cloudformation.types import patterns, property_schema, registry
from verifier.cloudformation.types.property_schema import CONSTRAINTS, STRUCTURE, reduced

_FILE = json.loads(property_schema._FILE.read_text("utf-8"))


def _schema(type_name: str) -> Mapping[str, Any]:
    found = property_schema.property_schema(type_name)
    assert found is not None
    return found


def _keywords(schema: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Every keyword that ``reduced`` asks for, with the pointer of its subschema."""
    asked: set[tuple[str, str]] = set()

    def keep(pointer: str, keyword: str) -> bool:
        asked.add((pointer, keyword))
        return True

    reduced(schema, keep)
    return asked


def _patterns(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if isinstance(value.get("pattern"), str):
            yield value["pattern"]
        yield from value.get("patternProperties", ())
        value = list(value.values())
    for inner in value if isinstance(value, list) else ():
        yield from _patterns(inner)


def test_a_type_that_the_registry_lacks() -> None:
    assert property_schema.property_schema("AWS::No::Such") is None


def test_what_aws_says_stays_and_what_cfn_lint_adds_goes() -> None:
    function = _schema("AWS::Lambda::Function")["properties"]
    shipped = registry.schema("AWS::Lambda::Function")
    assert shipped is not None
    assert {"enum", "type"} <= set(shipped["properties"]["Runtime"])
    assert function["Runtime"] == {"type": "string"}
    assert function["PackageType"]["enum"] == ["Image", "Zip"]
    assert function["Role"]["pattern"].startswith("^arn:")


def test_structure_that_cfn_lint_adds_goes() -> None:
    assert "properties" not in _schema("AWS::SQS::Queue")["properties"]["RedrivePolicy"]


def test_of_a_type_that_nobody_has_looked_at_only_structure_stays() -> None:
    assert "AWS::CloudTrail::Trail" not in _FILE["own"]
    shipped = registry.schema("AWS::CloudTrail::Trail")
    assert shipped is not None
    assert {keyword for _, keyword in _keywords(shipped)} & CONSTRAINTS
    assert {keyword for _, keyword in _keywords(_schema("AWS::CloudTrail::Trail"))} <= STRUCTURE


def test_keywords_of_cfn_lint_alone_are_not_kept() -> None:
    schema = {"if": {}, "requiredXor": [], "format": "x", "cfnLint": [], "type": "object", "title": "t"}
    assert reduced(schema, lambda pointer, keyword: True) == {"type": "object"}
    assert reduced({"$ref": "#/definitions/A", "type": "string"}, lambda pointer, keyword: True) == {
        "$ref": "#/definitions/A"
    }


def test_each_subschema_is_asked_for_by_its_pointer() -> None:
    schema = {
        "definitions": {"A/B": {"type": "string"}},
        "properties": {"type": {"items": {"enum": [1]}, "oneOf": [{"required": ["a"]}]}},
        "patternProperties": {"^~": {"minimum": 1}},
        "dependencies": {"x": {"required": ["y"]}},
    }
    assert sorted(f"{pointer} {keyword}" for pointer, keyword in _keywords(schema)) == [
        " definitions",
        " dependencies",
        " patternProperties",
        " properties",
        "/definitions/A~1B type",
        "/dependencies/x required",
        "/patternProperties/^~0 minimum",
        "/properties/type items",
        "/properties/type oneOf",
        "/properties/type/items enum",
        "/properties/type/oneOf/0 required",
    ]


def test_the_file_names_constraints_of_types_that_exist() -> None:
    assert set(_FILE["own"]) <= registry.type_names()
    assert set(handlers()) <= set(_FILE["own"])
    named = {word for one in _FILE["own"].values() for words in one.values() for word in words.split()}
    assert named <= CONSTRAINTS
    added = {word for one in _FILE["added"].values() for words in one.values() for word in words.split()}
    assert added <= STRUCTURE


def test_nearly_all_that_the_file_names_is_there() -> None:
    """A pointer that leads nowhere is harmless, but many tell that the schemas have changed their form."""
    named: set[str] = set()
    there: set[str] = set()
    for type_name, own in _FILE["own"].items():
        shipped = registry.schema(type_name)
        assert shipped is not None
        there |= {f"{type_name} {at} {keyword}" for at, keyword in _keywords(shipped)}
        named |= {f"{type_name} {at} {word}" for at, words in own.items() for word in words.split()}
    assert len(named) > 2000
    assert len(named - there) < len(named) / 50


def test_patterns_can_be_read() -> None:
    found = {pattern for type_name in _FILE["own"] for pattern in _patterns(_schema(type_name))}
    assert len(found) > 100
    assert [pattern for pattern in sorted(found) if patterns._compiled(pattern) is None] == []
