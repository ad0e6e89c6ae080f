"""What is there already is seen, whatever it is; what cannot be told is no "not there"."""

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.sandbox import REGION, Sandbox
from tests.targets.sandbox.test_account import says
from verifier.errors import UnavailableError
from verifier.targets.sandbox.account import AccountAdministrator
from verifier.targets.sandbox.existing import existing, refuse_existing
from verifier.targets.sandbox.kinds import KINDS, TYPES, found

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)
POLICY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]}
)
PLACE = {"LocationConstraint": REGION}
TEMPLATE = json.dumps({"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}})
KEY = {"AttributeName": "a", "AttributeType": "S"}
# How each kind is made, by somebody who knows nothing of us.
MADE: dict[str, tuple[str, str, dict[str, Any]]] = {
    "stack": ("cloudformation", "create_stack", {"StackName": "there", "TemplateBody": TEMPLATE}),
    "bucket": ("s3", "create_bucket", {"Bucket": "there", "CreateBucketConfiguration": PLACE}),
    "role": ("iam", "create_role", {"RoleName": "there", "AssumeRolePolicyDocument": TRUST}),
    "iam user": ("iam", "create_user", {"UserName": "there"}),
    "iam group": ("iam", "create_group", {"GroupName": "there"}),
    "instance profile": ("iam", "create_instance_profile", {"InstanceProfileName": "there"}),
    "iam policy": (
        "iam",
        "create_policy",
        {"PolicyName": "there", "Path": "/verifier/", "PolicyDocument": POLICY},
    ),
    "function": (
        "lambda",
        "create_function",
        {
            "FunctionName": "there",
            "Role": "",
            "Code": {"ZipFile": b"PK\x05\x06" + bytes(18)},
            "Handler": "a.b",
            "Runtime": "nodejs22.x",
        },
    ),
    "log group": ("logs", "create_log_group", {"logGroupName": "there"}),
    "table": (
        "dynamodb",
        "create_table",
        {
            "TableName": "there",
            "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}],
            "AttributeDefinitions": [KEY],
            "BillingMode": "PAY_PER_REQUEST",
        },
    ),
    "queue": ("sqs", "create_queue", {"QueueName": "there"}),
    "topic": ("sns", "create_topic", {"Name": "there"}),
    "user pool domain": ("cognito-idp", "create_user_pool_domain", {"Domain": "there", "UserPoolId": ""}),
    "state machine": ("stepfunctions", "create_state_machine", {"name": "there", "definition": "{}"}),
    "stream": ("kinesis", "create_stream", {"StreamName": "there", "ShardCount": 1}),
    "secret": ("secretsmanager", "create_secret", {"Name": "there", "SecretString": "s"}),
    "repository": ("ecr", "create_repository", {"repositoryName": "there"}),
    "event bus": ("events", "create_event_bus", {"Name": "there"}),
}


class Full:
    """An account in which a thing of each kind is there once it is asked for."""

    def __init__(self, root: AccountAdministrator) -> None:
        self.root = root
        self._there: set[str] = set()

    def __call__(self, *kinds: str) -> AccountAdministrator:
        """The account's administrator, with something of ``kinds`` there."""
        for kind in kinds:
            if kind not in self._there:
                service, method, params = MADE[kind]
                getattr(self.root.client(service), method)(**params | self._needed(kind))
                self._there.add(kind)
        return self.root

    def _needed(self, kind: str) -> dict[str, Any]:
        if kind == "user pool domain":
            cognito = self.root.client("cognito-idp")
            return {"UserPoolId": cognito.create_user_pool(PoolName="pool")["UserPool"]["Id"]}
        if kind not in ("function", "state machine"):
            return {}
        made = self.root.client("iam").create_role(
            RoleName=f"runs-{kind.split(maxsplit=1)[0]}", AssumeRolePolicyDocument=TRUST
        )
        return {"Role" if kind == "function" else "roleArn": made["Role"]["Arn"]}


@pytest.fixture(scope="module")
def full(account: Sandbox) -> Iterator[Full]:
    yield Full(account.administrator())


def test_each_kind_is_tried() -> None:
    assert set(MADE) == set(KINDS) >= {kind for kind, _ in TYPES.values()}


@pytest.mark.parametrize("kind", MADE)
def test_what_is_there_is_found_and_nothing_else(full: Full, kind: str) -> None:
    administrator = full(kind)
    assert found(kind, "there", administrator) is not None
    assert found(kind, "the", administrator) is None
    assert found(kind, "there-not", administrator) is None


def test_a_template_s_things(full: Full) -> None:
    administrator = full("bucket", "log group", "stack")
    template = {
        "Resources": {
            "Uploads": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "there"}},
            "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "new"}},
            "Group": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "there"}},
            "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Fn::Sub": "${Queue.Arn}"}}},
        }
    }
    seen = existing(template, "new-stack", administrator, {})
    assert seen.things == (("bucket", "there"), ("log group", "there"))
    assert seen.named == (
        ("stack", "new-stack"),
        ("bucket", "there"),
        ("queue", "new"),
        ("log group", "there"),
    )
    assert [line.partition(" ")[0] for line in seen.unknown] == ["Topic"]
    with pytest.raises(UnavailableError) as caught:
        refuse_existing(seen)
    says(caught.value, ["bucket there, log group there", "--stage"])
    assert existing(template, "there", administrator, {}).things[0] == ("stack", "there")


def test_what_nobody_has_is_free(full: Full) -> None:
    template = {"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "new"}}}}
    seen = existing(template, "new-stack", full(), {})
    assert seen.things == ()
    refuse_existing(seen)


def test_a_refusal_does_not_tell(account: Sandbox, full: Full) -> None:
    full("bucket")
    nobody = account.administrator(account.user("nobody"))
    for kind in sorted(set(KINDS) - {"bucket"}):
        with pytest.raises(UnavailableError) as caught:
            found(kind, "there-not", nobody)
        says(caught.value, [f"whether the {kind} there-not exists", "setup-account"])
    assert found("bucket", "there", nobody) == {}, "somebody else's bucket is there, too"


@pytest.mark.parametrize(
    ("kind", "code"),
    [("table", "ThrottlingException"), ("table", "InternalFailure"), ("stack", "ValidationError")],
)
def test_no_other_failure_tells(full: Full, kind: str, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(**_: Any) -> None:
        raise ClientError({"Error": {"Code": code, "Message": "Rate exceeded"}}, "Describe")

    client = SimpleNamespace(describe_table=failing, describe_stacks=failing)
    monkeypatch.setattr(AccountAdministrator, "client", lambda *_: client)
    with pytest.raises(UnavailableError) as caught:
        found(kind, "there", full())
    says(caught.value, [f"whether the {kind} there exists", code])
