"""What an emulator's state tells of the things that a request refers to."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from verifier.authorization.authorizer import Authorizer, Call
from verifier.authorization.caller import Caller
from verifier.authorization.decision import Decided
from verifier.authorization.operation import Operation
from verifier.emulator.circumstances import EmulatedCircumstances
from verifier.emulator.moto.upstream import MotoUpstream
from verifier.iam.policy import parse_policy

ACCOUNT, REGION = "123456780001", "eu-west-1"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/12345678-1234-1234-1234-123456789012"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/boundary"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/svc"
TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})
REPOSITORY = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/shop"
IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/shop@sha256:aaaa"


@dataclass
class World:
    """An account on the emulator, and what is told of it."""

    upstream: MotoUpstream
    decided_all: list[Decided] = field(default_factory=list)

    def decided(self, decided: Decided) -> None:
        self.decided_all.append(decided)

    def do(self, service: str, name: str, **params: Any) -> dict[str, Any]:
        return self.upstream.invoke(self.operation(service, name, **params))

    @staticmethod
    def operation(service: str, name: str, **params: Any) -> Operation:
        return Operation(service, name, params, ACCOUNT, REGION)

    def implied(self, service: str, name: str, **params: Any) -> dict[str, Any]:
        known = EmulatedCircumstances(self.upstream)
        return dict(known.implied(self.operation(service, name, **params)))

    def refused(self, statement: dict[str, Any], service: str, name: str, **params: Any) -> bool:
        """Whether a user with just that statement is refused."""
        document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*", **statement}]}
        policies = (parse_policy(document, "own"),)
        user = Caller(f"arn:aws:iam::{ACCOUNT}:user/u", ACCOUNT, "AIDAEXAMPLE", policies)
        authorizer = Authorizer(self, circumstances=EmulatedCircumstances(self.upstream))
        return authorizer.authorize(Call(self.operation(service, name, **params), user)) is not None


@pytest.fixture
def world() -> World:
    upstream = MotoUpstream()
    upstream.forget(ACCOUNT)
    world = World(upstream)
    allow = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    world.do("iam", "CreatePolicy", PolicyName="boundary", PolicyDocument=document)
    return world


def test_the_boundary_of_a_role(world: World) -> None:
    world.do(
        "iam", "CreateRole", RoleName="svc", AssumeRolePolicyDocument=TRUST, PermissionsBoundary=BOUNDARY
    )
    assert world.implied("iam", "PutRolePolicy", RoleName="svc") == {"Boundary": BOUNDARY}
    assert world.implied("iam", "CreateRole", RoleName="svc") == {}
    assert world.implied("iam", "PutRolePolicy", RoleName="other") == {}


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("PutRolePolicy", {"PolicyName": "p", "PolicyDocument": TRUST}),
        ("DeleteRolePolicy", {"PolicyName": "p"}),
        ("AttachRolePolicy", {"PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}),
        ("DetachRolePolicy", {"PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}),
        ("UpdateAssumeRolePolicy", {"PolicyDocument": TRUST}),
        ("DeleteRole", {}),
        ("DeleteRolePermissionsBoundary", {}),
    ],
)
def test_a_service_under_a_boundary_gets_by_with_the_delegation_pattern(
    name: str, params: dict[str, str], world: World
) -> None:
    statement = {
        "Action": f"iam:{name}",
        "Condition": {"StringEquals": {"iam:PermissionsBoundary": BOUNDARY}},
    }
    world.do("iam", "CreateRole", RoleName="free", AssumeRolePolicyDocument=TRUST)
    world.do(
        "iam", "CreateRole", RoleName="svc", AssumeRolePolicyDocument=TRUST, PermissionsBoundary=BOUNDARY
    )
    assert not world.refused(statement, "iam", name, RoleName="svc", **params)
    assert world.refused(statement, "iam", name, RoleName="free", **params)


def _queue(world: World) -> tuple[str, dict[str, Any]]:
    url = world.do("sqs", "CreateQueue", QueueName="q", tags={"team": "shop"})["QueueUrl"]
    return "sqs", {"QueueUrl": url}


def _group(world: World) -> tuple[str, dict[str, Any]]:
    world.do("logs", "CreateLogGroup", logGroupName="/g", tags={"team": "shop"})
    return "logs", {"logGroupName": "/g"}


def _table(world: World) -> tuple[str, dict[str, Any]]:
    world.do(
        "dynamodb",
        "CreateTable",
        TableName="t",
        KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "a", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=[{"Key": "team", "Value": "shop"}],
    )
    return "dynamodb", {"TableName": "t"}


def _role(world: World) -> tuple[str, dict[str, Any]]:
    tags = [{"Key": "team", "Value": "shop"}]
    world.do("iam", "CreateRole", RoleName="svc", AssumeRolePolicyDocument=TRUST, Tags=tags)
    return "iam", {"RoleName": "svc"}


def _api(world: World) -> tuple[str, dict[str, Any]]:
    made = world.do("apigatewayv2", "CreateApi", Name="a", ProtocolType="HTTP", Tags={"team": "shop"})
    return "apigatewayv2", {"ApiId": made["ApiId"]}


def _topic(world: World) -> tuple[str, dict[str, Any]]:
    tags = [{"Key": "team", "Value": "shop"}]
    return "sns", {"TopicArn": world.do("sns", "CreateTopic", Name="t", Tags=tags)["TopicArn"]}


@pytest.mark.parametrize(
    ("make", "name", "action"),
    [
        (_queue, "DeleteQueue", "sqs:DeleteQueue"),
        (_group, "DeleteLogGroup", "logs:DeleteLogGroup"),
        (_table, "DeleteTable", "dynamodb:DeleteTable"),
        (_role, "DeleteRole", "iam:DeleteRole"),
        (_api, "DeleteApi", "apigateway:DELETE"),
        (_topic, "DeleteTopic", "sns:DeleteTopic"),
    ],
)
def test_the_tags_that_a_resource_has(
    make: Callable[[World], tuple[str, dict[str, Any]]], name: str, action: str, world: World
) -> None:
    service, params = make(world)
    mine = {"Action": action, "Condition": {"StringEquals": {"aws:ResourceTag/team": "shop"}}}
    others = {"Action": action, "Condition": {"StringEquals": {"aws:ResourceTag/team": "bank"}}}
    assert not world.refused(mine, service, name, **params)
    assert world.refused(others, service, name, **params)


def test_the_keys_of_a_bucket_and_of_its_objects(world: World) -> None:
    world.do("s3", "CreateBucket", Bucket="plain", CreateBucketConfiguration={"LocationConstraint": REGION})
    world.do("s3", "CreateBucket", Bucket="kms", CreateBucketConfiguration={"LocationConstraint": REGION})
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY}}
    world.do("s3", "PutBucketEncryption", Bucket="kms", ServerSideEncryptionConfiguration={"Rules": [rule]})
    for bucket in ("plain", "kms"):
        world.do("s3", "PutObject", Bucket=bucket, Key="a/k.zip", Body=b"1")
    assert world.implied("s3", "PutObject", Bucket="kms", Key="new") == {"BucketKey": KEY}
    assert world.implied("s3", "PutObject", Bucket="plain", Key="new") == {}
    assert world.implied("s3", "GetObject", Bucket="kms", Key="a/k.zip") == {"ObjectKey": KEY}
    assert world.implied("s3", "HeadObject", Bucket="kms", Key="a/k.zip") == {}
    copied = world.implied("s3", "CopyObject", Bucket="plain", Key="c", CopySource="kms/a%2Fk.zip")
    assert copied == {"ObjectKey": KEY}
    for url in (
        "https://s3.eu-west-1.amazonaws.com/kms/a/k.zip",
        "https://kms.s3.eu-west-1.amazonaws.com/a/k.zip",
    ):
        assert world.implied("cloudformation", "CreateStack", TemplateURL=url) == {"ObjectKey": KEY}
    code = {"S3Bucket": "kms", "S3Key": "a/k.zip"}
    assert world.implied("lambda", "CreateFunction", Code=code) == {"ObjectKey": KEY}
    assert world.implied("lambda", "PublishLayerVersion", Content=code) == {"ObjectKey": KEY}
    assert world.implied("lambda", "UpdateFunctionCode", FunctionName="f", **code) == {"ObjectKey": KEY}


def test_the_keys_of_secrets_and_of_parameters_that_are_decrypted(world: World) -> None:
    world.do("ssm", "PutParameter", Name="/own", Value="v", Type="SecureString", KeyId=KEY)
    world.do("ssm", "PutParameter", Name="/theirs", Value="v", Type="SecureString")
    world.do("ssm", "PutParameter", Name="/plain", Value="v", Type="String")
    world.do("secretsmanager", "CreateSecret", Name="own", SecretString="s", KmsKeyId=KEY)
    world.do("secretsmanager", "CreateSecret", Name="aws", SecretString="s")
    read = {"WithDecryption": True}
    assert world.implied("ssm", "GetParameter", Name="/own:1", **read) == {"ParameterKey": KEY}
    assert world.implied("ssm", "GetParameter", Name="/own") == {}
    for name in ("/theirs", "/plain", "/nothing", "/aws/reference/secretsmanager/aws"):
        assert world.implied("ssm", "GetParameter", Name=name, **read) == {}
    reference = "/aws/reference/secretsmanager/own:AWSCURRENT"
    assert world.implied("ssm", "GetParameter", Name=reference, **read) == {"SecretKey": KEY}
    assert world.implied("secretsmanager", "GetSecretValue", SecretId="own") == {"SecretKey": KEY}
    assert world.implied("secretsmanager", "GetSecretValue", SecretId="aws") == {}
    assert world.implied("secretsmanager", "DescribeSecret", SecretId="own") == {}


def _policy(*actions: str, service: str = "lambda.amazonaws.com") -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": list(actions)}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


PULL = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")


@pytest.mark.parametrize(
    ("policy", "state"),
    [
        (None, {"Closed": True}),
        (_policy(*PULL), {"Open": True}),
        (_policy("ecr:*"), {"Open": True}),
        (_policy("ecr:BatchGetImage"), {"Closed": True}),
        (_policy(*PULL, service="codebuild.amazonaws.com"), {"Closed": True}),
    ],
)
def test_whether_a_repository_is_open_to_lambda(
    policy: str | None, state: dict[str, bool], world: World
) -> None:
    assert world.implied("lambda", "CreateFunction", Code={"ImageUri": IMAGE}) == {
        "Image": {"Repository": REPOSITORY}
    }
    world.do("ecr", "CreateRepository", repositoryName="shop")
    if policy:
        world.do("ecr", "SetRepositoryPolicy", repositoryName="shop", policyText=policy)
    facts = {"Image": {"Repository": REPOSITORY, **state}}
    assert world.implied("lambda", "CreateFunction", Code={"ImageUri": IMAGE}) == facts
    assert world.implied("lambda", "UpdateFunctionCode", FunctionName="f", ImageUri=IMAGE) == facts


def test_what_is_no_image_of_a_registry(world: World) -> None:
    assert world.implied("lambda", "CreateFunction", Code={"ImageUri": "public.ecr.aws/x/y:1"}) == {}


def test_transforms_are_asked_of_cloudformation(world: World) -> None:
    known = EmulatedCircumstances(world.upstream, lambda op: (f"{op.name}Transform",))
    assert known.implied(world.operation("cloudformation", "CreateStack", StackName="s")) == {
        "Transforms": ("CreateStackTransform",)
    }
