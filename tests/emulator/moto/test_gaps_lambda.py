"""What Lambda refuses whoever asks: a function's own role, and the queue that it reads."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from verifier.authorization.operation import Operation
from verifier.emulator.moto.upstream import MotoUpstream
from verifier.errors import AwsError

_ACCOUNT, _REGION = "210987654323", "us-east-1"
_CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "cases" / "emulator" / "execution_roles.json").read_text("utf-8")
)
_QUEUE = f"arn:aws:sqs:{_REGION}:{_ACCOUNT}:oven"
_PLAIN: dict[str, Any] = {"role": []}
_TRUST = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}


class Account:
    """An account with a queue, a topic, a stream and a role ``baker``."""

    def __init__(self, case: dict[str, Any]) -> None:
        self.upstream = MotoUpstream()
        self("sqs", "CreateQueue", QueueName="oven", Attributes=case.get("queue", {}))
        self("kinesis", "CreateStream", StreamName="flour", ShardCount=1)
        trust = {"Version": "2012-10-17", "Statement": case.get("trust", [_TRUST])}
        self("iam", "CreateRole", RoleName="baker", AssumeRolePolicyDocument=json.dumps(trust))
        document = {"Version": "2012-10-17", "Statement": case["role"]}
        if case["role"]:
            text = json.dumps(document)
            self("iam", "PutRolePolicy", RoleName="baker", PolicyName="p", PolicyDocument=text)
        for arn in case.get("managed", []):
            self("iam", "AttachRolePolicy", RoleName="baker", PolicyArn=arn)

    def __call__(self, service: str, name: str, **params: Any) -> dict[str, Any]:
        return self.upstream.invoke(Operation(service, name, params, _ACCOUNT, _REGION))

    def create_function(self, **params: Any) -> None:
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as file:
            file.writestr("index.js", "")
        wanted = {
            "FunctionName": "bake",
            "Runtime": "nodejs22.x",
            "Handler": "index.handler",
            "Role": f"arn:aws:iam::{_ACCOUNT}:role/baker",
            "Code": {"ZipFile": code.getvalue()},
        }
        self("lambda", "CreateFunction", **{**wanted, **params})

    def set_up(self, case: dict[str, Any]) -> None:
        self.create_function(**case.get("function", {}))
        if "change" in case:
            self("lambda", "UpdateFunctionConfiguration", FunctionName="bake", **case["change"])
        if "source" in case:
            self("lambda", "CreateEventSourceMapping", FunctionName="bake", EventSourceArn=case["source"])


@pytest.fixture
def account(case: dict[str, Any]) -> Iterator[Account]:
    made = Account(case)
    yield made
    made.upstream.forget(_ACCOUNT)


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case["name"])
def test_what_lambda_says_of_a_functions_role(account: Account, case: dict[str, Any]) -> None:
    if "refused" not in case:
        account.set_up(case)
        return
    with pytest.raises(AwsError) as caught:
        account.set_up(case)
    assert (caught.value.code, caught.value.status) == ("InvalidParameterValueException", 400)
    assert case["refused"] in caught.value.message


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ({}, {"StatusCode": 200, "Payload": b"null", "ExecutedVersion": "$LATEST"}),
        (
            {"InvocationType": "RequestResponse", "Qualifier": "1"},
            {"StatusCode": 200, "ExecutedVersion": "1"},
        ),
        ({"InvocationType": "Event"}, {"StatusCode": 202}),
        ({"InvocationType": "DryRun"}, {"StatusCode": 204}),
    ],
)
@pytest.mark.parametrize("case", [_PLAIN])
def test_who_invokes_a_function_is_answered_although_none_is_run(
    account: Account, kind: dict[str, Any], answer: dict[str, Any]
) -> None:
    account.create_function()
    account("lambda", "PublishVersion", FunctionName="bake")
    found = account("lambda", "Invoke", FunctionName="bake", **kind)
    assert {key: found[key] for key in answer} == answer


@pytest.mark.parametrize("case", [_PLAIN])
def test_a_function_that_is_not_there_cannot_be_invoked(account: Account) -> None:
    with pytest.raises(AwsError, match="not found"):
        account("lambda", "Invoke", FunctionName="nobody")
