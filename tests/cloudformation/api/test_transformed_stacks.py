"""Stacks whose templates name transforms: who is asked, what is needed, what is shown."""

import json
from typing import Any

import pytest

from tests.cloudformation.cloud import Cloud, from_url, queue
from verifier.errors import AwsError

LOOP: dict[str, Any] = {
    "Transform": "AWS::LanguageExtensions",
    "Parameters": {"Names": {"Type": "CommaDelimitedList", "Default": "A,B"}, "Keep": {"Type": "String"}},
    "Resources": {
        "Fn::ForEach::Queues": [
            "X",
            {"Ref": "Names"},
            {
                "Queue${X}": queue(
                    properties={
                        "QueueName": {"Fn::Sub": "q-${X}"},
                        "DelaySeconds": {"Fn::Length": {"Ref": "Names"}},
                    },
                    DeletionPolicy={"Ref": "Keep"},
                )
            },
        ]
    },
}
INCLUDE: dict[str, Any] = {
    "Resources": {
        "A": {
            "Type": "AWS::SQS::Queue",
            "Properties": {
                "Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "s3://snippets/a"}}
            },
        }
    }
}
KEEP = [{"ParameterKey": "Keep", "ParameterValue": "Delete"}]
EXPAND = ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]


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


def test_a_loop_is_provisioned_and_its_template_shown_both_ways(cloud: Cloud) -> None:
    assert cloud.create(LOOP, Parameters=KEEP, Capabilities=EXPAND) == "CREATE_COMPLETE"
    assert cloud.made() == ["CreateQueue q-A", "CreateQueue q-B"]
    shown = {
        stage: json.loads(
            cloud.call("GetTemplate", StackName="shop-dev", **({"TemplateStage": stage} if stage else {}))[
                "TemplateBody"
            ]
        )
        for stage in ("Original", "Processed", "")
    }
    assert shown["Original"] == LOOP
    assert shown["Processed"] == shown[""]
    assert set(shown[""]["Resources"]) == {"QueueA", "QueueB"}
    more = [*KEEP, {"ParameterKey": "Names", "ParameterValue": "B,C"}]
    assert cloud.update(LOOP, Parameters=more, Capabilities=EXPAND) == "UPDATE_COMPLETE"
    assert cloud.made() == ["CreateQueue q-C", "DeleteQueue q-A"]
    cloud.call(
        "UpdateStack",
        StackName="shop-dev",
        UsePreviousTemplate=True,
        Capabilities=EXPAND,
        Parameters=[{"ParameterKey": "Keep", "UsePreviousValue": True}],
    )
    assert cloud.settled() == "UPDATE_COMPLETE"
    assert cloud.made() == ["CreateQueue q-A", "DeleteQueue q-C"]


def test_a_policy_from_a_parameter_holds(cloud: Cloud) -> None:
    keep = [{"ParameterKey": "Keep", "ParameterValue": "Retain"}]
    cloud.create(LOOP, Parameters=keep, Capabilities=EXPAND)
    cloud.made()
    assert cloud.delete() == "DELETE_COMPLETE"
    assert cloud.made() == []


@pytest.mark.parametrize("template", [LOOP, INCLUDE], ids=["language extensions", "include"])
def test_only_without_a_change_set_transforms_need_a_capability(
    cloud: Cloud, template: dict[str, Any]
) -> None:
    cloud.upstream.objects["snippets", "a"] = "QueueName: a"
    parameters = KEEP if "Parameters" in template else []
    with pytest.raises(AwsError) as caught:
        cloud.create(template, Parameters=parameters, Capabilities=["CAPABILITY_IAM"])
    assert caught.value.code == "InsufficientCapabilitiesException"
    assert caught.value.message == "Requires capabilities : [CAPABILITY_AUTO_EXPAND]"
    assert change_set(cloud, template, Parameters=parameters)["Status"] == "CREATE_COMPLETE"


def test_a_snippet_is_read_with_the_rights_of_who_asks(cloud: Cloud) -> None:
    cloud.upstream.objects["snippets", "a"] = "QueueName: from-snippet"
    assert cloud.create(INCLUDE, Capabilities=EXPAND) == "CREATE_COMPLETE"
    assert cloud.made() == ["CreateQueue from-snippet"]
    asked = [
        (one.requirement.action, one.requirement.resource)
        for one in cloud.sink.decided_all
        if one.requirement.action.startswith("s3:")
    ]
    assert asked == [("s3:GetObject", "arn:aws:s3:::snippets/a")]


def test_a_snippet_that_may_not_be_read_fails_the_change_set(cloud: Cloud) -> None:
    cloud.upstream.objects["snippets", "a"] = "QueueName: a"
    cloud.deny("s3:GetObject")
    described = change_set(cloud, INCLUDE)
    assert (described["Status"], described["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert described["StatusReason"].startswith("Transform AWS::Include failed with: ")
    assert "not authorized to perform: s3:GetObject" in described["StatusReason"]


def test_roles_that_a_transform_makes_need_their_capability(cloud: Cloud) -> None:
    template = {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {
            "Fn": {
                "Type": "AWS::Serverless::Function",
                "Properties": {"Handler": "a.b", "Runtime": "nodejs20.x", "InlineCode": "1"},
            }
        },
    }
    with pytest.raises(AwsError, match=r"Requires capabilities : \[CAPABILITY_IAM\]"):
        change_set(cloud, template)


def test_a_template_is_valid_before_its_loops_are_unrolled(cloud: Cloud) -> None:
    answer = cloud.call("ValidateTemplate", TemplateBody=json.dumps(LOOP))
    assert answer["DeclaredTransforms"] == ["AWS::LanguageExtensions"]
    assert [one["ParameterKey"] for one in answer["Parameters"]] == ["Names", "Keep"]


def test_every_transform_of_aws_is_a_fact_of_the_request(cloud: Cloud) -> None:
    from verifier.authorization.operation import Operation

    template = {**INCLUDE, "Transform": ["AWS::LanguageExtensions", "Mine"]}
    params = {"StackName": "shop-dev", **from_url(cloud, template)}
    operation = Operation("cloudformation", "CreateChangeSet", params, "111122223333", "eu-west-1")
    assert cloud.service.transforms(operation) == ("LanguageExtensions", "Include")


def test_what_is_no_text_is_no_template(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloud.upstream, "_object", lambda _operation: {"Body": b"\xff\xfe"})
    reason = "Transform AWS::Include failed with: The specified S3 object's content should be valid Yaml/JSON"
    assert change_set(cloud, INCLUDE)["StatusReason"] == reason
    with pytest.raises(AwsError, match=r"^ValidationError: Template format error: unsupported structure\.$"):
        cloud.call("CreateStack", StackName="other", TemplateURL="https://s3.amazonaws.com/b/k")
