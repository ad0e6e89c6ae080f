"""Whatever an operation sets off, nothing leaves the process: no connection, no program, no thread."""

import io
import json
import re
import socket
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import moto
import pytest

from verifier.authorization.operation import Operation
from verifier.emulator.moto import upstream as upstream_module
from verifier.emulator.moto.enclosure import LeavingError, enclosed
from verifier.emulator.moto.upstream import MotoUpstream
from verifier.errors import AwsError

ACCOUNT, REGION = "210987650001", "eu-west-1"
HERE = f"{REGION}:{ACCOUNT}"
FUNCTION = f"arn:aws:lambda:{HERE}:function:f"
CASES = Path(__file__).parents[2] / "cases" / "emulator"
# In moto's text: what can lead out, by the ways that Python programs take.
LEADS_OUT = re.compile(
    r"^\s*(?:import|from) (?:requests|docker|urllib\.request|http\.client|socket|smtplib|subprocess|boto3)\b"
    r"(?!\.(?:structures|models|dynamodb))(?! import (?:PreparedRequest|Response|Session)\b)"
    r"|\bThread\(|os\.(?:popen|system)\(",
    re.MULTILINE,
)

_watched = threading.local()
_seen: list[str] = []


def _watch(event: str, _: object) -> None:
    leads_out = event.startswith(("socket.", "subprocess.", "os.system", "os.posix_spawn", "_thread.start"))
    if leads_out and event != "socket.__new__" and getattr(_watched, "now", False):
        _seen.append(event)


sys.addaudithook(_watch)


class Aws:
    """Short words for operations, and the address of somebody who listens for visitors."""

    def __init__(self, upstream: MotoUpstream, url: str) -> None:
        self.upstream = upstream
        self.url = url

    def __call__(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        return self.upstream.invoke(Operation(service, operation, params, ACCOUNT, REGION))

    def function(self) -> None:
        """Make the function."""
        let = {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
        trust = json.dumps({"Version": "2012-10-17", "Statement": [let]})
        role = self("iam", "CreateRole", RoleName="r", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        anything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [anything]})
        self("iam", "PutRolePolicy", RoleName="r", PolicyName="p", PolicyDocument=policy)
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as archive:
            archive.writestr("f.py", "def h(event, context): return 1")
        given = {
            "Runtime": "python3.12",
            "Role": role,
            "Handler": "f.h",
            "Code": {"ZipFile": code.getvalue()},
        }
        self("lambda", "CreateFunction", FunctionName="f", **given)


@pytest.fixture
def aws() -> Iterator[Aws]:
    upstream = MotoUpstream()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield Aws(upstream, f"http://127.0.0.1:{listener.getsockname()[1]}/hook")
        listener.settimeout(0.05)
        with pytest.raises(TimeoutError):
            listener.accept()
    upstream.forget(ACCOUNT)


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Nobody stops what would leave, but it is seen."""
    monkeypatch.setattr(upstream_module, "enclosed", nullcontext)
    _seen.clear()
    _watched.now = True
    yield _seen
    _watched.now = False


def topic_and_web(aws: Aws) -> None:
    topic = aws("sns", "CreateTopic", Name="t")["TopicArn"]
    for protocol, url in (("http", aws.url), ("https", aws.url.replace("http:", "https:"))):
        aws("sns", "Subscribe", TopicArn=topic, Protocol=protocol, Endpoint=url)
    assert aws("sns", "Publish", TopicArn=topic, Message="m")["MessageId"]


def topic_and_function(aws: Aws) -> None:
    aws.function()
    topic = aws("sns", "CreateTopic", Name="t")["TopicArn"]
    aws("sns", "Subscribe", TopicArn=topic, Protocol="lambda", Endpoint=FUNCTION)
    assert aws("sns", "Publish", TopicArn=topic, Message="m")["MessageId"]


def bucket_and_function(aws: Aws) -> None:
    aws.function()
    where = {"LocationConstraint": REGION}
    aws("s3", "CreateBucket", Bucket="b-210987650001", CreateBucketConfiguration=where)
    may = {"Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"}
    aws("lambda", "AddPermission", FunctionName="f", StatementId="s3", **may)
    events = [{"LambdaFunctionArn": FUNCTION, "Events": ["s3:ObjectCreated:*"]}]
    configuration = {"LambdaFunctionConfigurations": events}
    aws(
        "s3",
        "PutBucketNotificationConfiguration",
        Bucket="b-210987650001",
        NotificationConfiguration=configuration,
    )
    aws("s3", "PutObject", Bucket="b-210987650001", Key="k", Body=b"x")


def logs_and_function(aws: Aws) -> None:
    aws.function()
    aws("logs", "CreateLogGroup", logGroupName="/g")
    aws("logs", "CreateLogStream", logGroupName="/g", logStreamName="s")
    aws(
        "logs",
        "PutSubscriptionFilter",
        logGroupName="/g",
        filterName="f",
        filterPattern="",
        destinationArn=FUNCTION,
    )
    events = [{"timestamp": int(time.time() * 1000), "message": "m"}]
    aws("logs", "PutLogEvents", logGroupName="/g", logStreamName="s", logEvents=events)


def table_and_function(aws: Aws) -> None:
    aws.function()
    key = {"AttributeName": "id"}
    made = aws(
        "dynamodb",
        "CreateTable",
        TableName="t",
        KeySchema=[{**key, "KeyType": "HASH"}],
        AttributeDefinitions=[{**key, "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    stream = made["TableDescription"]["LatestStreamArn"]
    given = {"EventSourceArn": stream, "FunctionName": "f", "StartingPosition": "LATEST"}
    aws("lambda", "CreateEventSourceMapping", **given)
    aws("dynamodb", "PutItem", TableName="t", Item={"id": {"S": "1"}})


def queue_and_function(aws: Aws) -> None:
    aws.function()
    url = aws("sqs", "CreateQueue", QueueName="q")["QueueUrl"]
    arn = f"arn:aws:sqs:{HERE}:q"
    aws("lambda", "CreateEventSourceMapping", EventSourceArn=arn, FunctionName="f", BatchSize=1)
    aws("sqs", "SendMessage", QueueUrl=url, MessageBody="m")


def secret_and_function(aws: Aws) -> None:
    aws.function()
    aws("secretsmanager", "CreateSecret", Name="s", SecretString="x")
    aws("secretsmanager", "RotateSecret", SecretId="s", RotationLambdaARN=FUNCTION)


def rule_and_destination(aws: Aws) -> None:
    key = {"ApiKeyName": "k", "ApiKeyValue": "v"}
    connection = aws(
        "events",
        "CreateConnection",
        Name="c",
        AuthorizationType="API_KEY",
        AuthParameters={"ApiKeyAuthParameters": key},
    )["ConnectionArn"]
    destination = aws(
        "events",
        "CreateApiDestination",
        Name="d",
        ConnectionArn=connection,
        InvocationEndpoint=aws.url,
        HttpMethod="POST",
    )["ApiDestinationArn"]
    aws("events", "PutRule", Name="r", EventPattern=json.dumps({"source": ["me"]}))
    aws("events", "PutTargets", Rule="r", Targets=[{"Id": "1", "Arn": destination}])
    entry = {"Source": "me", "DetailType": "t", "Detail": "{}"}
    assert aws("events", "PutEvents", Entries=[entry])["FailedEntryCount"] == 0


def stream_and_web(aws: Aws) -> None:
    where = {
        "EndpointConfiguration": {"Url": aws.url, "Name": "hook"},
        "S3Configuration": {"RoleARN": f"arn:aws:iam::{ACCOUNT}:role/r", "BucketARN": "arn:aws:s3:::bucket"},
    }
    aws(
        "firehose",
        "CreateDeliveryStream",
        DeliveryStreamName="s",
        HttpEndpointDestinationConfiguration=where,
    )
    assert aws("firehose", "PutRecord", DeliveryStreamName="s", Record={"Data": b"x"})["RecordId"]


def job(aws: Aws) -> None:
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    role = aws("iam", "CreateRole", RoleName="r", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    environment = aws(
        "batch",
        "CreateComputeEnvironment",
        computeEnvironmentName="environment",
        type="UNMANAGED",
        state="ENABLED",
        serviceRole=role,
    )["computeEnvironmentArn"]
    order = [{"order": 1, "computeEnvironment": environment}]
    queue = aws(
        "batch",
        "CreateJobQueue",
        jobQueueName="queue",
        state="ENABLED",
        priority=1,
        computeEnvironmentOrder=order,
    )["jobQueueArn"]
    container = {"image": "busybox", "vcpus": 1, "memory": 128, "command": ["true"]}
    definition = aws(
        "batch",
        "RegisterJobDefinition",
        jobDefinitionName="definition",
        type="container",
        containerProperties=container,
    )["jobDefinitionArn"]
    assert aws("batch", "SubmitJob", jobName="job", jobQueue=queue, jobDefinition=definition)["jobId"]


def machine(aws: Aws) -> None:
    task = {"Type": "Task", "Resource": FUNCTION, "End": True}
    definition = json.dumps({"StartAt": "A", "States": {"A": task}})
    role = f"arn:aws:iam::{ACCOUNT}:role/r"
    arn = aws("stepfunctions", "CreateStateMachine", name="m", definition=definition, roleArn=role)[
        "stateMachineArn"
    ]
    assert aws("stepfunctions", "StartExecution", stateMachineArn=arn)["executionArn"]


DELIVERIES = [
    topic_and_web,
    topic_and_function,
    bucket_and_function,
    logs_and_function,
    table_and_function,
    queue_and_function,
    secret_and_function,
    rule_and_destination,
    stream_and_web,
    job,
    machine,
]


@pytest.mark.parametrize("deliver", DELIVERIES, ids=lambda deliver: deliver.__name__)
def test_nothing_is_delivered_and_nobody_minds(
    aws: Aws, alone: list[str], deliver: Callable[[Aws], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTO_EVENTS_INVOKE_HTTP", "true")
    deliver(aws)
    assert alone == []


def test_what_a_call_of_a_function_is_answered_ran_nothing(aws: Aws, alone: list[str]) -> None:
    aws.function()
    assert aws("lambda", "Invoke", FunctionName="f")["StatusCode"] == 200
    assert alone == []


@pytest.mark.parametrize("name", ["InvokeAsync", "InvokeWithResponseStream"])
def test_a_function_is_not_run(aws: Aws, alone: list[str], name: str) -> None:
    aws.function()
    with pytest.raises(AwsError, match="the emulator runs no functions") as caught:
        aws("lambda", name, FunctionName="f")
    assert caught.value.status == 501
    assert alone == []


def connect(address: tuple[str, int]) -> None:
    socket.create_connection(address, timeout=5).close()


def look_up(_: tuple[str, int]) -> None:
    socket.getaddrinfo("localhost", 80)


def send(address: tuple[str, int]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.sendto(b"x", address)


def run(_: tuple[str, int]) -> None:
    subprocess.run(["true"], check=True)


def start(_: tuple[str, int]) -> None:
    sys.audit("_thread.start_new_thread", connect, (), None)  # as Python does itself from 3.12 on


@pytest.mark.parametrize("leave", [connect, look_up, send, run, start], ids=lambda leave: leave.__name__)
def test_whatever_else_would_leave_is_stopped(
    aws: Aws, monkeypatch: pytest.MonkeyPatch, leave: Callable[[tuple[str, int]], None]
) -> None:
    address = ("127.0.0.1", int(aws.url.split(":")[2].split("/")[0]))

    def application(*_: object) -> list[bytes]:
        leave(address)
        raise AssertionError("it has left")

    monkeypatch.setattr(aws.upstream, "_application", application)
    with pytest.raises(AwsError, match="nothing leaves this process") as caught:
        aws("sqs", "ListQueues")
    assert caught.value.code == "InternalFailure"


def test_it_ends_with_the_operation_and_is_of_one_thread_only() -> None:
    def ask() -> None:
        socket.getaddrinfo("127.0.0.1", 80)

    with enclosed():
        with enclosed(), pytest.raises(LeavingError, match=r"socket\.getaddrinfo"):
            ask()
        with pytest.raises(LeavingError):
            ask()
    ask()
    began, ended = threading.Event(), threading.Event()

    def elsewhere() -> None:
        began.wait(10)
        ask()
        ended.set()

    thread = threading.Thread(target=elsewhere)
    thread.start()
    with enclosed():
        began.set()
        assert ended.wait(10)
    thread.join(10)


def test_every_way_out_of_this_moto_is_known() -> None:
    """An upgrade that brings another one fails here: is it dropped, or only stopped?"""
    root = Path(moto.__file__).parent
    known = json.loads((CASES / "ways_out.json").read_text(encoding="utf-8"))
    assert all(why for why in known.values())
    found = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if LEADS_OUT.search(path.read_text(encoding="utf-8"))
    }
    assert found == set(known)
