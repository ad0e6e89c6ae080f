"""CodeDeploy shifts an alias whose UpdatePolicy says so, and a domain goes to another version in place."""

from typing import Any

import pytest

from tests.cloudformation.cloud import Cloud
from verifier.authorization.caller import Certainty
from verifier.cloudformation.handlers.es import ELASTICSEARCH_DOMAIN, OPENSEARCH_DOMAIN
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


DOMAINS = {one.type: one for one in (ELASTICSEARCH_DOMAIN, OPENSEARCH_DOMAIN)}
OF_ELASTICSEARCH = ("AWS::Elasticsearch::Domain", "ElasticsearchVersion", "es:UpgradeElasticsearchDomain")
OF_OPENSEARCH = ("AWS::OpenSearchService::Domain", "EngineVersion", "es:UpgradeDomain")


@pytest.fixture
def domains(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    monkeypatch.setattr(builtin, "handler_for", DOMAINS.get)
    return cloud


def upgraded(cloud: Cloud, kind: str, version: str, policy: Any) -> tuple[bool, list[str]]:
    """Whether the domain is the same after its version has changed, and what upgrades were asked for."""

    def template(value: str) -> dict[str, Any]:
        given = {"Type": kind, "Properties": {version: value}}
        return {"Resources": {"D": given if policy is None else {**given, "UpdatePolicy": policy}}}

    def identifier() -> Any:
        found = cloud.call("DescribeStackResource", StackName="shop-dev", LogicalResourceId="D")
        return found["StackResourceDetail"]["PhysicalResourceId"]

    cloud.create(template("1.1"))
    first = identifier()
    assert cloud.update(template("1.2")) == "UPDATE_COMPLETE"
    actions = [one.requirement.action for one in cloud.sink.decided_all]
    return identifier() == first, [action for action in actions if "Upgrade" in action]


@pytest.mark.parametrize("enabled", [True, "true"])
@pytest.mark.parametrize(("kind", "version", "action"), [OF_ELASTICSEARCH, OF_OPENSEARCH])
def test_a_domain_is_upgraded_where_its_policy_says_so(
    domains: Cloud, kind: str, version: str, action: str, enabled: Any
) -> None:
    assert upgraded(domains, kind, version, {"EnableVersionUpgrade": enabled}) == (True, [action])


@pytest.mark.parametrize("policy", [None, {"EnableVersionUpgrade": False}])
@pytest.mark.parametrize(("kind", "version"), [OF_ELASTICSEARCH[:2], OF_OPENSEARCH[:2]])
def test_another_version_is_another_domain_otherwise(
    domains: Cloud, kind: str, version: str, policy: Any
) -> None:
    assert upgraded(domains, kind, version, policy) == (False, [])
