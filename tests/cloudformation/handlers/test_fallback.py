"""Types and properties for which only the registry's permissions are known."""

import json
import re
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from tests.support.lives.account import Account
from tests.support.lives.thing import Thing
from verifier.authorization.caller import Certainty
from verifier.cloudformation.handlers import handler_for, handlers
from verifier.cloudformation.types import registry
from verifier.cloudformation.types.fallback import FallbackHandler, has_fallback, upper_bound
from verifier.cloudformation.types.handler import HandlerError
from verifier.cloudformation.types.ref_forms import ref_forms
from verifier.iam import catalog

Lives = Callable[..., Thing]
OWN = json.loads((Path(__file__).parents[2] / "cases" / "own_calls.json").read_text(encoding="utf-8"))
_TRAIL: Mapping[str, Any] = {"TrailName": "trail", "S3BucketName": "code", "IsLogging": True}


@pytest.fixture
def fallback(life: Lives) -> Callable[[str], Thing]:
    """The life of a resource without a handler."""

    def make(type_name: str) -> Thing:
        thing = life("AWS::S3::Bucket")
        thing.type, thing.handler = type_name, FallbackHandler()
        return thing

    return make


def _asked(account: Account) -> set[str]:
    actions = {one.requirement.action for one in account.decisions}
    account.decisions.clear()
    return actions


def test_a_whole_life_asks_for_what_the_registry_names(
    account: Account, fallback: Callable[[str], Thing]
) -> None:
    thing = fallback("AWS::CloudTrail::Trail")
    assert thing.create(_TRAIL) == "trail"
    asked = {(one.certainty, one.requirement.resource) for one in account.decisions}
    trail = "arn:aws:cloudtrail:us-east-1:123456789012:trail/trail"
    dashboards = "arn:aws:cloudtrail:us-east-1:123456789012:dashboard/*"
    of_organizations = (Certainty.UPPER_BOUND, "*")
    assert {(Certainty.CALL, trail), (Certainty.UPPER_BOUND, dashboards), of_organizations} <= asked
    assert {"cloudtrail:CreateTrail", "cloudtrail:AddTags", "cloudtrail:RemoveTags"} <= _asked(account)
    assert thing.read()["Arn"] == "arn:aws:cloudtrail:us-east-1:123456789012:trail/trail"
    assert "cloudtrail:GetTrail" in _asked(account)
    thing.update({**_TRAIL, "IsLogging": False})
    assert {"cloudtrail:UpdateTrail", "cloudtrail:StopLogging"} <= _asked(account)
    thing.delete()
    assert _asked(account) == {"cloudtrail:DeleteTrail"}


def test_what_the_own_call_has_asked_for_is_not_asked_for_again(
    account: Account, fallback: Callable[[str], Thing]
) -> None:
    role = f"arn:aws:iam::{account.place.account}:role/exec"
    machine = {"StateMachineName": "m", "RoleArn": role, "DefinitionString": "{}"}
    fallback("AWS::StepFunctions::StateMachine").create(machine)
    asked = [one.requirement for one in account.decisions]
    assert [one.action for one in asked].count("states:CreateStateMachine") == 1
    passed = [one.context for one in asked if one.action == "iam:PassRole"]
    assert passed == [{"iam:PassedToService": "states.amazonaws.com"}]


def test_a_physical_id_is_made_up_without_a_name(account: Account, fallback: Callable[[str], Thing]) -> None:
    name = fallback("AWS::DynamoDB::Table").create({})
    assert name.startswith("shop-dev-Thing-")
    # Whether AWS's own begins with the stack's name is not known of the type: all of it is random.
    assert name in account.register.tokens
    assert account.register.names == ()


def test_what_an_arn_identifies_is_referred_to_by_its_arn(fallback: Callable[[str], Thing]) -> None:
    thing = fallback("AWS::SNS::Topic")
    arn = thing.create({})
    assert arn.startswith("arn:aws:sns:us-east-1:123456789012:")
    assert thing.read()["TopicArn"] == arn


def test_only_iam_actions_are_asked_for_and_the_others_are_named() -> None:
    entry = registry.entry("AWS::S3::Bucket")
    assert entry is not None
    bound = upper_bound(entry, "update")
    assert "s3:DeleteBucketEncryption" in bound.not_actions
    assert all(catalog.canonical(action) == action for action in bound.actions)
    api = registry.entry("AWS::ApiGatewayV2::Api")
    assert api is not None
    assert "s3:GetObject" in upper_bound(api, "create").actions  # the registry writes s3:getObject


def test_a_pattern_of_the_registry_means_its_actions() -> None:
    entry = registry.entry("AWS::DynamoDB::GlobalTable")
    assert entry is not None
    bound = upper_bound(entry, "delete")
    assert {"dynamodb:DescribeTable", "application-autoscaling:DescribeScalingPolicies"} <= set(bound.actions)
    assert bound.not_actions == ()


def test_tagging_counts_where_stack_tags_arrive() -> None:
    role = registry.entry("AWS::IAM::Role")
    assert role is not None
    assert "iam:ListRoleTags" in upper_bound(role, "create").actions
    assert "iam:ListRoleTags" not in upper_bound(role, "read").actions


@pytest.mark.parametrize("case", OWN, ids=lambda case: f"{case['type']} {case['lifecycle']}")
def test_a_types_own_call_is_certain(
    case: dict[str, Any], account: Account, fallback: Callable[[str], Thing]
) -> None:
    thing = fallback(case["type"])
    thing.create(case["before"])
    if case["lifecycle"] != "create":
        account.decisions.clear()
        thing.update(case["after"]) if case["lifecycle"] == "update" else thing.delete()
    certain = [
        f"{one.requirement.action} {one.requirement.resource}"
        for one in account.decisions
        if one.certainty is Certainty.CALL
    ]
    assert [fnmatchcase(asked, wanted) for asked, wanted in zip(certain, case["certain"], strict=True)] == [
        True
    ] * len(case["certain"]), certain


@pytest.mark.parametrize(
    ("type_name", "properties", "form"),
    [
        (
            "AWS::SecretsManager::Secret",
            {"Name": "db"},
            "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-??????",
        ),
        (
            "AWS::Lambda::LayerVersion",
            {"LayerName": "lib", "Content": {"S3Bucket": "code-123456789012", "S3Key": "a.zip"}},
            "arn:aws:lambda:us-east-1:123456789012:layer:lib:1",
        ),
        (
            "AWS::Lambda::LayerVersion",
            {"LayerName": "lib", "Content": {"S3Bucket": "none", "S3Key": "a.zip"}},
            "arn:aws:lambda:us-east-1:123456789012:layer:lib:1",
        ),
        ("AWS::SNS::Topic", {"TopicName": "news"}, "arn:aws:sns:us-east-1:123456789012:news"),
        ("AWS::EC2::VPC", {"CidrBlock": "10.0.0.0/16"}, "vpc-*"),
        ("AWS::Cognito::UserPool", {"UserPoolName": "people"}, "us-east-1_*"),
        (
            "AWS::StepFunctions::StateMachine",
            {"StateMachineName": "m"},
            "arn:aws:states:us-east-1:123456789012:stateMachine:m",
        ),
        (
            "AWS::Batch::JobDefinition",
            {"JobDefinitionName": "nightly", "Type": "container"},
            "arn:aws:batch:us-east-1:123456789012:job-definition/nightly:1",
        ),
        ("AWS::Timestream::Table", {"DatabaseName": "db", "TableName": "readings"}, "db|readings"),
        ("AWS::WAFv2::RuleGroup", {"Name": "limits", "Scope": "REGIONAL"}, "limits|*|REGIONAL"),
        (
            "AWS::SecretsManager::RotationSchedule",
            {"SecretId": "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-a1b2c3"},
            "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-a1b2c3",
        ),
        # The registry writes the identifier in capitals; the end of the ARN is made up.
        (
            "AWS::XRay::Group",
            {"GroupName": "slow"},
            "arn:aws:xray:us-east-1:123456789012:group/slow/??????????",
        ),
        # Each part of an ARN is what the property of that name says.
        (
            "AWS::ECS::Service",
            {"ServiceName": "web", "Cluster": "shop"},
            "arn:aws:ecs:us-east-1:123456789012:service/shop/web",
        ),
        (
            "AWS::Transfer::User",
            {"UserName": "partner", "ServerId": "s-1"},
            "arn:aws:transfer:us-east-1:123456789012:user/s-1/partner",
        ),
        (
            "AWS::ECS::TaskDefinition",
            {"Family": "web"},
            "arn:aws:ecs:us-east-1:123456789012:task-definition/web:1",
        ),
        # What AWS calls an id is not the name.
        (
            "AWS::Route53RecoveryControl::ControlPanel",
            {"Name": "shop"},
            "arn:aws:route53-recovery-control::123456789012:controlpanel/??????????",
        ),
    ],
)
def test_ref_gives_what_it_gives_on_aws(
    type_name: str, properties: dict[str, Any], form: str, fallback: Callable[[str], Thing]
) -> None:
    assert fnmatchcase(fallback(type_name).create(properties), form)


@pytest.mark.parametrize("type_name", sorted(ref_forms()))
def test_a_form_of_ref_is_of_the_types_own_properties(type_name: str) -> None:
    entry = registry.entry(type_name)
    assert entry is not None
    assert handler_for(type_name) is None
    fields = set(re.findall(r"{(\w+)}", ref_forms()[type_name]))
    assert fields - {"name", "random", "partition", "region", "account"} <= entry.properties


def test_an_attribute_is_of_its_kind_and_the_same_at_each_look(fallback: Callable[[str], Thing]) -> None:
    broker, cluster = fallback("AWS::AmazonMQ::Broker"), fallback("AWS::Redshift::Cluster")
    broker.create({"BrokerName": "jobs"})
    cluster.create({"ClusterIdentifier": "facts"})
    given = {**broker.read(), **cluster.read()}
    assert [one.rpartition("-")[2] for one in given["AmqpEndpoints"]] == ["1", "2"]
    assert given["Endpoint.Port"].isdigit()
    assert given["Endpoint.Address"] == "facts-Endpoint.Address"
    assert given == {**broker.read(), **cluster.read()}


def test_an_attribute_is_part_of_what_ref_gives(fallback: Callable[[str], Thing]) -> None:
    table, rules = fallback("AWS::Timestream::Table"), fallback("AWS::WAFv2::RuleGroup")
    table.create({"DatabaseName": "db", "TableName": "readings"})
    assert table.read() == {
        "Arn": "arn:aws:timestream:us-east-1:123456789012:database/db/table/readings",
        "Name": "readings",
    }
    api = fallback("AWS::AppSync::Api")
    assert api.create({"Name": "live"}).endswith(f":apis/{api.read()['ApiId']}")
    physical_id = rules.create({"Name": "limits", "Scope": "REGIONAL"})
    assert physical_id == f"limits|{rules.read()['Id']}|REGIONAL"


def test_what_can_be_made_exists_and_goes_again(account: Account, fallback: Callable[[str], Thing]) -> None:
    thing = fallback("AWS::SNS::Topic")
    thing.create({"TopicName": "news"})
    assert [one["TopicArn"] for one in account.invoke("sns", "ListTopics")["Topics"]] == [
        thing.read()["TopicArn"]
    ]
    thing.delete()
    assert account.invoke("sns", "ListTopics")["Topics"] == []


def test_the_random_end_of_an_arn_is_registered(account: Account, fallback: Callable[[str], Thing]) -> None:
    arn = fallback("AWS::SecretsManager::Secret").create({"Name": "db"})
    assert arn.rpartition("-")[2] in account.register.tokens
    assert "db" not in account.register.tokens


@pytest.mark.parametrize(
    ("type_name", "known"),
    [("AWS::CloudTrail::Trail", True), ("Custom::Thing", False), ("AWS::CodeBuild::Project", False)],
)
def test_types_that_nobody_knows(type_name: str, known: bool, fallback: Callable[[str], Thing]) -> None:
    assert has_fallback(type_name) is known
    assert handler_for(type_name) is None
    if not known:
        with pytest.raises(HandlerError, match=type_name):
            fallback(type_name).create({})


def test_an_unsupported_property_adds_the_upper_bound(account: Account, life: Lives) -> None:
    plain, beyond = life("AWS::S3::Bucket"), life("AWS::S3::Bucket")
    plain.create({"BucketName": "plain"})
    assert {one.certainty for one in account.decisions} == {Certainty.CALL, Certainty.LIKELY}
    beyond.create({"BucketName": "beyond", "BucketNamespace": "global"})
    added = {one.requirement.action for one in account.decisions if one.certainty is Certainty.UPPER_BOUND}
    assert "s3tables:CreateTable" in added
    assert "s3:CreateBucket" not in added  # asked for by its call already


def test_a_nested_part_can_go_beyond_a_handler(account: Account, life: Lives) -> None:
    audit = {"Operation": {"Audit": {"FindingsDestination": {"CloudWatchLogs": {"LogGroup": "audit"}}}}}
    life("AWS::Logs::LogGroup").create({"DataProtectionPolicy": {"Statement": [audit]}})
    added = {one.requirement.action for one in account.decisions if one.certainty is Certainty.UPPER_BOUND}
    assert "logs:CreateLogDelivery" in added


@pytest.mark.parametrize("type_name", sorted(handlers()))
def test_what_a_handler_supports_is_a_property(type_name: str) -> None:
    entry, handler = registry.entry(type_name), handler_for(type_name)
    assert entry is not None
    assert handler is not None
    assert handler.supported <= entry.properties
    assert entry.required <= handler.supported
