"""Fixtures, and what is made up, in a real room of the embedded target."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from verifier.authorization.authorizer import Mode
from verifier.errors import InconclusiveError, InputError
from verifier.service.fixtures import (
    BucketFixture,
    Fixtures,
    ParameterFixture,
    SecretFixture,
    StackFixture,
    TemplateFixture,
)
from verifier.targets.embedded import EmbeddedTarget
from verifier.targets.interface import Absent, Room
from verifier.trial.declared import made_secrets
from verifier.trial.prerequisites import Prerequisite
from verifier.trial.seeding import Seeded, Surroundings, can_be_made_up, plausible

REGION, ELSEWHERE = "eu-north-1", "eu-west-1"
TEMPLATE = """
Parameters: {Stage: {Type: String}}
Resources: {Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub 'jobs-${Stage}'}}}
Outputs: {Name: {Value: !GetAtt Queue.QueueName, Export: {Name: jobs}}}
"""


@pytest.fixture(scope="module")
def target() -> Iterator[EmbeddedTarget]:
    target = EmbeddedTarget(region=REGION)
    yield target
    target.close()


@pytest.fixture
def room(target: EmbeddedTarget) -> Iterator[Room]:
    with target.room(Mode.ENFORCE, REGION) as room:
        yield room


def surroundings(room: Room, fixtures: Fixtures) -> Surroundings:
    values = {"account": room.account, "region": REGION, "stage": "dev", "partition": "aws"}
    return Surroundings(room, values, fixtures)


def parameter(room: Room, name: str, region: str | None = None) -> Any:
    return room.admin("ssm", region).get_parameter(Name=name)["Parameter"]


def outputs(room: Room, stack: str, region: str | None = None) -> dict[str, str]:
    described = room.admin("cloudformation", region).describe_stacks(StackName=stack)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}


def body(room: Room, bucket: str, key: str) -> bytes:
    found: bytes = room.admin("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    return found


def test_everything_is_there_and_none_of_it_is_booked_under_the_next_phase(room: Room) -> None:
    fixtures = Fixtures(
        template=TEMPLATE,
        parameters=(
            ParameterFixture("/{stage}/a", "x"),
            ParameterFixture("/list", "a,b", "StringList", ELSEWHERE),
        ),
        stacks=(StackFixture("net-{stage}", (("Account", "{account}"),)),),
        buckets=(BucketFixture("shop-{account}", (("k", "text"),)),),
    )
    surroundings(room, fixtures).set_up(())
    assert outputs(room, "verifier-fixtures") == {"Name": "jobs-dev"}
    assert outputs(room, "net-dev") == {"Account": room.account}
    assert parameter(room, "/dev/a")["Value"] == "x"
    assert parameter(room, "/list", ELSEWHERE)["Type"] == "StringList"
    assert body(room, f"shop-{room.account}", "k") == b"text"
    room.begin("deploy", fail_last_wave=True)
    facts = room.finish()
    assert (facts.asked, facts.events, facts.absent) == ((), (), ())
    assert set(facts.stacks) == {"net-dev", "verifier-fixtures"}
    assert room.not_exercised() == ()


def test_a_template_may_have_roles_with_names_of_their_own(room: Room) -> None:
    trust = "{Version: 2012-10-17, Statement: [{Effect: Allow, Principal: '*', Action: sts:AssumeRole}]}"
    properties = f"{{RoleName: boundary, AssumeRolePolicyDocument: {trust}}}"
    template = f"Resources: {{Role: {{Type: AWS::IAM::Role, Properties: {properties}}}}}"
    surroundings(room, Fixtures(template=template)).set_up(())
    assert [role["RoleName"] for role in room.admin("iam").list_roles()["Roles"]] == ["boundary"]


@pytest.mark.parametrize(
    ("fixtures", "error", "words"),
    [
        (Fixtures(buckets=(BucketFixture("Not A Name"),)), InputError, "verifier.yml: buckets: Not A Name"),
        (
            Fixtures(parameters=(ParameterFixture("/a", "x"), ParameterFixture("/a", "y"))),
            InputError,
            "verifier.yml: ssm: /a: AWS refuses it: ",
        ),
        (Fixtures(template="Resources: {}"), InputError, "verifier.yml: fixtures: AWS refuses it: "),
        (
            Fixtures(
                template="Resources: {B: {Type: AWS::S3::BucketPolicy, "
                "Properties: {Bucket: none, PolicyDocument: {}}}}"
            ),
            InconclusiveError,
            r"verifier.yml: fixtures: B \(AWS::S3::BucketPolicy\): ",
        ),
    ],
)
def test_what_aws_does_not_take_is_one_line(
    room: Room, fixtures: Fixtures, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words) as caught:
        surroundings(room, fixtures).set_up(())
    assert "\n" not in str(caught.value)


def test_made_up(room: Room) -> None:
    declared = Fixtures(
        stacks=(StackFixture("net", (("VpcId", "vpc-1"),)),), buckets=(BucketFixture("declared"),)
    )
    lacking = (
        Prerequisite("ssm", "/a/topic-arn"),
        Prerequisite("ssm", "/far", region=ELSEWHERE),
        Prerequisite("stackOutputs", "net", "SubnetId"),
        Prerequisite("stackOutputs", "other", "Url"),
        Prerequisite("stackOutputs", "other", "Name"),
        Prerequisite("buckets", "made-up"),
        Prerequisite("buckets", "declared", "settings.json"),
    )
    beside = surroundings(room, declared)
    beside.set_up(lacking)
    arn = f"arn:aws:sns:{REGION}:{room.account}:verifier-seeded"
    assert parameter(room, "/a/topic-arn")["Value"] == arn
    assert parameter(room, "/far", ELSEWHERE)["Value"] == "verifier-seeded"
    assert outputs(room, "net") == {"VpcId": "vpc-1", "SubnetId": "subnet-0123456789abcdef0"}
    assert outputs(room, "other") == {"Url": "https://verifier.example.com", "Name": "verifier-seeded"}
    assert body(room, "declared", "settings.json") == b"{}"
    assert beside.seeded[:3] == (
        Seeded("ssm", "/a/topic-arn", arn),
        Seeded("ssm", f"/far@{ELSEWHERE}", "verifier-seeded"),
        Seeded("stackOutputs", "net.SubnetId", "subnet-0123456789abcdef0"),
    )
    assert beside.seeded[-2:] == (
        Seeded("buckets", "made-up", ""),
        Seeded("buckets", "declared/settings.json", "{}"),
    )


def test_what_cannot_be_made_up() -> None:
    assert can_be_made_up([Prerequisite("ssm", "/a"), Prerequisite("buckets", "b")])
    assert not can_be_made_up([Prerequisite("fixtures", "an export named x")])
    assert not can_be_made_up([Prerequisite("stackOutputs", "net")])


def test_what_is_declared_is_made_where_the_service_looks_for_it_once(room: Room) -> None:
    fixtures = Fixtures(
        parameters=(ParameterFixture("/a", "x"),),
        stacks=(StackFixture("net", (("VpcId", "v"), ("Zone", "z"))),),
    )
    beside = surroundings(room, fixtures)
    beside.set_up(())
    lacking = (
        Prerequisite("ssm", "/a", region=ELSEWHERE),
        Prerequisite("stackOutputs", "net", "VpcId", ELSEWHERE),
        Prerequisite("stackOutputs", "net", "Zone", ELSEWHERE),
        Prerequisite("ssm", "/undeclared", region=ELSEWHERE),
    )
    assert beside.follow(lacking) == lacking[3:]
    assert parameter(room, "/a", ELSEWHERE)["Value"] == "x"
    assert outputs(room, "net", ELSEWHERE) == {"VpcId": "v", "Zone": "z"}
    # Were one of them missing still, going on would never end.
    assert beside.follow(lacking[:1]) == lacking[:1]
    assert beside.seeded == ()


def test_what_is_asked_for_in_vain_is_a_fact(room: Room) -> None:
    room.begin("deploy")
    failures: list[Callable[[], Any]] = [
        lambda: room.admin("ssm", ELSEWHERE).get_parameter(Name="/a"),
        lambda: room.admin("cloudformation").describe_stacks(StackName="net"),
        lambda: room.admin("s3").head_bucket(Bucket="nobodys-bucket"),
        lambda: room.admin("s3").get_object(Bucket="nobodys-bucket", Key="k"),
        lambda: room.admin("lambda").get_function(FunctionName="f"),
        lambda: room.admin("cloudformation").describe_stack_resource(StackName="net", LogicalResourceId="B"),
    ]
    for call in failures:
        with pytest.raises(Exception, match="An error occurred"):
            call()
    assert room.finish().absent == (
        Absent("ssm", "/a", ELSEWHERE),
        Absent("cloudformation", "net", REGION),
        Absent("s3", "nobodys-bucket", REGION),
        Absent("s3", "nobodys-bucket/k", REGION),
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("/shop/vpc-id", "vpc-0123456789abcdef0"),
        ("VpcId", "vpc-0123456789abcdef0"),
        ("PrivateSubnetA", "subnet-0123456789abcdef0"),
        ("/net/subnetIds", "subnet-0123456789abcdef0"),
        ("LambdaSecurityGroupId", "sg-0123456789abcdef0"),
        ("DeployRoleArn", "arn:aws:iam::111122223333:role/verifier-seeded"),
        ("OrdersQueueArn", "arn:aws:sqs:eu-north-1:111122223333:verifier-seeded"),
        ("OrdersTableArn", "arn:aws:dynamodb:eu-north-1:111122223333:table/verifier-seeded"),
        ("AssetsBucketArn", "arn:aws:s3:::verifier-seeded"),
        ("/api/endpoint", "https://verifier.example.com"),
        ("/api/key", "verifier-seeded"),
    ],
)
def test_plausible_values(name: str, value: str) -> None:
    values = {"account": "111122223333", "region": REGION, "stage": "dev", "partition": "aws"}
    assert plausible(name, values) == value


def test_roles_policies_layers_secrets_and_stacks_are_there(room: Room) -> None:
    layer = "arn:aws:lambda:eu-north-1:999999999999:layer:tools:119"
    fixtures = Fixtures(
        templates=(TemplateFixture("shared-{stage}", TEMPLATE),),
        secrets=(SecretFixture("db-{stage}", "hunter2!"), SecretFixture("far", "away", ELSEWHERE)),
        roles=("path/deploy-{stage}",),
        policies=("limit",),
        layers=(layer,),
        images=("shop/web:latest", "shop/web:1", "old:1"),
        parameters=(ParameterFixture("/own", "v", "SecureString", key="alias/shop"),),
    )
    room.admin("ecr").create_repository(repositoryName="old")
    surroundings(room, fixtures).set_up(())
    assert outputs(room, "shared-dev") == {"Name": "jobs-dev"}
    secrets = room.admin("secretsmanager")
    assert secrets.get_secret_value(SecretId="db-dev")["SecretString"] == "hunter2!"
    assert room.admin("secretsmanager", ELSEWHERE).get_secret_value(SecretId="far")["SecretString"] == "away"
    role = room.admin("iam").get_role(RoleName="deploy-dev")["Role"]
    assert role["Path"] == "/path/"
    assert "cloudformation.amazonaws.com" in str(role["AssumeRolePolicyDocument"])
    policy = f"arn:aws:iam::{room.account}:policy/limit"
    made = room.admin("iam").create_role(
        RoleName="bounded", AssumeRolePolicyDocument="{}", PermissionsBoundary=policy
    )
    assert made["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == policy
    function = room.admin("lambda").create_function(
        FunctionName="f",
        Role=role["Arn"],
        Runtime="nodejs22.x",
        Handler="a.b",
        Code={"ZipFile": archive()},
        Layers=[layer],
    )
    assert [one["Arn"] for one in function["Layers"]] == [layer]
    assert set(made_secrets(room)) == {"hunter2!"}
    for name, tag in (("shop/web", "latest"), ("shop/web", "1"), ("old", "1")):
        images = room.admin("ecr").describe_images(repositoryName=name, imageIds=[{"imageTag": tag}])
        assert images["imageDetails"][0]["imageDigest"].startswith("sha256:")
    [parameter] = room.admin("ssm").describe_parameters()["Parameters"]
    assert parameter["KeyId"] == "alias/shop"


def archive() -> bytes:
    import io
    import zipfile

    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archived:
        archived.writestr("a.js", "exports.b = 1")
    return written.getvalue()


@pytest.mark.parametrize(
    ("one", "seeded"),
    [
        (Prerequisite("roles", "deploy"), Seeded("roles", "deploy", "")),
        (Prerequisite("policies", "limit"), Seeded("policies", "limit", "")),
        (Prerequisite("secrets", "db"), Seeded("secrets", "db", "verifier-seeded")),
        (Prerequisite("images", "shop/web:latest"), Seeded("images", "shop/web:latest", "")),
        (Prerequisite("env", "MAIL_EMAIL"), Seeded("env", "MAIL_EMAIL", "verifier@example.com")),
        (
            Prerequisite("layers", "arn:aws:lambda:eu-north-1:999999999999:layer:x:1"),
            Seeded("layers", "arn:aws:lambda:eu-north-1:999999999999:layer:x:1", ""),
        ),
    ],
)
def test_what_is_nothing_but_its_name_is_made_up(room: Room, one: Prerequisite, seeded: Seeded) -> None:
    made = surroundings(room, Fixtures())
    made.make_up([one])
    assert made.seeded == (seeded,)
    assert made.variables == ({one.name: seeded.value} if one.kind == "env" else {})


def test_a_role_with_a_boundary_that_does_not_exist_is_refused(room: Room) -> None:
    iam = room.admin("iam")
    boundary = f"arn:aws:iam::{room.account}:policy/nowhere"
    with pytest.raises(ClientError, match="does not exist or is not attachable"):
        iam.create_role(RoleName="r", AssumeRolePolicyDocument="{}", PermissionsBoundary=boundary)
    iam.create_role(RoleName="r", AssumeRolePolicyDocument="{}")
    with pytest.raises(ClientError, match="does not exist or is not attachable"):
        iam.put_role_permissions_boundary(RoleName="r", PermissionsBoundary=boundary)
