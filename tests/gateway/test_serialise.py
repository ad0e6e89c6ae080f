"""Outputs in each protocol's own shape, as botocore's parsers read them."""

from datetime import UTC, datetime
from typing import Any

import botocore.parsers
import botocore.session
import pytest

from verifier.emulator.http import HttpResponse
from verifier.errors import AwsError
from verifier.gateway import respond
from verifier.gateway.dialect import Dialect, service_model
from verifier.gateway.serialise import serialise_result

SESSION = botocore.session.Session()
MADE = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)


def model(service: str, operation: str) -> Any:
    return service_model(service).operation_model(operation)


def answered(
    service: str, operation: str, protocol: str, /, method: str = "GET", **result: Any
) -> HttpResponse:
    return serialise_result(model(service, operation), Dialect(service, protocol, method), result)


def as_botocore(response: HttpResponse, service: str, operation: str, protocol: str) -> dict[str, Any]:
    """What botocore's parser makes of an answer."""
    shape = SESSION.get_service_model(service).operation_model(operation).output_shape
    headers = {name.lower(): value for name, value in response.headers}
    raw = {"status_code": response.status, "headers": headers, "body": response.body}
    result: dict[str, Any] = botocore.parsers.create_parser(protocol).parse(raw, shape)
    result.pop("ResponseMetadata")
    return result


@pytest.mark.parametrize(
    ("service", "operation", "protocol", "result"),
    [
        ("iam", "GetUser", "query", {"User": {"UserName": "<&>", "CreateDate": MADE, "Tags": []}}),
        ("ec2", "DescribeVpcs", "ec2", {"Vpcs": [{"VpcId": "v", "IsDefault": False}]}),
        ("sqs", "GetQueueAttributes", "json", {"Attributes": {"DelaySeconds": "1"}}),
        ("dynamodb", "GetItem", "json", {"Item": {"a": {"B": b"\xff"}, "b": {"L": [{"NULL": True}]}}}),
        ("lambda", "GetFunctionConcurrency", "rest-json", {"ReservedConcurrentExecutions": 1}),
        ("s3", "GetBucketTagging", "rest-xml", {"TagSet": [{"Key": "a", "Value": " b "}]}),
        (
            "s3",
            "GetBucketAcl",
            "rest-xml",
            {"Grants": [{"Grantee": {"Type": "Group", "URI": "u"}, "Permission": "READ"}]},
        ),
        ("s3", "GetBucketPolicy", "rest-xml", {"Policy": '{"a": "<&>"}'}),
    ],
)
def test_what_is_said_is_what_is_read(
    service: str, operation: str, protocol: str, result: dict[str, Any]
) -> None:
    response = answered(service, operation, protocol, **result)
    assert as_botocore(response, service, operation, protocol) == result


def test_what_is_none_is_left_out() -> None:
    stack = {
        "StackName": "s",
        "StackId": "arn",
        "StackStatus": "CREATE_COMPLETE",
        "CreationTime": "2025-01-01T00:00:00Z",
        "StackStatusReason": None,
        "Outputs": [{"OutputKey": "a", "OutputValue": "<&>", "Description": None}],
        "Tags": (),
    }
    response = answered("cloudformation", "DescribeStacks", "query", Stacks=[stack], NextToken=None)
    result = as_botocore(response, "cloudformation", "DescribeStacks", "query")
    (found,) = result["Stacks"]
    assert found["Outputs"] == [{"OutputKey": "a", "OutputValue": "<&>"}]
    assert "StackStatusReason" not in found
    assert found["CreationTime"].year == 2025
    assert "NextToken" not in result


def test_an_object() -> None:
    body = bytes(range(256))
    response = answered(
        "s3",
        "GetObject",
        "rest-xml",
        Body=body,
        ContentType="text/css",
        ContentLength=256,
        Metadata={"my_Key": "v"},
        LastModified=MADE,
        ETag='"e"',
    )
    assert (response.status, response.body) == (200, body)
    assert response.header("Content-Type") == "text/css"
    assert response.header("x-amz-meta-my_Key") == "v"
    assert response.header("Last-Modified") == "Wed, 02 Jan 2030 03:04:05 GMT"
    assert response.header("ETag") == '"e"'


def test_an_object_without_a_type_and_without_a_body() -> None:
    response = answered("s3", "GetObject", "rest-xml", ContentLength=0)
    assert (response.status, response.body) == (200, b"")


def test_the_head_of_an_object() -> None:
    response = answered("s3", "HeadObject", "rest-xml", "HEAD", ContentLength=256, ContentType="a/b")
    assert (response.body, response.header("Content-Length")) == (b"", "256")
    assert response.header("Content-Type") == "a/b"


@pytest.mark.parametrize(
    ("service", "operation", "result", "status"),
    [
        ("s3", "GetObject", {"Body": b"x", "ContentRange": "bytes 0-0/9"}, 206),
        ("s3", "DeleteObject", {}, 204),
        ("lambda", "Invoke", {"StatusCode": 202, "Payload": b""}, 202),
        ("lambda", "Invoke", {"Payload": b"{}"}, 200),
        ("lambda", "CreateAlias", {"Name": "a"}, 201),
    ],
)
def test_statuses(service: str, operation: str, result: dict[str, Any], status: int) -> None:
    protocol = "rest-xml" if service == "s3" else "rest-json"
    assert answered(service, operation, protocol, **result).status == status


def test_a_stream_of_events() -> None:
    events = [{"Records": {"Payload": b"x"}}, {"End": {}}]
    response = answered("s3", "SelectObjectContent", "rest-xml", Payload=events)
    assert response.header("Content-Type") == "application/vnd.amazon.eventstream"
    assert response.body.count(b":event-type") == 2


def erred(service: str, operation: str, protocol: str, error: AwsError) -> HttpResponse:
    return respond.serialise_error(error, Dialect(service, protocol, "GET"), model(service, operation))


def test_an_error_says_all_that_its_shape_has() -> None:
    reasons = [{"Code": "ConditionalCheckFailed", "Item": {"b": {"B": b"\xff"}}}]
    error = AwsError(
        "TransactionCanceledException", "m", 400, {"CancellationReasons": reasons, "Nonsense": 1}
    )
    response = erred("dynamodb", "TransactWriteItems", "json", error)
    shape = SESSION.get_service_model("dynamodb").shape_for("TransactionCanceledException")
    raw = {"status_code": 400, "headers": dict(response.headers), "body": response.body}
    read = botocore.parsers.create_parser("json").parse(raw, shape)
    assert (read["Message"], read["CancellationReasons"]) == ("m", reasons)
    assert b"Nonsense" not in response.body


def test_an_error_of_a_service_that_spoke_another_protocol() -> None:
    error = AwsError("AWS.SimpleQueueService.NonExistentQueue", "m", 400)
    response = erred("sqs", "GetQueueUrl", "json", error)
    assert b'"__type": "QueueDoesNotExist"' in response.body
    assert response.header("x-amzn-query-error") == "AWS.SimpleQueueService.NonExistentQueue;Sender"
    assert (
        b"<Code>AWS.SimpleQueueService.NonExistentQueue</Code>"
        in erred("sqs", "GetQueueUrl", "query", error).body
    )


def test_an_error_tells_in_headers_what_its_operation_does() -> None:
    unchanged = erred("s3", "GetObject", "rest-xml", AwsError("304", "Not Modified", 304, {"ETag": '"e"'}))
    assert (unchanged.status, unchanged.body, unchanged.header("ETag")) == (304, b"", '"e"')
    gone = AwsError("NoSuchKey", "m", 404, {"Key": "<k>", "DeleteMarker": True})
    response = erred("s3", "GetObject", "rest-xml", gone)
    assert response.header("x-amz-delete-marker") == "true"
    assert b"<Key>&lt;k&gt;</Key>" in response.body
