"""Updating a stack: in place, by replacement, by tags, and the clean-up."""

import json

import pytest

from tests.cloudformation.cloud import Cloud, Template, queue, topic, two
from verifier.errors import AwsError


def test_an_update_changes_in_place_replaces_adds_and_removes(cloud: Cloud) -> None:
    before = {
        "Resources": {
            "Same": queue("same"),
            "Changed": queue("changed", properties={"DelaySeconds": 1}),
            "Renamed": queue("old-name"),
            "User": queue("user", properties={"KmsMasterKeyId": {"Ref": "Renamed"}}),
            "Gone": queue("gone"),
        }
    }
    after = json.loads(json.dumps(before))
    after["Resources"]["Changed"]["Properties"]["DelaySeconds"] = 2
    after["Resources"]["Renamed"]["Properties"]["QueueName"] = "new-name"
    del after["Resources"]["Gone"]
    after["Resources"]["Added"] = queue("added")
    cloud.create(before)
    cloud.made()
    assert cloud.update(after) == "UPDATE_COMPLETE"
    assert cloud.made() == [
        "SetQueueAttributes changed",
        "CreateQueue new-name",
        "CreateQueue added",
        "SetQueueAttributes user",
        "DeleteQueue old-name",
        "DeleteQueue gone",
    ]
    assert cloud.events(since="shop-dev UPDATE_IN_PROGRESS") == [
        "shop-dev UPDATE_IN_PROGRESS",
        *("Changed UPDATE_IN_PROGRESS", "Changed UPDATE_COMPLETE"),
        *("Renamed UPDATE_IN_PROGRESS", "Renamed UPDATE_IN_PROGRESS", "Renamed UPDATE_COMPLETE"),
        *("Added CREATE_IN_PROGRESS", "Added CREATE_IN_PROGRESS", "Added CREATE_COMPLETE"),
        *("User UPDATE_IN_PROGRESS", "User UPDATE_COMPLETE"),
        "shop-dev UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
        *("Renamed DELETE_IN_PROGRESS", "Renamed DELETE_COMPLETE"),
        *("Gone DELETE_IN_PROGRESS", "Gone DELETE_COMPLETE"),
        "shop-dev UPDATE_COMPLETE",
    ]
    resources = {one.logical_id: (one.physical_id, one.status) for one in cloud.view().resources}
    assert resources == {
        "Same": ("same", "CREATE_COMPLETE"),
        "Changed": ("changed", "UPDATE_COMPLETE"),
        "Renamed": ("new-name", "UPDATE_COMPLETE"),
        "User": ("user", "UPDATE_COMPLETE"),
        "Added": ("added", "CREATE_COMPLETE"),
    }


def test_a_changed_attribute_reaches_who_uses_it_and_an_unchanged_one_does_not(cloud: Cloud) -> None:
    def template(display: str, delay: int) -> Template:
        user = {"KmsMasterKeyId": {"Fn::GetAtt": ["T", "TopicName"]}}
        return {
            "Resources": {
                "T": topic("t", DisplayName=display, KmsMasterKeyId=f"key-{delay}"),
                "User": queue("user", properties=user),
            }
        }

    cloud.create(template("one", 1))
    cloud.made()
    assert cloud.update(template("two", 1)) == "UPDATE_COMPLETE"
    assert cloud.made() == [
        "SetQueueAttributes t",
        "TagQueue t",
        "GetQueueAttributes t",
        "SetQueueAttributes user",
    ]
    assert cloud.update(template("two", 2)) == "UPDATE_COMPLETE"
    assert cloud.made() == ["SetQueueAttributes t", "GetQueueAttributes t"]
    assert "User UPDATE_IN_PROGRESS" not in cloud.events(since="shop-dev UPDATE_IN_PROGRESS")


def test_a_custom_name_cannot_be_replaced(cloud: Cloud) -> None:
    cloud.create({"Resources": {"T": topic("t", FifoTopic=False)}})
    assert cloud.update({"Resources": {"T": topic("t", FifoTopic=True)}}) == "UPDATE_ROLLBACK_COMPLETE"
    assert cloud.reason("T UPDATE_FAILED") == (
        "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
        "Rename t and update the stack again."
    )


def test_stack_tags_reach_resources_as_updates(cloud: Cloud) -> None:
    cloud.create(two(), Tags=[{"Key": "STAGE", "Value": "dev"}])
    cloud.made()
    assert cloud.update(two(), Tags=[{"Key": "STAGE", "Value": "prod"}]) == "UPDATE_COMPLETE"
    assert cloud.made() == ["SetQueueAttributes a", "GetQueueAttributes a", "SetQueueAttributes b"]


def test_outputs_are_refreshed_and_count_as_a_change(cloud: Cloud) -> None:
    cloud.create(two())
    assert (
        cloud.update(two() | {"Outputs": {"O": {"Value": {"Fn::GetAtt": ["A", "Arn"]}}}}) == "UPDATE_COMPLETE"
    )
    [stack] = cloud.call("DescribeStacks", StackName="shop-dev")["Stacks"]
    assert stack["Outputs"] == [{"OutputKey": "O", "OutputValue": "arn:aws:sqs:eu-west-1:111122223333:a"}]


def test_nothing_to_update(cloud: Cloud) -> None:
    cloud.create(two())
    with pytest.raises(AwsError) as caught:
        cloud.update(two())
    assert (caught.value.code, caught.value.message) == ("ValidationError", "No updates are to be performed.")


def test_a_failed_clean_up_leaves_its_event_and_the_update_stands(cloud: Cloud) -> None:
    cloud.create(two())
    cloud.deny("sqs:DeleteQueue")
    assert cloud.update({"Resources": {"A": queue("a")}}) == "UPDATE_COMPLETE"
    assert "sqs:deletequeue" in cloud.reason("B DELETE_FAILED")
    assert cloud.view().events[-1].reason == "Update successful. One or more resources could not be deleted."
    assert [one.logical_id for one in cloud.view().resources] == ["A"]


def test_what_depends_through_an_unchanged_resource_waits_too(cloud: Cloud) -> None:
    def template(delay: int) -> Template:
        changed = {"DelaySeconds": delay}
        return {
            "Resources": {
                "Last": queue("last", properties=changed, DependsOn="Middle"),
                "Middle": queue("middle", DependsOn="First"),
                "First": queue("first", properties=changed),
            }
        }

    cloud.create(template(1))
    cloud.made()
    cloud.update(template(2))
    assert cloud.made() == ["SetQueueAttributes first", "SetQueueAttributes last"]
    assert cloud.delete() == "DELETE_COMPLETE"
    assert cloud.made() == ["DeleteQueue last", "DeleteQueue middle", "DeleteQueue first"]
