"""The gateway and CloudFormation on an emulator that has nothing of moto."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.support.tiny_emulator import TinyUpstream, secret_of, tiny_emulator
from verifier.emulator.interface import Emulator
from verifier.gateway.server import Gateway, GatewayConfig

ROOT = Path(__file__).parents[2]
ACCOUNT, REGION = "620000000001", "eu-west-1"
# What of moto the gateway speaks to its clients with.
PROTOCOLS = {"core", "utilities", "settings", "backends", "backend_index"}
# The cluster is of a type without a handler: nothing is called for it.
TEMPLATE = {
    "Resources": {
        "Bucket": {"Type": "AWS::S3::Bucket"},
        "Logs": {"Type": "AWS::Logs::LogGroup", "DependsOn": "Bucket"},
        "Cluster": {"Type": "AWS::ECS::Cluster", "DependsOn": "Logs"},
    },
    "Outputs": {"Logs": {"Value": {"Fn::GetAtt": ["Logs", "Arn"]}}},
}


def allow(*actions: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


USERS = {
    "AKIAEVERYTHING": ("everything", allow("*")),
    "AKIANOLOGS": ("no-logs", allow("cloudformation:*", "s3:*", "sqs:*")),
    "AKIANOTHING": ("nothing", allow("sts:GetCallerIdentity")),
}


class Served:
    """A gateway on the tiny emulator, and its clients."""

    def __init__(self, gateway: Gateway, emulator: Emulator) -> None:
        self.gateway = gateway
        self.upstream = emulator.upstream

    def client(self, service: str, key: str = "AKIAEVERYTHING") -> Any:
        return botocore.session.Session().create_client(
            service,
            region_name=REGION,
            endpoint_url=self.gateway.endpoint,
            aws_access_key_id=key,
            aws_secret_access_key=secret_of(key),
            config=Config(retries={"total_max_attempts": 1}),
        )

    @property
    def done(self) -> list[str]:
        assert isinstance(self.upstream, TinyUpstream)
        return [str(operation) for operation in self.upstream.done]


@pytest.fixture
def served() -> Iterator[Served]:
    emulator = tiny_emulator(USERS)
    with Gateway(GatewayConfig(ACCOUNT, REGION), emulator) as gateway:
        yield Served(gateway, emulator)


def error(caught: pytest.ExceptionInfo[ClientError]) -> tuple[int, str]:
    response = caught.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]


def test_queues(served: Served) -> None:
    sqs = served.client("sqs")
    url = sqs.create_queue(QueueName="q", Attributes={"DelaySeconds": "1"})["QueueUrl"]
    # The client asks where it has been answered, not where the emulator says that its queues are.
    assert url == f"{served.gateway.endpoint}/{ACCOUNT}/q"
    assert sqs.list_queues()["QueueUrls"] == [url]
    sqs.delete_queue(QueueUrl=url)
    with pytest.raises(sqs.exceptions.QueueDoesNotExist) as caught:
        sqs.delete_queue(QueueUrl=url)
    assert error(caught) == (400, "AWS.SimpleQueueService.NonExistentQueue")


def test_objects(served: Served) -> None:
    s3 = served.client("s3")
    s3.create_bucket(Bucket="things", CreateBucketConfiguration={"LocationConstraint": REGION})
    body = bytes(range(256))
    put = s3.put_object(
        Bucket="things", Key="a b/ü+", Body=body, ContentType="text/css", Metadata={"my_key": "v"}
    )
    got = s3.get_object(Bucket="things", Key="a b/ü+")
    assert (got["Body"].read(), got["ContentType"], got["Metadata"]) == (body, "text/css", {"my_key": "v"})
    assert got["ETag"] == put["ETag"]
    assert got["LastModified"].isoformat() == "2026-01-02T03:04:05+00:00"
    assert s3.head_object(Bucket="things", Key="a b/ü+")["ContentLength"] == 256
    part = s3.get_object(Bucket="things", Key="a b/ü+", Range="bytes=10-19")
    assert (part["ResponseMetadata"]["HTTPStatusCode"], part["Body"].read()) == (206, body[10:20])
    with pytest.raises(ClientError) as caught:
        s3.get_object(Bucket="things", Key="a b/ü+", IfNoneMatch=put["ETag"])
    assert error(caught) == (304, "304")
    assert caught.value.response["ResponseMetadata"]["HTTPHeaders"]["etag"] == put["ETag"]
    with pytest.raises(ClientError) as caught:
        s3.get_object(Bucket="nothing", Key="k")
    assert error(caught) == (404, "NoSuchBucket")
    assert caught.value.response["Error"]["BucketName"] == "nothing"


def test_people(served: Served) -> None:
    who = served.client("sts", "AKIANOTHING").get_caller_identity()
    assert who["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/nothing"
    for key, code in (("AKIANOTHING", "AccessDenied"), ("AKIANOBODY", "InvalidClientTokenId")):
        with pytest.raises(ClientError) as caught:
            served.client("sqs", key).create_queue(QueueName="q")
        assert error(caught) == (403, code)
    assert served.done == []


def test_what_the_emulator_lacks_is_said_so(served: Served) -> None:
    with pytest.raises(ClientError) as caught:
        served.client("dynamodb").list_tables()
    assert error(caught) == (501, "NotImplemented")


def test_a_stack(served: Served) -> None:
    cloudformation = served.client("cloudformation")
    cloudformation.create_stack(StackName="s", TemplateBody=json.dumps(TEMPLATE))
    served.gateway.cloudformation.settle(20)
    (stack,) = cloudformation.describe_stacks(StackName="s")["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE", served.gateway.cloudformation.stacks(ACCOUNT)[0].events
    (output,) = stack["Outputs"]
    assert output["OutputValue"].startswith(f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:s-Logs-")
    cloudformation.delete_stack(StackName="s")
    served.gateway.cloudformation.settle(20)
    assert [one.status for one in served.gateway.cloudformation.stacks(ACCOUNT)] == ["DELETE_COMPLETE"]
    assert [one for one in served.done if "Create" in one or "Delete" in one] == [
        "s3:CreateBucket",
        "logs:CreateLogGroup",
        "logs:DeleteLogGroup",
        "s3:DeleteBucket",
    ]


def test_a_stack_rolls_back_for_want_of_a_permission(served: Served) -> None:
    cloudformation = served.client("cloudformation", "AKIANOLOGS")
    cloudformation.create_stack(StackName="s", TemplateBody=json.dumps(TEMPLATE))
    served.gateway.cloudformation.settle(20)
    (stack,) = served.gateway.cloudformation.stacks(ACCOUNT)
    assert stack.status == "ROLLBACK_COMPLETE"
    (failed,) = (event for event in stack.events if event.status == "CREATE_FAILED")
    assert "user/no-logs is not authorized to perform: logs:CreateLogGroup" in failed.reason
    assert served.done[-1] == "s3:DeleteBucket"


def test_all_of_it_without_moto() -> None:
    """The tests above once more, where of moto only what reads and writes protocols can be imported."""
    command = [sys.executable, "-c", WITHOUT_MOTO, *sorted(PROTOCOLS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    assert seen["ran"] >= 6
    assert "core" in seen["moto"]
    assert set(seen["moto"]) <= PROTOCOLS


WITHOUT_MOTO = '''
import json, sys

class OnlyProtocols:
    """Refuses the rest of moto, and moto's own web server."""

    def find_spec(self, name, path=None, target=None):
        parts = name.split(".")
        if parts[0] == "flask" or (parts[0] == "moto" and len(parts) > 1 and parts[1] not in sys.argv[1:]):
            raise ImportError(f"{name} is not to be imported")

sys.meta_path.insert(0, OnlyProtocols())
sys.path.insert(0, ".")
from tests.gateway import test_any_emulator as tests

ran = 0
for name, test in sorted(vars(tests).items()):
    if name.startswith("test_") and name != "test_all_of_it_without_moto":
        emulator = tests.tiny_emulator(tests.USERS)
        with tests.Gateway(tests.GatewayConfig(tests.ACCOUNT, tests.REGION), emulator) as gateway:
            test(tests.Served(gateway, emulator))
        ran += 1
moto = sorted({name.split(".")[1] for name in sys.modules if name.startswith("moto.")})
print(json.dumps({"ran": ran, "moto": moto}))
'''
