"""CloudFormation: what the template looks like, and what it cannot say."""

from typing import Any

import pytest
from cfnlint.decode import decode_str

from verifier.errors import InputError
from verifier.render.formats import render


def policy(resource: str, condition: dict[str, Any] | None = None) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": resource}
    if condition:
        statement["Condition"] = condition  # type: ignore[assignment]
    return {"Version": "2012-10-17", "Statement": [statement]}


def resource_of(text: str) -> object:
    template, _ = decode_str(text)
    (resource,) = template["Resources"].values()
    return resource["Properties"]["PolicyDocument"]["Statement"][0]["Resource"]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("arn:aws:s3:::${aws:username}", "arn:aws:s3:::${aws:username}"),
        ("arn:{partition}:s3:::x", {"Fn::Sub": "arn:${AWS::Partition}:s3:::x"}),
        ("{stage}${aws:username}${*}", {"Fn::Sub": "${Stage}${!aws:username}${!*}"}),
        ("{stage}$${*}", {"Fn::Join": ["", [{"Ref": "Stage"}, "$${*}"]]}),
        ("{region}${open", {"Fn::Join": ["", [{"Ref": "AWS::Region"}, "${open"]]}),
        ("{account}${!x}", {"Fn::Join": ["", [{"Ref": "AWS::AccountId"}, "${!x}"]]}),
    ],
)
def test_texts(text: str, written: object) -> None:
    assert resource_of(render(policy(text), "cloudformation", {})) == written


def test_the_stage_is_a_parameter_only_where_it_is_open() -> None:
    given = policy("arn:aws:s3:::{stage}")
    template, _ = decode_str(render(given, "cloudformation", {}))
    assert template["Parameters"]["Stage"]["MaxLength"] == 32
    assert "Parameters" not in render(given, "cloudformation", {"stage": "dev"})


def test_the_region_of_the_stack_matters_only_where_it_is_open() -> None:
    given = policy("arn:aws:sqs:{region}:1:q")
    assert "create the stack in the region" in render(given, "cloudformation", {})
    assert "create the stack in the region" not in render(given, "cloudformation", {"region": "eu-west-1"})


def test_a_placeholder_in_a_condition_key() -> None:
    given = policy("*", {"StringEquals": {"aws:RequestTag/{stage}": "x"}})
    with pytest.raises(InputError, match="substitutes nothing in a key; give --stage"):
        render(given, "cloudformation", {})
    assert "aws:RequestTag/dev: x" in render(given, "cloudformation", {"stage": "dev"})
    assert '"aws:RequestTag/${var.stage}" = "x"' in render(given, "terraform", {})


def test_a_dynamic_reference() -> None:
    with pytest.raises(InputError, match="CloudFormation would resolve this"):
        render(policy("arn:aws:s3:::{{resolve:ssm:x}}"), "cloudformation", {})
