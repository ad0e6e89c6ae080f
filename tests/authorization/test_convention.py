"""The convention, over every operation that botocore knows."""

from functools import cache
from typing import Any

import botocore.session
import pytest

from verifier.authorization.convention import conventional_extras
from verifier.authorization.operation import Operation
from verifier.authorization.requirements import UnmappedOperation, requirements
from verifier.authorization.rules import service_rules
from verifier.iam import catalog

_SESSION = botocore.session.get_session()
_SERVICES = ["athena", "cloudwatch", "ec2", "efs", "elbv2", "firehose", "glue", "kinesis", "rds", "scheduler"]


@cache
def _operations(service: str) -> list[tuple[str, dict[str, str]]]:
    """Each operation with a made-up value for each parameter that is a string."""
    model = _SESSION.get_service_model(service)
    shapes = [(name, model.operation_model(name).input_shape) for name in model.operation_names]
    return [
        (
            name,
            {member: "x" for member, kind in shape.members.items() if kind.type_name == "string"}
            if shape
            else {},
        )
        for name, shape in shapes
    ]


@pytest.mark.parametrize("service", _SERVICES)
def test_every_operation_is_asked_for_or_refused_never_free(service: str) -> None:
    mapped = 0
    for name, params in _operations(service):
        try:
            found = requirements(Operation(service, name, params, "111122223333", "eu-west-1"))
        except UnmappedOperation:
            continue
        mapped += 1
        assert found, f"{service}:{name} would be free"
        assert found[0].primary
        for one in found:
            assert catalog.canonical(one.action) == one.action
            assert one.resource == "*" or one.resource.startswith("arn:aws:")
            assert "${" not in one.resource
    assert mapped > len(_operations(service)) / 3


def test_iams_prefix_of_every_service_of_botocore() -> None:
    """A service whose prefix IAM does not know has no actions, so each of its operations is unmapped."""
    unknown = {
        service
        for service in _SESSION.get_available_services()
        if not catalog.actions(service_rules(service).prefix)
    }
    assert len(unknown) < 10
    assert not unknown & {
        "s3",
        "lambda",
        "cloudformation",
        "iam",
        "apigatewayv2",
        "elbv2",
        "cloudwatch",
        "stepfunctions",
    }


@pytest.mark.parametrize(
    ("action", "extras"),
    [
        ("firehose:CreateDeliveryStream", {"iam:PassRole", "firehose:TagDeliveryStream"}),
        ("scheduler:CreateSchedule", {"iam:PassRole", "scheduler:TagResource"}),
        ("scheduler:TagResource", {"iam:PassRole"}),
        ("iam:CreateSAMLProvider", {"iam:PassRole", "iam:TagSAMLProvider"}),
        ("iam:TagRole", {"iam:PassRole"}),
        ("ec2:CreateVpc", {"iam:PassRole", "ec2:CreateTags"}),
    ],
)
def test_extras(action: str, extras: set[str]) -> None:
    assert conventional_extras(action) == extras


@pytest.mark.parametrize(
    ("operation", "params", "resource"),
    [
        ("athena:GetWorkGroup", {"WorkGroup": "w"}, "arn:aws:athena:eu-west-1:111122223333:workgroup/w"),
        ("kinesis:CreateStream", {"StreamName": "s"}, "arn:aws:kinesis:eu-west-1:111122223333:stream/s"),
        (
            "scheduler:CreateSchedule",
            {"Name": "n", "GroupName": "g"},
            "arn:aws:scheduler:eu-west-1:111122223333:schedule/g/n",
        ),
    ],
)
def test_arns(operation: str, params: dict[str, Any], resource: str) -> None:
    service, _, name = operation.partition(":")
    found = requirements(Operation(service, name, params, "111122223333", "eu-west-1"))
    assert found[0].resource == resource
