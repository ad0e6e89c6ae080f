"""Parameters that name what is in the account."""

from typing import Any

import pytest

from tests.cloudformation.cloud import Cloud, queue
from verifier.authorization.caller import Certainty
from verifier.cloudformation.api.existing_values import _LOOKS
from verifier.errors import AwsError
from verifier.iam import catalog


def _template(*types: str) -> dict[str, Any]:
    parameters = {f"P{number}": {"Type": name, "Default": "x"} for number, name in enumerate(types)}
    return {"Parameters": parameters, "Resources": {"A": queue("a")}}


@pytest.mark.parametrize(
    ("type_name", "action"),
    [
        ("AWS::EC2::KeyPair::KeyName", "ec2:DescribeKeyPairs"),
        ("List<AWS::EC2::Image::Id>", "ec2:DescribeImages"),
        ("AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", "ec2:DescribeImages"),
    ],
)
def test_the_caller_needs_to_look_for_it(cloud: Cloud, type_name: str, action: str) -> None:
    cloud.deny(action)
    with pytest.raises(AwsError, match=f"is not authorized to perform: {action}"):
        cloud.create(_template(type_name))
    cloud.deny("none:None")
    assert cloud.create(_template(type_name)) == "CREATE_COMPLETE"


def test_it_is_as_sure_as_what_was_read(cloud: Cloud) -> None:
    cloud.create(_template("AWS::EC2::KeyPair::KeyName", "List<AWS::EC2::Subnet::Id>", "String"))
    looked = {
        one.requirement.action: (one.requirement.resource, one.certainty)
        for one in cloud.sink.decided_all
        if one.requirement.action.startswith("ec2:")
    }
    assert looked == {
        "ec2:DescribeKeyPairs": ("*", Certainty.CALL),
        "ec2:DescribeSubnets": ("*", Certainty.LIKELY),
    }


def test_what_is_asked_for_exists() -> None:
    actions = {f"ec2:{operation}" for operation, _ in _LOOKS.values()}
    assert {catalog.canonical(action) for action in actions} == actions
