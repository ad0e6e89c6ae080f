"""The probes see each way in which a policy can reach too far."""

import json

import pytest

from tests.support.probes import VALUES, overreach
from verifier.iam.policy import parse_policy

TABLE = "arn:{partition}:dynamodb:{region}:{account}:table"


def found(action: str, *resources: str, condition: object = None) -> list[str]:
    statement: dict[str, object] = {"Effect": "Allow", "Action": [action], "Resource": list(resources)}
    if condition:
        statement["Condition"] = condition
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return [line.rpartition(": ")[2] for line in overreach(parse_policy(document).filled(VALUES), "shop")]


def lacks(pattern: str, what: str) -> str:
    return f"dynamodb:DeleteTable on {pattern} names no {what}".format(**VALUES)


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("dynamodb:DeleteTable", f"{TABLE}/shop-{{stage}}-*"),
        ("dynamodb:DeleteTable", f"{TABLE}/of-the-office"),
        ("s3:DeleteBucket", "arn:{partition}:s3:::shop-{stage}-serverlessdeploymentbucket-*"),
        ("apigateway:DELETE", "arn:{partition}:apigateway:{region}::/restapis/*"),
        (
            "lambda:DeleteEventSourceMapping",
            "arn:{partition}:lambda:{region}:{account}:event-source-mapping:*",
        ),
        ("cloudformation:ValidateTemplate", "*"),
    ],
)
def test_what_is_its_own(action: str, resource: str) -> None:
    assert found(action, resource) == []


@pytest.mark.parametrize(
    ("resource", "problems"),
    [
        ("*", ["dynamodb:DeleteTable could stand on a resource"]),
        (f"{TABLE}/*", ["another name", lacks(f"{TABLE}/*", "service"), lacks(f"{TABLE}/*", "stage")]),
        ("arn:aws:dynamodb:*:{account}:table/shop-{stage}-*", ["another region"]),
        ("arn:aws:dynamodb:{region}:*:table/shop-{stage}-*", ["another account"]),
        (f"{TABLE}/shop-*", [lacks(f"{TABLE}/shop-*", "stage")]),
        (f"{TABLE}/*-{{stage}}", [lacks(f"{TABLE}/*-{{stage}}", "service")]),
    ],
)
def test_what_reaches_too_far(resource: str, problems: list[str]) -> None:
    assert found("dynamodb:DeleteTable", resource) == problems


def test_one_open_name_among_those_that_can_tell() -> None:
    group = "arn:aws:logs:{region}:{account}:log-group"
    assert found("logs:DescribeLogGroups", f"{group}:*") == []
    assert found("logs:DeleteLogGroup", f"{group}:*") != []
    assert found("logs:DescribeLogGroups", f"{group}:/aws/lambda/*-{{stage}}-*") != []


def test_what_a_type_is_called_is_no_name() -> None:
    pattern = "arn:aws:dynamodb:{region}:{account}:shop-{stage}/*"
    assert found("dynamodb:DeleteTable", pattern)[1:] == [lacks(pattern, "service"), lacks(pattern, "stage")]


def test_another_statement_may_be_what_reaches_too_far() -> None:
    assert found("dynamodb:DeleteTable", f"{TABLE}/shop-{{stage}}-a", f"{TABLE}/elsewhere-{{stage}}-a") == [
        "another service"
    ]


def test_conditions_are_taken_to_hold() -> None:
    condition = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    role = "arn:{partition}:iam::*:role/shop-{stage}-*"
    assert found("iam:PassRole", role, condition=condition) == ["another account"]
