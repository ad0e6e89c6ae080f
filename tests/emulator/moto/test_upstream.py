"""moto as the upstream: accounts apart, errors as AwsError, what it lacks made up for."""

import gc
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from verifier.authorization.operation import Operation
from verifier.emulator.moto.gaps import fixed_answers
from verifier.emulator.moto.upstream import MotoUpstream
from verifier.errors import AwsError

ONE, TWO = "310000000001", "310000000002"


@pytest.fixture
def upstream() -> Iterator[MotoUpstream]:
    upstream = MotoUpstream()
    yield upstream
    for account in (ONE, TWO):
        upstream.forget(account)


def operation(service: str, name: str, account: str = ONE, /, **params: Any) -> Operation:
    return Operation(service, name, params, account, "us-east-1")


def test_accounts_are_apart_and_can_be_forgotten(upstream: MotoUpstream) -> None:
    upstream.invoke(operation("s3", "CreateBucket", Bucket="one"))
    upstream.invoke(operation("s3", "PutObject", Bucket="one", Key="k", Body=b"x"))
    upstream.invoke(operation("logs", "CreateLogGroup", logGroupName="/g"))
    upstream.invoke(operation("s3", "CreateBucket", TWO, Bucket="two"))
    assert upstream.invoke(operation("logs", "DescribeLogGroups", TWO))["logGroups"] == []
    upstream.forget(ONE)
    assert upstream.invoke(operation("logs", "DescribeLogGroups"))["logGroups"] == []
    assert upstream.invoke(operation("s3", "ListBuckets"))["Buckets"] == []
    assert [one["Name"] for one in upstream.invoke(operation("s3", "ListBuckets", TWO))["Buckets"]] == ["two"]
    # Its bucket names are free again.
    upstream.invoke(operation("s3", "CreateBucket", TWO, Bucket="one"))


def test_nothing_of_a_forgotten_account_is_held(upstream: MotoUpstream) -> None:
    from moto.iam.models import IAMBackend

    upstream.invoke(operation("iam", "CreateUser", UserName="one"))
    upstream.forget(ONE)
    gc.collect()
    held = [one for one in gc.get_objects() if type(one) is IAMBackend and one.account_id == ONE]
    assert held == []


def test_output_without_metadata(upstream: MotoUpstream) -> None:
    upstream.invoke(operation("s3", "CreateBucket", Bucket="one"))
    upstream.invoke(operation("s3", "PutObject", Bucket="one", Key="a b/c", Body=b"data"))
    result = upstream.invoke(operation("s3", "GetObject", Bucket="one", Key="a b/c"))
    assert "ResponseMetadata" not in result
    assert result["Body"] == b"data"


def test_an_object_that_looks_like_a_form(upstream: MotoUpstream) -> None:
    upstream.invoke(operation("s3", "CreateBucket", Bucket="one"))
    form = {"Body": b"key=1&file=2&acl=3", "ContentType": "application/x-www-form-urlencoded"}
    upstream.invoke(operation("s3", "PutObject", Bucket="one", Key="form", **form))
    assert upstream.invoke(operation("s3", "GetObject", Bucket="one", Key="form"))["Body"] == form["Body"]


def test_streams_of_events(upstream: MotoUpstream) -> None:
    upstream.invoke(operation("s3", "CreateBucket", Bucket="one"))
    upstream.invoke(operation("s3", "PutObject", Bucket="one", Key="k", Body=b'{"a": 1}'))
    select = operation(
        "s3",
        "SelectObjectContent",
        Bucket="one",
        Key="k",
        Expression="select * from s3object",
        ExpressionType="SQL",
        InputSerialization={"JSON": {"Type": "DOCUMENT"}},
        OutputSerialization={"JSON": {}},
    )
    events = upstream.invoke(select)["Payload"]
    assert [next(iter(event)) for event in events] == ["Records", "Stats", "End"]
    assert json.loads(events[0]["Records"]["Payload"]) == {"a": 1}


@pytest.mark.parametrize(
    ("wanted", "code", "status"),
    [
        (operation("s3", "GetObject", Bucket="none", Key="k"), "NoSuchBucket", 404),
        (operation("s3", "HeadBucket", Bucket="none"), "404", 404),
        (operation("iam", "GetRole", RoleName="none"), "NoSuchEntity", 404),
        (operation("lambda", "GetFunction", FunctionName="none"), "ResourceNotFoundException", 404),
        (operation("logs", "DeleteLogGroup", logGroupName="/none"), "ResourceNotFoundException", 400),
        (operation("sqs", "GetQueueUrl", QueueName="none"), "AWS.SimpleQueueService.NonExistentQueue", 400),
        (operation("iam", "GetRole", Nonsense="x"), "ValidationException", 400),
        (operation("iam", "Nonsense"), "InvalidAction", 400),
    ],
    ids=str,
)
def test_errors(upstream: MotoUpstream, wanted: Operation, code: str, status: int) -> None:
    with pytest.raises(AwsError) as caught:
        upstream.invoke(wanted)
    assert (caught.value.code, caught.value.status) == (code, status)


def test_what_moto_lacks_is_said_so(upstream: MotoUpstream, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(AwsError) as caught:
        upstream.invoke(operation("workdocs", "DescribeUsers"))
    assert (caught.value.code, caught.value.status) == ("NotImplemented", 501)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("bucket", "key"),
    [("moto-api", "reset"), ("moto-api", "data.json"), ("latest", "meta-data/iam"), ("latest", "api/token")],
)
def test_motos_own_paths_are_out_of_reach(upstream: MotoUpstream, bucket: str, key: str) -> None:
    upstream.invoke(operation("s3", "CreateBucket", Bucket="one"))
    with pytest.raises(AwsError) as caught:
        upstream.invoke(operation("s3", "GetObject", Bucket=bucket, Key=key))
    # To S3 these are objects of a bucket that is not there.
    assert (caught.value.code, caught.value.status) == ("NoSuchBucket", 404)
    assert len(upstream.invoke(operation("s3", "ListBuckets"))["Buckets"]) == 1


def test_the_environment_has_no_say(monkeypatch: pytest.MonkeyPatch, upstream: MotoUpstream) -> None:
    for name, value in {
        "AWS_PROFILE": "none",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_CONFIG_FILE": "/nonexistent",
        "AWS_ACCESS_KEY_ID": "x",
    }.items():
        monkeypatch.setenv(name, value)
    assert "TopicArn" in upstream.invoke(operation("sns", "CreateTopic", Name="t"))


@pytest.mark.parametrize("key", sorted(fixed_answers()), ids=":".join)
def test_fixed_answers_are_answers_of_their_operation(key: tuple[str, str], upstream: MotoUpstream) -> None:
    import botocore.session
    import botocore.validate

    service, name = key
    model = botocore.session.Session().get_service_model(service).operation_model(name)
    answer = upstream.invoke(operation(service, name))
    assert answer == fixed_answers()[key]
    members = model.output_shape.members if model.output_shape else {}
    assert set(answer) <= set(members)


def test_bucket_policies_do_not_refuse_uploads(upstream: MotoUpstream) -> None:
    upstream.invoke(operation("s3", "CreateBucket", Bucket="one"))
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": "arn:aws:s3:::one/*",
        "Condition": {"Bool": {"aws:SecureTransport": False}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    upstream.invoke(operation("s3", "PutBucketPolicy", Bucket="one", Policy=policy))
    upstream.invoke(operation("s3", "PutObject", Bucket="one", Key="k", Body=b""))
    deleted = upstream.invoke(
        operation("s3", "DeleteObjects", Bucket="one", Delete={"Objects": [{"Key": "k"}]})
    )
    assert [one["Key"] for one in deleted["Deleted"]] == ["k"]


def test_a_deployment_is_in_use_while_a_stage_points_at_it(upstream: MotoUpstream) -> None:
    api = upstream.invoke(operation("apigateway", "CreateRestApi", name="a"))
    root = upstream.invoke(operation("apigateway", "GetResources", restApiId=api["id"]))["items"][0]["id"]
    at = {"restApiId": api["id"], "resourceId": root, "httpMethod": "GET"}
    upstream.invoke(operation("apigateway", "PutMethod", **at, authorizationType="NONE"))
    upstream.invoke(operation("apigateway", "PutIntegration", **at, type="MOCK"))
    deploy = operation("apigateway", "CreateDeployment", restApiId=api["id"], stageName="dev")
    first, second = (upstream.invoke(deploy)["id"] for _ in range(2))
    delete = operation("apigateway", "DeleteDeployment", restApiId=api["id"], deploymentId=first)
    upstream.invoke(delete)
    with pytest.raises(AwsError):
        upstream.invoke(replace(delete, params={**delete.params, "deploymentId": second}))
    with pytest.raises(AwsError):
        upstream.invoke(delete)
