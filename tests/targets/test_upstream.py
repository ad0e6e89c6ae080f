"""The endpoint's own CloudFormation: what is seen of it, what it does unasked, and that nothing stays."""

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from tests.support.endpoint import Endpoint, endpoint
from tests.support.tiny_emulator import TinyUpstream
from verifier.authorization.authorizer import Mode
from verifier.authorization.operation import Operation
from verifier.emulator.moto.upstream import MotoUpstream
from verifier.errors import InconclusiveError, InputError, UnavailableError
from verifier.iam.policy import parse_policy
from verifier.targets.endpoint import EndpointTarget
from verifier.targets.interface import Facts
from verifier.targets.unenforced import unenforced
from verifier.trial.restricted_user import restricted_user

REGION = "eu-north-1"
STACKS_ONLY = parse_policy(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "cloudformation:*", "Resource": "*"}],
    }
)
TEMPLATE = json.dumps(
    {
        "Resources": {
            "Files": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "upstream-files"}},
            "Log": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/upstream"}},
        }
    }
)


@pytest.fixture(scope="module")
def served() -> Iterator[Endpoint]:
    with endpoint(MotoUpstream()) as served:
        yield served


@pytest.fixture(scope="module")
def lived(served: Endpoint) -> dict[str, Any]:
    """A stack's creation and deletion by a user who may nothing but that, and another that stays behind."""
    found: dict[str, Any] = {}
    target = EndpointTarget(served.url, region=REGION, upstream_cloudformation=True)
    with closing(target), target.room(Mode.ENFORCE, REGION) as room:
        found["account"] = room.account
        with restricted_user(room.admin("iam"), (STACKS_ONLY,)) as user:
            room.belongs_to(user.arn)
            client = room.client("cloudformation", user.keys.access_key, user.keys.secret)
            room.begin("deploy")
            client.create_stack(StackName="shop-dev", TemplateBody=TEMPLATE)
            found["failure"] = room.glance().failure
            client.describe_stacks(StackName="shop-dev")
            found["deploy"] = room.finish()
            room.admin("s3").put_object(Bucket="upstream-files", Key="a", Body=b"b")
            with pytest.raises(client.exceptions.ClientError, match="AccessDenied"):
                room.client("s3", user.keys.access_key, user.keys.secret).list_buckets()
            found["unenforced"] = room.unenforced
            found["tokens"] = room.traces().tokens
        found["remarks"] = target.remarks()
        found["there"] = there(served, room.account)
    found["left"], found["rows"] = target.left(), target.not_enforced()
    return found


def there(served: Endpoint, account: str) -> tuple[list[str], list[str]]:
    """The buckets and the log groups that the endpoint has in ``account``."""

    def asked(service: str, name: str) -> dict[str, Any]:
        return served.upstream.invoke(Operation(service, name, {}, account, REGION))

    buckets = [one["Name"] for one in asked("s3", "ListBuckets").get("Buckets") or ()]
    return buckets, [one["logGroupName"] for one in asked("logs", "DescribeLogGroups")["logGroups"]]


def test_a_user_without_any_of_its_permissions_passes(lived: dict[str, Any]) -> None:
    facts: Facts = lived["deploy"]
    assert facts.stacks == {"shop-dev": "CREATE_COMPLETE"}
    assert lived["there"] == (["upstream-files"], ["/upstream"])
    assert {one.action for one in facts.asked} == {
        "cloudformation:CreateStack",
        "cloudformation:DescribeStacks",
    }
    assert not any(one.refused for one in facts.asked)


def test_the_stack_is_the_users_and_its_end_was_seen(lived: dict[str, Any]) -> None:
    last = [event for event in lived["deploy"].events if event.is_stack][-1]
    assert (last.stack, last.status, last.region) == ("shop-dev", "CREATE_COMPLETE", REGION)
    assert last.by_user
    assert last.looked_at
    assert not last.compiled, "no template was given by its URL"
    assert lived["failure"] is None
    assert lived["tokens"], "the random part of the stack's id is no name of the service's"


def test_what_was_not_asked_for_is_named(lived: dict[str, Any]) -> None:
    assert "asked for (--cloudformation upstream)" in lived["unenforced"]
    bucket, group = sorted(lived["rows"], key=lambda row: row.type, reverse=True)
    assert (bucket.type, bucket.logical_ids) == ("AWS::S3::Bucket", ("Files",))
    assert bucket.actions[0] == "s3:CreateBucket"
    assert "s3:DeleteBucket" in bucket.actions
    assert (group.type, group.logical_ids) == ("AWS::Logs::LogGroup", ("Log",))
    assert "nothing of what CloudFormation does on the caller's behalf is enforced" in lived["remarks"][1]


def test_the_stack_and_what_is_in_it_are_gone_afterwards(served: Endpoint, lived: dict[str, Any]) -> None:
    assert there(served, lived["account"]) == ([], [])
    assert lived["left"] == ()


@pytest.mark.parametrize("deleted_by_the_user", [False, True])
def test_what_its_template_keeps_and_full_buckets_go_with_the_room(
    served: Endpoint, deleted_by_the_user: bool
) -> None:
    resources = json.loads(TEMPLATE)["Resources"]
    kept = {**resources["Files"], "DeletionPolicy": "Retain", "Properties": {"BucketName": "upstream-kept"}}
    template = json.dumps({"Resources": {**resources, "Kept": kept}})
    target = EndpointTarget(served.url, region=REGION, upstream_cloudformation=True)
    with closing(target):
        with target.room(Mode.ENFORCE, REGION) as room:
            cloudformation, s3 = room.admin("cloudformation"), room.admin("s3")
            room.begin("deploy")
            cloudformation.create_stack(StackName="shop-dev", TemplateBody=template)
            s3.put_object(Bucket="upstream-kept", Key="a", Body=b"b")
            room.finish()
            if deleted_by_the_user:
                room.begin("remove")
                cloudformation.delete_stack(StackName="shop-dev")
                room.finish()
                assert there(served, room.account) == (["upstream-kept"], [])
            else:
                s3.put_object(Bucket="upstream-files", Key="a", Body=b"b")
        # Closing the target forgets moto's account, whose state is this process's.
        assert there(served, room.account) == ([], [])
        assert target.left() == ()


def test_nothing_is_said_of_it_by_default(served: Endpoint) -> None:
    with closing(EndpointTarget(served.url, region=REGION)) as target:
        assert target.not_enforced() is None
        assert len(target.remarks()) == 1
        with target.room(Mode.ENFORCE, REGION) as room:
            assert room.unenforced == ""


def test_the_engine_cannot_be_made_to_fail(served: Endpoint) -> None:
    target = EndpointTarget(served.url, region=REGION, upstream_cloudformation=True)
    with (
        closing(target),
        target.room(Mode.ENFORCE, REGION) as room,
        pytest.raises(InputError, match="cannot be made to fail"),
    ):
        room.begin("rollback-create", fail_last_wave=True)


def test_an_endpoint_without_cloudformation_is_refused_in_one_line() -> None:
    with endpoint(TinyUpstream()) as tiny:
        tiny.lacks.add("cloudformation")
        with pytest.raises(UnavailableError, match="InternalFailure to cloudformation:DescribeStacks"):
            EndpointTarget(tiny.url, region=REGION, upstream_cloudformation=True)


def test_a_type_that_the_registry_does_not_know_has_no_actions() -> None:
    (row,) = unenforced([("Custom::Thing", "B"), ("Custom::Thing", "A"), ("Custom::Thing", "A")])
    assert row.as_dict() == {"type": "Custom::Thing", "logicalIds": ["A", "B"], "actions": []}


def test_an_engine_that_stops_to_answer_is_inconclusive_and_what_it_has_is_told(served: Endpoint) -> None:
    target = EndpointTarget(served.url, region=REGION, upstream_cloudformation=True)
    with closing(target):
        with target.room(Mode.ENFORCE, REGION) as room:
            room.begin("deploy")
            room.admin("cloudformation").create_stack(StackName="other-dev", TemplateBody=TEMPLATE)
            served.lacks.add("cloudformation")
            try:
                assert room.glance().failure is None
                with pytest.raises(
                    InconclusiveError, match=r"the endpoint's own CloudFormation: .*not emulated"
                ):
                    room.finish()
                account = room.account
            finally:
                served.lacks.clear()
        assert there(served, account) == ([], []), "the administrator's stacks are taken away, too"
