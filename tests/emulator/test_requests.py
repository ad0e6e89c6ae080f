"""An operation is said to an emulator as it is."""

import json
from typing import Any

import pytest

from verifier.authorization.operation import Operation
from verifier.emulator.http import HttpRequest
from verifier.emulator.moto.models import authorization, operation_model, protocol_of
from verifier.emulator.requests import request_of
from verifier.errors import AwsError

ACCOUNT = "111122223333"


def said(service: str, name: str, region: str = "eu-west-1", /, **params: Any) -> HttpRequest:
    operation = Operation(service, name, params, ACCOUNT, region)
    model = operation_model(operation)
    return request_of(operation, model, protocol_of(model))


@pytest.mark.parametrize(
    ("request_", "method", "host", "target"),
    [
        (
            said("s3", "GetObject", Bucket="a.b", Key="/c d/ü+?&", VersionId="1 2"),
            "GET",
            "s3.eu-west-1.amazonaws.com",
            "/a.b//c%20d/%C3%BC%2B%3F%26?versionId=1%202",
        ),
        (
            said("s3", "ListObjectsV2", "cn-north-1", Bucket="b", Prefix="a b"),
            "GET",
            "s3.cn-north-1.amazonaws.com.cn",
            "/b?list-type=2&prefix=a%20b",
        ),
        (
            said("lambda", "ListTags", Resource="arn:aws:lambda:x:y:function:f"),
            "GET",
            "lambda.eu-west-1.amazonaws.com",
            "/2017-03-31/tags/arn%3Aaws%3Alambda%3Ax%3Ay%3Afunction%3Af",
        ),
        (
            said("cloudwatch", "ListMetrics"),
            "POST",
            "monitoring.eu-west-1.amazonaws.com",
            "/",
        ),
    ],
    ids=lambda value: value.target if isinstance(value, HttpRequest) else "",
)
def test_where_a_request_goes(request_: HttpRequest, method: str, host: str, target: str) -> None:
    assert (request_.method, request_.host, request_.target) == (method, host, target)


def test_a_request_says_whose_it_is() -> None:
    model = operation_model(Operation("elbv2", "DescribeLoadBalancers", {}, ACCOUNT, "us-west-2"))
    signed = authorization(model, "us-west-2")
    assert "/us-west-2/elasticloadbalancing/aws4_request" in signed


def test_parameters_are_left_as_they_are() -> None:
    """What botocore's clients would change: encodings, checksums, queues' hosts, listings."""
    encoded = "IyEvYmluL3No"
    body = said("ec2", "RunInstances", MaxCount=1, MinCount=1, UserData=encoded).body.decode()
    assert f"UserData={encoded}" in body
    assert said("s3", "ListObjects", Bucket="b").target == "/b"
    put = said("s3", "PutObject", Bucket="b", Key="k", Body=b"x", Metadata={"my_Key": "v"})
    assert {name.lower() for name, _ in put.headers} == {"x-amz-meta-my_key"}
    url = "https://elsewhere.example/1/q"
    sent = said("sqs", "PurgeQueue", QueueUrl=url)
    assert (sent.host, json.loads(sent.body)) == ("sqs.eu-west-1.amazonaws.com", {"QueueUrl": url})
    assert said("route53", "GetHostedZone", Id="/hostedzone/Z").target.endswith("hostedzone%2FZ")


def test_a_token_is_made_up_where_none_is_given() -> None:
    made = json.loads(said("stepfunctions", "TagResource", resourceArn="arn:aws:x", tags=[]).body)
    assert set(made) == {"resourceArn", "tags"}
    params: dict[str, Any] = {"SecretId": "s", "SecretString": "x"}
    one, two = (json.loads(said("secretsmanager", "PutSecretValue", **params).body) for _ in range(2))
    assert one["ClientRequestToken"] != two["ClientRequestToken"]
    given = said("secretsmanager", "PutSecretValue", **params, ClientRequestToken="t" * 32)
    assert json.loads(given.body)["ClientRequestToken"] == "t" * 32


@pytest.mark.parametrize("operation", ["iam:Nonsense", "nonsense:ListThings"])
def test_what_nobody_knows(operation: str) -> None:
    service, _, name = operation.partition(":")
    with pytest.raises(AwsError) as caught:
        operation_model(Operation(service, name, {}, ACCOUNT, "eu-west-1"))
    assert (caught.value.code, caught.value.status) == ("InvalidAction", 400)
