"""Templates that are small and stand for much: refused in AWS's words, or in ours, in no time."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.cloudformation.cloud import Cloud, from_url, queue
from tests.support.spent import within
from verifier.cloudformation.template.environment import StackIdentity, StaticEnvironment
from verifier.cloudformation.template.intrinsics import resolve
from verifier.cloudformation.template.parameters import parameter_values
from verifier.cloudformation.template.processing import processed
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
        (template(Metadata=10**400), "JSON not well-formed. .a number too large"),
        ('{"Resources": {}, "Metadata": NaN}', "JSON not well-formed. .NaN is no JSON number"),
        ('{"Resources": {}, "Metadata": 1e999}', "JSON not well-formed. .a number too large"),
        ("Resources: {}\nMetadata: .inf", "YAML not well-formed. .a number too large"),
        ("Resources: {}\nMetadata: 0x" + "f" * 4_000, "YAML not well-formed. .a number too large"),
        (template(Metadata="\ud800"), r"JSON not well-formed. .half a character: .ud800"),
        ('Resources: {}\nMetadata: "\\ud800"', r"YAML not well-formed. .half a character: .ud800"),
        (
            json.dumps({"Resources": {f"Q{n}": queue() for n in range(501)}}),
            "Number of resources, 501, is greater than maximum allowed, 500",
        ),
    ],
)
def test_what_is_refused_as_it_is_read(text: str, words: str) -> None:
    with within(5), pytest.raises(AwsError, match=words) as caught:
        parse_template(text)
    assert caught.value.code == "ValidationError"


DOUBLED = nested("", 60, lambda inner: {"Fn::Sub": ["${a}${a}", {"a": inner}]})
GROWING = nested("xxxxxxxxxx", 40, lambda inner: {"Fn::Sub": ["${a}${a}", {"a": inner}]})
JOINED = nested("xxxxxxxxxx", 20, lambda inner: {"Fn::Join": ["x" * 1000, [inner, inner]]})


def test_a_name_is_worked_out_once() -> None:
    with within(1):
        assert evaluated(DOUBLED) == ""


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (GROWING, "Fn::Sub makes a text of more than"),
        ({"Fn::Join": ["y" * 600_000, ["a", "b", "c"]]}, "Fn::Join makes a text of more than"),
        (nested("x" * 1000, 90, lambda inner: {"Fn::Base64": inner}), "Fn::Base64 makes a text of more than"),
        (
            nested('"', 45, lambda inner: {"Fn::ToJsonString": [inner]}),
            "Fn::ToJsonString makes a text of more than",
        ),
        ({"Fn::Cidr": ["10.0.0.0/8", 257, 4]}, "count must be from 1 to 256"),
        ({"Fn::Cidr": ["::/0", "100000000000", 4]}, "count must be from 1 to 256"),
        ({"Fn::Cidr": ["10.0.0.0/8", "x", 4]}, "Fn::Cidr"),
    ],
)
def test_what_would_grow_is_refused(value: Any, words: str) -> None:
    with within(1), pytest.raises(AwsError, match=words):
        evaluated(value)


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
    with within(2):
        assert sub_names("${" * 500_000) == []
        assert sub_names("${}" * 300_000) == []
        assert len(sub_names("${a}" * 200_000)) == 200_000


@pytest.mark.parametrize(
    ("pattern", "value", "words"),
    [
        ("(a|aa)+$", "a" * 60 + "b", "takes too long"),
        ("[a-z", "a", "is no regular expression"),
        ("(?R)?a(?R)", "a" * 100, "is no regular expression"),
        ("(?:abcdef){e<=50}", "a" * 100, "is no regular expression"),
        ("(?:a){i}", "aba", "is no regular expression"),
        ("a" * 5000, "a", "is longer than 4096 characters"),
        ("[a-z]+", "A", "must match pattern"),
    ],
)
def test_patterns_end_in_time(cloud: Cloud, pattern: str, value: str, words: str) -> None:
    parameters = {"P": {"Type": "String", "AllowedPattern": pattern, "Default": value}}
    with within(5), pytest.raises(AwsError, match=words):
        cloud.create({"Parameters": parameters, "Resources": RESOURCES})


def test_a_pattern_matches_all_of_a_value(cloud: Cloud) -> None:
    parameters = {
        "P": {"Type": "String", "AllowedPattern": "(?i)[a-z]{2,}", "Default": "aB"},
        "Q": {"Type": "String", "AllowedPattern": r"\p{L}{1,3}(\{e\})?", "Default": "ä"},
    }
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


def _many(count: int, one: Any) -> dict[str, Any]:
    return {f"N{number}": one for number in range(count)}


LONG = "N" * 256
PARAMETER, MAPPING = {"Type": "String", "Default": "x"}, {"a": {"b": "c"}}


@pytest.mark.parametrize(
    ("sections", "message"),
    [
        ({"Parameters": _many(201, PARAMETER)}, "Parameter count 201 is greater than max allowed 200"),
        ({"Outputs": _many(201, {"Value": "x"})}, "Outputs count 201 is greater than max allowed 200"),
        (
            {"Transform": "AWS::LanguageExtensions", "Parameters": _many(201, PARAMETER)},
            "Parameter count 201 is greater than max allowed 200",
        ),
        ({"Mappings": _many(201, MAPPING)}, "it has 201 mappings, AWS takes 200"),
        ({"Mappings": {"M": _many(201, {"b": "c"})}}, "the mapping M has 201 attributes, AWS takes 200"),
        (
            {"Resources": {LONG: queue("q")}},
            "the name of the resource N{40}... has 256 characters, AWS takes 255",
        ),
        ({"Parameters": {LONG: PARAMETER}}, "the name of the parameter N{40}... has 256 characters"),
        ({"Mappings": {LONG: MAPPING}}, "the name of the mapping N{40}... has 256 characters"),
        ({"Outputs": {LONG: {"Value": "x"}}}, "the name of the output N{40}... has 256 characters"),
        ({"Description": "é" * 513}, "its Description has 1026 bytes, AWS takes 1024"),
    ],
)
def test_what_is_over_a_limit_is_refused(sections: dict[str, Any], message: str) -> None:
    with pytest.raises(AwsError, match=message) as caught:
        parse_template(template(**sections))
    assert caught.value.code == "ValidationError"
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    "sections",
    [
        {"Parameters": _many(200, PARAMETER)},
        {"Outputs": _many(200, {"Value": "x"})},
        {"Mappings": _many(200, MAPPING)},
        {"Mappings": {"M": _many(200, {"b": "c"})}},
        {"Resources": _many(500, queue())},
        {"Resources": {"N" * 255: queue("q")}},
        {"Description": "é" * 512},
    ],
)
def test_what_is_at_a_limit_is_taken(sections: dict[str, Any]) -> None:
    assert parse_template(template(**sections)).resources


def test_the_value_of_a_parameter_has_a_size(cloud: Cloud) -> None:
    given = {"Parameters": {"P": PARAMETER}, "Resources": RESOURCES}
    for size in (4096, 4097):
        value = [{"ParameterKey": "P", "ParameterValue": "x" * size}]
        if size == 4096:
            assert cloud.create(given, Parameters=value) == "CREATE_COMPLETE"
        else:
            with pytest.raises(AwsError, match="the value of parameter 'P' is longer than 4096 bytes"):
                cloud.update(given, Parameters=value)


def test_what_loops_make_has_a_size() -> None:
    text = template(
        Transform="AWS::LanguageExtensions",
        Resources={
            "Fn::ForEach::Q": [
                "X",
                [str(number) for number in range(400)],
                {"Q${X}": queue("q", Metadata={"a": "x" * 3000})},
            ]
        },
    )
    parsed = parse_template(text)
    parameters = parameter_values(parsed, (), {}, lambda _key, name: (name, ""))
    with pytest.raises(AwsError, match=r"^ValidationError: Template may not exceed 1000000 bytes in size\.$"):
        processed(parsed, parameters, STACK_IDENTITY, lambda _bucket, _key: "")
