"""What was changed in IAM counts some seconds later."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from verifier.authorization.caller import Caller
from verifier.authorization.operation import Operation
from verifier.emulator.interface import SigningSecret, UnknownKeyError
from verifier.emulator.late_identities import HeardUpstream, LateIdentities
from verifier.errors import AwsError
from verifier.iam.policy import parse_policy

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/r"


@dataclass
class People:
    """Keys and roles by what they may do, as they are now."""

    keys: dict[str, str] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)

    def caller(self, access_key: str, account: str) -> Caller:
        if access_key in ("ASIA",):
            return self.role(ROLE, "s")
        if access_key not in self.keys:
            raise UnknownKeyError(access_key)
        return Caller(f"arn:aws:iam::{account}:user/u", account, "U", _policies(self.keys[access_key]))

    def secret(self, access_key: str, account: str) -> SigningSecret:
        self.caller(access_key, account)
        return SigningSecret("secret")

    def root(self, account: str) -> Caller:
        return Caller(f"arn:aws:iam::{account}:root", account, account, is_root=True)

    def role(self, role_arn: str, session: str) -> Caller:
        if role_arn not in self.roles:
            raise AwsError("NoSuchEntity", f"no {role_arn}", 404)
        arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/r/{session}"
        return Caller(arn, ACCOUNT, f"R:{session}", _policies(self.roles[role_arn]))

    def trust_policy(self, role_arn: str) -> str | None:
        return "{}" if role_arn in self.roles else None


def _policies(action: str) -> Any:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    return (parse_policy({"Version": "2012-10-17", "Statement": [statement]}, "p"),)


class World:
    """People, a clock, and what is late by ten seconds."""

    def __init__(self) -> None:
        self.people = People()
        self.time = 0.0
        self.late = LateIdentities(self.people, 10, lambda: self.time)
        self.upstream = HeardUpstream(self, self.late.hear)
        self.result: dict[str, Any] = {}

    def invoke(self, operation: Operation) -> dict[str, Any]:
        return self.result

    def change(self, name: str, result: dict[str, Any] | None = None, service: str = "iam") -> None:
        self.result = result or {}
        params = {"RoleArn": ROLE, "RoleSessionName": "s"}
        assert self.upstream.invoke(Operation(service, name, params, ACCOUNT, "eu-west-1")) == self.result

    def key(self, access_key: str, may: str) -> None:
        self.people.keys[access_key] = may
        self.change("CreateAccessKey", {"AccessKey": {"AccessKeyId": access_key}})

    def role(self, may: str) -> None:
        self.people.roles[ROLE] = may
        self.change("CreateRole", {"Role": {"Arn": ROLE}})

    def may(self, access_key: str) -> str:
        try:
            caller = self.late.caller(access_key, ACCOUNT)
            assert self.late.secret(access_key, ACCOUNT).key == "secret"
        except UnknownKeyError:
            return "unknown"
        return _action(caller)


def _action(caller: Caller) -> str:
    return caller.policies[0].statements[0].actions[0]


@pytest.fixture
def world() -> World:
    return World()


def test_a_new_key_is_not_known_at_once(world: World) -> None:
    world.key("AKIA", "s3:*")
    for time, may in ((0, "unknown"), (9.9, "unknown"), (10, "s3:*")):
        world.time = time
        assert world.may("AKIA") == may


def test_each_change_counts_after_its_own_delay(world: World) -> None:
    world.key("AKIA", "s3:*")
    world.time = 20
    world.people.keys["AKIA"] = "sqs:*"
    world.change("PutUserPolicy")
    world.time = 25
    world.people.keys["AKIA"] = "sns:*"
    world.change("AttachUserPolicy")
    for time, may in ((29, "s3:*"), (30, "sqs:*"), (34, "sqs:*"), (35, "sns:*")):
        world.time = time
        assert world.may("AKIA") == may


def test_a_key_that_is_gone_works_on_for_a_while(world: World) -> None:
    world.key("AKIA", "s3:*")
    world.time = 20
    del world.people.keys["AKIA"]
    world.change("DeleteAccessKey")
    assert world.may("AKIA") == "s3:*"
    world.time = 30
    assert world.may("AKIA") == "unknown"


def test_reads_and_other_services_change_nothing(world: World) -> None:
    world.key("AKIA", "s3:*")
    world.time = 10
    world.people.keys["AKIA"] = "sqs:*"
    world.change("GetUser")
    world.change("CreateQueue", service="sqs")
    world.time = 30
    assert world.may("AKIA") == "s3:*"


def test_who_was_never_made_is_as_the_emulator_says(world: World) -> None:
    assert world.may("AKIANOBODY") == "unknown"
    world.people.keys["AKIAELSEWHERE"] = "s3:*"
    world.people.roles[ROLE] = "sqs:*"
    assert world.may("AKIAELSEWHERE") == "s3:*"
    assert _action(world.late.role(ROLE, "s")) == "sqs:*"
    assert world.late.trust_policy(ROLE) == "{}"
    assert world.late.root(ACCOUNT).is_root


def test_a_role_is_late_too(world: World) -> None:
    world.role("s3:*")
    assert world.late.trust_policy(ROLE) is None
    with pytest.raises(AwsError, match="NoSuchEntity"):
        world.late.role(ROLE, "s")
    world.time = 10
    assert world.late.trust_policy(ROLE) == "{}"
    caller = world.late.role(ROLE, "cli")
    assert (_action(caller), caller.user_id) == ("s3:*", "R:cli")
    assert caller.arn.endswith(":assumed-role/r/cli")


def test_a_session_works_at_once_with_what_its_role_had(world: World) -> None:
    world.role("s3:*")
    world.time = 10
    world.change("AssumeRole", {"Credentials": {"AccessKeyId": "ASIA"}}, service="sts")
    assert world.may("ASIA") == "s3:*"
    world.people.roles[ROLE] = "sqs:*"
    world.change("PutRolePolicy")
    world.time = 19
    assert world.may("ASIA") == "s3:*"
    world.time = 20
    assert world.may("ASIA") == "sqs:*"
