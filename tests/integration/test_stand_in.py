"""A stand-in for AWS in another process: real clients, reached as AWS is, and what the faults make of it."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.served import ROUTES, Served, allow, refusal

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[2]
OSLS = ROOT / "node_modules" / ".bin" / "osls"
PROXY = ROUTES[1]
MADE_UP = "lambda:MadeUpPermission"
# Long enough for what is to happen before, on a machine with much else to do.
DELAY, LASTING = 4.0, 5.0


@contextmanager
def stand_in(folder: Path, **faults: Any) -> Iterator[Served]:
    plan, log = folder / "faults.json", folder / "decisions.jsonl"
    plan.write_text(json.dumps(faults), encoding="utf-8")
    served = Served("--faults", str(plan), "--decision-log", str(log))
    try:
        yield served
    finally:
        served.stop()


def but(*actions: str) -> dict[str, Any]:
    return {"Effect": "Allow", "NotAction": list(actions), "Resource": "*"}


def known(served: Served, keys: tuple[str, str]) -> float:
    """Seconds until the keys are known."""
    began = time.monotonic()
    while time.monotonic() - began < 10 * DELAY:
        try:
            served.client("sts", keys, PROXY).get_caller_identity()
        except ClientError as error:
            assert error.response["Error"]["Code"] == "InvalidClientTokenId"
            time.sleep(0.1)
        else:
            return time.monotonic() - began
    raise AssertionError("the keys never came to be known")


class Tool:
    """osls in a copy of http-api."""

    def __init__(self, folder: Path, served: Served, keys: tuple[str, str]) -> None:
        self._service = folder / "service"
        shutil.copytree(ROOT / "sample_services" / "http-api", self._service)
        (folder / "home").mkdir()
        base = {"PATH": os.environ["PATH"], "HOME": str(folder / "home"), "CI": "1"}
        self._environment = {**base, **served.environment(keys), "SLS_NOTIFICATIONS_MODE": "off"}

    def run(self, command: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [str(OSLS), command, "--region", "eu-west-1"],
            cwd=self._service,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )


def test_a_whole_life_of_a_service_that_needs_what_nobody_knows(tmp_path: Path) -> None:
    faults = {
        "seed": 3,
        "propagation": DELAY,
        "wordings": ["old"],
        "siblings": "cancelled",
        "trail": 0.5,
        "required": [{"type": "AWS::Lambda::Function", "step": "create", "action": MADE_UP}],
        "dropped": [{"operation": "logs:CreateLogGroup", "action": "logs:CreateLogGroup"}],
    }
    with stand_in(tmp_path, **faults) as served:
        keys = served.user(but(MADE_UP, "logs:CreateLogGroup"))
        before = served.state()
        assert before["iam:UserPolicy"] == ["user-1/inline"]
        assert known(served, keys) > 0
        tool = Tool(tmp_path, served, keys)
        failed = tool.run("deploy")
        assert failed.returncode != 0
        assert MADE_UP in failed.stdout + failed.stderr
        events = served.client("cloudformation").describe_stack_events(StackName="http-api-dev")[
            "StackEvents"
        ]
        reasons = {
            one["LogicalResourceId"]: one["ResourceStatusReason"]
            for one in events
            if one["ResourceStatus"] == "CREATE_FAILED"
        }
        function = reasons.pop("HelloLambdaFunction")
        assert f"is not authorized to perform: {MADE_UP} on resource: * (Service: Lambda" in function
        assert set(reasons.values()) <= {"Resource creation cancelled"}
        (event,) = looked_up(served, "CreateFunction20150331")
        assert event["userIdentity"]["invokedBy"] == "cloudformation.amazonaws.com"
        assert event["userIdentity"]["userName"] == "user-1"
        assert (event["errorCode"], MADE_UP in event["errorMessage"]) == ("AccessDenied", True)
        served.client("iam").put_user_policy(
            UserName="user-1",
            PolicyName="more",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allow(MADE_UP)]}),
        )
        time.sleep(DELAY)
        done = tool.run("deploy")
        assert done.returncode == 0, done.stdout + done.stderr
        state = served.state()
        assert state["cloudformation:Stack"] == ["http-api-dev"]
        assert state["lambda:Function"] == ["http-api-dev-hello"]
        assert state["logs:LogGroup"] == ["/aws/lambda/http-api-dev-hello"]
        assert state["apigatewayv2:Api"] == ["dev-http-api"]
        assert tool.run("remove").returncode == 0
        after = served.state()
        after["iam:UserPolicy"].remove("user-1/more")
        assert after == before
        asked = [json.loads(line) for line in (tmp_path / "decisions.jsonl").read_text().splitlines()]
        outcomes = [one["outcome"] for one in asked if one.get("action") == MADE_UP]
        assert outcomes[0] == "implicitDeny"
        assert "allowed" in outcomes
        assert "logs:CreateLogGroup" not in {one.get("action") for one in asked}


def looked_up(served: Served, name: str) -> list[dict[str, Any]]:
    attribute = {"AttributeKey": "EventName", "AttributeValue": name}
    pages = served.client("cloudtrail").get_paginator("lookup_events").paginate(LookupAttributes=[attribute])
    return [json.loads(event["CloudTrailEvent"]) for page in pages for event in page["Events"]]


def test_late_throttled_encoded_and_in_every_wording(tmp_path: Path) -> None:
    faults = {
        "seed": 1,
        "propagation": DELAY,
        "throttling": {"every": 5},
        "wordings": ["bare", "old", "new"],
        "encoded": True,
        "enforceLikely": True,
    }
    with stand_in(tmp_path, **faults) as served:
        keys = served.user(allow("sts:DecodeAuthorizationMessage"))
        assert served.client("iam").list_access_keys(UserName="user-1")["AccessKeyMetadata"]
        with pytest.raises(ClientError, match="InvalidClientTokenId"):
            served.client("sts", keys, PROXY).get_caller_identity()
        time.sleep(DELAY)
        told, codes = set(), set()
        for _ in range(30):
            with pytest.raises(ClientError) as caught:
                served.client("lambda", keys, PROXY).get_function(FunctionName="f")
            status, code, message = refusal(caught)
            codes.add((status, code))
            if code == "AccessDeniedException":
                told.add(message.partition(" because ")[2] if message else "nothing")
        assert codes == {(403, "AccessDeniedException"), (429, "TooManyRequestsException")}
        assert told == {"nothing", "", "no identity-based policy allows the lambda:GetFunction action"}
        decoded = json.loads(decode(served, keys, encoded(served, keys)))
        assert decoded["context"]["action"] == "ec2:DescribeVpcs"
        assert decoded["context"]["principal"]["arn"].endswith(":user/verifier/user-1")


def test_whoever_administers_may_be_refused_and_sessions_end(tmp_path: Path) -> None:
    scp = "arn:aws:organizations::999988887777:policy/o-a/service_control_policy/p-b"
    forbidden = [{"action": "iam:CreateUser", "by": "service control policy", "policy": scp}]
    with stand_in(tmp_path, forbidden=forbidden, sessions=LASTING) as served:
        keys = served.user(allow("*"))
        with pytest.raises(ClientError) as caught:
            served.client("iam", keys, PROXY).create_user(UserName="more")
        assert refusal(caught)[2].endswith(f"with an explicit deny in a service control policy: {scp}")
        trust = {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        role = served.client("iam").create_role(RoleName="admin", AssumeRolePolicyDocument=document)["Role"]
        made = served.client("sts", keys, PROXY).assume_role(RoleArn=role["Arn"], RoleSessionName="ci")
        credentials = made["Credentials"]
        session = tuple(credentials[name] for name in ("AccessKeyId", "SecretAccessKey", "SessionToken"))
        who = served.client("sts", session, PROXY).get_caller_identity()
        assert who["Arn"].endswith(":assumed-role/admin/ci")
        time.sleep(LASTING)
        with pytest.raises(ClientError) as caught:
            served.client("sts", session, PROXY).get_caller_identity()
        assert refusal(caught)[:2] == (403, "ExpiredToken")


def encoded(served: Served, keys: tuple[str, str]) -> str:
    for _ in range(20):
        with pytest.raises(ClientError) as caught:
            served.client("ec2", keys, PROXY).describe_vpcs()
        message = refusal(caught)[2]
        if "Encoded authorization failure message: " in message:
            return message.rpartition(" ")[2]
    raise AssertionError("EC2 never gave an encoded message")


def decode(served: Served, keys: tuple[str, str], message: str) -> str:
    for _ in range(3):
        try:
            told = served.client("sts", keys, PROXY).decode_authorization_message(EncodedMessage=message)
            return str(told["DecodedMessage"])
        except ClientError as error:
            assert error.response["Error"]["Code"] == "Throttling"
    raise AssertionError("always throttled")


def test_faults_that_cannot_be_used_are_one_line(tmp_path: Path) -> None:
    (tmp_path / "faults.yaml").write_text("required: [{action: 'a:B', operation: 'lambda:Create'}]\n")
    command = [sys.executable, "-m", "verifier", "serve", "--faults", str(tmp_path / "faults.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "required[0]: there is no operation lambda:Create" in done.stderr
