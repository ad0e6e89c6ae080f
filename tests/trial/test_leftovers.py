"""What a service leaves behind by design, in a real room of the embedded target."""

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from verifier.authorization.authorizer import Mode
from verifier.targets.embedded import EmbeddedTarget
from verifier.targets.interface import Room
from verifier.trial.leftovers import clear, empty_buckets, tags_of_stack, take_away_rolled_back, unprotect
from verifier.trial.proof import OwnStack

REGION, STACK = "us-east-1", "shop-dev"
OWN = OwnStack(STACK)
AUDIT = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/audit/dev"}}


@pytest.fixture(scope="module")
def target() -> Iterator[EmbeddedTarget]:
    with closing(EmbeddedTarget(region=REGION)) as target:
        yield target


@pytest.fixture
def room(target: EmbeddedTarget) -> Iterator[Room]:
    with target.room(Mode.ENFORCE, REGION) as room:
        yield room


def create(room: Room, resources: dict[str, Any], **more: Any) -> Any:
    client = room.admin("cloudformation")
    client.create_stack(StackName=STACK, TemplateBody=json.dumps({"Resources": resources}), **more)
    room.finish()
    assert client.describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE"
    return client


def delete(room: Room) -> str | None:
    room.admin("cloudformation").delete_stack(StackName=STACK)
    return room.finish().stacks.get(STACK)


def test_what_is_retained_is_taken_away_and_can_be_made_again(room: Room) -> None:
    files = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": f"files-{room.account}"}}
    resources = {
        "Audit": AUDIT | {"DeletionPolicy": "Retain"},
        "Files": files | {"DeletionPolicy": "Retain"},
        "Queue": {"Type": "AWS::SQS::Queue"},
    }
    create(room, resources)
    room.admin("s3").put_object(Bucket=f"files-{room.account}", Key="k", Body=b"x")
    assert clear(room) == ()
    assert delete(room) is None
    assert sorted(clear(room)) == [
        "Audit (AWS::Logs::LogGroup) was deleted: its template retains it",
        "Files (AWS::S3::Bucket) was deleted: its template retains it",
    ]
    assert clear(room) == ()
    assert room.admin("logs").describe_log_groups()["logGroups"] == []
    create(room, resources)


def test_what_is_retained_and_gone_all_the_same_is_no_news(room: Room) -> None:
    create(room, {"Audit": AUDIT | {"DeletionPolicy": "Retain"}})
    room.admin("logs").delete_log_group(logGroupName="/audit/dev")
    assert delete(room) is None
    assert (clear(room), room.left_behind()) == ((), ())


def test_a_stack_that_is_protected_is_let_go(room: Room) -> None:
    create(room, {"Audit": AUDIT}, EnableTerminationProtection=True)
    assert unprotect(room, OWN) == ("the termination protection of shop-dev was turned off",)
    assert unprotect(room, OWN) == ()
    assert delete(room) is None


def test_a_full_bucket_is_emptied_once_it_was_in_the_way(room: Room) -> None:
    name = f"full-{room.account}"
    versions = {"VersioningConfiguration": {"Status": "Enabled"}}
    create(room, {"Files": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name, **versions}}})
    client = room.admin("s3")
    for body in (b"1", b"2"):
        client.put_object(Bucket=name, Key="k", Body=body)
    client.delete_object(Bucket=name, Key="k")
    assert empty_buckets(room, OWN) == ()
    assert delete(room) == "DELETE_FAILED"
    assert empty_buckets(room, OWN) == ("Files (AWS::S3::Bucket) was emptied: a full one cannot be deleted",)
    assert delete(room) is None


def test_a_full_bucket_of_a_stack_within_is_emptied_too(room: Room) -> None:
    client, templates = room.admin("s3"), f"templates-{room.account}"
    client.create_bucket(Bucket=templates)
    name = f"within-{room.account}"
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name}}
    kept = AUDIT | {"DeletionPolicy": "Retain"}
    inner = json.dumps({"Resources": {"Files": bucket, "Audit": kept}})
    client.put_object(Bucket=templates, Key="inner.json", Body=inner.encode())
    place = {"TemplateURL": f"https://s3.amazonaws.com/{templates}/inner.json"}
    create(room, {"Nest": {"Type": "AWS::CloudFormation::Stack", "Properties": place}})
    client.put_object(Bucket=name, Key="k", Body=b"1")
    assert delete(room) == "DELETE_FAILED"
    assert empty_buckets(room, OWN) == ("Files (AWS::S3::Bucket) was emptied: a full one cannot be deleted",)
    assert delete(room) is None
    assert clear(room) == ("Audit (AWS::Logs::LogGroup) was deleted: its template retains it",)


@pytest.mark.parametrize("stack", ["${self:custom.stack}", "nowhere"])
def test_a_stack_that_is_not_there_has_nothing_in_the_way(room: Room, stack: str) -> None:
    assert (unprotect(room, OwnStack(stack)), empty_buckets(room, OwnStack(stack))) == ((), ())


def test_a_stack_is_looked_for_where_it_is(room: Room) -> None:
    there = OwnStack(STACK, "eu-west-1")
    client = room.admin("cloudformation", there.region)
    tags, template = [{"Key": "VerifierTag", "Value": "1"}], json.dumps({"Resources": {"Audit": AUDIT}})
    client.create_stack(StackName=STACK, TemplateBody=template, Tags=tags, EnableTerminationProtection=True)
    room.finish()
    assert tags_of_stack(room, there, "VerifierTag") == {"VerifierTag": "1"}
    assert unprotect(room, there) == ("the termination protection of shop-dev was turned off",)
    assert (tags_of_stack(room, OWN, ""), unprotect(room, OWN)) == ({}, ())


def test_a_stack_that_the_tool_cannot_remove_is_taken_away_where_it_was_rolled_back(room: Room) -> None:
    files = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": f"files-{room.account}"}}
    client = create(room, {"Files": files})
    room.admin("s3").put_object(Bucket=f"files-{room.account}", Key="k", Body=b"x")
    said = f"Error: Resource ApiGatewayRestApi does not exist for stack {STACK}"
    assert take_away_rolled_back(room, OWN, said) == ()
    policy = {"Topics": [f"arn:aws:sns:{REGION}:{room.account}:none"], "PolicyDocument": {"Statement": []}}
    worse = {"Files": files, "Policy": {"Type": "AWS::SNS::TopicPolicy", "Properties": policy}}
    client.update_stack(StackName=STACK, TemplateBody=json.dumps({"Resources": worse}))
    assert room.finish().stacks[STACK] == "UPDATE_ROLLBACK_COMPLETE"
    assert take_away_rolled_back(room, OWN, "Error: something else") == ()
    assert take_away_rolled_back(room, OWN, said) == (
        f"stack {STACK} was deleted: the tool's remove asks for ApiGatewayRestApi, "
        "which a deploy that failed does not leave",
    )
    assert room.finish().stacks.get(STACK) is None
    assert room.admin("s3").list_buckets()["Buckets"] == []
