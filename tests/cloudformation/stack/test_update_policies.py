"""CodeDeploy shifts an alias whose UpdatePolicy says so, and a domain goes to another version in place."""

from typing import Any

import pytest

from tests.cloudformation.cloud import Cloud
from verifier.authorization.caller import Certainty
from verifier.cloudformation.handlers.es import ELASTICSEARCH_DOMAIN
from verifier.cloudformation.stack import builtin
from verifier.cloudformation.types.handler import Handler
from verifier.cloudformation.types.work import Work

GROUP = "arn:aws:codedeploy:eu-west-1:111122223333:deploymentgroup:app/group"
SHIFT = {"CodeDeployLambdaAliasUpdate": {"ApplicationName": "app", "DeploymentGroupName": {"Ref": "Group"}}}


class Alias(Handler):
    """An alias of which nothing is made."""

    type = "AWS::Lambda::Alias"
    supported = frozenset({"FunctionName", "FunctionVersion", "Name", "Description"})

    def create(self, work: Work) -> None:
        work.created("arn:aws:lambda:eu-west-1:111122223333:function:f:live")

    def read(self, work: Work) -> dict[str, Any]:
        return {}

    def update(self, work: Work) -> None:
        work.wrote = True

    def delete(self, work: Work) -> None:
        """Nothing was made."""


def template(version: str, name: str = "live", description: str = "", **members: Any) -> dict[str, Any]:
    properties = {"FunctionName": "f", "Name": name, "FunctionVersion": version, "Description": description}
    return {
        "Parameters": {"Group": {"Type": "String", "Default": "group"}},
        "Resources": {"A": {"Type": "AWS::Lambda::Alias", "Properties": properties, **members}},
    }


def asked(cloud: Cloud) -> list[tuple[str, str]]:
    found = [
        (one.requirement.action.removeprefix("codedeploy:"), one.requirement.resource)
        for one in cloud.sink.decided_all
        if one.requirement.action.startswith("codedeploy:")
    ]
    assert all(
        one.certainty is Certainty.LIKELY
        for one in cloud.sink.decided_all
        if one.requirement.action.startswith("codedeploy:")
    )
    cloud.sink.decided_all.clear()
    return found


@pytest.fixture
def aliases(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    alias = Alias()
    monkeypatch.setattr(builtin, "handler_for", lambda name: alias if name == alias.type else None)
    return cloud


def test_a_new_version_is_shifted_by_codedeploy(aliases: Cloud) -> None:
    aliases.create(template("1", UpdatePolicy=SHIFT))
    assert asked(aliases) == [], "a new alias is not shifted"
    assert aliases.update(template("2", UpdatePolicy=SHIFT)) == "UPDATE_COMPLETE"
    assert asked(aliases) == [
        ("CreateDeployment", GROUP),
        ("GetDeployment", GROUP),
        ("GetDeploymentGroup", GROUP),
        ("GetDeploymentConfig", "arn:aws:codedeploy:eu-west-1:111122223333:deploymentconfig:*"),
        ("StopDeployment", "*"),
    ]
    aliases.update(template("2", description="another", UpdatePolicy=SHIFT))
    assert asked(aliases) == [], "the version is the same"
    aliases.update(template("4", "other", UpdatePolicy=SHIFT))
    assert asked(aliases) == [], "another alias takes its place"
    aliases.update(template("3", UpdatePolicy={"UseOnlineResharding": True}))
    assert asked(aliases) == []


def test_what_an_update_policy_names_comes_first(aliases: Cloud) -> None:
    group = {"CodeDeployLambdaAliasUpdate": {"ApplicationName": {"Ref": "B"}, "DeploymentGroupName": "g"}}
    given = template("1", UpdatePolicy=group)
    given["Resources"]["B"] = template("1")["Resources"]["A"]
    aliases.create(given)
    events = aliases.events()
    assert events.index("B CREATE_COMPLETE") < events.index("A CREATE_IN_PROGRESS")


@pytest.fixture
def domains(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    monkeypatch.setattr(builtin, "handler_for", {one.type: one for one in [ELASTICSEARCH_DOMAIN]}.get)
    return cloud


def domain(version: str, policy: Any = None) -> dict[str, Any]:
    given = {"Type": "AWS::Elasticsearch::Domain", "Properties": {"ElasticsearchVersion": version}}
    return {"Resources": {"D": given | ({"UpdatePolicy": policy} if policy is not None else {})}}


def upgraded(cloud: Cloud) -> list[str]:
    asked = [
        str(one.requirement.resource) for one in cloud.sink.decided_all if "Upgrade" in one.requirement.action
    ]
    cloud.sink.decided_all.clear()
    return asked


def identifier(cloud: Cloud) -> str:
    return str(
        cloud.call("DescribeStackResource", StackName="shop-dev", LogicalResourceId="D")[
            "StackResourceDetail"
        ]["PhysicalResourceId"]
    )


@pytest.mark.parametrize("enabled", [True, "true"])
def test_a_domain_is_upgraded_where_its_policy_says_so(domains: Cloud, enabled: Any) -> None:
    domains.create(domain("7.9", {"EnableVersionUpgrade": enabled}))
    first = identifier(domains)
    assert domains.update(domain("7.10", {"EnableVersionUpgrade": enabled})) == "UPDATE_COMPLETE"
    assert identifier(domains) == first
    assert upgraded(domains) == [f"arn:aws:es:eu-west-1:111122223333:domain/{first}"]


@pytest.mark.parametrize("policy", [None, {"EnableVersionUpgrade": False}])
def test_another_version_is_another_domain_otherwise(domains: Cloud, policy: Any) -> None:
    domains.create(domain("7.9", policy))
    first = identifier(domains)
    assert domains.update(domain("7.10", policy)) == "UPDATE_COMPLETE"
    assert identifier(domains) != first
    assert upgraded(domains) == []
