"""What CloudTrail tells: of whom, when, in which order, and of nothing that was done with objects."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from verifier.authorization.authorizer import Call
from verifier.authorization.caller import Caller, OnBehalfOf
from verifier.authorization.operation import Operation
from verifier.errors import AwsError
from verifier.gateway.trail import Trail

ACCOUNT, REGION = "111122223333", "eu-west-1"
USER = Caller(f"arn:aws:iam::{ACCOUNT}:user/verifier/u", ACCOUNT, "AIDA")
BEGAN = datetime(2026, 11, 26, 12, tzinfo=UTC)


class Told:
    """A trail that is five seconds late, and its clock."""

    def __init__(self) -> None:
        self.now = BEGAN
        self.trail = Trail(5, lambda: self.now)

    def call(self, name: str, refused: str | None = None, caller: Caller = USER, **params: Any) -> None:
        service, _, operation = name.partition(":")
        about = OnBehalfOf("s", "F", "AWS::X::Y", "create") if params.pop("about", False) else None
        made = Operation(service, operation, params, ACCOUNT, REGION)
        self.trail.note(Call(made, caller, on_behalf_of=about), refused)
        self.now += timedelta(seconds=1)

    def answer(self, region: str = REGION, **params: Any) -> dict[str, Any]:
        return self.trail.lookup(Operation("cloudtrail", "LookupEvents", params, ACCOUNT, region))

    def names(self, region: str = REGION, **params: Any) -> list[str]:
        return [one["EventName"] for one in self.answer(region, **params)["Events"]]

    def record(self) -> dict[str, Any]:
        self.now += timedelta(seconds=5)
        newest: dict[str, Any] = json.loads(self.answer()["Events"][0]["CloudTrailEvent"])
        return newest


@pytest.fixture
def told() -> Told:
    return Told()


def test_events_come_late_and_the_newest_is_first(told: Told) -> None:
    told.call("sqs:CreateQueue")
    told.call("sns:CreateTopic")
    told.now = BEGAN + timedelta(seconds=4)
    assert told.names() == []
    told.now += timedelta(seconds=1)
    assert told.names() == ["CreateQueue"]
    told.now += timedelta(seconds=1)
    assert told.names() == ["CreateTopic", "CreateQueue"]


def test_who_made_a_call_and_what_it_was_refused_with(told: Told) -> None:
    told.call("lambda:CreateFunction", "no, you may not", FunctionName="f", Description="private")
    record = told.record()
    assert record["userIdentity"] == {
        "type": "IAMUser",
        "principalId": "AIDA",
        "arn": USER.arn,
        "accountId": ACCOUNT,
        "userName": "u",
    }
    assert (record["eventSource"], record["eventName"]) == ("lambda.amazonaws.com", "CreateFunction20150331")
    assert (record["errorCode"], record["errorMessage"]) == ("AccessDenied", "no, you may not")
    assert record["requestParameters"] == {"functionName": "f"}
    assert record["readOnly"] is False


def test_what_cloudformation_calls_for_somebody(told: Told) -> None:
    told.call("stepfunctions:DescribeStateMachine", about=True)
    record = told.record()
    assert record["userIdentity"]["invokedBy"] == "cloudformation.amazonaws.com"
    assert record["userIdentity"]["arn"] == USER.arn
    assert (record["eventSource"], record["readOnly"]) == ("states.amazonaws.com", True)
    assert "errorCode" not in record


def test_a_refusal_without_a_word(told: Told) -> None:
    told.call("ec2:CreateVpc", "")
    record = told.record()
    assert record["errorCode"] == "Client.UnauthorizedOperation"
    assert "errorMessage" not in record


@pytest.mark.parametrize(
    ("caller", "kind", "name"),
    [
        (Caller(f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT, ACCOUNT, is_root=True), "Root", "root"),
        (replace(USER, arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s"), "AssumedRole", "s"),
    ],
)
def test_others_than_users(told: Told, caller: Caller, kind: str, name: str) -> None:
    told.call("sqs:CreateQueue", caller=caller)
    assert told.record()["userIdentity"]["type"] == kind
    assert told.answer()["Events"][0]["Username"] == name


def test_what_is_done_with_objects_is_not_told(told: Told) -> None:
    told.call("s3:UploadPart", Bucket="b", Key="k")
    told.call("s3:ListObjectsV2", Bucket="b")
    told.call("lambda:Invoke", FunctionName="f")
    told.call("s3:CreateBucket", Bucket="b")
    told.now += timedelta(seconds=5)
    assert told.names() == ["CreateBucket"]


def test_a_service_with_one_endpoint_is_told_of_there(told: Told) -> None:
    told.call("iam:CreateRole", RoleName="r")
    told.call("sqs:CreateQueue")
    told.now += timedelta(seconds=5)
    assert told.names() == ["CreateQueue"]
    assert told.names("us-east-1") == ["CreateRole"]


def test_some_of_them(told: Told) -> None:
    for number in range(5):
        told.call("sqs:CreateQueue" if number % 2 else "sns:CreateTopic")
    told.now += timedelta(seconds=5)
    attribute = {"AttributeKey": "EventSource", "AttributeValue": "sqs.amazonaws.com"}
    assert told.names(LookupAttributes=[attribute]) == ["CreateQueue", "CreateQueue"]
    assert len(told.names(StartTime=BEGAN + timedelta(seconds=3))) == 2
    assert len(told.names(EndTime=BEGAN.timestamp())) == 1
    first = told.answer(MaxResults=2)
    second = told.answer(MaxResults=2, NextToken=first["NextToken"])
    third = told.answer(MaxResults=2, NextToken=second["NextToken"])
    pages = [one["EventId"] for page in (first, second, third) for one in page["Events"]]
    assert len(pages) == len(set(pages)) == 5
    assert "NextToken" not in third


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"NextToken": "x"}, "InvalidNextTokenException"),
        (
            {"LookupAttributes": [{"AttributeKey": "ResourceName", "AttributeValue": "x"}]},
            "InvalidLookupAttributesException",
        ),
    ],
)
def test_what_cannot_be_looked_up(told: Told, params: dict[str, Any], code: str) -> None:
    with pytest.raises(AwsError, match=code):
        told.answer(**params)
