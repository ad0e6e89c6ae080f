"""Who makes a stack's calls, and types that no handler knows."""

import json
from typing import Any

import pytest

from tests.cloudformation.cloud import Cloud, change, from_url, queue, two


def test_a_service_role_makes_the_calls(cloud: Cloud) -> None:
    cloud.deny("sqs:*")
    role = "arn:aws:iam::111122223333:role/cfn"
    assert cloud.create(two(), RoleARN=role) == "CREATE_COMPLETE"
    assert {one.principal for one in cloud.sink.decided_all} == {role}
    assert cloud.delete() == "DELETE_COMPLETE"


def test_a_type_without_handler_cannot_be_made_without_its_own_call(cloud: Cloud) -> None:
    cloud.deny("kinesis:CreateStream")
    template = {"Resources": {"S": {"Type": "AWS::Kinesis::Stream", "Properties": {"ShardCount": 1}}}}
    assert change(cloud, "CREATE", **from_url(cloud, template)) == "ROLLBACK_COMPLETE"
    assert "kinesis:CreateStream on resource: arn:aws:kinesis:" in cloud.reason("S CREATE_FAILED")


def test_a_type_without_handler_asks_for_the_registrys_list_as_an_upper_bound(cloud: Cloud) -> None:
    cloud.deny("kinesis:DescribeStreamSummary")
    template = {"Resources": {"S": {"Type": "AWS::Kinesis::Stream", "Properties": {"ShardCount": 1}}}}
    assert change(cloud, "CREATE", **from_url(cloud, template)) == "CREATE_COMPLETE"
    asked = {(one.requirement.action, one.certainty.label, one.enforced) for one in cloud.sink.decided_all}
    assert ("kinesis:CreateStream", "call", True) in asked
    assert ("kinesis:DescribeStreamSummary", "upper bound", False) in asked
    assert [one.upper_bound for one in cloud.service.resources("111122223333")] == [True]


def test_a_custom_resource_needs_its_function_to_be_invoked(cloud: Cloud) -> None:
    token = "arn:aws:lambda:eu-west-1:111122223333:function:helper"
    template = {
        "Resources": {
            "C": {
                "Type": "Custom::Thing",
                "Version": "1.0",
                "Properties": {"ServiceToken": token, "Anything": 1},
            },
            "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
        },
        "Outputs": {"O": {"Value": {"Fn::GetAtt": ["C", "Whatever"]}}},
    }
    cloud.deny("lambda:InvokeFunction")
    assert cloud.create(template) == "ROLLBACK_COMPLETE"
    assert f"lambda:InvokeFunction on resource: {token}" in cloud.reason("C CREATE_FAILED")
    cloud.delete()
    cloud.deny("none:None")
    assert cloud.create(template) == "CREATE_COMPLETE"
    assert cloud.delete() == "DELETE_COMPLETE"
    assert cloud.made() == []  # the function's code is not run here
    asked = [one for one in cloud.sink.decided_all if one.requirement.action == "lambda:InvokeFunction"]
    assert [one.on_behalf_of.lifecycle for one in asked if one.on_behalf_of] == ["create", "create", "delete"]


def test_tokens_and_names_are_registered(cloud: Cloud) -> None:
    cloud.create({"Resources": {"Thing": queue()}})
    name = cloud.view().resources[0].physical_id
    assert name.startswith("shop-dev-Thing-")
    assert [one.name for one in cloud.register.names] == [name]
    assert name.rpartition("-")[2] in cloud.register.tokens
    assert cloud.view().id.rpartition("/")[2] in cloud.register.tokens


def test_the_zones_of_a_region_are_asked_for(cloud: Cloud) -> None:
    zone = {"Fn::Select": [0, {"Fn::GetAZs": ""}]}
    cloud.deny("ec2:DescribeSubnets")
    assert cloud.create({"Resources": {"A": queue("a", properties={"KmsMasterKeyId": zone})}}) == (
        "ROLLBACK_COMPLETE"
    )
    assert "ec2:DescribeSubnets" in cloud.reason("A CREATE_FAILED")
    asked = [one.requirement.action for one in cloud.sink.decided_all]
    assert asked == ["ec2:DescribeAvailabilityZones", "ec2:DescribeAccountAttributes", "ec2:DescribeSubnets"]


def test_what_is_not_done_as_on_aws_is_told(cloud: Cloud) -> None:
    template = {
        "Resources": {
            "Kept": queue("kept", DeletionPolicy="Snapshot"),
            "Wait": {"Type": "AWS::CloudFormation::WaitCondition"},
        },
    }
    policy = json.dumps({"Statement": [{"Effect": "Deny", "Action": "Update:*", "Resource": "*"}]})
    assert cloud.create(template, StackPolicyBody=policy) == "CREATE_COMPLETE"
    assert cloud.service.problems("111122223333") == (
        "shop-dev: Kept: no snapshot is taken, so what that needs is not known",
        "shop-dev: Wait: nobody waits for signals; they are taken to arrive",
        "shop-dev: its stack policy is kept, but not enforced",
    )


def waiting(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::CloudFormation::WaitCondition", "Properties": properties}


@pytest.mark.parametrize(
    ("properties", "status"),
    [
        ({"Handle": "h", "Timeout": "1"}, "ROLLBACK_COMPLETE"),
        ({"Handle": "h", "Timeout": 1, "Count": 2}, "ROLLBACK_COMPLETE"),
        ({"Handle": "h", "Timeout": "1", "Count": 0}, "CREATE_COMPLETE"),
        ({"Handle": "h", "Timeout": "2"}, "CREATE_COMPLETE"),
        ({}, "CREATE_COMPLETE"),
    ],
)
def test_a_wait_condition_that_leaves_no_time_for_signals_fails(
    cloud: Cloud, properties: dict[str, Any], status: str
) -> None:
    cloud.deny("*")
    assert cloud.create({"Resources": {"Wait": waiting(**properties)}}) == status
    if status == "ROLLBACK_COMPLETE":
        count = properties.get("Count", 1)
        words = f"WaitCondition timed out. Received 0 conditions when expecting {count}"
        assert words in cloud.reason("Wait CREATE_FAILED")
    assert cloud.sink.decided_all == [], "nothing is asked for on its behalf"


def test_a_wait_condition_waits_for_what_its_time_out_refers_to_under_conditions(cloud: Cloud) -> None:
    """As verifier.service.failing writes it."""
    always, never = {"Fn::Equals": ["a", "a"]}, {"Fn::Equals": ["a", "b"]}
    perhaps = [{"Fn::If": [one, {"Ref": name}, ""]} for one, name in (("Always", "Last"), ("Never", "C"))]
    wait = waiting(Handle={"Ref": "Handle"}, Timeout={"Fn::Select": [0, ["1", *perhaps]]})
    template = {
        "Conditions": {"Always": always, "Never": never},
        "Resources": {
            "A": queue("a"),
            "B": queue("b", DependsOn="A"),
            "Last": queue("last", Condition="Always", DependsOn="B"),
            "C": queue("c", Condition="Never"),
            "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
            "Wait": {**wait, "DependsOn": ["A", "Handle"]},
        },
    }
    assert cloud.create(template) == "ROLLBACK_COMPLETE"
    made = {one.logical_id for one in cloud.view().events if one.status == "CREATE_COMPLETE"}
    assert made == {"A", "B", "Last", "Handle"}
