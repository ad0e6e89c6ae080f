"""Templates that are small and stand for much: refused in AWS's words, or in ours, in no time."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.cloudformation.cloud import Cloud, from_url, queue
from verifier.cloudformation.template.environment import StackIdentity, StaticEnvironment
from verifier.cloudformation.template.intrinsics import resolve
from verifier.cloudformation.template.references import sub_names, sub_parts
from verifier.cloudformation.template.sections import parse_template
from verifier.errors import AwsError

STACK_IDENTITY = StackIdentity(
    "s", "arn:aws:cloudformation:eu-west-1:111122223333:stack/s/1", "111122223333", "eu-west-1"
)
RESOURCES = {"Q": queue("q")}


def template(**members: Any) -> str:
    return json.dumps({"Resources": RESOURCES, **members})


def nested(value: Any, levels: int, wrap: Callable[[Any], Any]) -> Any:
    for _ in range(levels):
        value = wrap(value)
    return value


def evaluated(value: Any) -> Any:
    parsed = parse_template(template())
    return resolve(value, StaticEnvironment(parsed, {}, STACK_IDENTITY, frozenset(parsed.resources)))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "Resources:\n  A: &a {Type: X}\n  B: *a\n",
            "YAML aliases are not allowed in CloudFormation",
        ),
        (template(Metadata=nested("x", 200, lambda inner: [inner])), "nests deeper than 100 levels"),
        ("[" * 50_000, "nests deeper than 100 levels"),
        ('{"a":' * 50_000, "nests deeper than 100 levels"),
        ('{"Resources": ' + "1" * 5_000 + "}", "JSON not well-formed"),
        ("Resources: " + "1" * 5_000, "YAML not well-formed"),
        (
            json.dumps({"Resources": {f"Q{n}": queue() for n in range(501)}}),
            "Number of resources, 501, is greater than maximum allowed, 500",
        ),
    ],
    ids=["alias", "deep", "deep YAML", "deep JSON", "long number", "long YAML number", "501 resources"],
)
def test_what_is_refused_as_it_is_read(text: str, words: str) -> None:
    started = time.monotonic()
    with pytest.raises(AwsError, match=words) as caught:
        parse_template(text)
    assert caught.value.code == "ValidationError"
    assert time.monotonic() - started < 5


DOUBLED = nested("", 60, lambda inner: {"Fn::Sub": ["${a}${a}", {"a": inner}]})
GROWING = nested("xxxxxxxxxx", 40, lambda inner: {"Fn::Sub": ["${a}${a}", {"a": inner}]})
JOINED = nested("xxxxxxxxxx", 20, lambda inner: {"Fn::Join": ["x" * 1000, [inner, inner]]})


def test_a_name_is_worked_out_once() -> None:
    started = time.monotonic()
    assert evaluated(DOUBLED) == ""
    assert time.monotonic() - started < 1


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (GROWING, "Fn::Sub makes a text of more than"),
        ({"Fn::Join": ["y" * 600_000, ["a", "b", "c"]]}, "Fn::Join makes a text of more than"),
        ({"Fn::Cidr": ["10.0.0.0/8", 257, 4]}, "count must be from 1 to 256"),
        ({"Fn::Cidr": ["::/0", "100000000000", 4]}, "count must be from 1 to 256"),
        ({"Fn::Cidr": ["10.0.0.0/8", "x", 4]}, "Fn::Cidr"),
    ],
)
def test_what_would_grow_is_refused(value: Any, words: str) -> None:
    started = time.monotonic()
    with pytest.raises(AwsError, match=words):
        evaluated(value)
    assert time.monotonic() - started < 1


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", [("", "")]),
        ("plain", [("", "plain")]),
        ("a${B}c${D.E}", [("", "a"), ("B", "c"), ("D.E", "")]),
        ("${!Literal}${A}", [("", ""), ("!Literal", ""), ("A", "")]),
        ("${}$${A}${", [("", "${}$"), ("A", "${")]),
        ("${A", [("", "${A")]),
    ],
)
def test_a_sub_taken_apart(text: str, parts: list[tuple[str, str]]) -> None:
    assert list(sub_parts(text)) == parts
    assert "".join((f"${{{name}}}" if name else "") + rest for name, rest in parts) == text


def test_a_megabyte_of_beginnings_is_read_once() -> None:
    started = time.monotonic()
    assert sub_names("${" * 500_000) == []
    assert sub_names("${}" * 300_000) == []
    assert len(sub_names("${a}" * 200_000)) == 200_000
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    ("pattern", "value", "words"),
    [
        ("(a|aa)+$", "a" * 60 + "b", "takes too long"),
        ("[a-z", "a", "is no regular expression"),
        ("[a-z]+", "A", "must match pattern"),
    ],
)
def test_patterns_end_in_time(cloud: Cloud, pattern: str, value: str, words: str) -> None:
    parameters = {"P": {"Type": "String", "AllowedPattern": pattern, "Default": value}}
    started = time.monotonic()
    with pytest.raises(AwsError, match=words):
        cloud.create({"Parameters": parameters, "Resources": RESOURCES})
    assert time.monotonic() - started < 5


def test_a_pattern_matches_all_of_a_value(cloud: Cloud) -> None:
    parameters = {"P": {"Type": "String", "AllowedPattern": "(?i)[a-z]{2,}", "Default": "aB"}}
    assert cloud.create({"Parameters": parameters, "Resources": RESOURCES}) == "CREATE_COMPLETE"


def test_a_template_has_a_size(cloud: Cloud) -> None:
    large = {"Resources": RESOURCES, "Metadata": {"x": "y" * 60_000}}
    with pytest.raises(AwsError, match="at 'templateBody' failed to satisfy constraint"):
        cloud.create(large)
    cloud.call("CreateStack", StackName="shop-dev", **from_url(cloud, large))
    assert cloud.settled() == "CREATE_COMPLETE"
    huge = {"Resources": RESOURCES, "Metadata": {"x": "y" * 1_000_000}}
    with pytest.raises(AwsError, match="Template may not exceed 1000000 bytes in size"):
        cloud.call("CreateStack", StackName="other", **from_url(cloud, huge))
