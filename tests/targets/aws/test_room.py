"""A room in an account, which our own gateway takes the part of: all that it tells comes through the door."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import sleep
from typing import Any, cast

import boto3
import pytest
from botocore.config import Config
from tenacity import Retrying

from verifier.authorization.caller import Certainty
from verifier.emulator.embedded import embedded
from verifier.emulator.fault_file import parse_faults
from verifier.emulator.http import HttpRequest, HttpResponse
from verifier.gateway.administrator import _answered
from verifier.gateway.decisions import DecisionLog
from verifier.gateway.passthrough import PassThroughDoor
from verifier.gateway.server import Gateway, GatewayConfig
from verifier.grant.evidence import Asked
from verifier.iam.arn import Arn
from verifier.iam.policy import PolicyDocument, parse_policy
from verifier.targets.aws import user_trail
from verifier.targets.aws.room import AwsRoom
from verifier.targets.aws.user_trail import UserTrail
from verifier.targets.interface import StackEvent
from verifier.targets.reach import Reach
from verifier.targets.sandbox.account import AccountAdministrator
from verifier.trial.restricted_user import Principal, restricted_user

ACCOUNT, REGION = "111122223333", "eu-west-1"
TEMPLATE = json.dumps({"Resources": {"News": {"Type": "AWS::SNS::Topic"}}})


class GatewaysAdministrator:
    """The gateway's root, in the administrator's place."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def client(self, service: str, region: str | None = None) -> Any:
        return self._gateway.administrator(service, region)


class Lived:
    """A room whose user's requests go through the door to the gateway."""

    def __init__(self, gateway: Gateway, room: AwsRoom, door: PassThroughDoor, user: Principal) -> None:
        self.gateway, self.room, self.user = gateway, room, user
        self._door = door

    def gateway_client(self, service: str) -> Any:
        """A client of the user's that reaches AWS past the door."""
        return self._client(service, self.gateway._door.answer)

    def client(self, service: str) -> Any:
        """A client as the tool has it."""
        return self._client(service, self._door.answer)

    def _client(self, service: str, answer: Callable[[HttpRequest], HttpResponse]) -> Any:
        client = boto3.client(
            service,
            region_name=REGION,
            aws_access_key_id=self.user.keys.access_key,
            aws_secret_access_key=self.user.keys.secret,
            config=Config(retries={"total_max_attempts": 1}),
        )
        client.meta.events.register("before-send", lambda request, **_: _answered(request, answer))
        return client


@contextmanager
def living(
    *actions: str,
    folder: Path,
    faults: dict[str, Any] | None = None,
    say: Callable[[str], None] | None = None,
) -> Iterator[Lived]:
    """With ``say`` CloudTrail is read, too."""
    config = GatewayConfig(account=ACCOUNT, region=REGION, faults=parse_faults(faults or {}))
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    policies = [parse_policy({"Version": "2012-10-17", "Statement": [statement]}, name="p")]
    with Gateway(config, embedded("aws")) as gateway:
        door = PassThroughDoor(gateway._door.answer, DecisionLog(), patience=0.0)
        administrator = cast("AccountAdministrator", GatewaysAdministrator(gateway))
        (folder / "ca.pem").write_text("")
        reach = Reach("http://127.0.0.1:1", folder / "ca.pem")
        trail = UserTrail(administrator.client, say) if say else None
        place = Arn("aws", "", REGION, ACCOUNT, "")
        room = AwsRoom(administrator, door, reach, place, {"verifier:run": "1"}, trail=trail)
        with restricted_user(room.admin("iam"), policies) as user:
            room.belongs_to(user.arn)
            if trail is not None:
                lived = Lived(gateway, room, door, user)
                trail.follow(user.name, lambda: lived.gateway_client("sts").get_caller_identity())
            yield Lived(gateway, room, door, user)
        room.clear()
        assert gateway.administrator("sns").list_topics()["Topics"] == []
        assert gateway.administrator("cloudformation").describe_stacks()["Stacks"] == []
        reach.close()


def own(events: tuple[StackEvent, ...]) -> list[tuple[str, bool, bool]]:
    return [(one.status, one.by_user, one.looked_at) for one in events if one.is_stack]


def test_a_stack_that_the_user_makes_looks_at_and_deletes(tmp_path: Path) -> None:
    made: list[tuple[str, str]] = []
    with living("cloudformation:*", "sns:*", folder=tmp_path) as lived:
        stacks = lived.client("cloudformation")
        lived.room.announce(lambda what, name: made.append((what, name)))
        lived.room.begin("deploy")
        stacks.create_stack(StackName="shop-dev", TemplateBody=TEMPLATE)
        lived.room._settled()
        stacks.describe_stacks(StackName="shop-dev")
        facts = lived.room.finish()
        assert own(facts.events) == [("CREATE_IN_PROGRESS", True, False), ("CREATE_COMPLETE", True, True)]
        assert facts.stacks == {"shop-dev": "CREATE_COMPLETE"}
        assert facts.answered == {"cloudformation:CreateStack", "cloudformation:DescribeStacks"}
        assert (facts.requests, facts.strangers, facts.problems) == (2, (), ())
        assert (facts.decisions or 0) >= 2
        assert not any(one.refused for one in facts.asked)
        assert made == [("stack", "shop-dev")]
        [name] = lived.room.traces().generated
        assert (name.kept, name.stack) == ("shop-dev", "shop-dev")
        lived.room.begin("remove")
        stacks.delete_stack(StackName="shop-dev")
        facts = lived.room.finish()
        assert [status for status, _, _ in own(facts.events)] == ["DELETE_IN_PROGRESS", "DELETE_COMPLETE"]
        assert facts.stacks == {}
        assert lived.room.not_exercised() == ()


def test_what_is_refused_to_the_user_and_on_its_behalf(tmp_path: Path) -> None:
    heard: list[Asked] = []
    with living("cloudformation:*", folder=tmp_path) as lived:
        lived.room.hear(heard.append)
        lived.room.begin("deploy")
        with pytest.raises(Exception, match="s3:ListAllMyBuckets"):
            lived.client("s3").list_buckets()
        lived.client("cloudformation").create_stack(StackName="shop-dev", TemplateBody=TEMPLATE)
        facts = lived.room.finish()
        refused = [one for one in facts.asked if one.refused]
        assert [one.action for one in refused] == ["s3:ListAllMyBuckets", "sns:GetTopicAttributes"]
        assert all((one.certainty, one.enforced) == (Certainty.OBSERVED, True) for one in refused)
        assert refused[1].on_behalf_of is not None
        assert refused[1].on_behalf_of.logical_id == "News"
        assert heard == refused


def test_what_the_tool_is_refused_may_be_granted_while_it_waits(tmp_path: Path) -> None:
    told: list[tuple[str, bool]] = []
    with living("cloudformation:*", "sns:*", folder=tmp_path) as lived:
        lived._door._patience = 30.0

        def granting(refused: Sequence[Asked]) -> list[PolicyDocument]:
            [one] = refused
            told.append((one.action, bool(lived.room.traces().generated)))
            statement = {"Effect": "Allow", "Action": one.action, "Resource": "*"}
            more = parse_policy({"Version": "2012-10-17", "Statement": [statement]}, name="more")
            return [more] if lived.user.grant(more) else []

        lived.room.grant_at_once(granting)
        lived.room.begin("deploy")
        lived.client("cloudformation").create_stack(StackName="shop-dev", TemplateBody=TEMPLATE)
        lived.room._settled()
        assert lived.client("s3").list_buckets()["Buckets"] == []
        assert told == [("s3:ListAllMyBuckets", True)], "the names of the stack's things are known"
        [one] = [one for one in lived.room.finish().asked if one.refused]
        assert (one.action, one.enforced, one.certainty) == (told[0][0], False, Certainty.OBSERVED)


def test_a_resource_that_its_stack_may_not_delete_is_taken_away(tmp_path: Path) -> None:
    with living("cloudformation:*", "sns:*Topic*Attributes", "sns:CreateTopic", folder=tmp_path) as lived:
        lived.room.begin("deploy")
        lived.client("cloudformation").create_stack(StackName="shop-dev", TemplateBody=TEMPLATE)
        assert lived.room.finish().stacks == {"shop-dev": "CREATE_COMPLETE"}
        lived.room.begin("remove")
        lived.client("cloudformation").delete_stack(StackName="shop-dev")
        facts = lived.room.finish()
        assert facts.stacks == {"shop-dev": "DELETE_FAILED"}
        assert {one.action for one in facts.asked if one.refused} == {"sns:DeleteTopic"}


def test_somebody_elses_operation_is_seen(tmp_path: Path) -> None:
    with living("cloudformation:*", "sns:*", folder=tmp_path) as lived:
        lived.room.begin("deploy")
        lived.client("cloudformation").create_stack(StackName="shop-dev", TemplateBody=TEMPLATE)
        lived.room.finish()
        lived.room.begin("redeploy")
        lived.gateway.administrator("cloudformation").delete_stack(StackName="shop-dev")
        facts = lived.room.finish()
        assert len(facts.strangers) == 1
        assert not any(by_user for _, by_user, _ in own(facts.events))


def test_it_is_the_users_account(tmp_path: Path) -> None:
    with living("cloudformation:*", folder=tmp_path) as lived:
        assert lived.room.environment()["HTTPS_PROXY"] == "http://127.0.0.1:1"
        assert not lived.room.is_empty


def failing_template(name: str, *depends_on: str) -> str:
    topic = {"Type": "AWS::SNS::Topic"}
    handle = {"Type": "AWS::CloudFormation::WaitConditionHandle"}
    wait = {
        "Type": "AWS::CloudFormation::WaitCondition",
        "DependsOn": list(depends_on),
        "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": "1"},
    }
    return json.dumps({"Resources": {"News": topic, "Handle": handle, name: wait}})


@pytest.mark.parametrize(
    ("name", "is_to_fail", "injected"),
    [
        ("VerifierInjectedFailure", True, True),
        ("VerifierInjectedFailure", False, False),
        ("Own", True, False),
    ],
)
def test_the_wait_condition_that_the_service_brings_along_is_the_injected_failure(
    tmp_path: Path, name: str, is_to_fail: bool, injected: bool
) -> None:
    """Nothing more is granted than the topic needs."""
    topic = ("sns:CreateTopic", "sns:DeleteTopic", "sns:GetTopicAttributes", "sns:ListTagsForResource")
    rights = (
        "cloudformation:CreateStack",
        *topic,
        "sns:GetDataProtectionPolicy",
        "sns:ListSubscriptionsByTopic",
    )
    with living(*rights, folder=tmp_path) as lived:
        assert not lived.room.makes_fail
        lived.room.begin("rollback-create", fail_last_wave=is_to_fail)
        template = failing_template(name, "News", "Handle")
        lived.client("cloudformation").create_stack(StackName="shop-dev", TemplateBody=template)
        facts = lived.room.finish()
        assert facts.stacks == {"shop-dev": "ROLLBACK_COMPLETE"}
        assert not any(one.refused for one in facts.asked)
        failed = [one for one in facts.events if one.status == "CREATE_FAILED"]
        assert [(one.logical_id, one.injected) for one in failed] == [(name, injected)]
        assert [one.logical_id for one in facts.events if one.injected] == [name] * injected


def test_what_only_the_tool_says_is_told(tmp_path: Path) -> None:
    with living("cloudformation:*", folder=tmp_path) as lived:
        text = (
            f"User: {lived.user.arn} is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::b/k"
        )
        assert [one.action for one in lived.room.told(text)] == ["s3:PutObject"]


TAGS = "sns:ListTagsForResource"
SWALLOWING = {"trail": 0.05, "enforceLikely": True, "swallowed": [{"operation": TAGS, "action": TAGS}]}
# Fn::GetAtt has the topic read, and its tags with it, of which AWS's handler does without.
READ_BACK = json.dumps(
    {
        "Resources": {"News": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {"Name": {"Value": {"Fn::GetAtt": ["News", "TopicName"]}}},
    }
)
ALL_BUT_TAGS = (
    "cloudformation:*",
    "sns:*Topic",
    "sns:*Attributes",
    "sns:GetDataProtectionPolicy",
    "sns:ListSub*",
)


@pytest.mark.parametrize("reads", [True, False])
def test_what_a_handler_swallows_is_told_by_cloudtrail_alone(
    tmp_path: Path, reads: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(user_trail, "Retrying", partial(Retrying, sleep=lambda _: sleep(0.06)))
    said: list[str] = []
    with living(
        *ALL_BUT_TAGS, folder=tmp_path, faults=SWALLOWING, say=said.append if reads else None
    ) as lived:
        heard: list[Asked] = []
        lived.room.hear(heard.append)
        lived.room.begin("deploy")
        lived.client("cloudformation").create_stack(StackName="shop-dev", TemplateBody=READ_BACK)
        facts = lived.room.finish()
        assert facts.stacks == {"shop-dev": "CREATE_COMPLETE"}
        refused = [one for one in facts.asked if one.refused]
        assert [one.action for one in refused] == [TAGS] * reads
        assert heard == refused
        assert bool(said) is reads
        for one in refused:
            assert one.unnoticed
            assert one.on_behalf_of is not None
            assert one.on_behalf_of.logical_id == "News"
            assert (one.grantable, one.certainty) == (True, Certainty.OBSERVED)
        lived.room.begin("remove")
        lived.client("cloudformation").delete_stack(StackName="shop-dev")
        assert not [one for one in lived.room.finish().asked if one.refused]
