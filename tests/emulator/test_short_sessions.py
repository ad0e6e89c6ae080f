"""Sessions that are over sooner than they were to be."""

import itertools
from typing import Any

import pytest

from tests.emulator.test_late_identities import ACCOUNT, ROLE, People
from verifier.authorization.operation import Operation
from verifier.emulator.interface import ExpiredKeyError
from verifier.emulator.short_sessions import ShortSessions


def test_a_session_is_over_after_its_time_and_nobody_else_is() -> None:
    time = 0.0
    ticks = itertools.count()
    people = People(keys={"AKIA": "s3:*"}, roles={ROLE: "s3:*"})
    short = ShortSessions(people, 10, lambda: time + next(ticks) / 1e6)
    begun: dict[str, Any] = {"Credentials": {"AccessKeyId": "ASIA"}}
    short.hear(Operation("sts", "AssumeRole", {"RoleArn": ROLE}, ACCOUNT, "eu-west-1"), begun)
    short.hear(Operation("iam", "CreateAccessKey", {}, ACCOUNT, "eu-west-1"), {"AccessKey": {}})
    time = 9.9
    assert short.caller("ASIA", ACCOUNT).arn.endswith("/s")
    assert short.secret("ASIA", ACCOUNT).key == "secret"
    time = 10.1
    for ask in (short.caller, short.secret):
        with pytest.raises(ExpiredKeyError):
            ask("ASIA", ACCOUNT)
    assert short.caller("AKIA", ACCOUNT).user_name == "u"
    assert (short.root(ACCOUNT).is_root, short.trust_policy(ROLE)) == (True, "{}")
    assert short.role(ROLE, "x").arn.endswith("/x")
