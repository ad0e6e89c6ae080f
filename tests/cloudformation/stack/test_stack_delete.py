"""Deleting a stack."""

import pytest

from tests.cloudformation.cloud import Cloud, two
from verifier.errors import AwsError


def test_a_failed_deletion_sticks_until_it_succeeds_or_retains(cloud: Cloud) -> None:
    cloud.create(two())
    cloud.made()
    cloud.deny("sqs:DeleteQueue")
    assert cloud.delete() == "DELETE_FAILED"
    assert cloud.reason("shop-dev DELETE_FAILED") == "The following resource(s) failed to delete: [B]. "
    assert cloud.made() == []  # a stays: b, which uses it, could not go
    cloud.upstream.failing = {("DeleteQueue", "b")}
    cloud.deny("none:None")
    assert cloud.delete() == "DELETE_FAILED"
    assert cloud.delete(RetainResources=["B"]) == "DELETE_COMPLETE"
    assert cloud.made() == ["DeleteQueue b", "DeleteQueue a"]


def test_what_is_deleted_is_found_by_its_id_only(cloud: Cloud) -> None:
    cloud.create(two())
    stack_id = cloud.view().id
    cloud.delete()
    with pytest.raises(AwsError, match=r"^ValidationError: Stack with id shop-dev does not exist$"):
        cloud.call("DescribeStacks", StackName="shop-dev")
    with pytest.raises(AwsError, match=r"^ValidationError: Stack \[shop-dev\] does not exist$"):
        cloud.call("DescribeStackEvents", StackName="shop-dev")
    assert cloud.call("DescribeStacks", StackName=stack_id)["Stacks"][0]["StackStatus"] == "DELETE_COMPLETE"
    newest, *_ = cloud.call("DescribeStackEvents", StackName=stack_id)["StackEvents"]
    assert (newest["LogicalResourceId"], newest["ResourceStatus"]) == ("shop-dev", "DELETE_COMPLETE")
    assert cloud.call("DeleteStack", StackName="shop-dev") == {}


def test_termination_protection(cloud: Cloud) -> None:
    cloud.create(two(), EnableTerminationProtection=True)
    with pytest.raises(
        AwsError, match=r"Stack \[shop-dev\] cannot be deleted while TerminationProtection is enabled"
    ):
        cloud.delete()
    cloud.call("UpdateTerminationProtection", StackName="shop-dev", EnableTerminationProtection=False)
    assert cloud.delete() == "DELETE_COMPLETE"
