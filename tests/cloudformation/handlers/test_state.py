"""What the handlers really leave behind on moto: made, changed, removed, and nothing left over."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.support.lives.account import CODE, Account
from tests.support.lives.case import Case
from tests.support.lives.desk import ACCOUNT
from tests.support.lives.thing import Thing
from verifier.cloudformation.types.handler import HandlerError
from verifier.errors import AwsError

Lives = Callable[..., Thing]
Cases = Callable[[str], Case]
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*"}],
}
_CODE = CODE.format(account=ACCOUNT)
_FUNCTION = {
    "Code": {"S3Bucket": _CODE, "S3Key": "a.zip"},
    "Role": "arn:aws:iam::123456789012:role/exec",
    "Handler": "index.handler",
    "Runtime": "python3.12",
}


def _tags(pairs: list[Mapping[str, str]]) -> dict[str, str]:
    return {pair["Key"]: pair["Value"] for pair in pairs}


def test_bucket(account: Account, case: Cases, life: Lives) -> None:
    loaded = case("AWS_S3_Bucket")
    thing = life(loaded.type)
    name = thing.create(loaded.before)
    assert name.startswith("shop-dev-thing-")
    assert account.invoke("s3", "GetBucketVersioning", Bucket=name)["Status"] == "Enabled"
    rules = account.invoke("s3", "GetBucketLifecycleConfiguration", Bucket=name)["Rules"]
    assert rules[0]["Expiration"]["Days"] == 30
    assert rules[0]["Filter"]["And"]["Prefix"] == "old/"
    assert account.invoke("s3", "GetBucketCors", Bucket=name)["CORSRules"][0]["MaxAgeSeconds"] == 60
    website = account.invoke("s3", "GetBucketWebsite", Bucket=name)
    assert website["IndexDocument"] == {"Suffix": "index.html"}
    notification = account.invoke("s3", "GetBucketNotificationConfiguration", Bucket=name)
    assert notification["QueueConfigurations"][0]["Events"] == ["s3:ObjectCreated:*"]
    encryption = account.invoke("s3", "GetBucketEncryption", Bucket=name)["ServerSideEncryptionConfiguration"]
    assert encryption["Rules"][0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert thing.read()["Arn"] == f"arn:aws:s3:::{name}"

    thing.update(loaded.after[1].properties)
    assert account.invoke("s3", "GetBucketCors", Bucket=name)["CORSRules"][0]["MaxAgeSeconds"] == 90
    assert _tags(account.invoke("s3", "GetBucketTagging", Bucket=name)["TagSet"]) == {
        "STAGE": "dev",
        "cost": "1",
    }
    thing.update(loaded.after[2].properties)
    with pytest.raises(AwsError, match="NoSuchCORSConfiguration"):
        account.invoke("s3", "GetBucketCors", Bucket=name)
    with pytest.raises(AwsError, match="NoSuchLifecycleConfiguration"):
        account.invoke("s3", "GetBucketLifecycleConfiguration", Bucket=name)
    assert _tags(account.invoke("s3", "GetBucketTagging", Bucket=name)["TagSet"]) == {"STAGE": "dev"}

    thing.delete()
    with pytest.raises(AwsError):
        account.invoke("s3", "HeadBucket", Bucket=name)


def test_bucket_of_another_region_and_tags_of_the_stack(account: Account, life: Lives) -> None:
    thing = life("AWS::S3::Bucket", tags={"STAGE": "dev", "team": "stack"})
    name = thing.create({"Tags": [{"Key": "team", "Value": "own"}]})
    tags = account.invoke("s3", "GetBucketTagging", Bucket=name)["TagSet"]
    assert _tags(tags) == {"STAGE": "dev", "team": "own"}
    thing.update({}, tags={})
    with pytest.raises(AwsError, match="NoSuchTagSet"):
        account.invoke("s3", "GetBucketTagging", Bucket=name)


def test_bucket_that_is_not_empty_stays(account: Account, life: Lives) -> None:
    thing = life("AWS::S3::Bucket")
    name = thing.create({})
    account.invoke("s3", "PutObject", Bucket=name, Key="left", Body="x")
    with pytest.raises(HandlerError, match="not empty"):
        thing.delete()


def test_bucket_policy(account: Account, case: Cases, life: Lives) -> None:
    loaded = case("AWS_S3_BucketPolicy")
    thing = life(loaded.type)
    assert thing.create(loaded.before) == _CODE
    assert (
        json.loads(account.invoke("s3", "GetBucketPolicy", Bucket=_CODE)["Policy"])["Statement"][0]["Sid"]
        == "Tls"
    )
    with pytest.raises(HandlerError, match=f"already exists on bucket {_CODE}"):
        life(loaded.type).create(loaded.before)
    thing.update(loaded.after[0].properties)
    policy = json.loads(account.invoke("s3", "GetBucketPolicy", Bucket=_CODE)["Policy"])
    assert policy["Statement"][0]["Action"] == "s3:PutObject"
    thing.delete()
    thing.delete()
    with pytest.raises(AwsError, match="NoSuchBucketPolicy"):
        account.invoke("s3", "GetBucketPolicy", Bucket=_CODE)


def test_log_group(account: Account, case: Cases, life: Lives) -> None:
    loaded = case("AWS_Logs_LogGroup")
    thing = life(loaded.type)
    name = thing.create(loaded.before)
    arn = f"arn:aws:logs:us-east-1:123456789012:log-group:{name}"
    assert thing.read() == {"Arn": f"{arn}:*"}
    assert _group(account, name)["retentionInDays"] == 7
    assert account.invoke("logs", "ListTagsForResource", resourceArn=arn)["tags"] == {
        "STAGE": "dev",
        "owner": "team",
    }
    thing.update(loaded.after[0].properties)
    assert _group(account, name)["retentionInDays"] == 14
    assert account.invoke("logs", "ListTagsForResource", resourceArn=arn)["tags"] == {
        "STAGE": "dev",
        "cost": "1",
    }
    thing.update(loaded.after[1].properties, tags={})
    assert "retentionInDays" not in _group(account, name)
    assert account.invoke("logs", "ListTagsForResource", resourceArn=arn)["tags"] == {}
    thing.delete()
    thing.delete()
    assert account.invoke("logs", "DescribeLogGroups")["logGroups"] == []


def _group(account: Account, name: str) -> dict[str, Any]:
    groups: list[dict[str, Any]] = account.invoke("logs", "DescribeLogGroups", logGroupNamePrefix=name)[
        "logGroups"
    ]
    return groups[0]


def test_log_group_keeps_its_class(life: Lives) -> None:
    thing = life("AWS::Logs::LogGroup")
    thing.create({"LogGroupName": "/aws/lambda/a"})
    with pytest.raises(HandlerError, match="LogGroupClass"):
        thing.update({"LogGroupName": "/aws/lambda/a", "LogGroupClass": "INFREQUENT_ACCESS"})


def test_log_group_that_is_there_already_is_an_error_without_a_physical_id(life: Lives) -> None:
    life("AWS::Logs::LogGroup").create({"LogGroupName": "/aws/lambda/a"})
    second = life("AWS::Logs::LogGroup")
    with pytest.raises(HandlerError, match="already exists"):
        second.create({"LogGroupName": "/aws/lambda/a"})
    assert second.physical_id == ""


def test_role(account: Account, case: Cases, life: Lives) -> None:
    loaded = case("AWS_IAM_Role")
    thing = life(loaded.type)
    name = thing.create(loaded.before)
    attributes = thing.read()
    assert attributes["Arn"] == f"arn:aws:iam::123456789012:role/service/{name}"
    assert attributes["RoleId"] in account.register.tokens
    assert set(account.invoke("iam", "ListRolePolicies", RoleName=name)["PolicyNames"]) == {"logs", "table"}
    thing.update(loaded.after[0].properties)
    role = account.invoke("iam", "GetRole", RoleName=name)["Role"]
    assert (role["Description"], role["MaxSessionDuration"]) == ("runs it well", 3600)
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"].endswith("/PowerUserAccess")
    assert _tags(account.invoke("iam", "ListRoleTags", RoleName=name)["Tags"]) == {
        "STAGE": "dev",
        "cost": "1",
    }
    attached = account.invoke("iam", "ListAttachedRolePolicies", RoleName=name)["AttachedPolicies"]
    assert [policy["PolicyName"] for policy in attached] == ["PowerUserAccess"]
    assert account.invoke("iam", "ListRolePolicies", RoleName=name)["PolicyNames"] == ["logs"]
    thing.update(loaded.after[1].properties)
    assert "PermissionsBoundary" not in account.invoke("iam", "GetRole", RoleName=name)["Role"]
    thing.delete()
    thing.delete()
    with pytest.raises(AwsError, match="NoSuchEntity"):
        account.invoke("iam", "GetRole", RoleName=name)


def test_role_is_asked_for_with_its_path(account: Account, life: Lives) -> None:
    thing = life("AWS::IAM::Role")
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
    inline = [{"PolicyName": "p", "PolicyDocument": policy}]
    thing.create({"RoleName": "r", "Path": "/app/", "AssumeRolePolicyDocument": _TRUST, "Policies": inline})
    thing.read()
    thing.delete()
    resources = {one.requirement.resource for one in account.decisions}
    assert resources == {"arn:aws:iam::123456789012:role/app/r"}


def test_role_that_fails_half_way_can_be_deleted(account: Account, life: Lives) -> None:
    thing = life("AWS::IAM::Role")
    absent = "arn:aws:iam::123456789012:policy/absent"
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
    policy = {"PolicyName": "p", "PolicyDocument": document}
    with pytest.raises(HandlerError, match="absent"):
        thing.create(
            {
                "RoleName": "half",
                "AssumeRolePolicyDocument": _TRUST,
                "Policies": [policy],
                "ManagedPolicyArns": [absent],
            }
        )
    assert thing.physical_id == "half"
    thing.delete()
    with pytest.raises(AwsError, match="NoSuchEntity"):
        account.invoke("iam", "GetRole", RoleName="half")


def test_function(account: Account, case: Cases, life: Lives) -> None:
    loaded = case("AWS_Lambda_Function")
    thing = life(loaded.type)
    name = thing.create(loaded.before)
    assert thing.read()["Arn"] == f"arn:aws:lambda:us-east-1:123456789012:function:{name}"
    made = account.invoke("lambda", "GetFunction", FunctionName=name)
    code = made["Configuration"]["CodeSha256"]
    assert (made["Configuration"]["Timeout"], made["Concurrency"]["ReservedConcurrentExecutions"]) == (30, 1)
    assert made["Configuration"]["Environment"]["Variables"] == {"GREETING": "1"}
    thing.update(loaded.after[0].properties)
    updated = account.invoke("lambda", "GetFunction", FunctionName=name)
    assert updated["Configuration"]["CodeSha256"] != code
    assert updated["Tags"] == {"STAGE": "dev", "cost": "1"}
    assert updated["Concurrency"]["ReservedConcurrentExecutions"] == 2
    thing.update(loaded.after[1].properties)
    bare = account.invoke("lambda", "GetFunction", FunctionName=name)
    assert bare["Configuration"]["Timeout"] == 3
    assert "Environment" not in bare["Configuration"]
    assert "Concurrency" not in bare
    thing.delete()
    thing.delete()
    with pytest.raises(AwsError, match="ResourceNotFoundException"):
        account.invoke("lambda", "GetFunction", FunctionName=name)


def test_version_needs_a_change_of_its_function(account: Account, life: Lives) -> None:
    life("AWS::Lambda::Function").create({**_FUNCTION, "FunctionName": "hello"})
    first = life("AWS::Lambda::Version")
    assert first.create({"FunctionName": "hello"}).endswith(":function:hello:1")
    assert first.read()["Version"] == "1"
    with pytest.raises(HandlerError, match=r"A version for this Lambda function exists \( 1 \)"):
        life("AWS::Lambda::Version").create({"FunctionName": "hello"})
    account.invoke("lambda", "UpdateFunctionConfiguration", FunctionName="hello", Timeout=9)
    assert life("AWS::Lambda::Version").create({"FunctionName": "hello"}).endswith(":hello:2")
    first.delete()
    first.delete()
    versions = account.invoke("lambda", "ListVersionsByFunction", FunctionName="hello")["Versions"]
    assert {version["Version"] for version in versions} == {"$LATEST", "2"}


def test_a_versions_number_is_never_used_again(account: Account, life: Lives) -> None:
    """Others delete versions, too: a plugin that keeps the newest."""
    function = life("AWS::Lambda::Function")
    function.create({**_FUNCTION, "FunctionName": "hello"})
    for number, timeout in (("1", 4), ("2", 5), ("3", 6)):
        account.invoke("lambda", "UpdateFunctionConfiguration", FunctionName="hello", Timeout=timeout)
        arn = life("AWS::Lambda::Version").create({"FunctionName": "hello"})
        assert arn.endswith(f":hello:{number}")
        if number == "2":
            account.invoke("lambda", "DeleteFunction", FunctionName="hello", Qualifier="1")
    function.delete()
    life("AWS::Lambda::Function").create({**_FUNCTION, "FunctionName": "hello"})
    assert life("AWS::Lambda::Version").create({"FunctionName": "hello"}).endswith(":hello:4")


def test_permission(account: Account, life: Lives) -> None:
    life("AWS::Lambda::Function").create({**_FUNCTION, "FunctionName": "hello"})
    thing = life("AWS::Lambda::Permission")
    properties = {
        "FunctionName": "hello",
        "Action": "lambda:InvokeFunction",
        "Principal": "sns.amazonaws.com",
    }
    statement = thing.create(properties)
    policy = json.loads(account.invoke("lambda", "GetPolicy", FunctionName="hello")["Policy"])
    assert [one["Sid"] for one in policy["Statement"]] == [statement]
    thing.delete()
    thing.delete()
    with pytest.raises(AwsError, match="ResourceNotFoundException"):
        account.invoke("lambda", "GetPolicy", FunctionName="hello")


def test_http_api(account: Account, life: Lives) -> None:
    api = life("AWS::ApiGatewayV2::Api")
    api_id = api.create({"Name": "dev", "ProtocolType": "HTTP", "CorsConfiguration": {"AllowOrigins": ["*"]}})
    stage = life("AWS::ApiGatewayV2::Stage")
    assert stage.create({"ApiId": api_id, "StageName": "$default", "AutoDeploy": "true"}) == "$default"
    integration = life("AWS::ApiGatewayV2::Integration")
    uri = "arn:aws:lambda:us-east-1:123456789012:function:hello"
    target = integration.create({"ApiId": api_id, "IntegrationType": "AWS_PROXY", "IntegrationUri": uri})
    route = life("AWS::ApiGatewayV2::Route")
    route_id = route.create({"ApiId": api_id, "RouteKey": "GET /a", "Target": f"integrations/{target}"})
    assert {api_id, target, route_id} <= set(account.register.tokens)
    assert api.read()["ApiEndpoint"] == f"https://{api_id}.execute-api.us-east-1.amazonaws.com"

    route.update({"ApiId": api_id, "RouteKey": "GET /b", "Target": f"integrations/{target}"})
    routes = account.invoke("apigatewayv2", "GetRoutes", ApiId=api_id)["Items"]
    assert [one["RouteKey"] for one in routes] == ["GET /b"]
    stage.update(
        {"ApiId": api_id, "StageName": "$default", "StageVariables": {"a": "b"}}, tags={"STAGE": "prod"}
    )
    found = account.invoke("apigatewayv2", "GetStage", ApiId=api_id, StageName="$default")
    assert (found["StageVariables"], found["Tags"]) == ({"a": "b"}, {"STAGE": "prod"})
    api.update({"Name": "dev2", "ProtocolType": "HTTP"})
    made = account.invoke("apigatewayv2", "GetApi", ApiId=api_id)
    assert made["Name"] == "dev2"
    assert "CorsConfiguration" not in made

    for thing in (route, integration, stage, api):
        thing.delete()
        thing.delete()
    assert account.invoke("apigatewayv2", "GetApis")["Items"] == []


@pytest.mark.parametrize(
    "beside",
    [
        {"Tags": {"team": "shop"}},
        {"Name": "shop", "ProtocolType": "HTTP"},
        {"CorsConfiguration": {"AllowOrigins": ["*"]}},
    ],
    ids=", ".join,
)
def test_an_imported_api_is_described_in_its_definition_alone(
    account: Account, life: Lives, beside: dict[str, Any]
) -> None:
    body = {"openapi": "3.0.1", "info": {"title": "shop", "version": "1"}, "paths": {}}
    before = len(account.invoke("apigatewayv2", "GetApis")["Items"])
    with pytest.raises(HandlerError, match=r"^Redundant fields \[.* provided when either Body or BodyS3Loc"):
        life("AWS::ApiGatewayV2::Api").create({"Body": body, **beside})
    assert len(account.invoke("apigatewayv2", "GetApis")["Items"]) == before


def test_a_public_acl_waits_for_the_block_to_go(account: Account, life: Lives) -> None:
    wanted = {
        "AccessControl": "PublicRead",
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "ObjectWriter"}]},
    }
    with pytest.raises(
        HandlerError, match="Bucket cannot have public ACLs set with BlockPublicAccess enabled"
    ):
        life("AWS::S3::Bucket").create(wanted)
    name = life("AWS::S3::Bucket").create(
        {**wanted, "PublicAccessBlockConfiguration": {"BlockPublicAcls": "false"}}
    )
    grants = account.invoke("s3", "GetBucketAcl", Bucket=name)["Grants"]
    assert "READ" in {grant["Permission"] for grant in grants}


def test_a_policy_for_everyone_ends_in_awss_words(account: Account, life: Lives) -> None:
    name = life("AWS::S3::Bucket").create({})
    arn = f"arn:aws:s3:::{name}"
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"{arn}/*"}
    policy = {"Bucket": name, "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
    with pytest.raises(HandlerError) as caught:
        life("AWS::S3::BucketPolicy").create(policy)
    assert '"Access Denied (Service: S3, Status Code: 403, ' in caught.value.reason
    assert caught.value.reason.endswith("HandlerErrorCode: AccessDenied)")
    assert not caught.value.refused


def test_imported_api(account: Account, case: Cases, life: Lives) -> None:
    loaded = case("AWS_ApiGatewayV2_Api_imported")
    thing = life(loaded.type)
    api_id = thing.create(loaded.before)
    made = account.invoke("apigatewayv2", "GetApi", ApiId=api_id)
    assert (made["Name"], made["Tags"]) == ("imported", {"STAGE": "dev"})
    thing.delete()
    assert account.invoke("apigatewayv2", "GetApis")["Items"] == []


def test_inline_code(account: Account, life: Lives) -> None:
    thing = life("AWS::Lambda::Function")
    thing.create(
        {**_FUNCTION, "Code": {"ZipFile": "def handler(event, context): pass"}, "FunctionName": "inline"}
    )
    size = account.invoke("lambda", "GetFunction", FunctionName="inline")["Configuration"]["CodeSize"]
    assert size > 100
