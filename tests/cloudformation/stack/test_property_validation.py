"""Properties that the schemas forbid: refused before anything is touched, or when a resource's turn comes."""

import json
from typing import Any

import pytest

from tests.cloudformation.cloud import ACCOUNT, Cloud, queue
from verifier.errors import AwsError

EARLY = (
    "The following hook(s)/validation failed: [AWS::EarlyValidation::PropertyValidation]. To troubleshoot "
    "Early Validation errors, use the DescribeEvents API for detailed failure information."
)
NOPE = {"Resources": {"A": queue("a", properties={"Nope": 1})}}
DATED = "(verifier: by the registry's schemas of 2"
ROLE = "arn:aws:iam::111122223333:role/r"


def function(**properties: Any) -> dict[str, Any]:
    """A function, which the fallback provisions here."""
    given = {"Code": {"ZipFile": "x"}, "Role": ROLE, "Handler": "h.h", "Runtime": "nodejs22.x"}
    return {"Type": "AWS::Lambda::Function", "Properties": given | properties}


def change_set(cloud: Cloud, template: dict[str, Any], **params: Any) -> dict[str, Any]:
    cloud.call(
        "CreateChangeSet",
        StackName="shop-dev",
        ChangeSetName="cs",
        ChangeSetType="CREATE",
        TemplateBody=json.dumps(template),
        **params,
    )
    return cloud.call("DescribeChangeSet", StackName="shop-dev", ChangeSetName="cs")


def test_a_direct_creation_is_refused_before_anything_is_made(cloud: Cloud) -> None:
    with pytest.raises(AwsError) as caught:
        cloud.create(NOPE)
    assert (caught.value.code, caught.value.status) == ("ValidationError", 400)
    assert caught.value.message.startswith(
        f"{EARLY} Properties validation failed for resource A with message: "
        f"[#: extraneous key [Nope] is not permitted] {DATED}"
    )
    assert cloud.call("DescribeStacks") == {"Stacks": []}


def test_a_direct_update_is_refused_and_changes_nothing(cloud: Cloud) -> None:
    cloud.create({"Resources": {"A": queue("a")}})
    cloud.made()
    with pytest.raises(AwsError, match=r"extraneous key \[Nope\] is not permitted"):
        cloud.update(NOPE)
    assert cloud.view().status == "CREATE_COMPLETE"
    assert cloud.made() == []


def test_a_change_set_fails_with_every_problem_of_every_resource(cloud: Cloud) -> None:
    template = {
        "Resources": {
            "A": queue("a", properties={"Nope": 1, "DelaySeconds": "x"}),
            "B": queue("b"),
            "C": {"Type": "AWS::SNS::Subscription", "Properties": {"Protocol": "email"}},
        }
    }
    described = change_set(cloud, template)
    assert (described["Status"], described["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert described["StatusReason"].startswith(
        f"{EARLY} Properties validation failed for resource A with message: "
        "[#: extraneous key [Nope] is not permitted, "
        "#/DelaySeconds: expected type: Integer, found: String] "
        "Properties validation failed for resource C with message: [#: required key [TopicArn] not found] "
        f"{DATED}"
    )


def test_validation_can_be_switched_off_until_the_resources_turn_comes(cloud: Cloud) -> None:
    assert change_set(cloud, NOPE, DisableValidation=True)["Status"] == "CREATE_COMPLETE"
    cloud.call("ExecuteChangeSet", StackName="shop-dev", ChangeSetName="cs")
    assert cloud.settled() == "ROLLBACK_COMPLETE"
    assert cloud.reason("A CREATE_FAILED") == (
        "Properties validation failed for resource A with message:\n#: extraneous key [Nope] is not permitted"
    )
    assert cloud.reason("shop-dev ROLLBACK_IN_PROGRESS") == (
        "The following resource(s) failed to create: [A]. Rollback requested by user."
    )
    assert cloud.made() == []
    [noted] = cloud.service.problems(ACCOUNT)
    assert noted.startswith("shop-dev: A is refused, verifier: by the registry's schemas of 2")


def test_a_name_that_aws_does_not_take_is_told_and_goes_on(cloud: Cloud) -> None:
    """Another name needs no other permission; AWS's own words stand beside the verdict."""
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Code": {"ZipFile": "x"},
            "Role": "arn:aws:iam::123456789012:role/r",
            "Environment": {"Variables": {"A": "x", "BB": "x"}},
        },
    }
    cloud.create({"Resources": {"F": function}})
    assert not [event for event in cloud.events() if "extraneous" in event]
    [noted] = [line for line in cloud.service.problems(ACCOUNT) if "extraneous" in line]
    assert noted == (
        "shop-dev: F: AWS will say #/Environment/Variables: extraneous key [A] is not permitted; "
        "choose another name"
    )


def test_what_is_known_only_then_fails_the_resource_and_the_stack_rolls_back(cloud: Cloud) -> None:
    """A topic's name is not its ARN: only its own handler can tell."""
    template = {
        "Resources": {
            "T": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "t"}},
            "A": queue("a", properties={"DelaySeconds": {"Ref": "T"}}),
        }
    }
    assert cloud.create(template) == "ROLLBACK_COMPLETE"
    assert cloud.reason("A CREATE_FAILED") == (
        "Properties validation failed for resource A with message:\n"
        "#/DelaySeconds: expected type: Integer, found: String"
    )
    assert cloud.made() == ["CreateQueue t", "DeleteQueue t"]


def test_an_update_that_turns_out_invalid_is_taken_back(cloud: Cloud) -> None:
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "t"}}
    cloud.create({"Resources": {"T": topic, "A": queue("a", properties={"DelaySeconds": 1})}})
    cloud.made()
    wrong = {"Resources": {"T": topic, "A": queue("a", properties={"DelaySeconds": {"Ref": "T"}})}}
    assert cloud.update(wrong) == "UPDATE_ROLLBACK_COMPLETE"
    assert "#/DelaySeconds: expected type: Integer" in cloud.reason("A UPDATE_FAILED")
    assert cloud.made() == []


@pytest.mark.parametrize(
    "template",
    [
        # A part that placeholders do not have: what it gives is not known before the topic is there.
        {
            "T": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "a-b"}},
            "A": queue(
                "a", properties={"KmsMasterKeyId": {"Fn::Select": [1, {"Fn::Split": ["-", {"Ref": "T"}]}]}}
            ),
        },
        {"A": queue("a", properties={"DelaySeconds": "{{resolve:ssm:/delay}}"})},
        {"A": queue("a", properties={"DelaySeconds": {"Fn::ImportValue": "delay"}})},
        {"A": {"Type": "Custom::Thing", "Properties": {"ServiceToken": "x", "Anything": [{}]}}},
    ],
)
def test_nothing_is_refused_early_for_what_is_not_known_yet(cloud: Cloud, template: dict[str, Any]) -> None:
    assert change_set(cloud, {"Resources": template})["Status"] == "CREATE_COMPLETE"


def test_a_custom_resource_has_any_properties(cloud: Cloud) -> None:
    own = {"ServiceToken": "arn:aws:lambda:eu-west-1:111122223333:function:own", "Anything": [{}]}
    for type_name in ("AWS::CloudFormation::CustomResource", "Custom::Thing"):
        assert cloud.create({"Resources": {"A": {"Type": type_name, "Properties": own}}}) == "CREATE_COMPLETE"
        cloud.delete()


@pytest.mark.parametrize(
    "properties",
    [
        {"KmsKeyArn": {"Fn::GetAtt": ["Key", "KeyId"]}},
        {"KmsKeyArn": {"Ref": "Key"}},
        {"Timeout": {"Fn::GetAtt": ["Key", "KeyId"]}},
        {"Role": {"Fn::Sub": "role of ${Key.KeyId}"}},
        {"Role": {"Fn::Join": ["", ["x", {"Ref": "Key"}]]}},
        {"EphemeralStorage": {"Size": {"Ref": "Key"}}},
        {"MemorySize": {"Fn::GetAtt": ["Own", "Memory"]}, "KmsKeyArn": {"Ref": "Own"}},
    ],
)
def test_what_is_made_up_here_fails_no_pattern(cloud: Cloud, properties: dict[str, Any]) -> None:
    """A type without a handler gives values in no form that AWS's would have."""
    template = {
        "Resources": {
            "Key": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {}}},
            "Own": {
                "Type": "Custom::Thing",
                "Properties": {"ServiceToken": "arn:aws:lambda:eu-west-1:111122223333:function:own"},
            },
            "F": function(**properties),
        }
    }
    assert cloud.create(template) == "CREATE_COMPLETE"


def test_a_name_from_the_template_is_not_made_up(cloud: Cloud) -> None:
    """Ref of a role with a name gives that name, and a name is no ARN."""
    role = {"RoleName": "exec", "AssumeRolePolicyDocument": {}}
    template = {
        "Resources": {
            "Role": {"Type": "AWS::IAM::Role", "Properties": role},
            "F": function(Role={"Ref": "Role"}),
        }
    }
    assert cloud.create(template) == "ROLLBACK_COMPLETE"
    assert cloud.reason("F CREATE_FAILED") == (
        "Properties validation failed for resource F with message:\n"
        "#/Role: failed validation constraint for keyword [pattern]"
    )


def test_what_is_made_up_stays_so_in_another_stack(cloud: Cloud) -> None:
    key = {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {}}}
    export = {"Value": {"Fn::GetAtt": ["Key", "KeyId"]}, "Export": {"Name": "key"}}
    assert cloud.create({"Resources": {"Key": key}, "Outputs": {"Key": export}}, "base") == "CREATE_COMPLETE"
    use = function(KmsKeyArn={"Fn::ImportValue": "key"})
    assert cloud.create({"Resources": {"F": use}}, "user") == "CREATE_COMPLETE"


def test_a_type_of_the_older_kind_says_so_when_its_turn_comes(cloud: Cloud) -> None:
    template = {
        "Resources": {
            "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle", "Properties": {"Nope": 1}},
        }
    }
    assert change_set(cloud, template)["Status"] == "CREATE_COMPLETE"
    cloud.call("ExecuteChangeSet", StackName="shop-dev", ChangeSetName="cs")
    assert cloud.settled() == "ROLLBACK_COMPLETE"
    assert cloud.reason("Handle CREATE_FAILED") == "Encountered unsupported property Nope"
