"""Properties against the registry's schemas, in AWS's words."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from verifier.cloudformation.types.validation import odd_names, problems

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "cases" / "cloudformation" / "properties.json").read_text("utf-8")
)
_SECRET = "not known"
_FUNCTION: Mapping[str, Any] = {"Code": {"ZipFile": "x"}, "Role": "arn:aws:iam::123456789012:role/r"}


def _unknown(text: str) -> bool:
    return _SECRET in text


def _said(type_name: str, **properties: Any) -> list[str]:
    return list(problems(type_name, properties, _unknown))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['type']}: {case['name']}")
def test_properties(case: dict[str, Any]) -> None:
    assert _said(case["type"], **case["properties"]) == case.get("problems", [])
    assert list(odd_names(case["type"], case["properties"])) == case.get("names", [])


@pytest.mark.parametrize(
    ("type_name", "properties"),
    [
        ("AWS::Lambda::Function", {**_FUNCTION, "Role": f"arn of {_SECRET}"}),
        ("AWS::Lambda::Function", {**_FUNCTION, "Timeout": _SECRET, "EphemeralStorage": {"Size": _SECRET}}),
        ("AWS::Lambda::Function", {**_FUNCTION, "VpcConfig": {"SubnetIds": _SECRET}, "Environment": _SECRET}),
        ("AWS::Logs::LogGroup", {"RetentionInDays": _SECRET}),
        ("AWS::Logs::LogGroup", {"Tags": [{"Key": _SECRET, "Value": _SECRET}]}),
        (
            "AWS::IAM::Role",
            {"AssumeRolePolicyDocument": _SECRET, "ManagedPolicyArns": [_SECRET, f"{_SECRET} 2"]},
        ),
        ("AWS::IAM::Role", {"AssumeRolePolicyDocument": {}, "Policies": [_SECRET]}),
        ("AWS::DynamoDB::Table", {"KeySchema": _SECRET}),
        ("AWS::SQS::Queue", {"DelaySeconds": None}),
    ],
)
def test_nothing_is_said_against_what_is_not_known(type_name: str, properties: dict[str, Any]) -> None:
    assert _said(type_name, **properties) == []


def test_what_is_known_beside_it_counts() -> None:
    said = _said("AWS::Lambda::Function", **{**_FUNCTION, "Role": _SECRET}, Timeout="x", Nope=_SECRET)
    assert said == [
        "#: extraneous key [Nope] is not permitted",
        "#/Timeout: expected type: Integer, found: String",
    ]
    assert _said("AWS::IAM::Role", AssumeRolePolicyDocument={}, ManagedPolicyArns=[_SECRET, _SECRET]) == [
        "#/ManagedPolicyArns: array items are not unique"
    ]


def test_a_schema_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    _said("AWS::SNS::Topic")

    def read(type_name: str) -> None:
        raise AssertionError(f"{type_name} is read again")

    monkeypatch.setattr("verifier.cloudformation.types.registry.schema", read)
    assert _said("AWS::SNS::Topic", Nope=1) == ["#: extraneous key [Nope] is not permitted"]


def test_only_those_who_validate_load_the_library() -> None:
    code = "import sys, verifier.cloudformation.api.service, verifier.cli; print('jsonschema' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
