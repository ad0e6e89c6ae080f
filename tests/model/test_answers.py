"""Made-up answers: of the API's form, with ids and ARNs that a rule can work with."""

from typing import Any

import pytest

from verifier.authorization.operation import Operation
from verifier.authorization.requirements import requirements
from verifier.model.answers import Answers

PLACE = "us-east-1:123456789012"


def _operation(operation: str, **params: Any) -> Operation:
    service, _, name = operation.partition(":")
    return Operation(service, name, params, "123456789012", "us-east-1")


def _answer(operation: str, **params: Any) -> dict[str, Any]:
    return Answers().invoke(_operation(operation, **params))


@pytest.mark.parametrize(
    ("operation", "params", "path", "value"),
    [
        ("sns:CreateTopic", {"Name": "news"}, "TopicArn", f"arn:aws:sns:{PLACE}:news"),
        (
            "sqs:CreateQueue",
            {"QueueName": "a"},
            "QueueUrl",
            "https://sqs.us-east-1.amazonaws.com/123456789012/a",
        ),
        ("ec2:CreateVpc", {}, "Vpc.VpcId", "vpc-VpcId"),
        ("ec2:CreateInternetGateway", {}, "InternetGateway.InternetGatewayId", "igw-InternetGatewayId"),
        ("ec2:AllocateAddress", {}, "AllocationId", "eipalloc-AllocationId"),
        (
            "lambda:PublishLayerVersion",
            {"LayerName": "a"},
            "LayerVersionArn",
            f"arn:aws:lambda:{PLACE}:layer:a:1",
        ),
        ("iam:CreateRole", {"RoleName": "mine"}, "Role.RoleName", "mine"),
        ("kms:CreateKey", {}, "KeyMetadata.KeyState", "Creating"),
        ("apigateway:CreateRestApi", {"name": "api"}, "id", "id"),
    ],
)
def test_a_member(operation: str, params: dict[str, Any], path: str, value: str) -> None:
    found: Any = _answer(operation, **params)
    for part in path.split("."):
        found = found[part]
    assert found == value


def test_a_rule_finds_the_resource_of_an_id() -> None:
    vpc = _answer("ec2:CreateVpc")["Vpc"]["VpcId"]
    (needed,) = requirements(_operation("ec2:DeleteVpc", VpcId=vpc))
    assert needed.resource == f"arn:aws:ec2:us-east-1:123456789012:vpc/{vpc}"


def test_pages_come_to_an_end() -> None:
    answer = _answer("lambda:ListFunctions")
    assert "NextMarker" not in answer
    assert len(answer["Functions"]) == 1
    assert _answer("iam:ListRoles")["IsTruncated"] is False


def test_where_nothing_is_only_what_is_made_is_answered() -> None:
    empty = Answers(nothing_there=True)
    assert empty.invoke(_operation("s3:GetBucketPolicy", Bucket="b")) == {}
    assert empty.invoke(_operation("sns:CreateTopic", Name="news"))["TopicArn"]


def test_what_has_no_answer_is_answered_with_nothing() -> None:
    assert _answer("sqs:DeleteQueue", QueueUrl="https://a") == {}
