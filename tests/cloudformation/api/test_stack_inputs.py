"""What comes into a stack: exports, parameters, conditions, dynamic references."""

import re

import pytest

from tests.cloudformation.cloud import Cloud, queue
from verifier.authorization.caller import Certainty
from verifier.errors import AwsError

INCOMPATIBLE = "Types for SSM parameters [/p] defined in CFN template and SSM are incompatible"


def test_exports_are_imported_and_guarded(cloud: Cloud) -> None:
    export = {
        "Resources": {"A": queue("a")},
        "Outputs": {"A": {"Value": {"Ref": "A"}, "Export": {"Name": "a-url"}}},
    }
    use = {"Resources": {"B": queue("b", properties={"KmsMasterKeyId": {"Fn::ImportValue": "a-url"}})}}
    assert cloud.create(use, "early") == "ROLLBACK_COMPLETE"
    assert cloud.reason("early ROLLBACK_IN_PROGRESS", "early") == (
        "No export named a-url found. Rollback requested by user."
    )
    assert cloud.create(export, "base") == "CREATE_COMPLETE"
    assert cloud.create(use, "user") == "CREATE_COMPLETE"
    assert cloud.call("ListImports", ExportName="a-url") == {"Imports": ["user"]}
    assert cloud.create(export, "twin") == "ROLLBACK_COMPLETE"
    assert cloud.reason("twin ROLLBACK_IN_PROGRESS", "twin").startswith(
        "Export with name a-url is already exported by stack base."
    )
    assert cloud.delete("base") == "CREATE_COMPLETE"
    assert cloud.view("base").events[-1].reason == (
        "Delete canceled. Cannot delete export a-url as it is in use by user."
    )
    assert cloud.update({"Resources": {"A": queue("a")}}, "base") == "UPDATE_ROLLBACK_COMPLETE"
    assert cloud.reason("base UPDATE_ROLLBACK_IN_PROGRESS", "base").startswith(
        "Export a-url cannot be deleted as it is in use by user."
    )
    cloud.delete("user")
    assert cloud.delete("base") == "DELETE_COMPLETE"


def test_conditions_switch_resources_on_and_off(cloud: Cloud) -> None:
    template = {
        "Parameters": {"Both": {"Type": "String", "Default": "no"}},
        "Conditions": {"Both": {"Fn::Equals": [{"Ref": "Both"}, "yes"]}},
        "Resources": {"A": queue("a"), "B": queue("b", Condition="Both")},
        "Outputs": {"B": {"Condition": "Both", "Value": "x"}},
    }
    yes, keep = [{"ParameterKey": "Both", "ParameterValue": value} for value in ("yes", "no")]
    cloud.create(template)
    assert cloud.made() == ["CreateQueue a"]
    assert cloud.update(template, Parameters=[yes]) == "UPDATE_COMPLETE"
    assert cloud.made() == ["CreateQueue b"]
    with pytest.raises(AwsError, match=r"No updates are to be performed\."):
        cloud.update(template, Parameters=[{"ParameterKey": "Both", "UsePreviousValue": True}])
    assert cloud.update(template, Parameters=[keep]) == "UPDATE_COMPLETE"
    assert cloud.made() == ["DeleteQueue b"]


def test_a_secret_parameter_is_never_shown_and_an_ssm_one_is_read_with_the_callers_rights(
    cloud: Cloud,
) -> None:
    template = {
        "Parameters": {
            "Secret": {"Type": "String", "NoEcho": True},
            "Size": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/size"},
        },
        "Resources": {"A": queue("a", properties={"KmsMasterKeyId": {"Fn::Sub": "${Secret}-${Size}"}})},
    }
    given = [{"ParameterKey": "Secret", "ParameterValue": "hunter2"}]
    cloud.deny("ssm:GetParameters")
    with pytest.raises(AwsError, match="is not authorized to perform: ssm:GetParameters"):
        cloud.create(template, Parameters=given)
    cloud.deny("none:None")
    assert cloud.create(template, Parameters=given) == "CREATE_COMPLETE"
    [stack] = cloud.call("DescribeStacks", StackName="shop-dev")["Stacks"]
    assert stack["Parameters"] == [
        {"ParameterKey": "Secret", "ParameterValue": "****"},
        {"ParameterKey": "Size", "ParameterValue": "/size", "ResolvedValue": "value of /size"},
    ]
    answers = [
        cloud.call("DescribeStackEvents", StackName="shop-dev"),
        cloud.call("DescribeStackResources", StackName="shop-dev"),
        cloud.view(),
    ]
    assert "hunter2" not in repr(answers)


def test_dynamic_references_are_looked_up_with_the_callers_rights(cloud: Cloud) -> None:
    template = {"Resources": {"A": queue("a", properties={"KmsMasterKeyId": "x-{{resolve:ssm:/key:1}}"})}}
    cloud.deny("ssm:GetParameters")
    assert cloud.create(template) == "ROLLBACK_COMPLETE"
    assert "ssm:GetParameters" in cloud.reason("A CREATE_FAILED")
    cloud.delete()
    cloud.deny("none:None")
    assert cloud.create(template) == "CREATE_COMPLETE"


def test_another_stacks_output_is_looked_up_with_the_callers_rights(cloud: Cloud) -> None:
    other = {"Resources": {"A": queue("a")}, "Outputs": {"O": {"Value": "from-other"}}}
    given = {"Fn::GetStackOutput": {"StackName": {"Fn::Sub": "other"}, "OutputName": "O"}}
    cloud.create(other, stack="other")
    template = {"Resources": {"A": queue(properties={"QueueName": given})}}
    cloud.deny("cloudformation:DescribeStacks")
    assert cloud.create(template) == "ROLLBACK_COMPLETE"
    assert "stack/other/*" in cloud.reason("A CREATE_FAILED")
    cloud.delete()
    cloud.made()
    cloud.deny("none:None")
    assert cloud.create(template) == "CREATE_COMPLETE"
    assert cloud.made() == ["CreateQueue from-other"]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"StackName": "nope", "OutputName": "O"}, "Stack with id nope does not exist"),
        ({"StackName": "shop-dev", "OutputName": "O"}, "verifier: the stack shop-dev has no output O"),
        (
            {"StackName": "a", "OutputName": "O", "RoleArn": "arn:aws:iam::1:role/r"},
            "verifier: Fn::GetStackOutput with a RoleArn is not supported",
        ),
    ],
)
def test_an_output_that_cannot_be_had(cloud: Cloud, given: dict[str, str], reason: str) -> None:
    value = {"Fn::GetStackOutput": given}
    assert cloud.create({"Resources": {"A": queue(properties={"QueueName": value})}}) == "ROLLBACK_COMPLETE"
    assert cloud.reason("A CREATE_FAILED") == reason


def test_all_properties_may_depend_on_a_condition(cloud: Cloud) -> None:
    conditions = {"Yes": {"Fn::Equals": [1, 1]}, "No": {"Fn::Equals": [1, 2]}}
    named = {"Yes": {"QueueName": "yes"}, "No": {"QueueName": "no"}}
    resources = {
        name: {"Type": "AWS::SQS::Queue", "Properties": {"Fn::If": [name, one, {"Ref": "AWS::NoValue"}]}}
        for name, one in named.items()
    }
    assert cloud.create({"Conditions": conditions, "Resources": resources}) == "CREATE_COMPLETE"
    first, second = cloud.made()
    assert first == "CreateQueue yes"
    assert second.startswith("CreateQueue shop-dev-No-")


@pytest.mark.parametrize(
    ("type_name", "action", "certainty"),
    [
        ("AWS::EC2::Image::Id", "ec2:DescribeImages", Certainty.CALL),
        ("AWS::EC2::KeyPair::KeyName", "ec2:DescribeKeyPairs", Certainty.CALL),
        ("AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", "ec2:DescribeImages", Certainty.CALL),
        ("List<AWS::EC2::Subnet::Id>", "ec2:DescribeSubnets", Certainty.LIKELY),
        ("AWS::EC2::VPC::Id", "ec2:DescribeVpcs", Certainty.LIKELY),
    ],
)
def test_what_a_parameter_names_is_looked_up(
    cloud: Cloud, type_name: str, action: str, certainty: Certainty
) -> None:
    template = {"Parameters": {"P": {"Type": type_name, "Default": "x"}}, "Resources": {"A": queue("a")}}
    assert cloud.create(template) == "CREATE_COMPLETE"
    assert [
        (one.requirement.action, one.certainty)
        for one in cloud.sink.decided_all
        if one.requirement.action.startswith("ec2:")
    ] == [(action, certainty)]
    if certainty is Certainty.CALL:
        cloud.deny(action)
        with pytest.raises(AwsError, match=f"User doesn't have permission to call {action}$"):
            cloud.create(template, stack="shop-prod")


@pytest.mark.parametrize(
    ("type_name", "found", "message"),
    [
        (
            "String",
            "StringList",
            INCOMPATIBLE,
        ),
        (
            "List<String>",
            "String",
            INCOMPATIBLE,
        ),
        (
            "String",
            "SecureString",
            "types not supported by CloudFormation.",
        ),
        ("CommaDelimitedList", "StringList", ""),
        ("String", "String", ""),
    ],
)
def test_a_parameter_of_ssm_has_a_type_there(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, type_name: str, found: str, message: str
) -> None:
    answer = {"Parameters": [{"Name": "/p", "Type": found, "Value": "a, b"}]}
    invoke = cloud.upstream.invoke
    monkeypatch.setattr(
        cloud.upstream, "invoke", lambda op: answer if op.name == "GetParameters" else invoke(op)
    )
    declared = {"Type": f"AWS::SSM::Parameter::Value<{type_name}>", "Default": "/p"}
    template = {"Parameters": {"P": declared}, "Resources": {"A": queue("a")}}
    if message:
        with pytest.raises(AwsError, match=re.escape(message)):
            cloud.create(template)
    else:
        assert cloud.create(template) == "CREATE_COMPLETE"


def test_the_constraints_of_a_parameter_of_ssm_are_for_its_name(cloud: Cloud) -> None:
    declared = {"Type": "AWS::SSM::Parameter::Value<String>", "AllowedPattern": "^/shop/.*$"}
    template = {"Parameters": {"P": declared}, "Resources": {"A": queue("a")}}
    given = [{"ParameterKey": "P", "ParameterValue": "/other/x"}]
    with pytest.raises(AwsError, match="Parameter 'P' must match pattern"):
        cloud.create(template, Parameters=given)
    given = [{"ParameterKey": "P", "ParameterValue": "/shop/x"}]
    assert cloud.create(template, Parameters=given) == "CREATE_COMPLETE"
