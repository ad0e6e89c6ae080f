"""What goes without saying in a request, and what an answer must say to be of use."""

from typing import Any

import pytest

from verifier.authorization.authorizer import Call
from verifier.authorization.caller import Caller
from verifier.authorization.operation import Operation
from verifier.emulator.http import HttpRequest
from verifier.gateway.implicit import as_answered, as_asked

ACCOUNT = "111122223333"
USER = Caller(f"arn:aws:iam::{ACCOUNT}:user/a/dev", ACCOUNT, "AIDA")
SESSION = Caller(f"arn:aws:sts::{ACCOUNT}:assumed-role/dev/ci", ACCOUNT, "AROA:ci")
ROOT = Caller(f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT, ACCOUNT, is_root=True)


def operation(service: str, name: str, **params: Any) -> Operation:
    return Operation(service, name, params, ACCOUNT, "eu-west-1")


@pytest.mark.parametrize(
    ("caller", "asked", "params"),
    [
        (USER, operation("iam", "GetUser"), {"UserName": "dev"}),
        (USER, operation("iam", "GetUser", UserName="other"), {"UserName": "other"}),
        (
            USER,
            operation("iam", "DeleteAccessKey", AccessKeyId="AKIA"),
            {"UserName": "dev", "AccessKeyId": "AKIA"},
        ),
        (USER, operation("iam", "ListUsers"), {}),
        (USER, operation("workmail", "GetUser"), {}),
        (SESSION, operation("iam", "GetUser"), {}),
        (ROOT, operation("iam", "CreateAccessKey"), {}),
    ],
)
def test_operations_on_oneself(caller: Caller, asked: Operation, params: dict[str, Any]) -> None:
    assert as_asked(Call(asked, caller)).params == params


def queues(host: str, scheme: str, **result: Any) -> dict[str, Any]:
    request = HttpRequest("POST", "/", host, (), scheme=scheme)
    return as_answered(result, operation("sqs", "ListQueues"), request)


def test_queues_are_where_the_client_asks() -> None:
    urls = ["https://sqs.eu-west-1.amazonaws.com/1/a", "https://sqs.eu-west-1.amazonaws.com/1/b"]
    here = queues("127.0.0.1:4000", "http", QueueUrls=urls, NextToken="t")
    assert here == {"QueueUrls": ["http://127.0.0.1:4000/1/a", "http://127.0.0.1:4000/1/b"], "NextToken": "t"}
    assert queues("localhost:1", "http", QueueUrl=urls[0]) == {"QueueUrl": "http://localhost:1/1/a"}
    assert queues("eu-west-1.queue.amazonaws.com", "https", QueueUrl=urls[0]) == {"QueueUrl": urls[0]}


def test_other_services_answers_are_left_alone() -> None:
    request = HttpRequest("POST", "/", "127.0.0.1:4000", ())
    result = {"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/1/a"}
    assert as_answered(result, operation("lambda", "GetFunction"), request) is result
