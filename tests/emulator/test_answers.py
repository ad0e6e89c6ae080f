"""What an emulator answers is read as it is."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from verifier.authorization.operation import Operation
from verifier.emulator.answers import output_of
from verifier.emulator.http import HttpResponse
from verifier.emulator.moto.models import operation_model, protocol_of
from verifier.errors import AwsError

ACCOUNT = "111122223333"


def read(service: str, name: str, status: int, body: bytes = b"", **headers: str) -> dict[str, Any]:
    model = operation_model(Operation(service, name, {}, ACCOUNT, "eu-west-1"))
    named = tuple((header.replace("_", "-"), value) for header, value in headers.items())
    return output_of(HttpResponse(status, named, body), model, protocol_of(model))


def failed(service: str, name: str, status: int, body: bytes = b"", **headers: str) -> AwsError:
    with pytest.raises(AwsError) as caught:
        read(service, name, status, body, **headers)
    return caught.value


@pytest.fixture
def far_from_greenwich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("far_from_greenwich")
def test_times_are_read_in_utc() -> None:
    wanted = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
    head = read("s3", "HeadObject", 200, Last_Modified="Wed, 02 Jan 2030 03:04:05 GMT")
    assert head["LastModified"] == wanted
    assert str(head["LastModified"].tzinfo) == "UTC"
    table = read("dynamodb", "DescribeTable", 200, b'{"Table": {"CreationDateTime": 1893553445}}')
    assert table["Table"]["CreationDateTime"] == wanted
    assert str(table["Table"]["CreationDateTime"].tzinfo) == "UTC"


def test_bodies_of_bytes() -> None:
    body = bytes(range(256))
    got = read("s3", "GetObject", 206, body, Content_Range="bytes 0-255/300", Content_Type="a/b", ETag='"e"')
    assert got == {
        "Body": body,
        "ContentRange": "bytes 0-255/300",
        "ContentType": "a/b",
        "ETag": '"e"',
        "Metadata": {},
    }
    invoked = read("lambda", "Invoke", 202, b"")
    assert (invoked["Payload"], invoked["StatusCode"]) == (b"", 202)


def test_policies_stay_text() -> None:
    text = "%7B%22Version%22%3A%222012-10-17%22%7D"
    xml = f"<R><GetRolePolicyResult><PolicyDocument>{text}</PolicyDocument></GetRolePolicyResult></R>"
    assert read("iam", "GetRolePolicy", 200, xml.encode()) == {"PolicyDocument": text}


@pytest.mark.parametrize(
    ("body", "location"),
    [(b"<LocationConstraint>eu-west-1</LocationConstraint>", "eu-west-1"), (b"<LocationConstraint/>", None)],
)
def test_a_buckets_location(body: bytes, location: str | None) -> None:
    assert read("s3", "GetBucketLocation", 200, body)["LocationConstraint"] == location


def test_nothing_is_no_xml() -> None:
    assert read("iam", "DeleteRole", 200) == {}
    assert read("sns", "ListTopics", 200) == {}


def test_an_answer_that_cannot_be_read() -> None:
    error = failed("sns", "ListTopics", 200, b"moto stumbled")
    assert (error.code, error.status) == ("InternalFailure", 500)
    error = failed("sns", "ListTopics", 418, b"moto stumbled")
    assert (error.code, error.message, error.status) == ("418", "moto stumbled", 418)


def test_what_an_error_says() -> None:
    reasons = [{"Code": "ConditionalCheckFailed", "Item": {"b": {"B": "/w=="}}}]
    body = json.dumps(
        {"__type": "x#TransactionCanceledException", "Message": "m", "CancellationReasons": reasons}
    )
    error = failed("dynamodb", "TransactWriteItems", 400, body.encode())
    assert (error.code, error.message, error.status) == ("TransactionCanceledException", "m", 400)
    assert error.members == {
        "CancellationReasons": [{"Code": "ConditionalCheckFailed", "Item": {"b": {"B": b"\xff"}}}]
    }


def test_an_error_of_a_service_that_spoke_another_protocol() -> None:
    old = "AWS.SimpleQueueService.NonExistentQueue;Sender"
    body = b'{"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "m"}'
    error = failed("sqs", "GetQueueUrl", 400, body, x_amzn_query_error=old)
    assert (error.code, error.message, error.members) == (
        "AWS.SimpleQueueService.NonExistentQueue",
        "m",
        {},
    )


def test_an_error_of_s3() -> None:
    body = b"<Error><Code>NoSuchKey</Code><Message>m</Message><Key>k</Key><RequestId>1</RequestId></Error>"
    error = failed("s3", "GetObject", 404, body, Content_Type="application/xml", Content_Length="9")
    assert (error.code, error.message, error.members) == ("NoSuchKey", "m", {"Key": "k"})


def test_an_answer_without_a_body() -> None:
    error = failed("s3", "HeadObject", 304, ETag='"e"', Content_Type="text/html")
    assert (error.code, error.status, error.members) == ("304", 304, {"ETag": '"e"'})
    assert failed("s3", "HeadBucket", 404).code == "404"
