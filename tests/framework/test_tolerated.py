from dataclasses import replace

import pytest

from verifier.authorization.caller import Certainty, OnBehalfOf
from verifier.authorization.sources import source
from verifier.framework.framework import Framework
from verifier.framework.tolerated import marked, tolerations
from verifier.grant.evidence import Asked

OSLS = Framework("osls", "4.3.1", ())


def asked(operation: str, phase: str, **more: object) -> Asked:
    service, name = operation.split(":")
    fields: dict[str, object] = {"action": f"{service}:{name}", "resource": "r", "certainty": Certainty.CALL}
    return Asked(phase=phase, operation=operation, **(fields | more))  # type: ignore[arg-type]


def test_the_tool_goes_on_without_the_image_repository() -> None:
    call = asked("ecr:DescribeRepositories", "remove")
    assert marked(call, OSLS) == replace(call, tolerated=True)
    assert not marked(call, Framework("sam", "4.3.1", ())).tolerated
    assert not marked(asked("ecr:DescribeRepositories", "deploy"), OSLS).tolerated


def test_what_cloudformation_asks_is_never_tolerated() -> None:
    behalf = OnBehalfOf("shop-dev", "HelloLambdaFunction", "AWS::Lambda::Function", "read")
    assert not marked(asked("lambda:GetFunction", "deploy", on_behalf_of=behalf), OSLS).tolerated


def test_each_entry_says_when_and_where_it_was_read() -> None:
    for entry in tolerations():
        assert entry.condition
        assert entry.phases
        assert [source(identifier).quote for identifier in entry.sources]
        assert set(entry.frameworks) <= {"osls", "serverless"}


@pytest.mark.parametrize(
    ("operation", "resource", "phase", "who_goes_on"),
    [
        ("ecr:DescribeRepositories", "r", "remove", "osls 4.3.1, osls 3.77.1, serverless 3.40.0"),
        ("lambda:GetFunction", "r", "deploy", "osls 4.3.1, osls 3.77.1, serverless 3.40.0"),
        ("lambda:GetFunction", "r", "remove", ""),
        ("logs:DescribeSubscriptionFilters", "r", "deploy", "serverless 3.40.0"),
        ("s3:DeleteObjects", "r", "redeploy", "serverless 3.40.0"),
        ("s3:DeleteObjects", "r", "remove", ""),
        ("s3:DeleteObjects", "r", "rollback-create", ""),
        ("logs:DeleteLogGroup", "r", "deploy", ""),
        (
            "logs:DeleteLogGroup",
            "arn:aws:logs:us-east-1:1:log-group:/aws/api-gateway/x",
            "deploy",
            "osls 4.3.1, osls 3.77.1, serverless 3.40.0",
        ),
        ("apigateway:GetStage", "r", "deploy", ""),
        ("cloudformation:DescribeStackResource", "r", "deploy", ""),
    ],
)
def test_who_goes_on_without_what(operation: str, resource: str, phase: str, who_goes_on: str) -> None:
    call = asked(operation, phase, resource=resource)
    tools = [("osls", "4.3.1"), ("osls", "3.77.1"), ("serverless", "3.40.0")]
    survivors = [
        f"{name} {version}" for name, version in tools if marked(call, Framework(name, version, ())).tolerated
    ]
    assert ", ".join(survivors) == who_goes_on


def test_a_version_that_nobody_read_goes_on_without_nothing() -> None:
    call = asked("ecr:DescribeRepositories", "remove")
    for name, version in (("osls", "5.0.0"), ("serverless", "2.72.3"), ("osls", "3.40.0")):
        assert not marked(call, Framework(name, version, ())).tolerated
