"""Operation -> requirements, from the case tables in tests/cases/requirements/."""

import json
from pathlib import Path
from typing import Any

import pytest

from verifier.authorization.operation import Operation, Requirement
from verifier.authorization.requirements import UnmappedOperation, is_mapped, only_reads, requirements

_FOLDER = Path(__file__).parent.parent / "cases" / "requirements"
_CASES = [
    pytest.param(case, id=f"{file.stem}: {case['name']}")
    for file in sorted(_FOLDER.glob("*.json"))
    for case in json.loads(file.read_text(encoding="utf-8"))
]


def _operation(
    name: str, params: dict[str, Any], partition: str = "aws", implied: dict[str, Any] | None = None
) -> Operation:
    """``implied`` are what the request does not say: a path, or facts of ``circumstances``."""
    service, _, operation = name.partition(":")
    return Operation(
        service, operation, params, "111122223333", "eu-west-1", partition, implied=implied or {}
    )


def _plain(value: str | tuple[str, ...]) -> Any:
    return list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize("case", _CASES)
def test_requirements(case: dict[str, Any]) -> None:
    operation = _operation(case["operation"], case["params"], implied=case.get("implied"))
    if "unmapped" in case:
        with pytest.raises(UnmappedOperation, match=case["unmapped"]):
            requirements(operation)
        return
    found = requirements(operation)
    assert [f"{one.action} {one.resource}" for one in found] == case["requires"]
    contexts = {one.action: _own_keys(one) for one in found}
    assert {action: keys for action, keys in contexts.items() if keys} == case.get("context", {})
    assert _likely(found) == sorted(case.get("likely", []))


def _own_keys(requirement: Requirement) -> dict[str, Any]:
    """The keys of the services; how the request came is tested by itself."""
    return {key: _plain(value) for key, value in requirement.context.items() if not key.startswith("aws:")}


def _likely(found: tuple[Requirement, ...]) -> list[str]:
    return sorted(one.action for one in found if not one.primary and one.source is None)


@pytest.mark.parametrize("case", [case for case in _CASES if "unmapped" not in case.values[0]])  # type: ignore[operator]
def test_the_first_requirement_is_the_operations_own(case: dict[str, Any]) -> None:
    found = requirements(_operation(case["operation"], case["params"]))
    assert [one.primary for one in found[:1]] == [True] * len(found[:1])


@pytest.mark.parametrize(
    "name",
    ["lambda:CreateFunction", "cloudformation:CreateChangeSet", "logs:CreateLogGroup", "s3:HeadBucket"],
)
def test_another_partition(name: str) -> None:
    params = {
        "FunctionName": "f",
        "Role": "r",
        "Code": {"S3Bucket": "b", "S3Key": "k"},
        "StackName": "s",
        "ChangeSetName": "c",
        "logGroupName": "g",
        "Bucket": "b",
    }
    for one in requirements(_operation(name, params, partition="aws-us-gov")):
        assert one.resource.startswith("arn:aws-us-gov:")


def test_a_service_that_asks_another_one_says_so() -> None:
    params = {
        "StackName": "s",
        "ChangeSetName": "c",
        "TemplateURL": "https://s3.amazonaws.com/b/k",
        "RoleARN": "r",
    }
    found = {
        one.action: one.context for one in requirements(_operation("cloudformation:CreateChangeSet", params))
    }
    assert found["s3:GetObject"]["aws:CalledVia"] == ("cloudformation.amazonaws.com",)
    assert "aws:ViaAWSService" not in found["cloudformation:CreateChangeSet"]
    assert "aws:ViaAWSService" not in found["iam:PassRole"]
    params = {"FunctionName": "f", "S3Bucket": "b", "S3Key": "k"}
    found = {one.action: one.context for one in requirements(_operation("lambda:UpdateFunctionCode", params))}
    assert found["s3:GetObject"] == {"aws:ViaAWSService": "true"}


def test_is_mapped() -> None:
    assert is_mapped("s3", "HeadBucket")
    assert is_mapped("dynamodb", "ListTables")
    assert not is_mapped("s3", "FlyToTheMoon")


@pytest.mark.parametrize(
    ("operation", "reads"),
    [
        ("s3:HeadBucket", True),
        ("s3:GetObject", True),
        ("s3:ListObjectsV2", True),
        ("s3:PutObject", False),
        ("s3:PutBucketAcl", False),
        ("s3:DeleteObjects", False),
        ("cloudformation:DescribeStackEvents", True),
        ("cloudformation:ValidateTemplate", True),
        ("cloudformation:ExecuteChangeSet", False),
        ("cloudformation:CancelUpdateStack", False),
        ("apigatewayv2:GetApi", True),
        ("apigatewayv2:CreateApi", False),
        ("lambda:TagResource", False),
        ("sts:GetCallerIdentity", True),
        ("sts:AssumeRole", False),
        ("s3:FlyToTheMoon", False),
        ("nowhere:GetThing", False),
    ],
)
def test_what_only_reads(operation: str, reads: bool) -> None:
    assert only_reads(*operation.split(":")) is reads


def test_what_should_be_an_arn_and_is_none_is_never_granted() -> None:
    layers = {"FunctionName": "f", "Role": "arn:aws:iam::111122223333:role/r", "Layers": ["made-up"]}
    with pytest.raises(UnmappedOperation, match="'made-up' is none"):
        requirements(Operation("lambda", "CreateFunction", layers, "111122223333", "eu-west-1"))
