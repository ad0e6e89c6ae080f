"""An operation is carried out at an endpoint as it is said, and answered as AWS answers."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.endpoint import Endpoint, endpoint
from verifier.authorization.operation import Operation
from verifier.emulator.endpoint.upstream import EndpointUpstream
from verifier.emulator.moto.upstream import MotoUpstream
from verifier.errors import AwsError

ACCOUNT = "310987654321"
_ACCOUNT = ACCOUNT


@pytest.fixture
def served() -> Iterator[Endpoint]:
    moto = MotoUpstream()
    with endpoint(moto) as served:
        yield served
    moto.forget(ACCOUNT)


@pytest.fixture
def upstream(served: Endpoint) -> Iterator[EndpointUpstream]:
    upstream = EndpointUpstream(served.url, timeout=20)
    yield upstream
    upstream.close()


def do(upstream: EndpointUpstream, service: str, name: str, /, **params: Any) -> dict[str, Any]:
    return upstream.invoke(Operation(service, name, params, ACCOUNT, "eu-west-1"))


def test_it_is_said_with_its_account_and_region(served: Endpoint, upstream: EndpointUpstream) -> None:
    do(upstream, "logs", "CreateLogGroup", logGroupName="/g")
    (asked,) = served.asked
    assert (asked.account, asked.region, asked.params) == (ACCOUNT, "eu-west-1", {"logGroupName": "/g"})
    (group,) = do(upstream, "logs", "DescribeLogGroups")["logGroups"]
    assert group["arn"] == f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/g:*"


def test_protocols_and_bytes(upstream: EndpointUpstream) -> None:
    where = {"LocationConstraint": "eu-west-1"}
    do(upstream, "s3", "CreateBucket", Bucket="bucket-of-bytes", CreateBucketConfiguration=where)
    made = {"Bucket": "bucket-of-bytes", "Key": "a b/ü?.bin", "Metadata": {"my_key": "v"}}
    do(upstream, "s3", "PutObject", **made, Body=bytes(range(256)))
    read = do(upstream, "s3", "GetObject", Bucket="bucket-of-bytes", Key="a b/ü?.bin")
    assert (read["Body"], read["Metadata"]) == (bytes(range(256)), {"my_key": "v"})
    assert "ResponseMetadata" not in read
    assert do(upstream, "sns", "CreateTopic", Name="t")["TopicArn"].endswith(f":{ACCOUNT}:t")
    assert do(upstream, "apigateway", "CreateRestApi", name="a")["name"] == "a"
    do(upstream, "s3", "DeleteObject", Bucket="bucket-of-bytes", Key="a b/ü?.bin")
    do(upstream, "s3", "DeleteBucket", Bucket="bucket-of-bytes")


def test_a_queue_is_where_aws_has_it(upstream: EndpointUpstream) -> None:
    url = f"https://sqs.eu-west-1.amazonaws.com/{ACCOUNT}/q"
    assert do(upstream, "sqs", "CreateQueue", QueueName="q")["QueueUrl"] == url
    assert do(upstream, "sqs", "ListQueues")["QueueUrls"] == [url]
    wanted = do(upstream, "sqs", "GetQueueAttributes", QueueUrl=url, AttributeNames=["QueueArn"])
    assert wanted["Attributes"] == {"QueueArn": f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q"}


def failed(upstream: EndpointUpstream, service: str, name: str, /, **params: Any) -> AwsError:
    with pytest.raises(AwsError) as caught:
        do(upstream, service, name, **params)
    return caught.value


def test_errors_are_those_of_the_endpoint(served: Endpoint, upstream: EndpointUpstream) -> None:
    missing = failed(upstream, "iam", "GetRole", RoleName="none")
    assert (missing.code, missing.status) == ("NoSuchEntity", 404)
    assert (absent := failed(upstream, "s3", "HeadBucket", Bucket="no-such-bucket-here")).status == 404
    assert absent.code == "404"
    wrong = failed(upstream, "sqs", "CreateQueue")
    assert (wrong.code, wrong.status) == ("ValidationException", 400)
    assert failed(upstream, "sqs", "NoSuchOperation").code == "InvalidAction"
    served.lacks.add("sns")
    assert failed(upstream, "sns", "ListTopics").status == 501


@pytest.mark.parametrize("code", ["InvalidAction", "UnknownOperationException"])
def test_what_aws_has_and_the_endpoint_does_not_know_is_lacking(
    served: Endpoint, upstream: EndpointUpstream, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    def unknown(operation: Operation) -> dict[str, Any]:
        raise AwsError(code, f"Unknown action: {operation.name}", 400)

    monkeypatch.setattr(served.upstream, "invoke", unknown)
    lacking = failed(upstream, "iam", "GetRole", RoleName="none")
    assert (lacking.code, lacking.status) == ("NotImplemented", 501)


def test_once_nobody_answers_nothing_is_asked_any_more(served: Endpoint) -> None:
    gone = EndpointUpstream("http://127.0.0.1:1")
    for _ in range(2):
        error = failed(gone, "sns", "ListTopics")
        assert (error.code, error.status) == ("ServiceUnavailable", 503)
    assert gone.lost == "http://127.0.0.1:1 does not answer: nobody listens there"


def test_a_bucket_is_spoken_to_in_its_region(
    served: Endpoint, upstream: EndpointUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    def elsewhere(operation: Operation) -> dict[str, Any]:
        if operation.name == "GetBucketLocation":
            return {"LocationConstraint": "us-west-2"}
        if operation.region != "us-west-2":
            raise AwsError("PermanentRedirect", "must be addressed using the specified endpoint", 301)
        return {"Body": b"x"}

    monkeypatch.setattr(served.upstream, "invoke", elsewhere)
    assert do(upstream, "s3", "GetObject", Bucket="b-b-b", Key="k")["Body"] == b"x"
    assert [one.region for one in served.asked] == ["eu-west-1", "eu-west-1", "us-west-2"]
