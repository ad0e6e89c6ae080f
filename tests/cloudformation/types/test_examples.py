"""Values that a schema takes; more of them are in tests/tools/new_type/test_case.py."""

from typing import Any

import pytest

from verifier.cloudformation.types import registry
from verifier.cloudformation.types.examples import Examples


def _nested(depth: int) -> dict[str, Any]:
    inner: dict[str, Any] = {"type": "string"}
    for _ in range(depth):
        inner = {"type": "object", "properties": {"A": inner, "B": {"type": "string"}}, "required": ["A"]}
    return inner


def _levels(value: Any) -> int:
    """How many levels of ``value`` have what is not required."""
    return 1 + _levels(value["A"]) if isinstance(value, dict) and "B" in value else 0


@pytest.mark.parametrize("whole", [1, 3])
def test_an_object_is_whole_down_to_a_level(whole: int) -> None:
    examples = Examples({"properties": {"Thing": _nested(4)}}, whole)
    assert _levels(examples.value("Thing", 0)) == whole


def test_a_value_is_held_against_its_property() -> None:
    examples = Examples({"properties": {"Size": {"type": "integer", "maximum": 5}}})
    assert examples.fits("Size", 5)
    assert not examples.fits("Size", 6)


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("LayerVersionArn", "arn:aws:lambda:us-east-1:123456789012:layer:"),
        ("DefinitionS3Location", "s3://"),
        ("SessionTimeout", "1"),
        ("ServiceToken", "arn:aws:lambda:us-east-1:123456789012:function:"),
    ],
)
def test_a_text_is_of_the_form_that_its_name_tells(name: str, start: str) -> None:
    value = Examples({"properties": {name: {"type": "string"}}}).value(name, 0)
    assert value.startswith(start)


def test_a_file_system_is_no_key() -> None:
    schema = registry.schema("AWS::Lambda::Function")
    assert schema is not None
    [config] = Examples(schema, 4).value("FileSystemConfigs", 0)
    assert ":elasticfilesystem:" in config["Arn"]


def test_items_with_a_region_are_in_the_accounts_and_in_another() -> None:
    item = {"type": "object", "properties": {"Region": {"type": "string"}, "Size": {"type": "integer"}}}
    schema = {"properties": {"Replicas": {"type": "array", "items": item}}}
    one, other = (Examples(schema).value("Replicas", turn) for turn in (0, 1))
    for value in (one, other):
        assert [item["Region"] for item in value] == ["us-east-1", "us-west-2"]
    assert one != other
