"""Whole stacks with the real handlers on moto: what is made, changed, taken back, deleted."""

import copy
import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest

from tests.cloudformation.cloud import ACCOUNT, REGION, Cloud, FakeRegister, Sink
from verifier.authorization.authorizer import Authorizer, Mode
from verifier.authorization.operation import Operation
from verifier.cloudformation.api.service import CloudFormation, Faults
from verifier.emulator.moto.upstream import MotoUpstream

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
TEMPLATE: dict[str, Any] = {
    "Resources": {
        "Bucket": {"Type": "AWS::S3::Bucket"},
        "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/aws/lambda/hello"}},
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": TRUST,
                "Policies": [
                    {
                        "PolicyName": "logs",
                        "PolicyDocument": {
                            "Version": "2012-10-17",
                            "Statement": [
                                {
                                    "Effect": "Allow",
                                    "Action": "logs:PutLogEvents",
                                    "Resource": {"Fn::GetAtt": ["Logs", "Arn"]},
                                }
                            ],
                        },
                    }
                ],
            },
        },
        "Function": {
            "Type": "AWS::Lambda::Function",
            "DependsOn": "Logs",
            "Properties": {
                "FunctionName": "hello",
                "Code": {"ZipFile": "exports.handler = () => {}"},
                "Handler": "index.handler",
                "Runtime": "nodejs22.x",
                "MemorySize": "256",
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            },
        },
        "Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Name": "hello", "ProtocolType": "HTTP"}},
        "Integration": {
            "Type": "AWS::ApiGatewayV2::Integration",
            "Properties": {
                "ApiId": {"Ref": "Api"},
                "IntegrationType": "AWS_PROXY",
                "IntegrationUri": {"Fn::GetAtt": ["Function", "Arn"]},
                "PayloadFormatVersion": "2.0",
            },
        },
        "Route": {
            "Type": "AWS::ApiGatewayV2::Route",
            "Properties": {
                "ApiId": {"Ref": "Api"},
                "RouteKey": "GET /",
                "Target": {"Fn::Join": ["/", ["integrations", {"Ref": "Integration"}]]},
            },
        },
    },
    "Outputs": {
        "Bucket": {"Value": {"Ref": "Bucket"}},
        "Api": {"Value": {"Fn::GetAtt": ["Api", "ApiEndpoint"]}},
    },
}


@pytest.fixture(scope="module")
def upstream() -> MotoUpstream:
    return MotoUpstream()


@pytest.fixture
def on_moto(upstream: MotoUpstream) -> Iterator[Cloud]:
    """An empty account on moto, with real handlers."""
    upstream.forget(ACCOUNT)
    register, faults, sink = FakeRegister(), Faults(), Sink()
    service = CloudFormation(Authorizer(sink, Mode.ENFORCE), upstream, register, faults)
    yield Cloud(service, upstream, register, faults, sink)
    service.settle(10)
    upstream.forget(ACCOUNT)


def state(cloud: Cloud) -> dict[str, list[str]]:
    """What exists in the account, by kind."""

    def listed(service: str, name: str, members: str, key: str) -> list[str]:
        answer = cloud.upstream.invoke(Operation(service, name, {}, ACCOUNT, REGION))
        return [one[key] for one in answer.get(members, [])]

    found = {
        "buckets": listed("s3", "ListBuckets", "Buckets", "Name"),
        "functions": listed("lambda", "ListFunctions", "Functions", "FunctionName"),
        "logs": listed("logs", "DescribeLogGroups", "logGroups", "logGroupName"),
        "roles": listed("iam", "ListRoles", "Roles", "RoleName"),
        "apis": listed("apigatewayv2", "GetApis", "Items", "Name"),
    }
    return {kind: names for kind, names in found.items() if names}


def memory(cloud: Cloud) -> int:
    params = {"FunctionName": "hello"}
    answer = cloud.upstream.invoke(Operation("lambda", "GetFunctionConfiguration", params, ACCOUNT, REGION))
    return int(answer["MemorySize"])


def bigger() -> dict[str, Any]:
    template = copy.deepcopy(TEMPLATE)
    template["Resources"]["Function"]["Properties"]["MemorySize"] = 512
    template["Resources"]["More"] = {"Type": "AWS::Logs::LogGroup", "DependsOn": "Function"}
    return template


def test_a_stack_is_made_changed_and_deleted(on_moto: Cloud) -> None:
    assert on_moto.create(TEMPLATE, Tags=[{"Key": "STAGE", "Value": "dev"}]) == "CREATE_COMPLETE"
    made = state(on_moto)
    assert sorted(made) == ["apis", "buckets", "functions", "logs", "roles"]
    [stack] = on_moto.call("DescribeStacks", StackName="shop-dev")["Stacks"]
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}
    assert outputs["Bucket"] == made["buckets"][0]
    assert outputs["Api"].startswith("https://")
    assert memory(on_moto) == 256
    assert on_moto.update(bigger()) == "UPDATE_COMPLETE"
    assert memory(on_moto) == 512
    assert len(state(on_moto)["logs"]) == 2
    assert on_moto.delete() == "DELETE_COMPLETE"
    assert state(on_moto) == {}
    assert on_moto.service.problems(ACCOUNT) == ()


def test_names_that_are_made_up_are_given(on_moto: Cloud) -> None:
    """Of these types Fn::GetAtt gives the name, which the template does not have."""
    named = {
        "Queue": ("AWS::SQS::Queue", "QueueName", {}),
        "Topic": ("AWS::SNS::Topic", "TopicName", {}),
        "Value": ("AWS::SSM::Parameter", "Name", {"Type": "String", "Value": "v"}),
        "Group": ("AWS::EC2::SecurityGroup", "GroupName", {"GroupDescription": "g"}),
    }
    template = {
        "Resources": {
            logical_id: {"Type": type_name, "Properties": properties}
            for logical_id, (type_name, _, properties) in named.items()
        },
        "Outputs": {
            logical_id: {"Value": {"Fn::GetAtt": [logical_id, name]}}
            for logical_id, (_, name, _) in named.items()
        },
    }
    assert on_moto.create(template) == "CREATE_COMPLETE"
    [stack] = on_moto.call("DescribeStacks", StackName="shop-dev")["Stacks"]
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}
    resources = on_moto.call("DescribeStackResources", StackName="shop-dev")["StackResources"]
    ids = {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in resources}
    assert outputs["Queue"] == ids["Queue"].rpartition("/")[2]
    assert outputs["Topic"] == ids["Topic"].rpartition(":")[2]
    assert outputs["Value"] == ids["Value"]
    assert outputs["Group"].startswith("shop-dev-Group-")


def test_a_create_that_is_refused_leaves_nothing_behind(on_moto: Cloud) -> None:
    on_moto.deny("logs:CreateLogGroup")
    assert on_moto.create(TEMPLATE) == "ROLLBACK_COMPLETE"
    assert "is not authorized to perform: logs:CreateLogGroup" in on_moto.reason("Logs CREATE_FAILED")
    assert state(on_moto) == {}


def test_an_update_that_is_refused_is_taken_back(on_moto: Cloud) -> None:
    on_moto.create(TEMPLATE)
    before = state(on_moto)
    on_moto.deny("logs:CreateLogGroup")
    assert on_moto.update(bigger()) == "UPDATE_ROLLBACK_COMPLETE"
    assert memory(on_moto) == 256
    assert state(on_moto) == before


def test_an_injected_failure_takes_the_creation_back(on_moto: Cloud) -> None:
    on_moto.faults.fail_last_wave = True
    for name, params in (
        ("CreateBucket", {"Bucket": "deploy", "CreateBucketConfiguration": {"LocationConstraint": REGION}}),
        ("PutObject", {"Bucket": "deploy", "Key": "t.json", "Body": json.dumps(TEMPLATE).encode()}),
    ):
        on_moto.upstream.invoke(Operation("s3", name, params, ACCOUNT, REGION))
    on_moto.call(
        "CreateStack",
        StackName="shop-dev",
        TemplateURL="https://deploy.s3.eu-west-1.amazonaws.com/t.json",
        Capabilities=["CAPABILITY_IAM"],
    )
    assert on_moto.settled() == "ROLLBACK_COMPLETE"
    assert [one for one in on_moto.events() if one.endswith("_FAILED")] == [
        "VerifierInjectedFailure CREATE_FAILED"
    ]
    assert state(on_moto) == {"buckets": ["deploy"]}


_ZONE = {"Type": "AWS::Route53::HostedZone", "Properties": {"Name": "example.com"}}
_BROKER = {
    "Type": "AWS::AmazonMQ::Broker",
    "Properties": {
        "BrokerName": "jobs",
        "EngineType": "RABBITMQ",
        "DeploymentMode": "SINGLE_INSTANCE",
        "HostInstanceType": "mq.m5.large",
        "PubliclyAccessible": True,
    },
}
_FIREWALL = {
    "Type": "AWS::NetworkFirewall::Firewall",
    "Properties": {
        "FirewallName": "edge",
        "FirewallPolicyArn": "arn:aws:network-firewall:eu-west-1:111122223333:firewall-policy/edge",
    },
}


@pytest.mark.parametrize(
    ("resource", "value", "form"),
    [
        (_ZONE, {"Fn::Join": [",", {"Fn::GetAtt": ["It", "NameServers"]}]}, "ns*,ns*"),
        (_ZONE, {"Fn::Select": [1, {"Fn::GetAtt": ["It", "NameServers"]}]}, "ns*"),
        (_BROKER, {"Fn::Join": [";", {"Fn::GetAtt": ["It", "AmqpEndpoints"]}]}, "*-AmqpEndpoints-1;*"),
        (_BROKER, {"Fn::Select": [1, {"Fn::GetAtt": ["It", "AmqpEndpoints"]}]}, "*-AmqpEndpoints-2"),
        (
            _FIREWALL,
            {"Fn::Select": [1, {"Fn::Split": [":", {"Fn::Select": [2, {"Fn::GetAtt": "It.EndpointIds"}]}]}]},
            "edge-EndpointIds-2",
        ),
    ],
)
def test_functions_take_the_lists_that_resources_give(
    resource: dict[str, Any], value: dict[str, Any], form: str, on_moto: Cloud
) -> None:
    template = {"Resources": {"It": resource}, "Outputs": {"Value": {"Value": value}}}
    assert on_moto.create(template) == "CREATE_COMPLETE", on_moto.events()
    [stack] = on_moto.call("DescribeStacks", StackName="shop-dev")["Stacks"]
    assert fnmatchcase(stack["Outputs"][0]["OutputValue"], form)
