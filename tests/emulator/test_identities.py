"""An access key stands for the policies that an emulator's IAM has for its holder, as they are now."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.endpoint import endpoint
from verifier.authorization.operation import Operation
from verifier.emulator.endpoint.identities import EndpointIdentities
from verifier.emulator.endpoint.upstream import EndpointUpstream
from verifier.emulator.interface import ExpiredKeyError, Identities, UnknownKeyError, Upstream
from verifier.emulator.moto.identities import MotoIdentities
from verifier.emulator.moto.upstream import MotoUpstream
from verifier.errors import AwsError

ACCOUNT = "210987654321"


class Iam:
    """Short words for IAM's operations on the upstream."""

    def __init__(self, upstream: Upstream, identities: Identities) -> None:
        self.upstream = upstream
        self.identities = identities

    def __call__(self, name: str, service: str = "iam", **params: Any) -> dict[str, Any]:
        operation = Operation(service, name, params, ACCOUNT, "eu-west-1")
        result = self.upstream.invoke(operation)
        if isinstance(self.identities, EndpointIdentities):
            self.identities.heard(operation, result)
        return result

    def user(self, name: str, **params: Any) -> str:
        """Make a user; its access key."""
        self("CreateUser", UserName=name, **params)
        return str(self("CreateAccessKey", UserName=name)["AccessKey"]["AccessKeyId"])

    def policy(self, name: str, *actions: str) -> str:
        """Make a managed policy; its ARN."""
        result = self("CreatePolicy", PolicyName=name, PolicyDocument=allow(*actions))
        return str(result["Policy"]["Arn"])


def allow(*actions: str) -> str:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture(params=["moto", "endpoint"])
def iam(request: pytest.FixtureRequest) -> Iterator[Iam]:
    """moto's own, and what is asked of it through IAM's API over HTTP."""
    moto = MotoUpstream()
    if request.param == "moto":
        yield Iam(moto, MotoIdentities("aws"))
    else:
        with endpoint(moto) as served:
            upstream = EndpointUpstream(served.url)
            yield Iam(upstream, EndpointIdentities(upstream, "aws", "us-east-1"))
            upstream.close()
    moto.forget(ACCOUNT)


def actions(iam: Iam, key: str) -> set[str]:
    return {
        action
        for document in iam.identities.caller(key, ACCOUNT).policies
        for statement in document.statements
        for action in statement.actions
    }


def test_root(iam: Iam) -> None:
    caller = iam.identities.root(ACCOUNT)
    assert (caller.is_root, caller.arn, caller.user_id) == (True, f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT)


def test_inline_managed_and_group_policies(iam: Iam) -> None:
    key = iam.user("dev", Path="/verifier/")
    assert actions(iam, key) == set()
    iam("PutUserPolicy", UserName="dev", PolicyName="in", PolicyDocument=allow("a:Inline"))
    iam("AttachUserPolicy", UserName="dev", PolicyArn=iam.policy("m", "a:Managed"))
    iam("CreateGroup", GroupName="g")
    iam("PutGroupPolicy", GroupName="g", PolicyName="gi", PolicyDocument=allow("a:GroupInline"))
    iam("AttachGroupPolicy", GroupName="g", PolicyArn=iam.policy("gm", "a:GroupManaged"))
    assert actions(iam, key) == {"a:Inline", "a:Managed"}
    iam("AddUserToGroup", GroupName="g", UserName="dev")
    assert actions(iam, key) == {"a:Inline", "a:Managed", "a:GroupInline", "a:GroupManaged"}
    caller = iam.identities.caller(key, ACCOUNT)
    assert caller.arn == f"arn:aws:iam::{ACCOUNT}:user/verifier/dev"
    assert caller.user_name == "dev"
    assert [document.name for document in caller.policies] == [
        "user/dev/in",
        f"arn:aws:iam::{ACCOUNT}:policy/m",
        "group/g/gi",
        f"arn:aws:iam::{ACCOUNT}:policy/gm",
    ]


def test_default_version_counts(iam: Iam) -> None:
    key, arn = iam.user("dev"), iam.policy("m", "a:Old")
    iam("AttachUserPolicy", UserName="dev", PolicyArn=arn)
    iam("CreatePolicyVersion", PolicyArn=arn, PolicyDocument=allow("a:New"))
    assert actions(iam, key) == {"a:Old"}
    iam("SetDefaultPolicyVersion", PolicyArn=arn, VersionId="v2")
    assert actions(iam, key) == {"a:New"}


def test_policies_of_aws_are_there(iam: Iam) -> None:
    key = iam.user("dev")
    iam("AttachUserPolicy", UserName="dev", PolicyArn="arn:aws:iam::aws:policy/PowerUserAccess")
    assert [document.name for document in iam.identities.caller(key, ACCOUNT).policies] == [
        "arn:aws:iam::aws:policy/PowerUserAccess"
    ]


def test_boundaries_of_users(iam: Iam) -> None:
    arn = iam.policy("b", "a:Bounded")
    key = iam.user("dev", PermissionsBoundary=arn)
    boundary = iam.identities.caller(key, ACCOUNT).boundary
    assert boundary is not None
    assert boundary.name == arn
    assert boundary.statements[0].actions == ("a:Bounded",)
    assert iam("GetUser", UserName="dev")["User"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == arn
    iam("DeleteUserPermissionsBoundary", UserName="dev")
    assert iam.identities.caller(key, ACCOUNT).boundary is None
    assert "PermissionsBoundary" not in iam("GetUser", UserName="dev")["User"]
    iam("PutUserPermissionsBoundary", UserName="dev", PermissionsBoundary=arn)
    assert iam.identities.caller(key, ACCOUNT).boundary == boundary


def test_a_boundary_that_is_gone_allows_nothing(iam: Iam) -> None:
    arn = iam.policy("b", "a:Bounded")
    key = iam.user("dev", PermissionsBoundary=arn)
    iam("DeletePolicy", PolicyArn=arn)
    boundary = iam.identities.caller(key, ACCOUNT).boundary
    assert boundary is not None
    assert boundary.statements == ()


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("CreateUser", {"UserName": "x", "PermissionsBoundary": f"arn:aws:iam::{ACCOUNT}:policy/none"}),
        (
            "PutUserPermissionsBoundary",
            {"UserName": "none", "PermissionsBoundary": "arn:aws:iam::aws:policy/PowerUserAccess"},
        ),
        (
            "PutUserPermissionsBoundary",
            {"UserName": "dev", "PermissionsBoundary": f"arn:aws:iam::{ACCOUNT}:policy/none"},
        ),
        ("DeleteUserPermissionsBoundary", {"UserName": "dev"}),
    ],
)
def test_boundaries_that_are_not_there(iam: Iam, name: str, params: dict[str, str]) -> None:
    iam.user("dev")
    with pytest.raises(AwsError) as caught:
        iam(name, **params)
    assert (caught.value.code, caught.value.status) == ("NoSuchEntity", 404)


def test_user_tags(iam: Iam) -> None:
    key = iam.user("dev", Tags=[{"Key": "team", "Value": "one"}])
    assert iam.identities.caller(key, ACCOUNT).tags == {"team": "one"}
    iam("TagUser", UserName="dev", Tags=[{"Key": "team", "Value": "two"}])
    assert iam.identities.caller(key, ACCOUNT).tags == {"team": "two"}


def test_keys_that_count_no_more(iam: Iam) -> None:
    with pytest.raises(UnknownKeyError):
        iam.identities.caller("AKIANOBODYNOBODYNOBO", ACCOUNT)
    key = iam.user("dev")
    iam("UpdateAccessKey", UserName="dev", AccessKeyId=key, Status="Inactive")
    with pytest.raises(UnknownKeyError):
        iam.identities.caller(key, ACCOUNT)
    iam("UpdateAccessKey", UserName="dev", AccessKeyId=key, Status="Active")
    assert iam.identities.caller(key, ACCOUNT).user_name == "dev"
    iam("DeleteAccessKey", UserName="dev", AccessKeyId=key)
    with pytest.raises(UnknownKeyError):
        iam.identities.caller(key, ACCOUNT)


def test_keys_of_another_account_are_unknown(iam: Iam) -> None:
    key = iam.user("dev")
    with pytest.raises(UnknownKeyError):
        iam.identities.caller(key, "000011112222")


def test_secrets(iam: Iam) -> None:
    iam("CreateUser", UserName="dev")
    made = iam("CreateAccessKey", UserName="dev")["AccessKey"]
    secret = iam.identities.secret(made["AccessKeyId"], ACCOUNT)
    assert (secret.key, secret.token) == (made["SecretAccessKey"], "")
    assert made["SecretAccessKey"] not in repr(secret)
    for key, account in (("AKIANOBODYNOBODYNOBO", ACCOUNT), (made["AccessKeyId"], "000011112222")):
        with pytest.raises(UnknownKeyError):
            iam.identities.secret(key, account)


def test_sessions_of_roles(iam: Iam) -> None:
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    role = iam(
        "CreateRole",
        RoleName="deploy",
        Path="/p/",
        AssumeRolePolicyDocument=trust,
        Tags=[{"Key": "a", "Value": "b"}],
    )
    arn = role["Role"]["Arn"]
    iam("PutRolePolicy", RoleName="deploy", PolicyName="in", PolicyDocument=allow("a:Inline"))
    iam("AttachRolePolicy", RoleName="deploy", PolicyArn=iam.policy("m", "a:Managed"))
    boundary = iam.policy("b", "a:Bounded")
    iam("PutRolePermissionsBoundary", RoleName="deploy", PermissionsBoundary=boundary)
    session = iam("AssumeRole", "sts", RoleArn=arn, RoleSessionName="ci")
    key = session["Credentials"]["AccessKeyId"]
    secret = iam.identities.secret(key, ACCOUNT)
    made = session["Credentials"]
    assert (secret.key, secret.token) == (made["SecretAccessKey"], made["SessionToken"])
    caller = iam.identities.caller(key, ACCOUNT)
    assert caller.arn == f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/ci"
    assert actions(iam, key) == {"a:Inline", "a:Managed"}
    assert caller.boundary is not None
    assert caller.boundary.name == boundary
    assert caller.tags == {"a": "b"}
    assert iam.identities.role(arn, "AWSCloudFormation").arn.endswith("assumed-role/deploy/AWSCloudFormation")
    assert iam.identities.trust_policy(arn) == trust
    iam("DeleteRolePolicy", RoleName="deploy", PolicyName="in")
    iam("DetachRolePolicy", RoleName="deploy", PolicyArn=f"arn:aws:iam::{ACCOUNT}:policy/m")
    iam("DeleteRole", RoleName="deploy")
    with pytest.raises(UnknownKeyError):
        iam.identities.caller(key, ACCOUNT)


def test_a_session_that_is_over(iam: Iam, monkeypatch: pytest.MonkeyPatch) -> None:
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    arn = iam("CreateRole", RoleName="deploy", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    session = iam("AssumeRole", "sts", RoleArn=arn, RoleSessionName="ci", DurationSeconds=900)
    later = datetime.now(UTC) + timedelta(seconds=901)
    monkeypatch.setattr("moto.core.utils.utcnow", lambda: later.replace(tzinfo=None))
    monkeypatch.setattr("verifier.emulator.endpoint.identities.now", lambda: later)
    with pytest.raises(ExpiredKeyError):
        iam.identities.secret(session["Credentials"]["AccessKeyId"], ACCOUNT)


@pytest.mark.parametrize("arn", ["", "deploy", f"arn:aws:iam::{ACCOUNT}:role/none", "arn:aws:iam:::role/x"])
def test_roles_that_are_not_there(iam: Iam, arn: str) -> None:
    with pytest.raises(AwsError):
        iam.identities.role(arn, "s")
    assert iam.identities.trust_policy(arn) is None


@pytest.mark.parametrize("iam", ["moto"], indirect=True)
def test_partitions_that_moto_does_not_know(iam: Iam) -> None:
    key = iam.user("dev")
    identities = MotoIdentities("aws-iso-e")
    assert identities.caller(key, ACCOUNT).user_name == "dev"
    assert identities.root(ACCOUNT).arn == f"arn:aws-iso-e:iam::{ACCOUNT}:root"
    with pytest.raises(UnknownKeyError):
        MotoIdentities("aws-cn").caller(key, ACCOUNT)


@pytest.mark.parametrize("iam", ["endpoint"], indirect=True)
def test_an_endpoint_is_asked_again_only_when_something_has_changed(iam: Iam) -> None:
    key = iam.user("dev")
    iam("PutUserPolicy", UserName="dev", PolicyName="in", PolicyDocument=allow("a:One"))
    assert actions(iam, key) == {"a:One"}
    before = iam.upstream.invoke
    asked: list[str] = []

    def counted(operation: Operation) -> dict[str, Any]:
        asked.append(operation.name)
        return before(operation)

    iam.upstream.invoke = counted  # type: ignore[method-assign]
    assert actions(iam, key) == {"a:One"}
    iam("ListUsers")
    assert actions(iam, key) == {"a:One"}
    assert asked == ["ListUsers"]
    iam("PutUserPolicy", UserName="dev", PolicyName="in", PolicyDocument=allow("a:Two"))
    assert actions(iam, key) == {"a:Two"}
