"""Every protocol's clients read our answers as AWS's."""

import json
from pathlib import Path
from typing import Any

import botocore.parsers
import botocore.session
import pytest

from verifier.emulator.http import HttpResponse
from verifier.errors import AwsError
from verifier.gateway import respond
from verifier.gateway.respond import Dialect

CASES = json.loads((Path(__file__).parents[1] / "cases" / "gateway" / "answers.json").read_text())
MESSAGE = "User: arn:aws:iam::111122223333:user/<dev> & co is not authorized to perform: a:B on resource: *"


def as_botocore(response: HttpResponse, service: str, operation: str, protocol: str) -> dict[str, Any]:
    """What botocore's parser makes of an answer."""
    model = botocore.session.Session().get_service_model(service)
    headers = {name.lower(): value for name, value in response.headers}
    parser = botocore.parsers.create_parser(protocol)
    raw = {"status_code": response.status, "headers": headers, "body": response.body}
    result: dict[str, Any] = parser.parse(raw, model.operation_model(operation).output_shape)
    return result


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['service']}-{case['protocol']}")
def test_errors(case: dict[str, Any]) -> None:
    dialect = Dialect(case["service"], case["protocol"])
    refused = respond.serialise_error(respond.refused(dialect, MESSAGE), dialect)
    error = as_botocore(refused, case["service"], case["operation"], case["protocol"])
    assert (refused.status, error["Error"]["Code"]) == tuple(case["refused"])
    assert error["Error"]["Message"] == MESSAGE
    assert error["ResponseMetadata"].get("RequestId")

    unknown = respond.serialise_error(respond.unknown_key(dialect), dialect)
    error = as_botocore(unknown, case["service"], case["operation"], case["protocol"])
    assert (unknown.status, error["Error"]["Code"]) == tuple(case["unknownKey"])

    for make in (respond.unroutable, respond.unsigned):
        made = make(dialect, "x") if make is respond.unroutable else respond.unsigned(dialect)
        answer = respond.serialise_error(made, dialect)
        error = as_botocore(answer, case["service"], case["operation"], case["protocol"])
        assert error["Error"]["Code"] == made.code
        assert respond.read_error(answer) == (made.code, made.message)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['service']}-{case['protocol']}")
def test_head_has_no_body(case: dict[str, Any]) -> None:
    dialect = Dialect(case["service"], case["protocol"], "HEAD")
    response = respond.serialise_error(AwsError("AccessDenied", MESSAGE, 403), dialect)
    assert (response.status, response.body) == (403, b"")
    assert respond.read_error(HttpResponse(403)) == ("403", "")


def test_success_is_no_error() -> None:
    assert respond.read_error(HttpResponse(200, (), b"<Error><Code>x</Code></Error>")) == ("", "")


@pytest.mark.parametrize("body", [b"{", b"<a", b"", b"\xff\xfe", b"[]", b"plain"])
def test_an_unreadable_error_has_its_status_as_code(body: bytes) -> None:
    assert respond.read_error(HttpResponse(500, (), body)) == ("500", "")


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        (
            b'{"__type": "com.amazon.coral.service#AccessDeniedException", "Message": "m"}',
            "AccessDeniedException",
            "m",
        ),
        (b'{"code": "X", "message": "m"}', "X", "m"),
        (b'<?xml version="1.0"?><Error><Code>NoSuchKey</Code><Message>m</Message></Error>', "NoSuchKey", "m"),
        (b'<E xmlns="http://x/"><Error><Code>A</Code><Message>m</Message></Error></E>', "A", "m"),
    ],
)
def test_read_error(body: bytes, code: str, message: str) -> None:
    assert respond.read_error(HttpResponse(400, (), body)) == (code, message)


def test_result_without_none() -> None:
    from moto.core.utils import get_service_model

    model = get_service_model("cloudformation").operation_model("DescribeStacks")
    stack = {
        "StackName": "s",
        "StackId": "arn",
        "StackStatus": "CREATE_COMPLETE",
        "CreationTime": "2025-01-01T00:00:00Z",
        "StackStatusReason": None,
        "Outputs": [{"OutputKey": "a", "OutputValue": "<&>", "Description": None}],
        "Tags": (),
    }
    response = respond.serialise_result(model, "query", {"Stacks": [stack], "NextToken": None})
    result = as_botocore(response, "cloudformation", "DescribeStacks", "query")
    (found,) = result["Stacks"]
    assert found["Outputs"] == [{"OutputKey": "a", "OutputValue": "<&>"}]
    assert "StackStatusReason" not in found
    assert found["CreationTime"].year == 2025
    assert "NextToken" not in result
