"""Creating a stack: waves, attributes, refusals and the way back."""

import pytest

from tests.cloudformation.cloud import Cloud, queue, two
from verifier.errors import AwsError


def test_create_makes_waves_reads_attributes_once_and_says_so(cloud: Cloud) -> None:
    template = two()
    template["Resources"]["C"] = queue("c", properties={"KmsMasterKeyId": {"Fn::Sub": "${A.Arn}-${B}"}})
    template["Outputs"] = {"Url": {"Value": {"Ref": "B"}, "Export": {"Name": "b-url"}, "Description": "d"}}
    assert cloud.create(template) == "CREATE_COMPLETE"
    assert cloud.made() == ["CreateQueue a", "GetQueueAttributes a", "CreateQueue b", "CreateQueue c"]
    assert cloud.events() == [
        "shop-dev CREATE_IN_PROGRESS",
        *("A CREATE_IN_PROGRESS", "A CREATE_IN_PROGRESS", "A CREATE_COMPLETE"),
        *("B CREATE_IN_PROGRESS", "B CREATE_IN_PROGRESS", "B CREATE_COMPLETE"),
        *("C CREATE_IN_PROGRESS", "C CREATE_IN_PROGRESS", "C CREATE_COMPLETE"),
        "shop-dev CREATE_COMPLETE",
    ]
    assert cloud.reason("A CREATE_IN_PROGRESS") == "Resource creation Initiated"
    [stack] = cloud.call("DescribeStacks", StackName="shop-dev")["Stacks"]
    assert stack["Outputs"] == [
        {"OutputKey": "Url", "OutputValue": "b", "Description": "d", "ExportName": "b-url"}
    ]
    assert cloud.call("ListExports")["Exports"] == [
        {"ExportingStackId": stack["StackId"], "Name": "b-url", "Value": "b"}
    ]


def test_a_read_for_an_attribute_names_who_uses_it(cloud: Cloud) -> None:
    cloud.create(two())
    [read] = [one for one in cloud.sink.decided_all if one.requirement.action == "sqs:GetQueueAttributes"]
    assert read.on_behalf_of is not None and read.on_behalf_of.as_dict() == {
        "service": "cloudformation",
        "stack": "shop-dev",
        "logicalId": "A",
        "type": "AWS::SQS::Queue",
        "lifecycle": "read",
        "usedBy": "B",
    }


def test_a_refused_create_collects_its_wave_and_rolls_back(cloud: Cloud) -> None:
    cloud.deny("sqs:CreateQueue")
    assert cloud.create(
        {"Resources": {"A": queue("a"), "B": queue("b"), "C": queue("c", DependsOn="A")}}
    ) == ("ROLLBACK_COMPLETE")
    assert cloud.made() == []
    reason = cloud.reason("A CREATE_FAILED")
    assert reason.startswith(
        'Resource handler returned message: "User: arn:aws:iam::111122223333:user/deployer is not authorized '
        "to perform: sqs:createqueue on resource: arn:aws:sqs:eu-west-1:111122223333:a because no "
        "identity-based policy allows the sqs:createqueue action (Service: Sqs, Status Code: 400, "
    )
    assert reason.endswith(", HandlerErrorCode: AccessDenied)")
    assert cloud.reason("shop-dev ROLLBACK_IN_PROGRESS") == (
        "The following resource(s) failed to create: [A, B]. Rollback requested by user."
    )
    assert cloud.events(since="shop-dev ROLLBACK_IN_PROGRESS") == [
        "shop-dev ROLLBACK_IN_PROGRESS",
        "A DELETE_COMPLETE",
        "B DELETE_COMPLETE",
        "shop-dev ROLLBACK_COMPLETE",
    ]
    with pytest.raises(AwsError, match="is in ROLLBACK_COMPLETE state and can not be updated"):
        cloud.update(two())
    assert cloud.delete() == "DELETE_COMPLETE"


def test_a_refused_attribute_fails_the_resource_that_uses_it(cloud: Cloud) -> None:
    cloud.deny("sqs:GetQueueAttributes")
    assert cloud.create(two()) == "ROLLBACK_COMPLETE"
    assert cloud.reason("B CREATE_FAILED").startswith(
        "Unable to retrieve Arn attribute for AWS::SQS::Queue, with error message User: "
        "arn:aws:iam::111122223333:user/deployer is not authorized to perform: sqs:getqueueattributes on"
    )
    assert cloud.made() == ["CreateQueue a", "DeleteQueue a"]


def test_a_rollback_needs_its_deletes_too(cloud: Cloud) -> None:
    cloud.deny("sqs:DeleteQueue", "sqs:GetQueueAttributes")
    assert cloud.create(two()) == "ROLLBACK_FAILED"
    assert "sqs:deletequeue" in cloud.reason("A DELETE_FAILED")
    assert cloud.reason("shop-dev ROLLBACK_FAILED") == "The following resource(s) failed to delete: [A]. "


@pytest.mark.parametrize(
    ("policy", "kept"), [("Delete", False), ("Retain", True), ("RetainExceptOnCreate", False)]
)
def test_the_deletion_policy_in_a_rollback_and_in_a_deletion(cloud: Cloud, policy: str, kept: bool) -> None:
    template = {"Resources": {"A": queue("a", DeletionPolicy=policy), "B": queue("b", DependsOn="A")}}
    cloud.upstream.failing = {("CreateQueue", "b")}
    assert cloud.create(template) == "ROLLBACK_COMPLETE"
    assert ("A DELETE_SKIPPED" in cloud.events()) is kept
    cloud.delete()
    cloud.upstream.failing = set()
    cloud.create(template)
    cloud.made()
    assert cloud.delete() == "DELETE_COMPLETE"
    assert cloud.made() == (["DeleteQueue b", "DeleteQueue a"] if policy == "Delete" else ["DeleteQueue b"])


def test_on_failure_delete_and_do_nothing(cloud: Cloud) -> None:
    cloud.upstream.failing = {("CreateQueue", "b")}
    assert cloud.create(two(), "gone", OnFailure="DELETE") == "DELETE_COMPLETE"
    assert cloud.reason("gone DELETE_IN_PROGRESS", "gone") == (
        "The following resource(s) failed to create: [B]. Delete requested by user."
    )
    assert cloud.create(two(), "kept", OnFailure="DO_NOTHING") == "CREATE_FAILED"
    cloud.upstream.failing = set()
    cloud.made()
    assert cloud.update(two(), "kept") == "UPDATE_COMPLETE"
    assert cloud.made() == ["GetQueueAttributes a", "CreateQueue b"]
