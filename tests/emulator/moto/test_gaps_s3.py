"""What S3 refuses whoever asks; whom a policy lets in is data."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from verifier.authorization.operation import Operation
from verifier.emulator.moto.resource_policy import allows_service, is_public, statements
from verifier.emulator.moto.upstream import MotoUpstream
from verifier.errors import AwsError

_ACCOUNT, _REGION = "210987654322", "us-east-1"
_CASES = json.loads((Path(__file__).parents[2] / "cases" / "resource_policies.json").read_text("utf-8"))


class _S3:
    def __init__(self) -> None:
        self.upstream = MotoUpstream()

    def __call__(self, name: str, service: str = "s3", **params: Any) -> dict[str, Any]:
        return self.upstream.invoke(Operation(service, name, params, _ACCOUNT, _REGION))

    def refused(self, name: str, **params: Any) -> tuple[str, int]:
        with pytest.raises(AwsError) as caught:
            self(name, **params)
        return caught.value.code, caught.value.status


@pytest.fixture
def s3() -> Iterator[_S3]:
    made = _S3()
    yield made
    made.upstream.forget(_ACCOUNT)


@pytest.mark.parametrize("case", _CASES["public"], ids=lambda case: case["name"])
def test_who_is_everyone(case: dict[str, Any]) -> None:
    assert is_public(case["statement"]) is case["public"]


@pytest.mark.parametrize("case", _CASES["service"], ids=lambda case: case["name"])
def test_what_lets_a_service_in(case: dict[str, Any]) -> None:
    context = {"aws:sourcearn": "arn:aws:s3:::inbox", "aws:sourceaccount": _ACCOUNT}
    let = allows_service(case["statement"], "s3.amazonaws.com", "sns:Publish", context)
    assert let is case["allowed"]


@pytest.mark.parametrize("text", ["", "{", "[]", '"x"', '{"Statement": 1}', '{"Statement": ["x"]}'])
def test_a_text_that_is_no_policy_has_no_statements(text: str) -> None:
    assert list(statements(text)) == []


def test_a_new_bucket_has_no_acls(s3: _S3) -> None:
    code = "InvalidBucketAclWithObjectOwnership"
    assert s3.refused("CreateBucket", Bucket="bucket-a", ACL="log-delivery-write") == (code, 400)
    assert s3.refused("CreateBucket", Bucket="bucket-a", GrantRead="uri=x") == (code, 400)
    s3("CreateBucket", Bucket="bucket-a", ACL="private")
    assert s3.refused("PutBucketAcl", Bucket="bucket-a", ACL="log-delivery-write") == (
        "AccessControlListNotSupported",
        400,
    )
    s3("PutBucketAcl", Bucket="bucket-a", ACL="private")
    rules = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    s3("PutBucketOwnershipControls", Bucket="bucket-a", OwnershipControls=rules)
    s3("PutBucketAcl", Bucket="bucket-a", ACL="log-delivery-write")


def test_a_new_bucket_has_no_public_acl_until_the_block_is_off(s3: _S3) -> None:
    wanted = {"Bucket": "bucket-b", "ObjectOwnership": "ObjectWriter"}
    refused = s3.refused("CreateBucket", **wanted, ACL="public-read")
    assert refused == ("InvalidBucketAclWithBlockPublicAccessError", 400)
    s3("CreateBucket", **wanted, ACL="log-delivery-write")
    assert s3.refused("PutBucketAcl", Bucket="bucket-b", ACL="public-read") == ("AccessDenied", 403)
    s3("PutPublicAccessBlock", Bucket="bucket-b", PublicAccessBlockConfiguration={"BlockPublicPolicy": True})
    s3("PutBucketAcl", Bucket="bucket-b", ACL="public-read")


def test_a_policy_for_everyone_is_blocked(s3: _S3) -> None:
    s3("CreateBucket", Bucket="bucket-c")
    block = s3("GetPublicAccessBlock", Bucket="bucket-c")["PublicAccessBlockConfiguration"]
    assert set(block.values()) == {True}
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::bucket-c/*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
    assert s3.refused("PutBucketPolicy", Bucket="bucket-c", Policy=policy) == ("AccessDenied", 403)
    s3("DeletePublicAccessBlock", Bucket="bucket-c")
    s3("PutBucketPolicy", Bucket="bucket-c", Policy=policy)


def test_a_bucket_made_again_keeps_what_it_had(s3: _S3) -> None:
    """In us-east-1 its owner may make it twice."""
    s3("CreateBucket", Bucket="bucket-d")
    s3("DeletePublicAccessBlock", Bucket="bucket-d")
    s3("CreateBucket", Bucket="bucket-d")
    with pytest.raises(AwsError, match="NoSuchPublicAccessBlockConfiguration"):
        s3("GetPublicAccessBlock", Bucket="bucket-d")


def _notifies(member: str, arn: str, target: str) -> dict[str, Any]:
    return {member: [{arn: target, "Events": ["s3:ObjectCreated:*"]}]}


def test_a_queue_must_let_s3_in(s3: _S3) -> None:
    s3("CreateBucket", Bucket="inbox")
    queue = f"arn:aws:sqs:{_REGION}:{_ACCOUNT}:q"
    wanted: dict[str, Any] = {
        "Bucket": "inbox",
        "NotificationConfiguration": _notifies("QueueConfigurations", "QueueArn", queue),
    }
    put = "PutBucketNotificationConfiguration"
    assert s3.refused(put, **wanted) == ("InvalidArgument", 400)
    url = s3("CreateQueue", "sqs", QueueName="q")["QueueUrl"]
    assert s3.refused(put, **wanted) == ("InvalidArgument", 400)
    s3(put, **wanted, SkipDestinationValidation=True)
    statement = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sqs:SendMessage"}
    text = json.dumps({"Statement": [{**statement, "Resource": queue}]})
    s3("SetQueueAttributes", "sqs", QueueUrl=url, Attributes={"Policy": text})
    s3(put, **wanted)


def test_a_topic_must_let_s3_in_beyond_its_default_policy(s3: _S3) -> None:
    s3("CreateBucket", Bucket="inbox")
    topic = s3("CreateTopic", "sns", Name="t")["TopicArn"]
    wanted: dict[str, Any] = {
        "Bucket": "inbox",
        "NotificationConfiguration": _notifies("TopicConfigurations", "TopicArn", topic),
    }
    put = "PutBucketNotificationConfiguration"
    assert s3.refused(put, **wanted) == ("InvalidArgument", 400)
    statement = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sns:Publish"}
    text = json.dumps({"Version": "2012-10-17", "Statement": [{**statement, "Resource": topic}]})
    s3("SetTopicAttributes", "sns", TopicArn=topic, AttributeName="Policy", AttributeValue=text)
    s3(put, **wanted)


def test_a_destination_elsewhere_is_not_known(s3: _S3) -> None:
    s3("CreateBucket", Bucket="inbox")
    other = f"arn:aws:sqs:{_REGION}:111122223333:q"
    configuration = _notifies("QueueConfigurations", "QueueArn", other)
    s3("PutBucketNotificationConfiguration", Bucket="inbox", NotificationConfiguration=configuration)
    assert "QueueConfigurations" in s3("GetBucketNotificationConfiguration", Bucket="inbox")


def test_access_logs_do_not_fill_a_bucket_at_once(s3: _S3) -> None:
    s3("CreateBucket", Bucket="logs", ACL="log-delivery-write", ObjectOwnership="ObjectWriter")
    s3("CreateBucket", Bucket="data")
    status = {"LoggingEnabled": {"TargetBucket": "logs", "TargetPrefix": "data/"}}
    s3("PutBucketLogging", Bucket="data", BucketLoggingStatus=status)
    s3("PutObject", Bucket="data", Key="k", Body=b"x")
    s3("ListObjectsV2", Bucket="data")
    assert s3("ListObjectsV2", Bucket="logs").get("KeyCount") == 0
    s3("DeleteBucket", Bucket="logs")
