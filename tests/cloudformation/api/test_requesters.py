"""Who began a stack's operation, with what kind of template, and who has looked at how it stands."""

import json
from typing import Any

import pytest

from tests.cloudformation.cloud import ACCOUNT, ARN, REGION, Cloud, queue, two
from verifier.authorization.caller import Caller
from verifier.authorization.operation import Operation
from verifier.errors import AwsError
from verifier.iam.policy import parse_policy

OTHER = f"arn:aws:iam::{ACCOUNT}:user/other"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/s"
EVERYTHING = parse_policy(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
)
ONE = {"Resources": {"A": queue("a")}}


def call(cloud: Cloud, arn: str, name: str, *, assumed_by: str = "", **params: Any) -> dict[str, Any]:
    """An operation of somebody else than the cloud's own caller."""
    caller = Caller(arn, ACCOUNT, "AIDA", (EVERYTHING,), assumed_by=assumed_by)
    operation = Operation("cloudformation", name, params, ACCOUNT, REGION, method="POST", path="/")
    return cloud.service.handle(operation, caller)


def requesters(cloud: Cloud) -> list[tuple[str, str]]:
    """Each event of the stack itself with who began its operation."""
    return [
        (event.status, event.requested_by) for event in cloud.view().events if event.logical_id == "shop-dev"
    ]


def test_each_operation_has_its_own_requester(cloud: Cloud) -> None:
    cloud.create(ONE)
    call(cloud, OTHER, "UpdateStack", StackName="shop-dev", TemplateBody=json.dumps(two()))
    cloud.settled()
    cloud.delete()
    assert requesters(cloud) == [
        ("CREATE_IN_PROGRESS", ARN),
        ("CREATE_COMPLETE", ARN),
        ("UPDATE_IN_PROGRESS", OTHER),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", OTHER),
        ("UPDATE_COMPLETE", OTHER),
        ("DELETE_IN_PROGRESS", ARN),
        ("DELETE_COMPLETE", ARN),
    ]
    resources = {event.requested_by for event in cloud.view().events if event.logical_id == "B"}
    assert resources == {OTHER, ARN}


def test_who_executes_a_change_set_begins_the_operation(cloud: Cloud) -> None:
    change = {"StackName": "shop-dev", "ChangeSetName": "cs"}
    cloud.call("CreateChangeSet", ChangeSetType="CREATE", TemplateBody=json.dumps(ONE), **change)
    call(cloud, OTHER, "ExecuteChangeSet", **change)
    cloud.settled()
    assert requesters(cloud) == [
        ("REVIEW_IN_PROGRESS", ARN),
        ("CREATE_IN_PROGRESS", OTHER),
        ("CREATE_COMPLETE", OTHER),
    ]


def test_behind_a_role_stands_who_assumed_it(cloud: Cloud) -> None:
    call(cloud, SESSION, "CreateStack", assumed_by=ARN, StackName="shop-dev", TemplateBody=json.dumps(ONE))
    cloud.settled()
    assert {requester for _, requester in requesters(cloud)} == {ARN}


def test_a_failed_operation_is_of_who_began_it_to_its_end(cloud: Cloud) -> None:
    cloud.create(ONE)
    cloud.upstream.failing = {("CreateQueue", "b")}
    call(cloud, OTHER, "UpdateStack", StackName="shop-dev", TemplateBody=json.dumps(two()))
    assert cloud.settled() == "UPDATE_ROLLBACK_COMPLETE"
    assert requesters(cloud)[-1] == ("UPDATE_ROLLBACK_COMPLETE", OTHER)


def test_a_compiled_template_is_one_given_by_its_address(cloud: Cloud) -> None:
    cloud.create(ONE)
    cloud.upstream.objects["artefacts", "t.json"] = json.dumps(two())
    cloud.call("UpdateStack", StackName="shop-dev", TemplateURL="https://s3.amazonaws.com/artefacts/t.json")
    cloud.settled()
    cloud.delete()
    found = [
        (event.status, event.compiled) for event in cloud.view().events if event.logical_id == "shop-dev"
    ]
    assert found == [
        ("CREATE_IN_PROGRESS", False),
        ("CREATE_COMPLETE", False),
        ("UPDATE_IN_PROGRESS", True),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", True),
        ("UPDATE_COMPLETE", True),
        ("DELETE_IN_PROGRESS", False),
        ("DELETE_COMPLETE", False),
    ]


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("DescribeStackEvents", {"StackName": "shop-dev"}),
        ("DescribeStacks", {"StackName": "shop-dev"}),
        ("DescribeStacks", {}),
        ("ListStacks", {}),
    ],
)
def test_who_asks_how_a_stack_stands_has_looked(cloud: Cloud, operation: str, params: dict[str, Any]) -> None:
    cloud.create(ONE)
    assert cloud.view().looked_at_by == frozenset()
    cloud.call(operation, **params)
    call(cloud, OTHER, operation, **params)
    assert cloud.view().looked_at_by == {ARN, OTHER}
    cloud.update(two())
    assert cloud.view().looked_at_by == frozenset(), "it stands otherwise now"


def test_who_asks_for_something_else_has_not(cloud: Cloud) -> None:
    cloud.create(ONE)
    cloud.create(two() | {"Outputs": {}}, stack="other")
    cloud.call("DescribeStackEvents", StackName="other")
    cloud.call("ListExports")
    assert cloud.view().looked_at_by == frozenset()


def test_who_is_told_that_a_stack_is_gone_has_looked(cloud: Cloud) -> None:
    cloud.create(ONE)
    cloud.delete()
    with pytest.raises(AwsError, match="does not exist"):
        cloud.call("DescribeStackEvents", StackName="shop-dev")
    assert cloud.view().looked_at_by == {ARN}
