"""What the handlers send and give, seen from outside: whole stacks whose upstream only remembers.

Each of these was once wrong on purpose and nobody noticed.
"""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.cloudformation.cloud import ACCOUNT, ALLOW_ALL, FakeRegister, Sink
from verifier.authorization.authorizer import Authorizer, Mode
from verifier.authorization.caller import Caller
from verifier.authorization.decision import Decided
from verifier.authorization.operation import Operation
from verifier.cloudformation.api.service import CloudFormation, Faults
from verifier.errors import AwsError
from verifier.iam.policy import parse_policy

Resources = dict[str, dict[str, Any]]
USER = f"arn:aws:iam::{ACCOUNT}:user/deployer"
FUNCTION_ARN = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:hello"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/exec"
# What handlers need of answers: the ids that a service makes up.
ANSWERS: dict[str, dict[str, Any]] = {
    "CreateApi": {"ApiId": "a1b2c3d4e5"},
    "CreateIntegration": {"IntegrationId": "i1n2t3"},
    "CreateRoute": {"RouteId": "r1o2u3"},
    "PublishVersion": {"Version": "7", "FunctionArn": f"{FUNCTION_ARN}:7"},
    "GetFunction": {"Configuration": {"FunctionArn": FUNCTION_ARN}},
    "GetRole": {"Role": {"Arn": ROLE_ARN, "RoleId": "AROAEXAMPLE"}},
    "GetApi": {"ApiEndpoint": "https://a1b2c3d4e5.execute-api.example"},
}


class Place:
    """CloudFormation in one region; every call on the caller's behalf is remembered, none carried out."""

    def __init__(self, region: str = "us-east-1", partition: str = "aws", stack: str = "shop-dev") -> None:
        self.region, self.partition, self.stack = region, partition, stack
        self.policy: Mapping[str, Any] = ALLOW_ALL
        self.made: list[Operation] = []
        self.failing: set[str] = set()
        self.register, self.sink = FakeRegister(), Sink()
        self.service = CloudFormation(Authorizer(self.sink, Mode.ENFORCE), self, self.register, Faults())

    def invoke(self, operation: Operation) -> dict[str, Any]:
        """Remember a call (``Upstream``)."""
        self.made.append(operation)
        if operation.name in self.failing:
            raise AwsError("InvalidRequest", f"{operation.name} failed.")
        return ANSWERS.get(operation.name, {})

    def provision(
        self, command: str, resources: Resources, outputs: Mapping[str, Any] | None = None, **more: Any
    ) -> str:
        """CreateStack or UpdateStack, settled; the stack's status. What was made before is forgotten."""
        self.made.clear()
        self.sink.decided_all.clear()
        template = {
            "Resources": resources,
            "Outputs": {name: {"Value": value} for name, value in (outputs or {}).items()},
        }
        params = {
            "StackName": self.stack,
            "TemplateBody": json.dumps(template),
            "Capabilities": ["CAPABILITY_NAMED_IAM"],
            **more,
        }
        caller = Caller(USER, ACCOUNT, "AIDAEXAMPLE", (parse_policy(self.policy, "deploy"),))
        self.service.handle(self._operation(command, params), caller)
        self.service.settle(10)
        return self.service.stacks(ACCOUNT)[-1].status

    def create(self, resources: Resources, outputs: Mapping[str, Any] | None = None, **tags: str) -> None:
        """Create the stack, which must succeed."""
        made = self.provision("CreateStack", resources, outputs, Tags=_pairs(tags))
        assert made == "CREATE_COMPLETE", self.failures

    def update(self, resources: Resources, **tags: str) -> None:
        """Update the stack, which must succeed."""
        assert self.provision("UpdateStack", resources, Tags=_pairs(tags)) == "UPDATE_COMPLETE", self.failures

    def called(self, name: str) -> list[dict[str, Any]]:
        """The parameters of each call of one operation."""
        return [dict(one.params) for one in self.made if one.name == name]

    @property
    def failures(self) -> list[str]:
        """The reasons of all failures of the stack."""
        events = self.service.stacks(ACCOUNT)[-1].events
        return [event.reason for event in events if event.status.endswith("FAILED")]

    @property
    def physical_ids(self) -> dict[str, str]:
        """By the logical ones."""
        return {one.logical_id: one.physical_id for one in self.service.stacks(ACCOUNT)[-1].resources}

    @property
    def outputs(self) -> dict[str, str]:
        """The stack's outputs."""
        described = self.service.handle(
            self._operation("DescribeStacks", {"StackName": self.stack}),
            Caller(USER, ACCOUNT, "AIDAEXAMPLE"),
        )
        [stack] = described["Stacks"]
        return {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}

    def reads(self, logical_id: str) -> list[Decided]:
        """What was decided for the sake of an attribute of ``logical_id``."""
        return [
            one
            for one in self.sink.decided_all
            if one.on_behalf_of
            and (one.on_behalf_of.logical_id, one.on_behalf_of.lifecycle) == (logical_id, "read")
        ]

    def _operation(self, name: str, params: Mapping[str, Any]) -> Operation:
        return Operation(
            "cloudformation", name, params, ACCOUNT, self.region, self.partition, method="POST", path="/"
        )


def _pairs(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    """A resource of a template."""
    return {"Type": f"AWS::{kind}", "Properties": properties}


def att(logical_id: str, name: str) -> dict[str, Any]:
    """Fn::GetAtt."""
    return {"Fn::GetAtt": [logical_id, name]}


TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:*"}],
}
CODE = {"S3Bucket": "code", "S3Key": "a.zip"}
FUNCTION = resource(
    "Lambda::Function", FunctionName="hello", Code=CODE, Role=ROLE_ARN, Handler="a.b", Runtime="nodejs22.x"
)
UNNAMED = {key: value for key, value in FUNCTION["Properties"].items() if key != "FunctionName"}


# -- names that are made up


@pytest.mark.parametrize(
    ("definition", "limit", "lowercase"),
    [
        (resource("Lambda::Function", **UNNAMED), 64, False),
        (resource("IAM::Role", AssumeRolePolicyDocument=TRUST), 64, False),
        (resource("S3::Bucket"), 63, True),
        (
            resource("Lambda::Permission", FunctionName="f", Action="lambda:InvokeFunction", Principal="*"),
            100,
            False,
        ),
    ],
    ids=lambda value: value["Type"] if isinstance(value, dict) else "",
)
def test_a_made_up_name_is_as_long_as_its_type_allows(
    definition: dict[str, Any], limit: int, lowercase: bool
) -> None:
    place = Place(stack="S" * 128)
    logical_id = "L" * 255
    place.create({logical_id: definition})
    name = place.physical_ids[logical_id]
    assert len(name) == limit
    [registered] = place.register.names
    assert registered.name == name
    suffix = name.rpartition("-")[2]
    assert suffix in place.register.tokens
    assert name == name.lower() or not lowercase
    assert name.startswith(f"{registered.kept}-{'l' if lowercase else 'L'}")


def test_a_log_groups_name_is_long_enough_for_everything_that_aws_allows() -> None:
    place = Place(stack="S" * 128)
    place.create({"L" * 255: resource("Logs::LogGroup")})
    [name] = place.physical_ids.values()
    assert name.startswith(f"{'S' * 128}-{'L' * 255}-")


# -- attributes


def test_an_attribute_of_a_function_is_read_with_the_callers_rights() -> None:
    place = Place()
    place.create({"F": FUNCTION}, {"Arn": att("F", "Arn")})
    assert place.outputs == {"Arn": FUNCTION_ARN}
    [read] = place.reads("F")
    assert (read.requirement.action, read.requirement.resource) == ("lambda:GetFunction", FUNCTION_ARN)
    assert (read.certainty.label, read.source) == ("likely", "cfn-function-read-getfunction")


def test_a_refused_read_of_a_role_fails_the_resource_that_uses_the_attribute() -> None:
    place = Place()
    deny = {"Effect": "Deny", "Action": "iam:GetRole", "Resource": "*"}
    role = resource("IAM::Role", AssumeRolePolicyDocument={})
    place.create({"R": role})
    place.policy = {"Version": "2012-10-17", "Statement": [*ALLOW_ALL["Statement"], deny]}
    user = resource(
        "Lambda::Permission", FunctionName=att("R", "Arn"), Action="lambda:InvokeFunction", Principal="*"
    )
    assert place.provision("UpdateStack", {"R": role, "P": user}) == "UPDATE_ROLLBACK_COMPLETE"
    [reason] = place.failures
    assert reason.startswith("Unable to retrieve Arn attribute for AWS::IAM::Role, with error message")
    assert "iam:GetRole" in reason
    assert place.called("AddPermission") == []


def test_an_attribute_of_a_version_is_read_with_the_callers_rights() -> None:
    place = Place()
    version = resource("Lambda::Version", FunctionName="hello")
    place.create({"V": version}, {"Number": att("V", "Version"), "Arn": att("V", "FunctionArn")})
    assert place.outputs == {"Number": "7", "Arn": f"{FUNCTION_ARN}:7"}
    [read] = place.reads("V")
    assert str(read.operation) == "lambda:GetFunctionConfiguration"
    assert read.operation.params == {"FunctionName": FUNCTION_ARN, "Qualifier": "7"}
    assert read.requirement.action == "lambda:GetFunctionConfiguration"
    assert read.certainty.label == "likely"


def test_features_of_a_version_are_read_with_its_attributes() -> None:
    place = Place()
    version = resource(
        "Lambda::Version",
        FunctionName="hello",
        ProvisionedConcurrencyConfig={"ProvisionedConcurrentExecutions": 1},
        RuntimePolicy={"UpdateRuntimeOn": "Auto"},
    )
    place.create({"V": version}, {"Number": att("V", "Version")})
    assert [read.operation.name for read in place.reads("V")] == [
        "GetFunctionConfiguration",
        "GetProvisionedConcurrencyConfig",
        "GetRuntimeManagementConfig",
    ]


PLACES = [
    ("aws", "us-east-1", "amazonaws.com"),
    ("aws", "eu-west-1", "amazonaws.com"),
    ("aws-cn", "cn-north-1", "amazonaws.com.cn"),
    ("aws-us-gov", "us-gov-west-1", "amazonaws.com"),
    ("aws-iso", "us-iso-east-1", "c2s.ic.gov"),
    ("aws-eusc", "eusc-de-east-1", "amazonaws.eu"),
]


@pytest.mark.parametrize(("partition", "region", "suffix"), PLACES)
def test_what_a_bucket_gives(partition: str, region: str, suffix: str) -> None:
    place = Place(region, partition)
    names = ("Arn", "DomainName", "RegionalDomainName", "DualStackDomainName")
    bucket = resource("S3::Bucket", BucketName="files")
    place.create({"B": bucket}, {name: att("B", name) for name in names} | {"Ref": {"Ref": "B"}})
    assert place.outputs == {
        "Ref": "files",
        "Arn": f"arn:{partition}:s3:::files",
        "DomainName": f"files.s3.{suffix}",
        "RegionalDomainName": f"files.s3.{region}.{suffix}",
        "DualStackDomainName": f"files.s3.dualstack.{region}.{suffix}",
    }


@pytest.mark.parametrize(
    ("partition", "region", "host"),
    [
        ("aws", "us-east-1", "s3-website-us-east-1.amazonaws.com"),
        ("aws", "us-east-2", "s3-website.us-east-2.amazonaws.com"),
        ("aws", "eu-west-1", "s3-website-eu-west-1.amazonaws.com"),
        ("aws", "eu-central-1", "s3-website.eu-central-1.amazonaws.com"),
        ("aws-us-gov", "us-gov-west-1", "s3-website-us-gov-west-1.amazonaws.com"),
        ("aws-us-gov", "us-gov-east-1", "s3-website.us-gov-east-1.amazonaws.com"),
        ("aws-cn", "cn-north-1", "s3-website.cn-north-1.amazonaws.com.cn"),
    ],
)
def test_a_buckets_website_has_a_dash_in_old_regions_and_a_dot_in_others(
    partition: str, region: str, host: str
) -> None:
    place = Place(region, partition)
    place.create({"B": resource("S3::Bucket", BucketName="files")}, {"Url": att("B", "WebsiteURL")})
    assert place.outputs == {"Url": f"http://files.{host}"}


@pytest.mark.parametrize(("partition", "region", "suffix"), PLACES)
def test_what_an_http_api_gives(partition: str, region: str, suffix: str) -> None:
    place = Place(region, partition)
    api = resource("ApiGatewayV2::Api", Name="shop", ProtocolType="HTTP")
    names = ("ApiId", "ApiEndpoint", "ExecuteApiArn")
    place.create({"A": api}, {name: att("A", name) for name in names} | {"Suffix": {"Ref": "AWS::URLSuffix"}})
    assert place.outputs == {
        "ApiId": "a1b2c3d4e5",
        "ApiEndpoint": "https://a1b2c3d4e5.execute-api.example",
        "ExecuteApiArn": f"arn:{partition}:execute-api:{region}:{ACCOUNT}:a1b2c3d4e5",
        "Suffix": suffix,
    }


@pytest.mark.parametrize(("partition", "region", "suffix"), PLACES)
def test_what_is_asked_for_is_in_the_stacks_own_partition(partition: str, region: str, suffix: str) -> None:
    place = Place(region, partition)
    bucket = resource("S3::Bucket", BucketName="files")
    place.create({"B": bucket, "F": FUNCTION, "R": role()["R"]})
    arns = {one.requirement.resource for one in place.sink.decided_all}
    assert len(arns) >= 3
    assert [arn for arn in arns if not arn.startswith(f"arn:{partition}:") and arn != ROLE_ARN] == []


@pytest.mark.parametrize(("partition", "region", "suffix"), PLACES)
def test_other_arns_have_their_partition_too(partition: str, region: str, suffix: str) -> None:
    place = Place(region, partition)
    group = resource("Logs::LogGroup", LogGroupName="/aws/lambda/hello")
    place.create({"G": group}, {"Group": att("G", "Arn")})
    assert place.outputs == {
        "Group": f"arn:{partition}:logs:{region}:{ACCOUNT}:log-group:/aws/lambda/hello:*"
    }


# -- what is sent


def test_a_permission_is_sent_whole() -> None:
    place = Place()
    properties = {
        "FunctionName": "hello",
        "Action": "lambda:InvokeFunction",
        "Principal": "apigateway.amazonaws.com",
        "PrincipalOrgID": "o-1234567890",
        "SourceArn": f"arn:aws:execute-api:us-east-1:{ACCOUNT}:a1b2c3d4e5/*",
        "SourceAccount": ACCOUNT,
        "EventSourceToken": "token",
        "FunctionUrlAuthType": "AWS_IAM",
        "InvokedViaFunctionUrl": True,
    }
    place.create({"P": resource("Lambda::Permission", **properties)})
    [sent] = place.called("AddPermission")
    assert sent == properties | {"StatementId": place.physical_ids["P"]}


INTEGRATION = {
    "ConnectionId": "vpclink",
    "ConnectionType": "VPC_LINK",
    "ContentHandlingStrategy": "CONVERT_TO_TEXT",
    "CredentialsArn": ROLE_ARN,
    "Description": "before",
    "IntegrationMethod": "POST",
    "IntegrationSubtype": "SQS-SendMessage",
    "IntegrationType": "AWS_PROXY",
    "IntegrationUri": FUNCTION_ARN,
    "PassthroughBehavior": "NEVER",
    "PayloadFormatVersion": "2.0",
    "RequestParameters": {"append:header.a": "b"},
    "RequestTemplates": {"application/json": "{}"},
    "ResponseParameters": {
        "200": {
            "ResponseParameters": [
                {"Source": "b", "Destination": "append:header.a"},
                {"Source": "c", "Destination": "overwrite:statuscode"},
            ]
        }
    },
    "TemplateSelectionExpression": "\\$default",
    "TimeoutInMillis": 1000,
    "TlsConfig": {"ServerNameToVerify": "example.com"},
}
STAGE = {
    "AccessLogSettings": {"DestinationArn": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:g", "Format": "$x"},
    "AutoDeploy": True,
    "ClientCertificateId": "certificate",
    "DefaultRouteSettings": {"ThrottlingBurstLimit": 5},
    "DeploymentId": "deployment",
    "Description": "before",
    "RouteSettings": {"GET /a": {"ThrottlingBurstLimit": 6}},
    "StageVariables": {"a": "b"},
}
ROUTE = {
    "RouteKey": "GET /a",
    "ApiKeyRequired": True,
    "AuthorizationScopes": ["read"],
    "AuthorizationType": "JWT",
    "AuthorizerId": "authorizer",
    "ModelSelectionExpression": "$request.body.a",
    "OperationName": "operation",
    "RequestModels": {"application/json": "Model"},
    "RequestParameters": {"route.request.querystring.a": {"Required": True}},
    "RouteResponseSelectionExpression": "$default",
    "Target": "integrations/i1n2t3",
}
# The API's own form of what the registry's schema has in another one.
AS_SENT = INTEGRATION | {"ResponseParameters": {"200": {"append:header.a": "b", "overwrite:statuscode": "c"}}}


@pytest.mark.parametrize(
    ("noun", "members", "sent", "itself"),
    [
        ("Integration", INTEGRATION, AS_SENT, {"IntegrationId": "i1n2t3"}),
        ("Stage", STAGE, STAGE, {"StageName": "$default"}),
        ("Route", ROUTE, ROUTE, {"RouteId": "r1o2u3"}),
    ],
)
def test_an_update_of_part_of_an_api_sends_every_member(
    noun: str, members: dict[str, Any], sent: dict[str, Any], itself: dict[str, str]
) -> None:
    place = Place()
    named = {"ApiId": "a1b2c3d4e5"} | ({"StageName": "$default"} if noun == "Stage" else {})
    before = resource(f"ApiGatewayV2::{noun}", **named, **members)
    changed = {"OperationName": "after"} if noun == "Route" else {"Description": "after"}
    after = resource(f"ApiGatewayV2::{noun}", **named, **members | changed)
    place.create({"R": before})
    [created] = place.called(f"Create{noun}")
    assert created == named | sent
    place.update({"R": after})
    [updated] = place.called(f"Update{noun}")
    assert updated == sent | changed | {"ApiId": "a1b2c3d4e5"} | itself


def test_a_role_is_asked_for_with_its_path_throughout() -> None:
    place = Place()
    place.create(role(Path="/app/"), {"Arn": att("R", "Arn")})
    asked = list(place.sink.decided_all)
    place.update(role(Path="/app/", Description="runs it", MaxSessionDuration=7200))
    asked += place.sink.decided_all
    assert {one.requirement.action for one in asked} >= {"iam:CreateRole", "iam:GetRole", "iam:UpdateRole"}
    assert {one.requirement.resource for one in asked} == {f"arn:aws:iam::{ACCOUNT}:role/app/exec"}


def test_what_stands_inside_something_else_may_keep_its_name_when_it_is_replaced() -> None:
    place = Place()
    place.create({"S": resource("ApiGatewayV2::Stage", ApiId="former", StageName="$default")})
    place.update({"S": resource("ApiGatewayV2::Stage", ApiId="present", StageName="$default")})
    assert place.called("CreateStage") == [{"ApiId": "present", "StageName": "$default"}]
    assert place.called("DeleteStage") == [{"ApiId": "former", "StageName": "$default"}]


def test_what_was_half_made_is_made_anew() -> None:
    place = Place()
    bucket = {"B": resource("S3::Bucket", VersioningConfiguration={"Status": "Enabled"})}
    place.failing = {"PutBucketVersioning"}
    assert place.provision("CreateStack", bucket, OnFailure="DO_NOTHING") == "CREATE_FAILED"
    half = place.physical_ids["B"]
    place.failing = set()
    place.update(bucket)
    [made] = place.called("CreateBucket")
    assert made["Bucket"] == place.physical_ids["B"] != half
    assert place.called("DeleteBucket") == [{"Bucket": half}]


# -- what a template no longer has


def test_a_tag_that_the_stack_no_longer_has_is_taken_off_its_resources() -> None:
    place = Place()
    group = {"G": resource("Logs::LogGroup", LogGroupName="g")}
    place.create(group, STAGE="dev", team="shop")
    assert place.called("CreateLogGroup")[0]["tags"] == {"STAGE": "dev", "team": "shop"}
    place.update(group, STAGE="qa")
    arn = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:g"
    assert place.called("UntagResource") == [{"resourceArn": arn, "tagKeys": ["team"]}]
    assert place.called("TagResource") == [{"resourceArn": arn, "tags": {"STAGE": "qa"}}]


def destination(key: str) -> dict[str, Any]:
    return {"BucketArn": "arn:aws:s3:::reports", "Format": "CSV", "Prefix": key}


def inventory(key: str, days: str = "Daily") -> dict[str, Any]:
    return {
        "Id": key,
        "Enabled": True,
        "IncludedObjectVersions": "All",
        "ScheduleFrequency": days,
        "Destination": destination(key),
    }


def analytics(key: str, prefix: str = "a") -> dict[str, Any]:
    return {"Id": key, "Prefix": prefix, "StorageClassAnalysis": {}}


def metrics(key: str, prefix: str = "a") -> dict[str, Any]:
    return {"Id": key, "Prefix": prefix}


def tiering(key: str, prefix: str = "a") -> dict[str, Any]:
    tier = {"AccessTier": "ARCHIVE_ACCESS", "Days": 90}
    return {"Id": key, "Prefix": prefix, "Status": "Enabled", "Tierings": [tier]}


@pytest.mark.parametrize(
    ("name", "noun", "item", "another"),
    [
        ("MetricsConfigurations", "BucketMetricsConfiguration", metrics, "b"),
        ("AnalyticsConfigurations", "BucketAnalyticsConfiguration", analytics, "b"),
        ("InventoryConfigurations", "BucketInventoryConfiguration", inventory, "Weekly"),
        ("IntelligentTieringConfigurations", "BucketIntelligentTieringConfiguration", tiering, "b"),
    ],
)
def test_a_buckets_list_items_come_change_and_go(name: str, noun: str, item: Any, another: str) -> None:
    def bucket(*items: Any) -> Resources:
        listed = {name: list(items)} if items else {}
        return {"B": resource("S3::Bucket", BucketName="files", **listed)}

    def ids(operation: str) -> list[str]:
        calls = place.called(f"{operation}{noun}")
        assert all(call["Bucket"] == "files" for call in calls)
        return sorted(call["Id"] for call in calls)

    place = Place()
    place.create(bucket(item("same"), item("changed"), item("gone")))
    assert (ids("Put"), ids("Delete")) == (["changed", "gone", "same"], [])
    place.update(bucket(item("same"), item("changed", another), item("new")))
    assert (ids("Put"), ids("Delete")) == (["changed", "new"], ["gone"])
    place.update(bucket())
    assert (ids("Put"), ids("Delete")) == ([], ["changed", "new", "same"])


def role(**properties: Any) -> Resources:
    return {"R": resource("IAM::Role", RoleName="exec", AssumeRolePolicyDocument=TRUST, **properties)}


def test_a_roles_description_is_cleared_when_the_template_drops_it() -> None:
    place = Place()
    place.create(role(Description="runs it"))
    place.update(role())
    assert place.called("UpdateRoleDescription") == [{"RoleName": "exec", "Description": ""}]
    place.update(role(Description="runs it again"))
    assert place.called("UpdateRoleDescription") == [{"RoleName": "exec", "Description": "runs it again"}]


def test_a_changed_session_keeps_the_description_and_a_dropped_one_is_the_default() -> None:
    place = Place()
    place.create(role(Description="runs it", MaxSessionDuration=7200))
    place.update(role(Description="runs it", MaxSessionDuration=3600 * 3))
    sent = {"RoleName": "exec", "MaxSessionDuration": 3600 * 3, "Description": "runs it"}
    assert place.called("UpdateRole") == [sent]
    place.update(role(Description="runs it"))
    assert place.called("UpdateRole") == [sent | {"MaxSessionDuration": 3600}]
    assert place.called("UpdateRoleDescription") == []
