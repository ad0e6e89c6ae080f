"""Which updates never ran: property by property, with the real handlers on moto."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cloudformation.cloud import ACCOUNT, REGION, Cloud, FakeRegister, Sink
from verifier.authorization.authorizer import Authorizer, Mode
from verifier.authorization.operation import Operation
from verifier.cloudformation.api.service import CloudFormation, Faults
from verifier.cloudformation.stack.views import Unexercised
from verifier.emulator.moto.upstream import MotoUpstream

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
ROLE = {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "r", "AssumeRolePolicyDocument": TRUST}}
COMMON = {"Role": {"Fn::GetAtt": ["Role", "Arn"]}, "MemorySize": 256}
ZIPPED = {
    **COMMON,
    "FunctionName": "zipped",
    "Code": {"ZipFile": "exports.handler = () => {}"},
    "Handler": "index.handler",
    "Runtime": "nodejs22.x",
}
TEMPLATE: dict[str, Any] = {
    "Resources": {
        "Role": ROLE,
        "Zipped": {"Type": "AWS::Lambda::Function", "Properties": ZIPPED},
        "Other": {"Type": "AWS::Lambda::Function", "Properties": {**ZIPPED, "FunctionName": "other"}},
        "Data": {
            "Type": "AWS::S3::Bucket",
            "Properties": {"VersioningConfiguration": {"Status": "Enabled"}},
        },
    }
}


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    upstream = MotoUpstream()
    upstream.forget(ACCOUNT)
    register, faults, sink = FakeRegister(), Faults(), Sink()
    service = CloudFormation(Authorizer(sink, Mode.ENFORCE), upstream, register, faults)
    made = Cloud(service, upstream, register, faults, sink)
    upstream.invoke(Operation("s3", "CreateBucket", {"Bucket": f"templates-{ACCOUNT}"}, ACCOUNT, "us-east-1"))
    yield made
    service.settle(10)
    upstream.forget(ACCOUNT)


def deploy(cloud: Cloud, name: str, template: dict[str, Any]) -> str:
    body = {"Bucket": f"templates-{ACCOUNT}", "Key": f"{name}.json", "Body": json.dumps(template).encode()}
    cloud.upstream.invoke(Operation("s3", "PutObject", body, ACCOUNT, REGION))
    url = f"https://templates-{ACCOUNT}.s3.amazonaws.com/{name}.json"
    cloud.call(f"{name}Stack", StackName="shop-dev", TemplateURL=url, Capabilities=["CAPABILITY_NAMED_IAM"])
    return cloud.settled()


def unexercised(cloud: Cloud) -> set[Unexercised]:
    asked = {(one.requirement.action, one.requirement.resource) for one in cloud.sink.decided_all}
    return set(cloud.service.unexercised(cloud.caller, asked))


def test_a_property_that_no_update_changed_is_named_with_what_it_would_need(cloud: Cloud) -> None:
    assert deploy(cloud, "Create", TEMPLATE) == "CREATE_COMPLETE"
    found = {(one.logical_id, one.property): one.actions for one in unexercised(cloud)}
    assert "lambda:UpdateFunctionCode" in found["Zipped", "Code"]
    assert found["Other", "Code"] == found["Zipped", "Code"]
    assert "lambda:UpdateFunctionConfiguration" in found["Zipped", "MemorySize"]
    assert "lambda:UpdateFunctionCode" not in found["Zipped", "MemorySize"]
    assert found["Role", "AssumeRolePolicyDocument"] == ("iam:UpdateAssumeRolePolicy",)
    # What its creation asked for already is not missing, and a name cannot be updated.
    assert not {logical_id for logical_id, _ in found} & {"Data"}
    assert ("Zipped", "FunctionName") not in found


def test_an_upgrade_is_missing_where_the_update_policy_allows_it(cloud: Cloud) -> None:
    def found(stack: str, **members: Any) -> dict[str, tuple[str, ...]]:
        search = {
            "Type": "AWS::Elasticsearch::Domain",
            "Properties": {"ElasticsearchVersion": "7.9"},
            **members,
        }
        assert deploy(cloud, stack, {"Resources": {"Search": search}}).endswith("_COMPLETE")
        return {one.property: one.actions for one in unexercised(cloud)}

    assert found("Create", UpdatePolicy={"EnableVersionUpgrade": True}) == {
        "ElasticsearchVersion": ("es:UpgradeElasticsearchDomain",)
    }
    assert found("Update", Metadata={"a": "b"}) == {}


def test_the_update_of_one_resource_is_not_that_of_another(cloud: Cloud) -> None:
    deploy(cloud, "Create", TEMPLATE)
    changed = copy.deepcopy(TEMPLATE)
    changed["Resources"]["Zipped"]["Properties"]["Code"] = {"ZipFile": "exports.handler = () => 1"}
    changed["Resources"]["Zipped"]["Properties"]["MemorySize"] = 512
    assert deploy(cloud, "Update", changed) == "UPDATE_COMPLETE"
    functions = {(one.logical_id, one.property) for one in unexercised(cloud) if "Function" in one.type}
    assert {logical_id for logical_id, _ in functions} == {"Other"}
    assert ("Other", "Code") in functions


def test_a_play_changes_nothing_and_asks_nobody(cloud: Cloud) -> None:
    deploy(cloud, "Create", TEMPLATE)
    decided, events = len(cloud.sink.decided_all), cloud.events()
    assert unexercised(cloud)
    assert (len(cloud.sink.decided_all), cloud.events()) == (decided, events)
