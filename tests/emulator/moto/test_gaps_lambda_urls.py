"""URLs of aliases, which moto has not."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from verifier.authorization.operation import Operation
from verifier.emulator.moto.upstream import MotoUpstream
from verifier.errors import AwsError

_ACCOUNT, _REGION = "210987654324", "us-east-1"
_ARN = f"arn:aws:lambda:{_REGION}:{_ACCOUNT}:function:bake"
_LETS = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
_TRUST = json.dumps({"Statement": [_LETS]})
Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def ask() -> Iterator[Ask]:
    """A function ``bake`` with an alias ``warm`` and a URL of its own."""
    upstream = MotoUpstream()

    def asked(name: str, service: str = "lambda", **params: Any) -> dict[str, Any]:
        return upstream.invoke(Operation(service, name, params, _ACCOUNT, _REGION))

    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as file:
        file.writestr("index.js", "")
    asked("CreateRole", "iam", RoleName="baker", AssumeRolePolicyDocument=_TRUST)
    asked(
        "CreateFunction",
        FunctionName="bake",
        Runtime="nodejs22.x",
        Handler="index.handler",
        Role=f"arn:aws:iam::{_ACCOUNT}:role/baker",
        Code={"ZipFile": code.getvalue()},
    )
    asked("PublishVersion", FunctionName="bake")
    asked("CreateAlias", FunctionName="bake", Name="warm", FunctionVersion="1")
    asked("CreateFunctionUrlConfig", FunctionName="bake", AuthType="NONE")
    yield asked
    upstream.forget(_ACCOUNT)


def test_an_alias_has_a_url_beside_the_functions_own(ask: Ask) -> None:
    own = ask("GetFunctionUrlConfig", FunctionName="bake")
    made = ask("CreateFunctionUrlConfig", FunctionName=f"{_ARN}:warm", AuthType="AWS_IAM")
    assert made["FunctionArn"] == f"{_ARN}:warm"
    assert made["FunctionUrl"] != own["FunctionUrl"]
    shown = ask("GetFunctionUrlConfig", FunctionName="bake", Qualifier="warm")
    assert (shown["FunctionUrl"], shown["AuthType"]) == (made["FunctionUrl"], "AWS_IAM")
    assert ask("GetFunctionUrlConfig", FunctionName="bake") == own


def test_the_url_of_an_alias_is_changed_and_deleted_alone(ask: Ask) -> None:
    warm = {"FunctionName": f"{_ARN}:warm"}
    ask("CreateFunctionUrlConfig", **warm, AuthType="NONE")
    ask("UpdateFunctionUrlConfig", **warm, InvokeMode="RESPONSE_STREAM")
    shown = ask("GetFunctionUrlConfig", **warm)
    assert (shown["AuthType"], shown["InvokeMode"]) == ("NONE", "RESPONSE_STREAM")
    ask("DeleteFunctionUrlConfig", **warm)
    with pytest.raises(AwsError) as gone:
        ask("GetFunctionUrlConfig", **warm)
    assert gone.value.code == "ResourceNotFoundException"
    assert ask("GetFunctionUrlConfig", FunctionName="bake")["AuthType"] == "NONE"


def test_an_alias_that_is_not_there_has_no_url(ask: Ask) -> None:
    with pytest.raises(AwsError) as unknown:
        ask("CreateFunctionUrlConfig", FunctionName="bake", Qualifier="cold", AuthType="NONE")
    assert unknown.value.code == "ResourceNotFoundException"
