"""The gateway as a whole, in process: modes, phases, clean rooms, and what nobody foresaw."""

import http.client
import io
import json
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from verifier.authorization.authorizer import Mode
from verifier.authorization.operation import Operation
from verifier.authorization.requirements import UnmappedOperation
from verifier.emulator.embedded import embedded
from verifier.emulator.faults import FaultPlan, ResponseFault
from verifier.errors import UnavailableError, VerifierError
from verifier.gateway.decisions import DecisionRecord, ResponseRecord, UnmappedRecord
from verifier.gateway.server import Gateway, GatewayConfig

REGION = "eu-west-1"
SESSION = botocore.session.Session()


class Room:
    """A gateway and its clients."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway

    def client(self, service: str, keys: tuple[str, ...] | None = None) -> Any:
        """The administrator's within this process; with ``keys``, somebody's on the port."""
        if keys is None:
            return self.gateway.administrator(service)
        access_key, secret, *token = keys
        return SESSION.create_client(
            service,
            region_name=REGION,
            endpoint_url=self.gateway.endpoint,
            aws_access_key_id=access_key,
            aws_secret_access_key=secret,
            aws_session_token=token[0] if token else None,
            config=Config(retries={"total_max_attempts": 1}),
        )

    def user(self, *actions: str) -> tuple[str, str]:
        iam = self.client("iam")
        iam.create_user(UserName="dev")
        if actions:
            statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
            document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            iam.put_user_policy(UserName="dev", PolicyName="p", PolicyDocument=document)
        key = iam.create_access_key(UserName="dev")["AccessKey"]
        return key["AccessKeyId"], key["SecretAccessKey"]

    def asked(self, since: int = 0) -> list[tuple[str, str, bool]]:
        decisions = self.gateway.decisions.decisions(since)
        return [(one.requirement.action, str(one.decision.outcome), one.enforced) for one in decisions]


@pytest.fixture
def room() -> Iterator[Room]:
    with Gateway(GatewayConfig("610000000001", REGION), embedded("aws")) as gateway:
        yield Room(gateway)


def test_nobody_is_the_administrator_on_the_port(room: Room) -> None:
    assert room.client("sts").get_caller_identity()["Arn"] == "arn:aws:iam::610000000001:root"
    assert room.gateway.root_keys is None
    for keys in (("administrator", "none"), ("AKIAVERIFIERUPSTREAM", "none")):
        with pytest.raises(ClientError, match="InvalidClientTokenId"):
            room.client("iam", keys).create_user(UserName="intruder")
    assert room.client("iam").list_users()["Users"] == []


def test_the_port_takes_the_keys_of_root_where_the_configuration_wants_them() -> None:
    config = GatewayConfig("610000000008", REGION, root_keys=True)
    with Gateway(config, embedded("aws")) as gateway:
        keys = gateway.root_keys
        assert keys is not None
        assert keys.secret not in repr(keys)
        room = Room(gateway)
        identity = room.client("sts", (keys.access_key, keys.secret)).get_caller_identity()
        assert identity["Arn"] == "arn:aws:iam::610000000008:root"
        with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
            room.client("sts", (keys.access_key, "guessed")).get_caller_identity()


def test_the_id_of_a_key_alone_is_worth_nothing(room: Room) -> None:
    access_key, _ = room.user("*")
    for mode in (Mode.ENFORCE, Mode.OBSERVE, Mode.OFF):
        room.gateway.mode = mode
        with pytest.raises(ClientError) as caught:
            room.client("sqs", (access_key, "guessed")).create_queue(QueueName="q")
        assert caught.value.response["Error"]["Code"] == "InvalidSignatureException"
        last = room.gateway.decisions.records()[-1]
        assert isinstance(last, ResponseRecord)
        assert (last.principal, last.status) == ("", 403)
    assert room.gateway.decisions.decisions() == ()
    assert not room.client("sqs").list_queues().get("QueueUrls")


def test_a_session_signs_with_its_secret_and_its_token(room: Room) -> None:
    trust = {"Effect": "Allow", "Principal": {"AWS": "610000000001"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = room.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    sts = room.client("sts", room.user("sts:AssumeRole"))
    made = sts.assume_role(RoleArn=role, RoleSessionName="ci")["Credentials"]
    key, secret, token = made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"]
    who = room.client("sts", (key, secret, token)).get_caller_identity()["Arn"]
    assert who == "arn:aws:sts::610000000001:assumed-role/r/ci"
    for keys, code in (
        ((key, secret), "InvalidClientTokenId"),
        ((key, secret, "x" + token), "InvalidClientTokenId"),
        ((key, "x" + secret, token), "SignatureDoesNotMatch"),
    ):
        with pytest.raises(ClientError, match=code):
            room.client("sts", keys).get_caller_identity()


def test_the_administrator_gets_bytes_as_they_are(room: Room) -> None:
    s3, body = room.client("s3"), bytes(range(256)) * 1000
    s3.create_bucket(Bucket="room", CreateBucketConfiguration={"LocationConstraint": REGION})
    for given in (body, io.BytesIO(body)):
        s3.put_object(Bucket="room", Key="a b/ü", Body=given, Metadata={"k": "v"})
        got = s3.get_object(Bucket="room", Key="a b/ü")
        assert (got["Body"].read(), got["Metadata"]) == (body, {"k": "v"})
    assert s3.head_object(Bucket="room", Key="a b/ü")["ContentLength"] == len(body)


def test_observing_records_and_lets_through(room: Room) -> None:
    keys = room.user()
    room.gateway.mode = Mode.OBSERVE
    assert "QueueUrl" in room.client("sqs", keys).create_queue(QueueName="q")
    assert room.asked() == [("sqs:CreateQueue", "implicitDeny", False)]
    room.gateway.mode = Mode.ENFORCE
    with pytest.raises(ClientError):
        room.client("sqs", keys).create_queue(QueueName="q")
    room.gateway.mode = Mode.OFF
    mark = room.gateway.decisions.mark()
    room.client("sqs", keys).create_queue(QueueName="q")
    assert room.asked(mark) == []


def test_a_message_to_the_web_goes_nowhere(room: Room) -> None:
    sns = room.client("sns", room.user())
    room.gateway.mode = Mode.OBSERVE
    with socket.create_server(("127.0.0.1", 0)) as hook:
        topic = sns.create_topic(Name="t")["TopicArn"]
        url = f"http://127.0.0.1:{hook.getsockname()[1]}/hook"
        sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=url)
        assert sns.publish(TopicArn=topic, Message="m")["MessageId"]
        hook.settimeout(0.1)
        with pytest.raises(TimeoutError):
            hook.accept()


def test_an_explicit_deny_is_real_while_observing(room: Room) -> None:
    keys = room.user("sqs:*")
    document = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Action": "sqs:*", "Resource": "*"}],
    }
    room.client("iam").put_user_policy(UserName="dev", PolicyName="d", PolicyDocument=json.dumps(document))
    room.gateway.mode = Mode.OBSERVE
    with pytest.raises(ClientError):
        room.client("sqs", keys).create_queue(QueueName="q")


def test_absent_objects_while_observing(room: Room) -> None:
    keys = room.user("s3:GetObject")
    room.client("s3").create_bucket(Bucket="room", CreateBucketConfiguration={"LocationConstraint": REGION})
    room.gateway.mode = Mode.OBSERVE
    with pytest.raises(ClientError) as caught:
        room.client("s3", keys).get_object(Bucket="room", Key="absent")
    assert caught.value.response["Error"]["Code"] == "NoSuchKey"
    assert room.asked() == [("s3:GetObject", "allowed", True), ("s3:ListBucket", "implicitDeny", False)]
    assert room.gateway.decisions.decisions()[1].source == "gateway-s3-absent-object"


def test_operations_on_oneself(room: Room) -> None:
    keys = room.user("iam:GetUser", "iam:ListAccessKeys")
    iam = room.client("iam", keys)
    assert iam.get_user()["User"]["UserName"] == "dev"
    assert [key["AccessKeyId"] for key in iam.list_access_keys()["AccessKeyMetadata"]] == [keys[0]]


def test_phases(room: Room) -> None:
    keys = room.user("sqs:ListQueues")
    room.gateway.decisions.set_phase("deploy")
    mark = room.gateway.decisions.mark()
    room.client("sqs", keys).list_queues()
    decision, response = room.gateway.decisions.records(mark)
    assert isinstance(decision, DecisionRecord)
    user = "arn:aws:iam::610000000001:user/dev"
    assert response == ResponseRecord("deploy", user, "sqs", "ListQueues", 200, origin=user)


def test_who_stands_behind_the_session_of_a_role(room: Room) -> None:
    keys = room.user("sts:AssumeRole")
    user = "arn:aws:iam::610000000001:user/dev"
    roles = [f"arn:aws:iam::610000000001:role/{name}" for name in ("one", "two")]
    statement = {"Effect": "Allow", "Principal": {"AWS": "610000000001"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    allowed = {"Effect": "Allow", "Action": ["sts:AssumeRole", "sqs:ListQueues"], "Resource": "*"}
    for role in roles:
        name = role.rpartition("/")[2]
        room.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust)
        document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        room.client("iam").put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document)
    session = room.client("sts", keys)
    for role in roles:
        made = session.assume_role(RoleArn=role, RoleSessionName="it")["Credentials"]
        again = (made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])
        session = room.client("sts", again)
    mark = room.gateway.decisions.mark()
    room.client("sqs", again).list_queues()
    answer = room.gateway.decisions.records(mark)[-1]
    assert isinstance(answer, ResponseRecord)
    assert answer.principal == "arn:aws:sts::610000000001:assumed-role/two/it"
    assert answer.origin == user
    assert answer.as_dict()["origin"] == user


def test_a_clean_room(room: Room) -> None:
    keys = room.user("sqs:*", "sts:*")
    room.client("sqs", keys).create_queue(QueueName="q")
    room.gateway.register.token("abc")
    former = room.gateway.cloudformation
    room.gateway.new_account("610000000002")
    assert room.client("sts").get_caller_identity()["Account"] == "610000000002"
    with pytest.raises(ClientError) as caught:
        room.client("sqs", keys).list_queues()
    assert caught.value.response["Error"]["Code"] == "InvalidClientTokenId"
    assert not room.client("sqs").list_queues().get("QueueUrls")
    assert not room.gateway.register.tokens
    assert room.gateway.cloudformation is not former
    room.gateway.new_account("610000000001")
    assert room.client("iam").list_users()["Users"] == []
    room.user()
    room.gateway.reset()
    assert room.client("iam").list_users()["Users"] == []


def test_unmapped_operations(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody_knows(operation: Operation) -> None:
        raise UnmappedOperation(f"{operation}: add a rule")

    keys = room.user("*")
    monkeypatch.setattr("verifier.authorization.authorizer.requirements", nobody_knows)
    for mode in (Mode.ENFORCE, Mode.OBSERVE):
        room.gateway.mode = mode
        mark = room.gateway.decisions.mark()
        with pytest.raises(ClientError) as caught:
            room.client("sqs", keys).list_queues()
        assert caught.value.response["Error"]["Code"] == "VerifierUnmappedOperation"
        assert "sqs:ListQueues: add a rule" in caught.value.response["Error"]["Message"]
        unmapped, response = room.gateway.decisions.records(mark)
        assert isinstance(unmapped, UnmappedRecord)
        assert (unmapped.service, unmapped.operation) == ("sqs", "ListQueues")
        assert isinstance(response, ResponseRecord)
        assert response.status == 501


def test_our_own_fault_is_answered_and_noted(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*_: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("verifier.gateway.door.parse_request", stumble)
    with pytest.raises(ClientError) as caught:
        room.client("dynamodb").list_tables()
    assert caught.value.response["Error"]["Code"] == "InternalFailure"
    assert "ZeroDivisionError('oops')" in caught.value.response["Error"]["Message"]
    last = room.gateway.decisions.records()[-1]
    assert isinstance(last, ResponseRecord)
    assert (last.status, last.code) == (500, "InternalFailure")


def test_unsigned_requests(room: Room) -> None:
    from urllib.error import HTTPError
    from urllib.request import ProxyHandler, build_opener

    opener = build_opener(ProxyHandler({"http": room.gateway.proxy}))
    for url, status, code in (
        (
            "http://sts.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15",
            403,
            "MissingAuthenticationToken",
        ),
        ("http://my-bucket.s3.amazonaws.com/k", 403, "AccessDenied"),
        (
            "http://lambda.eu-west-1.amazonaws.com/2015-03-31/functions",
            403,
            "MissingAuthenticationTokenException",
        ),
    ):
        with pytest.raises(HTTPError) as caught:
            opener.open(url, timeout=10)
        with caught.value:
            assert caught.value.code == status
            assert code in caught.value.read().decode()


def test_roles_that_stacks_work_with(room: Room) -> None:
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "cloudformation.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    created = room.client("iam").create_role(RoleName="cfn", AssumeRolePolicyDocument=json.dumps(trust))
    role = created["Role"]["Arn"]
    cloudformation = room.client("cloudformation", room.user("cloudformation:*", "iam:PassRole"))
    topic = {"Resources": {"Group": {"Type": "AWS::Logs::LogGroup"}}}
    cloudformation.create_stack(StackName="s", TemplateBody=json.dumps(topic), RoleARN=role)
    room.gateway.cloudformation.settle(20)
    (stack,) = room.gateway.cloudformation.stacks("610000000001")
    assert stack.status.startswith("ROLLBACK_")
    (failed,) = (event for event in stack.events if event.status == "CREATE_FAILED")
    assert (
        "assumed-role/cfn/AWSCloudFormation is not authorized to perform: logs:CreateLogGroup"
        in failed.reason
    )


def test_a_role_that_does_not_let_cloudformation_in_makes_no_stack(room: Room) -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": "610000000001"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    role = room.client("iam").create_role(RoleName="dev", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    # Who may pass it, may do nothing with it all the same.
    cloudformation = room.client("cloudformation", room.user("cloudformation:*", "iam:PassRole"))
    wanted = {"StackName": "s", "TemplateBody": '{"Resources": {"G": {"Type": "AWS::Logs::LogGroup"}}}'}
    for named in (role, role.replace("/dev", "/absent")):
        for make, more in (
            (cloudformation.create_stack, {}),
            (cloudformation.create_change_set, {"ChangeSetName": "c", "ChangeSetType": "CREATE"}),
        ):
            with pytest.raises(ClientError) as caught:
                make(**wanted, **more, RoleARN=named)
            error = caught.value.response["Error"]
            assert error["Code"] == "ValidationError"
            assert error["Message"] == f"Role {named} is invalid or cannot be assumed"
    assert room.gateway.cloudformation.stacks("610000000001") == ()


def test_faults_from_the_start() -> None:
    gateway = Gateway(
        GatewayConfig("610000000005", REGION, faults=FaultPlan(fail_last_wave=True)), embedded("aws")
    )
    assert gateway.faults.fail_last_wave
    gateway.close()


def test_a_fault_comes_on_behalf_of_others_too() -> None:
    fault = ResponseFault("logs", "CreateLogGroup", "ServiceUnavailableException")
    plan = FaultPlan(responses=(fault, fault))
    with Gateway(GatewayConfig("610000000006", REGION, faults=plan), embedded("aws")) as gateway:
        room = Room(gateway)
        with pytest.raises(ClientError, match="ServiceUnavailableException"):
            room.client("logs").create_log_group(logGroupName="/g")
        template = {"Resources": {"Group": {"Type": "AWS::Logs::LogGroup"}}}
        room.client("cloudformation").create_stack(StackName="s", TemplateBody=json.dumps(template))
        gateway.cloudformation.settle(20)
        (stack,) = gateway.cloudformation.stacks("610000000006")
        assert stack.status == "ROLLBACK_COMPLETE"
        room.client("logs").create_log_group(logGroupName="/g")


@pytest.mark.parametrize(
    ("host", "status"), [("registry.npmjs.org", 502), ("registry.example", 502), ("elsewhere.example", 403)]
)
def test_registries_are_reached(host: str, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: object) -> None:
        raise OSError("there is no network")

    monkeypatch.setattr("verifier.gateway.connection.reach", unreachable)
    config = GatewayConfig("610000000007", REGION, allow_hosts=("registry.example",))
    with Gateway(config, embedded("aws")) as gateway:
        port = int(gateway.endpoint.rpartition(":")[2])
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
            connection.set_tunnel(host, 443)
            with pytest.raises(OSError, match=f"Tunnel connection failed: {status}"):
                connection.connect()


def test_life(tmp_path: Path) -> None:
    gateway = Gateway(GatewayConfig("610000000003", REGION, decision_log=tmp_path / "log"), embedded("aws"))
    for name in ("endpoint", "ca_pem_path"):
        with pytest.raises(VerifierError, match="not running"):
            getattr(gateway, name)
    gateway.start()
    folder = gateway.ca_pem_path.parent
    assert gateway.ca_pem_path.is_file()
    port = int(gateway.endpoint.rpartition(":")[2])
    other = Gateway(GatewayConfig("610000000004", REGION, port=port), embedded("aws"))
    with pytest.raises(UnavailableError):
        other.start()
    other.close()
    gateway.close()
    gateway.close()
    assert not folder.exists()
