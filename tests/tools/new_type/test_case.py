"""Case files that are drafted: of the right form, with values that the registry's schemas take."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.lives.case import fill, load
from tests.tools.new_type.test_draft import ROWS
from tools.new_type.case import case, states
from tools.new_type.draft import propose
from tools.new_type.facts import facts
from tools.new_type.notes import HEAD
from tools.new_type.write import case_text
from verifier.cloudformation.types import patterns
from verifier.cloudformation.types.examples import Examples
from verifier.cloudformation.types.registry import RegistryEntry, entry
from verifier.cloudformation.types.samples import samples
from verifier.cloudformation.types.validation import problems


def _entry(type_name: str) -> RegistryEntry:
    found = entry(type_name)
    assert found is not None
    return found


def _case(type_name: str) -> dict[str, Any]:
    known = facts(type_name)
    return case(known, propose(known))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["type"])
def test_a_case_uses_and_changes_everything(row: Mapping[str, Any]) -> None:
    content, known = _case(row["type"]), _entry(row["type"])
    kind = propose(facts(row["type"])).kind
    assert json.loads(json.dumps(content)) == content
    assert list(content) == ["type", "setup", "before", "after", "replace"]
    name = {kind.name.property} if kind.name else set()
    assert content["before"].keys() | name == kind.supported
    before, changed, bare = states(content)
    for properties in (before, changed, bare):
        assert problems(row["type"], properties, lambda _: False) == ()
    assert changed.keys() == before.keys()
    kept = {one for one in changed if changed[one] == before[one]}
    assert known.create_only & changed.keys() <= kept
    assert not kept & content["after"][0]["change"].keys()
    assert bare.keys() == (known.create_only | known.required) & before.keys()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["type"])
def test_a_successor_is_another_one(row: Mapping[str, Any]) -> None:
    content, known = _case(row["type"]), _entry(row["type"])
    assert known.required <= content["replace"].keys()
    assert known.create_only & content["replace"].keys() or not known.create_only
    differing = {one for one, value in content["replace"].items() if value != content["before"].get(one)}
    assert differing or not known.create_only


def test_a_file_is_read_as_it_was_meant(tmp_path: Path) -> None:
    content, file = _case("AWS::Kinesis::Stream"), tmp_path / "AWS_Kinesis_Stream.json"
    file.write_text(case_text(content), encoding="utf-8")
    read = load(file).filled({"account": "123456789012", "region": "us-east-1", "partition": "aws"})
    assert [read.before, *(change.properties for change in read.after)] == list(states(content))
    assert read.replace == content["replace"]
    assert max(map(len, file.read_text(encoding="utf-8").splitlines())) < 120


def test_a_type_that_cannot_be_updated_has_no_such_steps() -> None:
    content = _case("AWS::Lambda::Permission")
    assert content["after"] == []
    assert content["replace"].keys() == content["before"].keys()


def test_a_name_is_made_up_first_and_given_to_the_successor() -> None:
    content = _case("AWS::SQS::Queue")
    assert "QueueName" not in content["before"]
    assert content["replace"]["QueueName"] == "queue-name-b"


def test_what_has_no_value_is_asked_about() -> None:
    known = facts("AWS::ElasticLoadBalancingV2::ListenerRule")
    draft = propose(known)
    assert "Transforms" in draft.kind.supported
    case(known, draft)
    assert draft.notes.of(HEAD) == ["the case file lacks Transforms: no valid value was found"]


@pytest.mark.parametrize(
    ("node", "values"),
    [
        ({"type": "boolean"}, [True, False]),
        ({"type": "integer", "minimum": 60, "maximum": 86400}, [61, 62]),
        ({"type": "integer", "minimum": 1, "maximum": 1}, [1, 1]),
        ({"type": "string", "enum": ["a", "b"]}, ["a", "b"]),
        ({"const": "x"}, ["x", "x"]),
        ({"type": "string", "pattern": r"^rate\(\d+ [a-z]+\)$"}, ["rate(1 a)", "rate(2 b)"]),
        ({"type": "array", "items": {"type": "integer"}}, [[2], [3]]),
        (
            {"type": "object", "required": ["A"], "properties": {"A": {"type": "boolean"}}},
            [{"A": True}, {"A": False}],
        ),
        ({"anyOf": [{"type": "integer", "minimum": 5}, {"type": "boolean"}]}, [6, 7]),
        ({"type": "string", "pattern": "^a$", "minLength": 2}, [None, None]),
    ],
)
def test_a_value_for_each_turn(node: Mapping[str, Any], values: list[Any]) -> None:
    examples = Examples({"properties": {"Thing": node}})
    assert [examples.value("Thing", turn) for turn in (0, 1)] == values


@pytest.mark.parametrize(
    ("name", "node", "value"),
    [
        ("Tags", {"type": "array", "items": {"type": "object"}}, [{"Key": "owner", "Value": "team"}]),
        ("UserPoolTags", {"type": "object", "patternProperties": {".*": {}}}, {"owner": "team"}),
        ("RoleArn", {"type": "string"}, "arn:aws:iam::123456789012:role/exec"),
        ("S3Bucket", {"type": "string"}, "code-123456789012"),
        (
            "KmsKeyId",
            {"type": "string"},
            "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555",
        ),
    ],
)
def test_values_are_of_what_the_tests_account_has(name: str, node: Mapping[str, Any], value: Any) -> None:
    assert Examples({"properties": {name: node}}).value(name, 0) == value


def test_a_case_file_is_of_no_account_region_or_partition() -> None:
    content = _case("AWS::DynamoDB::Table")
    text = case_text(content)
    assert "arn:{partition}:kms:{region}:{account}:key/" in text
    assert not [one for one in ("123456789012", "us-east-1", "arn:aws:") if one in text]
    place = {"account": "123456789012", "region": "us-east-1", "partition": "aws"}
    assert fill(json.loads(text), place) == content


@pytest.mark.parametrize(
    "pattern",
    [
        r"^arn:aws[a-z-]*:sqs:[a-z0-9\-]+:\d{12}:[a-zA-Z0-9\-_]+$",
        r"^(alias/)[a-zA-Z0-9:/_-]+$",
        r"^[\p{L}\p{M}\p{S}\p{N}\p{P}\s]+$",
        r"^(LATEST|TRIM_HORIZON|AT_TIMESTAMP)+$",
        r"[^/]{3,}x?",
    ],
)
def test_texts_are_made_for_a_pattern(pattern: str) -> None:
    first, second = (next(samples(pattern, turn)) for turn in (0, 1))
    assert first != second
    assert patterns.found(pattern, first)
    assert patterns.found(pattern, second)


def test_a_pattern_that_cannot_be_read_has_no_texts() -> None:
    assert list(samples("(", 0)) == []
