"""boto3, knowing nothing of us, against `verifier serve` as a real child process."""

import io
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.served import ACCOUNT, REGION, ROUTES, Served, allow, deny, policy, refusal


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    log = tmp_path_factory.mktemp("serve") / "decisions.jsonl"
    served = Served("--decision-log", str(log))
    yield served
    code, out, err = served.stop()
    assert (code, out, err) == (0, "", "")


# service, method, params, status, code, action, resource
REFUSALS: list[tuple[str, str, dict[str, Any], int, str, str, str]] = [
    (
        "iam",
        "create_user",
        {"UserName": "x"},
        403,
        "AccessDenied",
        "iam:CreateUser",
        f"arn:aws:iam::{ACCOUNT}:user/x",
    ),
    (
        "sns",
        "create_topic",
        {"Name": "t"},
        403,
        "AuthorizationError",
        "CreateTopic",
        f"arn:aws:sns:{REGION}:{ACCOUNT}:t",
    ),
    (
        "cloudformation",
        "describe_stacks",
        {"StackName": "s"},
        403,
        "AccessDenied",
        "cloudformation:DescribeStacks",
        f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/s/*",
    ),
    ("sqs", "create_queue", {"QueueName": "q"}, 403, "AccessDenied", "", f"arn:aws:sqs:{REGION}:{ACCOUNT}:q"),
    (
        "dynamodb",
        "describe_table",
        {"TableName": "tab"},
        400,
        "AccessDeniedException",
        "dynamodb:DescribeTable",
        f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/tab",
    ),
    (
        "logs",
        "create_log_group",
        {"logGroupName": "/g"},
        400,
        "AccessDeniedException",
        "logs:CreateLogGroup",
        f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/g",
    ),
    (
        "ssm",
        "get_parameter",
        {"Name": "/p"},
        400,
        "AccessDeniedException",
        "ssm:GetParameter",
        f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/p",
    ),
    (
        "lambda",
        "get_function",
        {"FunctionName": "f"},
        403,
        "AccessDeniedException",
        "lambda:GetFunction",
        f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f",
    ),
    (
        "apigatewayv2",
        "get_api",
        {"ApiId": "a"},
        403,
        "AccessDeniedException",
        "apigateway:GET",
        f"arn:aws:apigateway:{REGION}::/apis/a",
    ),
    (
        "apigateway",
        "get_rest_apis",
        {},
        403,
        "AccessDeniedException",
        "apigateway:GET",
        f"arn:aws:apigateway:{REGION}::/restapis",
    ),
    ("s3", "list_objects_v2", {"Bucket": "buck"}, 403, "AccessDenied", "s3:ListBucket", "arn:aws:s3:::buck"),
    (
        "s3",
        "put_object",
        {"Bucket": "buck", "Key": "a/b", "Body": b"x"},
        403,
        "AccessDenied",
        "s3:PutObject",
        "arn:aws:s3:::buck/a/b",
    ),
    ("ec2", "describe_vpcs", {}, 403, "UnauthorizedOperation", "ec2:DescribeVpcs", "*"),
]


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("case", REFUSALS, ids=lambda case: f"{case[0]}-{case[1]}")
def test_refused_in_every_protocol(
    served: Served, case: tuple[str, str, dict[str, Any], int, str, str, str], route: str
) -> None:
    service, method, params, status, code, action, resource = case
    keys = served.user()
    with pytest.raises(ClientError) as caught:
        getattr(served.client(service, keys, route), method)(**params)
    found_status, found_code, message = refusal(caught)
    assert (found_status, found_code) == (status, code)
    user = f"arn:aws:iam::{ACCOUNT}:user/verifier/{served.last_user}"
    assert f"User: {user} is not authorized to perform: " in message
    assert action in message
    assert resource in message
    assert "because no identity-based policy allows the" in message


@pytest.mark.parametrize("route", ROUTES)
def test_head_refusals_have_no_body(served: Served, route: str) -> None:
    with pytest.raises(ClientError) as caught:
        served.client("s3", served.user(), route).head_bucket(Bucket="buck")
    assert refusal(caught)[:2] == (403, "403")


@pytest.mark.parametrize("route", ROUTES)
def test_everybody_may_ask_who_they_are(served: Served, route: str) -> None:
    identity = served.client("sts", served.user(), route).get_caller_identity()
    assert identity["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/verifier/{served.last_user}"
    assert identity["Account"] == ACCOUNT
    admin = served.client("sts", route=route).get_caller_identity()
    assert admin["Arn"] == f"arn:aws:iam::{ACCOUNT}:root"


@pytest.mark.parametrize("route", ROUTES)
def test_scoped_allows(served: Served, route: str) -> None:
    mine, other = (f"{name}-{ROUTES.index(route)}" for name in ("mine", "other"))
    for bucket in (mine, other):
        served.client("s3").create_bucket(
            Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
    keys = served.user(
        allow("s3:ListBucket", on=f"arn:aws:s3:::{mine}"),
        allow("s3:PutObject", "s3:GetObject", on=f"arn:aws:s3:::{mine}/serverless/*"),
    )
    s3, body = served.client("s3", keys, route), os.urandom(300_000)
    s3.put_object(Bucket=mine, Key="serverless/a b/ü.zip", Body=body)
    assert s3.get_object(Bucket=mine, Key="serverless/a b/ü.zip")["Body"].read() == body
    assert s3.head_object(Bucket=mine, Key="serverless/a b/ü.zip")["ContentLength"] == len(body)
    assert [one["Key"] for one in s3.list_objects_v2(Bucket=mine)["Contents"]] == ["serverless/a b/ü.zip"]
    for bucket, key in ((mine, "else"), (other, "serverless/x")):
        with pytest.raises(ClientError) as caught:
            s3.put_object(Bucket=bucket, Key=key, Body=b"")
        assert refusal(caught)[:2] == (403, "AccessDenied")
    with pytest.raises(ClientError) as caught:
        s3.get_object(Bucket=mine, Key="serverless/absent")
    assert refusal(caught)[:2] == (404, "NoSuchKey")


def test_explicit_deny(served: Served) -> None:
    keys = served.user(allow("dynamodb:*"), deny("dynamodb:DeleteTable"))
    dynamodb = served.client("dynamodb", keys)
    assert "TableNames" in dynamodb.list_tables()
    with pytest.raises(ClientError) as caught:
        dynamodb.delete_table(TableName="tab")
    status, code, message = refusal(caught)
    assert (status, code) == (400, "AccessDeniedException")
    assert message.endswith("with an explicit deny in an identity-based policy")


def test_boundary(served: Served) -> None:
    iam = served.client("iam")
    boundary = iam.create_policy(PolicyName="b", PolicyDocument=policy(allow("logs:*", "sqs:ListQueues")))
    keys = served.user(allow("sqs:*", "logs:*"), PermissionsBoundary=boundary["Policy"]["Arn"])
    served.client("sqs", keys).list_queues()
    with pytest.raises(ClientError) as caught:
        served.client("sqs", keys).create_queue(QueueName="q")
    assert "because no permissions boundary allows the" in refusal(caught)[2]
    iam.delete_user_permissions_boundary(UserName=served.last_user)
    served.client("sqs", keys).create_queue(QueueName="q")


def test_groups_and_managed_policies(served: Served) -> None:
    iam, keys = served.client("iam"), served.user()
    sns = served.client("sns", keys)
    arn = iam.create_policy(PolicyName="topics", PolicyDocument=policy(allow("sns:ListTopics")))["Policy"][
        "Arn"
    ]
    with pytest.raises(ClientError):
        sns.list_topics()
    iam.attach_user_policy(UserName=served.last_user, PolicyArn=arn)
    sns.list_topics()
    iam.create_policy_version(
        PolicyArn=arn, PolicyDocument=policy(allow("sns:CreateTopic")), SetAsDefault=True
    )
    with pytest.raises(ClientError):
        sns.list_topics()
    iam.create_group(GroupName="readers")
    iam.put_group_policy(GroupName="readers", PolicyName="r", PolicyDocument=policy(allow("sns:List*")))
    iam.add_user_to_group(GroupName="readers", UserName=served.last_user)
    sns.list_topics()
    iam.attach_user_policy(
        UserName=served.last_user, PolicyArn="arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess"
    )
    assert "Vpcs" in served.client("ec2", keys).describe_vpcs()


CODES: list[tuple[str, str, dict[str, Any], int, str]] = [
    ("sts", "get_caller_identity", {}, 403, "InvalidClientTokenId"),
    ("dynamodb", "list_tables", {}, 400, "UnrecognizedClientException"),
    ("lambda", "list_functions", {}, 403, "UnrecognizedClientException"),
    ("s3", "list_buckets", {}, 403, "InvalidAccessKeyId"),
    ("ec2", "describe_vpcs", {}, 401, "AuthFailure"),
]


@pytest.mark.parametrize("case", CODES, ids=lambda case: str(case[0]))
def test_unknown_and_inactive_keys(served: Served, case: tuple[str, str, dict[str, Any], int, str]) -> None:
    service, method, params, status, code = case
    keys = served.user(allow("*"))
    getattr(served.client(service, keys), method)(**params)
    served.client("iam").update_access_key(UserName=served.last_user, AccessKeyId=keys[0], Status="Inactive")
    for wrong in (keys, ("AKIANOBODYNOBODYNOBO", "x")):
        with pytest.raises(ClientError) as caught:
            getattr(served.client(service, wrong), method)(**params)
        assert refusal(caught)[:2] == (status, code)


def test_pass_role_conditions(served: Served) -> None:
    trust = policy(
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    )
    role = served.client("iam").create_role(RoleName="passed", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("index.js", "")
    create = {
        "FunctionName": "passes",
        "Runtime": "nodejs22.x",
        "Handler": "index.h",
        "Role": role,
        "Code": {"ZipFile": archive.getvalue()},
    }

    def passing(service: str, on: str = role) -> Any:
        condition = {"StringEquals": {"iam:PassedToService": service}}
        keys = served.user(allow("lambda:CreateFunction"), allow("iam:PassRole", on=on, Condition=condition))
        return served.client("lambda", keys)

    for wrong in (passing("ec2.amazonaws.com"), passing("lambda.amazonaws.com", on=f"{role}-other")):
        with pytest.raises(ClientError) as caught:
            wrong.create_function(**create)
        assert refusal(caught)[:2] == (403, "AccessDeniedException")
        assert f"is not authorized to perform: iam:PassRole on resource: {role}" in refusal(caught)[2]
    assert passing("lambda.amazonaws.com").create_function(**create)["FunctionName"] == "passes"


def test_delete_objects_decides_key_by_key(served: Served) -> None:
    admin = served.client("s3")
    admin.create_bucket(Bucket="deleting", CreateBucketConfiguration={"LocationConstraint": REGION})
    for key in ("mine/1", "mine/2", "theirs/1"):
        admin.put_object(Bucket="deleting", Key=key, Body=b"")
    keys = served.user(allow("s3:DeleteObject", on="arn:aws:s3:::deleting/mine/*"))
    objects = [{"Key": key} for key in ("mine/1", "theirs/1", "mine/2")]
    result = served.client("s3", keys).delete_objects(Bucket="deleting", Delete={"Objects": objects})
    assert sorted(one["Key"] for one in result["Deleted"]) == ["mine/1", "mine/2"]
    assert [(one["Key"], one["Code"]) for one in result["Errors"]] == [("theirs/1", "AccessDenied")]
    assert [one["Key"] for one in admin.list_objects_v2(Bucket="deleting")["Contents"]] == ["theirs/1"]


def test_absent_objects_are_hidden_from_who_may_not_list(served: Served) -> None:
    served.client("s3").create_bucket(
        Bucket="hiding", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    s3 = served.client("s3", served.user(allow("s3:GetObject")))
    with pytest.raises(ClientError) as caught:
        s3.get_object(Bucket="hiding", Key="absent")
    assert refusal(caught)[:2] == (403, "AccessDenied")
    assert "s3:ListBucket" in refusal(caught)[2]
    with pytest.raises(ClientError) as caught:
        s3.head_object(Bucket="hiding", Key="absent")
    assert refusal(caught)[0] == 403
    with pytest.raises(ClientError) as caught:
        s3.get_object(Bucket="no-such-bucket", Key="absent")
    assert refusal(caught)[:2] == (404, "NoSuchBucket")


def test_refusal_comes_before_existence(served: Served) -> None:
    keys = served.user()
    for bucket in ("no-such-bucket", "hiding"):
        with pytest.raises(ClientError) as caught:
            served.client("s3", keys).get_bucket_policy(Bucket=bucket)
        assert refusal(caught)[:2] == (403, "AccessDenied")
    allowed = served.user(allow("s3:GetBucketPolicy"))
    with pytest.raises(ClientError) as caught:
        served.client("s3", allowed).get_bucket_policy(Bucket="no-such-bucket")
    assert refusal(caught)[1] == "NoSuchBucket"


def test_assumed_roles(served: Served) -> None:
    iam, keys = served.client("iam"), served.user(allow("sts:AssumeRole"))
    user = f"arn:aws:iam::{ACCOUNT}:user/verifier/{served.last_user}"

    def role(name: str, principal: str) -> str:
        trust = policy({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"})
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy(allow("kms:ListKeys")))
        return str(arn)

    sts = served.client("sts", keys)
    session = sts.assume_role(RoleArn=role("trusting", user), RoleSessionName="ci")["Credentials"]
    temporary = (session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"])
    assert "Keys" in served.client("kms", temporary).list_keys()
    with pytest.raises(ClientError) as caught:
        served.client("kms", temporary).list_aliases()
    assert f"User: arn:aws:sts::{ACCOUNT}:assumed-role/trusting/ci is not authorized" in refusal(caught)[2]
    with pytest.raises(ClientError) as caught:
        sts.assume_role(RoleArn=role("strange", f"arn:aws:iam::{ACCOUNT}:user/else"), RoleSessionName="ci")
    assert refusal(caught)[:2] == (403, "AccessDenied")
    with pytest.raises(ClientError) as caught:
        sts.assume_role(
            RoleArn=f"arn:aws:iam::{ACCOUNT}:role/trusting", RoleSessionName="ci", Policy=policy(allow("*"))
        )
    assert (refusal(caught)[0], "session policy" in refusal(caught)[2]) == (501, True)


TEMPLATE = {
    "Resources": {
        "Bucket": {"Type": "AWS::S3::Bucket"},
        "Logs": {
            "Type": "AWS::Logs::LogGroup",
            "DependsOn": "Bucket",
            "Properties": {"LogGroupName": "/aws/lambda/rolled-back"},
        },
    }
}


def settled(cloudformation: Any, stack: str) -> str:
    """The stack's status when nothing is in progress any more."""
    for _ in range(2000):
        status = str(cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"])
        if not status.endswith("IN_PROGRESS"):
            return status
        time.sleep(0.05)
    raise AssertionError("the stack does not settle")


@pytest.mark.parametrize("route", ROUTES)
def test_a_stack_rolls_back_for_want_of_a_permission(served: Served, route: str) -> None:
    keys = served.user(
        allow("cloudformation:*", "s3:*"), allow("logs:Describe*", "logs:List*", "logs:DeleteLogGroup")
    )
    cloudformation, stack = served.client("cloudformation", keys, route), f"stack-{ROUTES.index(route)}"
    created = cloudformation.create_stack(StackName=stack, TemplateBody=json.dumps(TEMPLATE))
    assert settled(cloudformation, created["StackId"]) == "ROLLBACK_COMPLETE"
    events = cloudformation.describe_stack_events(StackName=created["StackId"])["StackEvents"]
    failed = [one for one in events if one["ResourceStatus"] == "CREATE_FAILED"]
    assert [one["LogicalResourceId"] for one in failed] == ["Logs"]
    assert (
        "is not authorized to perform: logs:CreateLogGroup on resource: " in failed[0]["ResourceStatusReason"]
    )
    assert f"user/verifier/{served.last_user}" in failed[0]["ResourceStatusReason"]
    assert (
        served.client("logs").describe_log_groups(logGroupNamePrefix="/aws/lambda/rolled")["logGroups"] == []
    )
    assert not [one for one in served.client("s3").list_buckets()["Buckets"] if one["Name"].startswith(stack)]
    (bucket,) = (
        one
        for one in events
        if (one["LogicalResourceId"], one["ResourceStatus"]) == ("Bucket", "DELETE_COMPLETE")
    )
    assert bucket["PhysicalResourceId"].startswith(stack)


def test_unmapped_operations_are_refused_and_named(served: Served) -> None:
    keys = served.user(allow("*"))
    with pytest.raises(ClientError) as caught:
        served.client("sts", keys).get_session_token()
    assert refusal(caught)[0] == 501


def test_the_log_has_every_decision_and_no_secret(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    served = Served("--decision-log", str(log))
    keys = served.user(allow("sqs:ListQueues"))
    served.client("sqs", keys).list_queues()
    with pytest.raises(ClientError):
        served.client("ssm", keys).put_parameter(Name="/p", Value="hush-hush", Type="SecureString")
    assert served.stop()[0] == 0
    records = [json.loads(line) for line in log.read_text().splitlines()]
    decisions = [
        (one["action"], one["outcome"], one["enforced"]) for one in records if one["kind"] == "decision"
    ]
    assert decisions == [("sqs:ListQueues", "allowed", True), ("ssm:PutParameter", "implicitDeny", True)]
    answers = [(one["operation"], one["status"], one["code"]) for one in records if one["kind"] == "response"]
    assert answers[-2:] == [("ListQueues", 200, ""), ("PutParameter", 400, "AccessDeniedException")]
    text = log.read_text()
    for secret in ("hush-hush", *keys, *served.admin):
        assert secret not in text


def test_faults(tmp_path: Path) -> None:
    faults = tmp_path / "faults.yaml"
    entry = {
        "service": "sqs",
        "operation": "ListQueues",
        "times": 2,
        "status": 503,
        "code": "ServiceUnavailable",
    }
    faults.write_text(json.dumps({"responses": [entry]}))
    served = Served("--faults", str(faults))
    sqs = served.client("sqs", served.user(allow("sqs:*")))
    for _ in range(2):
        with pytest.raises(ClientError) as caught:
            sqs.list_queues()
        assert refusal(caught)[:2] == (503, "ServiceUnavailable")
    sqs.list_queues()
    served.stop()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_ending(number: int) -> None:
    served = Served()
    certificate = Path(served.ready["ca"])
    assert certificate.read_text().startswith("-----BEGIN CERTIFICATE-----")
    port = served.ready["endpoint"].rpartition(":")[2]
    assert served.ready == {
        "endpoint": f"http://127.0.0.1:{port}",
        "proxy": f"http://127.0.0.1:{port}",
        "ca": str(certificate),
        "account": ACCOUNT,
        "region": REGION,
        "admin": served.ready["admin"],
    }
    second = subprocess.run(
        [sys.executable, "-m", "verifier", "serve", "--port", port],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (second.returncode, second.stdout) == (3, "")
    assert second.stderr.count("\n") == 1
    assert f"port {port}" in second.stderr
    assert served.stop(number) == (0, "", "")
    assert not certificate.parent.exists()


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--account", "12"), "--account"),
        (("--region", "Mars"), "--region"),
        (("--port", "70000"), "--port"),
        (("--decision-log", "/nonexistent/x"), "/nonexistent/x"),
        (("--faults", "/nonexistent/y"), "/nonexistent/y"),
    ],
)
def test_what_cannot_be_used(options: tuple[str, str], named: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "verifier", "serve", *options], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert named in done.stderr
