"""Change sets, as the command-line tools use them."""

import json

import pytest

from tests.cloudformation.cloud import Cloud, changed_and_added, queue, two
from verifier.errors import AwsError


def test_a_change_set_shows_what_it_will_do(cloud: Cloud) -> None:
    before, after = changed_and_added()
    cloud.create(before)
    cloud.call("CreateChangeSet", StackName="shop-dev", ChangeSetName="cs", TemplateBody=json.dumps(after))
    described = cloud.call("DescribeChangeSet", StackName="shop-dev", ChangeSetName="cs")
    assert (described["Status"], described["ExecutionStatus"]) == ("CREATE_COMPLETE", "AVAILABLE")
    shown = {
        one["ResourceChange"]["LogicalResourceId"]: (
            one["ResourceChange"]["Action"],
            one["ResourceChange"].get("Replacement"),
        )
        for one in described["Changes"]
    }
    assert shown == {
        "Changed": ("Modify", "False"),
        "Renamed": ("Modify", "True"),
        "Added": ("Add", None),
        "Last": ("Add", None),
        "Gone": ("Remove", None),
    }


def test_an_empty_change_set_fails_with_the_words_that_the_cli_looks_for(cloud: Cloud) -> None:
    cloud.create(two())
    cloud.call("CreateChangeSet", StackName="shop-dev", ChangeSetName="cs", TemplateBody=json.dumps(two()))
    described = cloud.call("DescribeChangeSet", StackName="shop-dev", ChangeSetName="cs")
    assert described["Status"] == "FAILED"
    assert described["StatusReason"] == (
        "The submitted information didn't contain changes. "
        "Submit different information to create a change set."
    )
    with pytest.raises(AwsError) as caught:
        cloud.call("ExecuteChangeSet", StackName="shop-dev", ChangeSetName="cs")
    assert (caught.value.code, caught.value.status) == ("InvalidChangeSetStatus", 400)


def test_change_sets_come_and_go(cloud: Cloud) -> None:
    body = json.dumps(two())
    cloud.call(
        "CreateChangeSet", StackName="shop-dev", ChangeSetName="cs", ChangeSetType="CREATE", TemplateBody=body
    )
    assert cloud.view().status == "REVIEW_IN_PROGRESS"
    with pytest.raises(AwsError, match="AlreadyExistsException"):
        cloud.call(
            "CreateChangeSet",
            StackName="shop-dev",
            ChangeSetName="cs",
            ChangeSetType="CREATE",
            TemplateBody=body,
        )
    assert cloud.call("DeleteChangeSet", StackName="shop-dev", ChangeSetName="cs") == {}
    assert cloud.call("DeleteChangeSet", StackName="shop-dev", ChangeSetName="cs") == {}
    with pytest.raises(AwsError) as caught:
        cloud.call("DescribeChangeSet", StackName="shop-dev", ChangeSetName="cs")
    assert (caught.value.code, caught.value.status) == ("ChangeSetNotFound", 404)
    assert cloud.delete() == "DELETE_COMPLETE"
    with pytest.raises(AwsError, match=r"Stack \[shop-dev\] does not exist"):
        cloud.call("CreateChangeSet", StackName="shop-dev", ChangeSetName="cs", TemplateBody=body)


def test_a_stack_that_exists_is_not_created_again(cloud: Cloud) -> None:
    cloud.create(two())
    with pytest.raises(AwsError, match=r"^AlreadyExistsException: Stack \[shop-dev\] already exists$"):
        cloud.create(two())
    with pytest.raises(AwsError, match=r"cannot be created again with the changeSet \[cs\]\.$"):
        cloud.call(
            "CreateChangeSet",
            StackName="shop-dev",
            ChangeSetName="cs",
            ChangeSetType="CREATE",
            TemplateBody=json.dumps(two()),
        )


def test_only_the_real_value_tells_whether_a_name_changes(cloud: Cloud) -> None:
    cloud.create({"Resources": {"A": queue("a"), "B": queue("b")}})
    named = {"A": queue("a"), "B": queue(properties={"QueueName": {"Ref": "A"}})}
    cloud.call(
        "CreateChangeSet",
        StackName="shop-dev",
        ChangeSetName="cs",
        TemplateBody=json.dumps({"Resources": named}),
    )
    [change] = cloud.call("DescribeChangeSet", StackName="shop-dev", ChangeSetName="cs")["Changes"]
    assert change["ResourceChange"]["Replacement"] == "Conditional"


def test_a_direct_update_makes_a_change_set_obsolete(cloud: Cloud) -> None:
    before, after = changed_and_added()
    cloud.create(before)
    cloud.call("CreateChangeSet", StackName="shop-dev", ChangeSetName="cs", TemplateBody=json.dumps(after))
    cloud.update(two())
    with pytest.raises(AwsError, match=r"cannot be executed in its current status of \[OBSOLETE\]"):
        cloud.call("ExecuteChangeSet", StackName="shop-dev", ChangeSetName="cs")
