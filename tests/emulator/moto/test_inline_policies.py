"""An inline policy needs no Version; a managed one does."""

import json
from typing import Any

import pytest

from verifier.authorization.operation import Operation
from verifier.emulator.moto.upstream import MotoUpstream
from verifier.errors import AwsError

STATEMENT = [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::a/*"}]


def invoke(upstream: MotoUpstream, name: str, **params: Any) -> dict[str, Any]:
    return upstream.invoke(
        Operation("iam", name, params, "111122223333", "us-east-1", method="POST", path="/")
    )


@pytest.mark.parametrize("version", [{}, {"Version": "2008-10-17"}, {"Version": "2012-10-17"}])
def test_an_inline_policy_of_any_version(version: dict[str, str]) -> None:
    upstream = MotoUpstream()
    name = f"user-{version.get('Version', '')}"
    invoke(upstream, "CreateUser", UserName=name)
    document = json.dumps({**version, "Statement": STATEMENT})
    invoke(upstream, "PutUserPolicy", UserName=name, PolicyName="p", PolicyDocument=document)
    assert invoke(upstream, "ListUserPolicies", UserName=name)["PolicyNames"] == ["p"]


@pytest.mark.parametrize(
    "document", ["{", "[]", json.dumps({"Version": "2010-01-01", "Statement": STATEMENT})]
)
def test_what_is_no_policy_is_refused(document: str) -> None:
    upstream = MotoUpstream()
    invoke(upstream, "CreateUser", UserName=f"u{len(document)}")
    with pytest.raises(AwsError, match="MalformedPolicyDocument"):
        invoke(
            upstream, "PutUserPolicy", UserName=f"u{len(document)}", PolicyName="p", PolicyDocument=document
        )


def test_a_managed_policy_has_a_version() -> None:
    with pytest.raises(AwsError, match=r"must be version 2012-10-17 or greater"):
        invoke(
            MotoUpstream(),
            "CreatePolicy",
            PolicyName="p",
            PolicyDocument=json.dumps({"Statement": STATEMENT}),
        )
