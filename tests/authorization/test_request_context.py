"""The global condition keys of a request."""

from datetime import UTC, datetime
from typing import Any

import pytest

from verifier.authorization.caller import Caller, OnBehalfOf
from verifier.authorization.context import request_context
from verifier.authorization.operation import Operation

_ACCOUNT = "111122223333"
_USER = Caller(f"arn:aws:iam::{_ACCOUNT}:user/verifier/u", _ACCOUNT, "AIDAEXAMPLE", tags={"team": "a"})
_SESSION = Caller(f"arn:aws:sts::{_ACCOUNT}:assumed-role/deployer/ci", _ACCOUNT, "AROAEXAMPLE:ci")
_STACK_ROLE = Caller(f"arn:aws:sts::{_ACCOUNT}:assumed-role/r/AWSCloudFormation", _ACCOUNT, "AROAEXAMPLE:x")
_ROOT = Caller(f"arn:aws:iam::{_ACCOUNT}:root", _ACCOUNT, _ACCOUNT, is_root=True)
_FOR_STACK = OnBehalfOf("svc-dev", "Role", "AWS::IAM::Role", "create")


def _context(
    caller: Caller = _USER,
    service: str = "s3",
    params: dict[str, Any] | None = None,
    on_behalf_of: OnBehalfOf | None = None,
    partition: str = "aws",
) -> dict[str, Any]:
    op = Operation(service, "X", params or {}, _ACCOUNT, "eu-west-1", partition)
    return dict(request_context(op, caller, on_behalf_of))


def test_a_users_own_request() -> None:
    context = _context()
    now = datetime.now(UTC).timestamp()
    assert abs(int(context.pop("aws:EpochTime")) - now) < 60
    assert datetime.strptime(context.pop("aws:CurrentTime"), "%Y-%m-%dT%H:%M:%SZ").year > 2000
    assert context == {
        "aws:PrincipalAccount": _ACCOUNT,
        "aws:PrincipalArn": f"arn:aws:iam::{_ACCOUNT}:user/verifier/u",
        "aws:PrincipalIsAWSService": "false",
        "aws:PrincipalTag/team": "a",
        "aws:PrincipalType": "User",
        "aws:RequestedRegion": "eu-west-1",
        "aws:ResourceAccount": _ACCOUNT,
        "aws:SecureTransport": "true",
        "aws:SourceIp": "127.0.0.1",
        "aws:ViaAWSService": "false",
        "aws:userid": "AIDAEXAMPLE",
        "aws:username": "u",
    }


def test_on_the_users_behalf() -> None:
    context = _context(on_behalf_of=_FOR_STACK)
    assert context["aws:CalledVia"] == ("cloudformation.amazonaws.com",)
    assert context["aws:CalledViaFirst"] == context["aws:CalledViaLast"] == "cloudformation.amazonaws.com"
    assert context["aws:ViaAWSService"] == "true"
    assert context["aws:MultiFactorAuthPresent"] == "false"
    assert context["aws:username"] == "u"
    assert "aws:SourceIp" not in context


def test_by_a_stacks_own_role() -> None:
    context = _context(_STACK_ROLE, on_behalf_of=_FOR_STACK)
    assert context["aws:ViaAWSService"] == "false"
    assert "aws:CalledVia" not in context


def test_a_roles_session() -> None:
    context = _context(_SESSION)
    assert context["aws:PrincipalArn"] == f"arn:aws:iam::{_ACCOUNT}:role/deployer"
    assert context["aws:PrincipalType"] == "AssumedRole"
    assert context["aws:MultiFactorAuthPresent"] == "false"
    assert "aws:username" not in context


def test_root_has_no_user_name() -> None:
    context = _context(_ROOT)
    assert context["aws:PrincipalType"] == "Account"
    assert "aws:username" not in context


@pytest.mark.parametrize(
    ("service", "partition", "region"),
    [
        ("iam", "aws", "us-east-1"),
        ("route53", "aws", "us-east-1"),
        ("lambda", "aws", "eu-west-1"),
        ("iam", "aws-cn", "eu-west-1"),
    ],
)
def test_requested_region(service: str, partition: str, region: str) -> None:
    assert _context(service=service, partition=partition)["aws:RequestedRegion"] == region


def test_tags() -> None:
    context = _context(service="iam", params={"RoleName": "r", "Tags": [{"Key": "STAGE", "Value": "dev"}]})
    assert context["aws:RequestTag/STAGE"] == "dev"
    assert context["aws:TagKeys"] == ("STAGE",)


def test_removed_tags_are_tag_keys_only() -> None:
    context = _context(service="iam", params={"RoleName": "r", "TagKeys": ["a", "b"]})
    assert context["aws:TagKeys"] == ("a", "b")
    assert not [key for key in context if key.startswith("aws:RequestTag/")]


def test_without_tags_the_keys_are_absent() -> None:
    assert "aws:TagKeys" not in _context()


def test_tags_of_an_object_are_s3s_own() -> None:
    context = _context(params={"Bucket": "b", "Key": "k", "Tagging": "a=1"})
    assert context["s3:RequestObjectTag/a"] == "1"
    assert context["s3:RequestObjectTagKeys"] == ("a",)
    assert "aws:TagKeys" not in context
