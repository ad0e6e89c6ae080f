"""Who may assume a role, and the sessions that are refused because they would not be modelled."""

import json
from pathlib import Path
from typing import Any

import pytest

from verifier.authorization.authorizer import Call
from verifier.authorization.caller import Caller
from verifier.authorization.operation import Operation
from verifier.emulator.interface import SigningSecret, UnknownKeyError
from verifier.errors import AwsError
from verifier.gateway.sts import caller_identity, check_session

CASES = json.loads((Path(__file__).parents[1] / "cases" / "gateway" / "trust.json").read_text())
ROLE = "arn:aws:iam::111122223333:role/deploy"
USER = Caller("arn:aws:iam::111122223333:user/ci/dev", "111122223333", "AIDA")


class Trusting:
    """Knows one role, with the given trust policy, and nobody else."""

    def __init__(self, statements: list[Any] | None) -> None:
        self.statements = statements

    def caller(self, access_key: str, account: str) -> Caller:
        raise UnknownKeyError(f"{access_key} of {account}")

    def secret(self, access_key: str, account: str) -> SigningSecret:
        raise UnknownKeyError(f"{access_key} of {account}")

    def root(self, account: str) -> Caller:
        return Caller(f"arn:aws:iam::{account}:root", account, account, is_root=True)

    def role(self, role_arn: str, session: str) -> Caller:
        raise AwsError("NoSuchEntity", f"{role_arn}/{session}", 404)

    def trust_policy(self, role_arn: str) -> str | None:
        assert role_arn == ROLE
        if self.statements is None:
            return None
        return json.dumps({"Version": "2012-10-17", "Statement": self.statements})


def assuming(caller: Caller = USER, name: str = "AssumeRole", **params: Any) -> Call:
    parameters = {"RoleArn": ROLE, "RoleSessionName": "ci", **params}
    return Call(Operation("sts", name, parameters, "111122223333", "eu-west-1"), caller)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_trust(case: dict[str, Any]) -> None:
    caller = Caller(case.get("caller", USER.arn), USER.account, "ID")
    params = {"ExternalId": case["externalId"]} if "externalId" in case else {}
    identities = Trusting(case["statements"])
    if case["trusted"]:
        check_session(assuming(caller, **params), identities)
        return
    with pytest.raises(AwsError) as caught:
        check_session(assuming(caller, **params), identities)
    assert (caught.value.code, caught.value.status) == ("AccessDenied", 403)
    assert caught.value.message == (
        f"User: {caller.arn} is not authorized to perform: sts:AssumeRole on resource: {ROLE}"
    )


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (assuming(Policy="{}"), "session policy"),
        (assuming(PolicyArns=[{"arn": "x"}]), "session policy"),
        (assuming(name="GetSessionToken"), "sts:GetSessionToken"),
        (assuming(name="GetFederationToken"), "sts:GetFederationToken"),
        (assuming(name="AssumeRoleWithWebIdentity"), "sts:AssumeRoleWithWebIdentity"),
    ],
)
def test_sessions_that_are_not_modelled(call: Call, named: str) -> None:
    with pytest.raises(AwsError) as caught:
        check_session(call, Trusting([]))
    assert (caught.value.code, caught.value.status) == ("NotImplemented", 501)
    assert named in caught.value.message


def test_what_a_trust_policy_may_not_say_here() -> None:
    statement = {"Effect": "Deny", "NotPrincipal": {"AWS": "x"}, "Action": "*"}
    with pytest.raises(AwsError, match="NotPrincipal"):
        check_session(assuming(), Trusting([statement]))


def test_other_operations_pass() -> None:
    check_session(assuming(name="DecodeAuthorizationMessage"), Trusting([]))


def test_caller_identity() -> None:
    assert caller_identity(USER) == {"UserId": "AIDA", "Account": "111122223333", "Arn": USER.arn}
