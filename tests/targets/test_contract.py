"""What every target keeps to: the embedded one, one whose state is at an endpoint, and ministack for real."""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest

from tests.support.emulators import ministack
from tests.support.endpoint import endpoint
from verifier.authorization.authorizer import Mode
from verifier.emulator.moto.upstream import MotoUpstream
from verifier.errors import InputError
from verifier.grant.evidence import Asked
from verifier.iam.policy import parse_policy
from verifier.targets.embedded import EmbeddedTarget
from verifier.targets.endpoint import EndpointTarget
from verifier.targets.interface import Facts, Room, Target
from verifier.trial.restricted_user import Principal, refuses, restricted_user

REGION = "eu-north-1"
TARGETS = ["embedded", "endpoint", pytest.param("ministack", marks=pytest.mark.integration)]
WHOLE = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
EVERYTHING = parse_policy(WHOLE)
QUEUE = json.dumps({"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}})


class Desk:
    """A room and its user."""

    def __init__(self, room: Room, user: Principal) -> None:
        self.room, self.user, self.keys = room, user, user.keys

    def client(self, service: str) -> Any:
        return self.room.client(service, self.keys.access_key, self.keys.secret)

    def facts(self, *calls: tuple[Any, str, dict[str, Any]]) -> Facts:
        """What a phase shows in which ``calls`` are made, one after the other."""
        self.room.begin("deploy")
        for client, operation, parameters in calls:
            getattr(client, operation)(**parameters)
        return self.room.finish()


@pytest.fixture(scope="module", params=TARGETS)
def target(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with ExitStack() as running:
        if request.param == "embedded":
            yield running.enter_context(closing(EmbeddedTarget(region=REGION)))
            return
        if request.param == "endpoint":
            url = running.enter_context(endpoint(MotoUpstream())).url
        else:
            url = running.enter_context(ministack(tmp_path_factory.mktemp("ministack")))
        yield running.enter_context(closing(EndpointTarget(url, region=REGION)))


@pytest.fixture(params=[Mode.ENFORCE])
def desk(target: Target, request: pytest.FixtureRequest) -> Iterator[Desk]:
    with (
        target.room(request.param, REGION) as room,
        restricted_user(room.admin("iam"), (EVERYTHING,)) as user,
    ):
        room.belongs_to(user.arn)
        yield Desk(room, user)


def test_requests_and_decisions_are_the_users_and_of_the_phase(desk: Desk) -> None:
    sqs = desk.client("sqs")
    sqs.list_queues()
    facts = desk.facts((sqs, "list_queues", {}), (desk.client("sts"), "get_caller_identity", {}))
    assert (facts.requests, facts.decisions, facts.strangers) == (2, 1, ())
    assert (desk.facts().requests, desk.facts().decisions) == (0, 0)


@pytest.mark.parametrize("desk", [Mode.OFF], indirect=True)
def test_in_a_lap_nothing_is_ever_decided(desk: Desk) -> None:
    facts = desk.facts((desk.client("sqs"), "list_queues", {}))
    assert (facts.requests, facts.decisions) == (1, None)


def test_what_the_administrator_changes_in_a_phase_is_a_strangers(desk: Desk) -> None:
    sqs = desk.room.admin("sqs")
    facts = desk.facts((sqs, "create_queue", {"QueueName": "q"}), (sqs, "list_queues", {}))
    root = f"arn:aws:iam::{desk.room.account}:root"
    assert facts.strangers == (f"{root} with sqs:CreateQueue",)
    assert f"{root} asked for sqs:ListQueues, which changed nothing" in facts.notes
    assert (facts.requests, facts.decisions) == (0, 0)
    # Between phases it makes what is missing beforehand.
    sqs.create_queue(QueueName="between")
    assert desk.facts().strangers == ()


def test_what_another_key_changes_between_two_phases_is_a_strangers(desk: Desk) -> None:
    iam = desk.room.admin("iam")
    with restricted_user(iam, (EVERYTHING,)) as other:
        client = desk.room.client("sqs", other.keys.access_key, other.keys.secret)
        client.create_queue(QueueName="q")
        assert desk.facts().strangers == (f"{other.arn} with sqs:CreateQueue",)
        assert desk.facts().strangers == ()


OWN_RIGHTS: dict[str, dict[str, Any]] = {
    "put_user_policy": {"UserName": "USER", "PolicyName": "all", "PolicyDocument": json.dumps(WHOLE)},
    "attach_user_policy": {"UserName": "USER", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
    "add_user_to_group": {"UserName": "USER", "GroupName": "admins"},
    "put_user_permissions_boundary": {"UserName": "USER", "PermissionsBoundary": "POLICY"},
    "create_policy_version": {
        "PolicyArn": "POLICY",
        "PolicyDocument": json.dumps(WHOLE),
        "SetAsDefault": True,
    },
    "tag_user": {"UserName": "USER", "Tags": [{"Key": "team", "Value": "all"}]},
}


@pytest.mark.parametrize("name", OWN_RIGHTS)
def test_a_change_of_the_users_own_rights_is_told(desk: Desk, name: str) -> None:
    iam = desk.room.admin("iam")
    iam.create_group(GroupName="admins")
    policy = iam.list_attached_user_policies(UserName=desk.user.name)["AttachedPolicies"][0]["PolicyArn"]
    stands_for = {"USER": desk.user.name, "POLICY": policy}
    arguments = {
        key: stands_for.get(value, value) if isinstance(value, str) else value
        for key, value in OWN_RIGHTS[name].items()
    }
    operation = iam.meta.method_to_api_mapping[name]
    assert desk.facts((desk.client("iam"), name, arguments)).rights == (
        f"{desk.user.arn} with iam:{operation}",
    )
    assert desk.facts().rights == ()


def test_another_key_and_another_user_are_no_change_of_its_rights(desk: Desk) -> None:
    own = desk.client("iam")
    facts = desk.facts(
        (own, "create_access_key", {"UserName": desk.user.name}),
        (own, "get_user", {"UserName": desk.user.name}),
        (own, "create_user", {"UserName": "other"}),
        (
            own,
            "put_user_policy",
            {"UserName": "other", "PolicyName": "p", "PolicyDocument": json.dumps(WHOLE)},
        ),
    )
    assert facts.rights == ()


def test_each_event_of_a_stack_tells_whose_operation_it_is_and_whether_the_user_looked(desk: Desk) -> None:
    own, others = desk.client("cloudformation"), desk.room.admin("cloudformation")
    own_stack = {"StackName": "own", "TemplateBody": QUEUE}
    others_stack = {"StackName": "others", "TemplateBody": QUEUE}
    facts = desk.facts((own, "create_stack", own_stack), (others, "create_stack", others_stack))
    assert {(event.stack, event.by_user) for event in facts.events} == {("own", True), ("others", False)}
    assert not any(event.looked_at or event.compiled for event in facts.events)
    assert {event.region for event in facts.events} == {REGION}
    facts = desk.facts((others, "delete_stack", {"StackName": "own"}))
    assert {(event.by_user, event.looked_at) for event in facts.events} == {(False, False)}
    assert facts.strangers == (f"arn:aws:iam::{desk.room.account}:root with cloudformation:DeleteStack",)


def test_only_a_look_of_the_user_itself_counts(desk: Desk) -> None:
    own, others = desk.client("cloudformation"), desk.room.admin("cloudformation")
    desk.room.begin("deploy")
    for name, client in (("own", own), ("others", others)):
        own.create_stack(StackName=name, TemplateBody=QUEUE)
        while client.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"] != "CREATE_COMPLETE":
            time.sleep(0.02)
    looked = {(event.stack, event.looked_at) for event in desk.room.finish().events}
    assert looked == {("own", True), ("others", False)}


def test_a_rehearsal_books_what_updates_would_need_once(desk: Desk) -> None:
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 20}}
    s3, own = desk.room.admin("s3", "us-east-1"), desk.client("cloudformation")
    s3.create_bucket(Bucket="templates")
    s3.put_object(Bucket="templates", Key="t.json", Body=json.dumps({"Resources": {"Queue": queue}}))
    desk.room.begin("deploy")
    own.create_stack(StackName="own", TemplateURL="https://templates.s3.amazonaws.com/t.json")
    desk.room.finish()
    for times in (1, 0):
        desk.room.begin("redeploy")
        desk.room.rehearse()
        facts = desk.room.finish()
        booked = [one for one in facts.asked if one.action == "sqs:SetQueueAttributes"]
        assert len(booked) == times
        assert all(one.modelled and one.phase == "redeploy" for one in facts.asked)
        assert (facts.requests, facts.events) == (0, ())
    assert desk.room.not_exercised() == ()


def names(room: Room) -> list[str]:
    return [group["logGroupName"] for group in room.admin("logs").describe_log_groups()["logGroups"]]


def test_each_room_is_a_clean_account(target: Target) -> None:
    with target.room(Mode.ENFORCE, REGION) as room:
        first = room.account
        room.admin("logs").create_log_group(logGroupName="/made")
        room.admin("s3", "us-east-1").create_bucket(Bucket="made-in-a-room")
        room.admin("s3").put_object(Bucket="made-in-a-room", Key="k", Body=b"x")
        assert names(room) == ["/made"]
    with target.room(Mode.ENFORCE, REGION) as room:
        assert room.account != first
        assert len(room.account) == 12
        assert names(room) == []
    with target.room(Mode.ENFORCE, REGION, first) as room:
        assert room.account == first
        assert names(room) == []
        assert room.admin("s3").list_buckets()["Buckets"] == []
        assert room.admin("iam").list_users()["Users"] == []


def test_a_region_of_another_partition_is_said(target: Target) -> None:
    with pytest.raises(InputError, match="is in the partition aws-cn"), target.room(Mode.OFF, "cn-north-1"):
        pass


def test_who_has_no_policy_is_refused_and_the_administrator_is_not(target: Target) -> None:
    told: list[Asked] = []
    with target.room(Mode.ENFORCE, REGION) as room, restricted_user(room.admin("iam"), ()) as user:
        room.belongs_to(user.arn)
        room.hear(told.append)
        keys = (user.keys.access_key, user.keys.secret)
        assert room.client("sts", *keys).get_caller_identity()["Arn"] == user.arn
        assert refuses(room.client("logs", *keys).describe_log_groups)
        assert [one.action for one in told] == ["logs:DescribeLogGroups"]
        assert names(room) == []


def test_what_is_refused_is_recorded_and_let_through_where_that_is_wanted(target: Target) -> None:
    with target.room(Mode.OBSERVE, REGION) as room, restricted_user(room.admin("iam"), ()) as user:
        room.belongs_to(user.arn)
        room.begin("deploy")
        logs = room.client("logs", user.keys.access_key, user.keys.secret)
        logs.create_log_group(logGroupName="/g")
        (asked,) = room.finish().asked
        assert (asked.action, asked.refused, asked.grantable) == ("logs:CreateLogGroup", True, True)
        assert names(room) == ["/g"]


def test_a_policy_counts_as_it_is_at_the_moment(target: Target) -> None:
    """Made, attached, changed and taken away by IAM's own operations."""
    with target.room(Mode.ENFORCE, REGION) as room, restricted_user(room.admin("iam"), ()) as user:
        call = room.client("logs", user.keys.access_key, user.keys.secret).describe_log_groups
        iam, name = room.admin("iam"), user.name
        statement = {"Effect": "Allow", "Action": "logs:Describe*", "Resource": "*"}
        text = json.dumps({"Version": "2012-10-17", "Statement": statement})
        assert refuses(call)
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=text)
        assert not refuses(call)
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=text.replace("Allow", "Deny"))
        assert refuses(call)
        iam.delete_user_policy(UserName=name, PolicyName="p")
        assert refuses(call)


def test_what_a_stack_retains_is_known_and_can_be_taken_away(desk: Desk) -> None:
    kept = {
        "Type": "AWS::Logs::LogGroup",
        "DeletionPolicy": "Retain",
        "Properties": {"LogGroupName": "/kept"},
    }
    own = desk.client("cloudformation")
    template = json.dumps({"Resources": {"Kept": kept}})
    assert desk.facts((own, "create_stack", {"StackName": "own", "TemplateBody": template})).stacks == {
        "own": "CREATE_COMPLETE"
    }
    assert desk.facts((own, "delete_stack", {"StackName": "own"})).stacks == {}
    (left,) = desk.room.left_behind()
    assert (left.type, left.physical_id) == ("AWS::Logs::LogGroup", "/kept")
    assert desk.room.take_away(left)
    assert names(desk.room) == []


def test_a_child_is_led_to_the_target_and_gets_no_keys(target: Target) -> None:
    with target.room(Mode.ENFORCE, REGION) as room:
        environment = room.environment()
    assert environment["HTTPS_PROXY"].startswith("http://127.0.0.1:")
    assert not any("KEY" in name or "SECRET" in name or "TOKEN" in name for name in environment)
