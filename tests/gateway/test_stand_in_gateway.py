"""A gateway with faults as a whole, in process."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import botocore.session
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from tests.gateway.test_any_emulator import USERS
from tests.support.tiny_emulator import secret_of, tiny_emulator
from verifier.emulator.embedded import embedded
from verifier.emulator.fault_file import parse_faults
from verifier.emulator.late_identities import LateIdentities
from verifier.emulator.short_sessions import ShortSessions
from verifier.gateway import parts, state
from verifier.gateway.server import Gateway, GatewayConfig

ACCOUNT, REGION = "620000000044", "eu-west-1"
SESSION = botocore.session.Session()
ALL, NOTHING = ("AKIAEVERYTHING", "AKIANOTHING")


def client(gateway: Gateway, service: str, key: str, secret: str = "", token: str = "") -> Any:
    return SESSION.create_client(
        service,
        region_name=REGION,
        endpoint_url=gateway.endpoint,
        aws_access_key_id=key,
        aws_secret_access_key=secret or secret_of(key),
        aws_session_token=token or None,
        config=Config(retries={"total_max_attempts": 1}),
    )


@contextmanager
def tiny(**faults: Any) -> Iterator[Gateway]:
    with Gateway(
        GatewayConfig(ACCOUNT, REGION, faults=parse_faults(faults)), tiny_emulator(USERS)
    ) as gateway:
        yield gateway


@contextmanager
def whole(**faults: Any) -> Iterator[Gateway]:
    config = GatewayConfig(ACCOUNT, REGION, faults=parse_faults(faults), root_keys=True)
    with Gateway(config, embedded("aws")) as gateway:
        yield gateway


def code_of(ask: Any, **params: Any) -> str:
    try:
        ask(**params)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


def test_an_encoded_message_is_for_whoever_may_decode_it() -> None:
    with tiny(encoded=True, wordings=["old"]) as gateway:
        with pytest.raises(ClientError) as caught:
            client(gateway, "ec2", NOTHING).describe_vpcs()
        message = caught.value.response["Error"]["Message"].rpartition(" ")[2]
        told = client(gateway, "sts", ALL).decode_authorization_message(EncodedMessage=message)
        assert json.loads(told["DecodedMessage"])["context"]["action"] == "ec2:DescribeVpcs"
        wrong = client(gateway, "sts", ALL).decode_authorization_message
        assert code_of(wrong, EncodedMessage="x") == "InvalidAuthorizationMessageException"
        mine = client(gateway, "sts", NOTHING).decode_authorization_message
        assert code_of(mine, EncodedMessage=message) == "AccessDenied"


def test_the_trail_is_for_whoever_may_read_it() -> None:
    with tiny(trail=0) as gateway:
        assert code_of(client(gateway, "sqs", NOTHING).create_queue, QueueName="q") == "AccessDenied"
        attribute = {"AttributeKey": "Username", "AttributeValue": "nothing"}
        (event,) = client(gateway, "cloudtrail", ALL).lookup_events(LookupAttributes=[attribute])["Events"]
        assert (event["EventName"], event["EventSource"]) == ("CreateQueue", "sqs.amazonaws.com")
        assert json.loads(event["CloudTrailEvent"])["errorCode"] == "AccessDenied"
        assert code_of(client(gateway, "cloudtrail", NOTHING).lookup_events) == "AccessDeniedException"


def test_every_second_request_is_throttled_whoever_makes_it() -> None:
    with tiny(throttling={"every": 2}) as gateway:
        sqs = client(gateway, "sqs", ALL)
        codes = [code_of(sqs.list_queues) for _ in range(4)]
        assert codes == ["", "ThrottlingException", "", "ThrottlingException"]


def test_new_keys_are_late_and_sessions_end_early(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    for late in (LateIdentities, ShortSessions):
        monkeypatch.setattr(parts, late.__name__, partial(late, clock=lambda: now))
    with whole(propagation=30, sessions=50) as gateway:
        iam = gateway.administrator("iam")
        iam.create_user(UserName="dev")
        statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_user_policy(UserName="dev", PolicyName="p", PolicyDocument=document)
        key = iam.create_access_key(UserName="dev")["AccessKey"]
        assert len(iam.list_access_keys(UserName="dev")["AccessKeyMetadata"]) == 1
        trust = json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}],
            }
        )
        role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        sts = client(gateway, "sts", key["AccessKeyId"], key["SecretAccessKey"])
        assert code_of(sts.get_caller_identity) == "InvalidClientTokenId"
        now = 30.0
        made = sts.assume_role(RoleArn=role, RoleSessionName="ci")["Credentials"]
        session = client(gateway, "sts", made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])
        assert code_of(session.get_caller_identity) == ""
        now = 81.0
        assert code_of(session.get_caller_identity) == "ExpiredToken"


def test_the_state_on_the_port(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = ("iam:User", "iam:AccessKey", "sqs:Queue")
    rows = tuple(row for row in state.known_rows() if row.kind in kinds)
    monkeypatch.setattr(state, "known_rows", lambda: rows)
    with whole() as gateway:
        gateway.administrator("iam").create_user(UserName="dev")
        gateway.administrator("iam").create_access_key(UserName="dev")
        gateway.administrator("sqs").create_queue(QueueName="q")
        keys = gateway.root_keys
        assert keys is not None
        told = ask(gateway, Credentials(keys.access_key, keys.secret))
        assert told == {
            "iam:AccessKey": ["dev/Active"],
            "iam:User": ["dev"],
            "sqs:Queue": [f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/q"],
        }
        with pytest.raises(urllib.error.HTTPError, match="403"):
            ask(gateway, Credentials(keys.access_key, "guessed"))


def ask(gateway: Gateway, credentials: Credentials) -> Any:
    url = f"{gateway.endpoint}/_verifier/state"
    signed = AWSRequest("GET", url)
    SigV4Auth(credentials, "sts", REGION).add_auth(signed)
    with urllib.request.urlopen(urllib.request.Request(url, headers=dict(signed.headers))) as answer:
        return json.load(answer)
