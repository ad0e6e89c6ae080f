"""The embedded target: its certificates, and what a room says of who did what in it."""

import json
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from verifier.authorization.authorizer import Mode
from verifier.iam.policy import parse_policy
from verifier.targets.embedded import EmbeddedTarget
from verifier.targets.interface import Facts, Room
from verifier.trial.restricted_user import Keys, restricted_user

REGION = "eu-north-1"


@pytest.mark.parametrize("more", [None, "a company's authority\n"])
def test_the_tool_trusts_the_gateway_and_what_the_machine_trusts_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: str | None
) -> None:
    monkeypatch.setenv("NODE_EXTRA_CA_CERTS", __file__)
    path = tmp_path / "ca.pem"
    path.write_text(more or "")
    with (
        closing(EmbeddedTarget(region=REGION, more_authorities=path if more else None)) as target,
        target.room(Mode.ENFORCE, REGION) as room,
    ):
        bundle = Path(room.environment()["NODE_EXTRA_CA_CERTS"]).read_text()
    assert bundle.startswith("-----BEGIN CERTIFICATE-----")
    assert bundle.partition("-----END CERTIFICATE-----\n")[2].strip() == (more or "").strip()


EVERYTHING = parse_policy(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
)
QUEUE = json.dumps({"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}})


class Desk:
    """A room and its user."""

    def __init__(self, room: Room, keys: Keys) -> None:
        self.room, self.keys = room, keys

    def client(self, service: str) -> Any:
        return self.room.client(service, self.keys.access_key, self.keys.secret)

    def facts(self, *calls: tuple[Any, str, dict[str, Any]]) -> Facts:
        """What a phase shows in which ``calls`` are made, one after the other."""
        self.room.begin("deploy")
        for client, operation, parameters in calls:
            getattr(client, operation)(**parameters)
        return self.room.finish()


@pytest.fixture(scope="module")
def target() -> Iterator[EmbeddedTarget]:
    with closing(EmbeddedTarget(region=REGION)) as target:
        yield target


@pytest.fixture(params=[Mode.ENFORCE])
def desk(target: EmbeddedTarget, request: pytest.FixtureRequest) -> Iterator[Desk]:
    with (
        target.room(request.param, REGION) as room,
        restricted_user(room.admin("iam"), (EVERYTHING,)) as user,
    ):
        room.belongs_to(user.arn)
        yield Desk(room, user.keys)


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
