"""What an UpdatePolicy makes of an update: CodeDeploy shifts an alias to its version, a domain is upgraded.

(sources: lambda-alias-codedeploy, cfn-es-domain-upgrade)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from verifier.authorization.caller import Certainty
from verifier.authorization.operation import Requirement
from verifier.cloudformation.types.registry import RegistryEntry
from verifier.cloudformation.types.work import Work

Properties = Mapping[str, Any]

# The registry names them for the alias's update; which of them are enforced nobody was seen to tell.
_ON_GROUP = ("CreateDeployment", "GetDeployment", "GetDeploymentGroup")


@dataclass(frozen=True)
class _Upgrade:
    """The call that brings a resource to another version in place, and the property with the version."""

    service: str
    operation: str
    version: str


_UPGRADES = {
    "AWS::Elasticsearch::Domain": _Upgrade("es", "UpgradeElasticsearchDomain", "ElasticsearchVersion"),
    "AWS::OpenSearchService::Domain": _Upgrade("opensearch", "UpgradeDomain", "EngineVersion"),
}


def changed_in_place(type_name: str, policy: Any) -> frozenset[str]:
    """The create-only properties that ``policy`` lets change without another resource."""
    upgrade = _UPGRADES.get(type_name)
    enabled = isinstance(policy, Mapping) and str(policy.get("EnableVersionUpgrade", "")).lower() == "true"
    return frozenset({upgrade.version}) if upgrade and enabled else frozenset()


def replacing(entry: RegistryEntry, before: Properties, after: Properties, policy: Any) -> tuple[str, ...]:
    """The changed properties that make another resource of it, under ``policy``."""
    in_place = changed_in_place(entry.type, policy)
    return tuple(name for name in entry.replacing(before, after) if name not in in_place)


def ask_for_policy(work: Work, policy: Any) -> None:
    """Ask for what ``policy``, resolved, makes of an update. Raises HandlerError for a refusal."""
    if work.lifecycle == "update" and work.changed(*changed_in_place(work.type, policy)):
        upgrade = _UPGRADES[work.type]
        target = {"DomainName": work.physical_id, "TargetVersion": work.properties.get(upgrade.version)}
        work.permit(upgrade.service, upgrade.operation, target, source="cfn-es-domain-upgrade")
        return
    _ask_for_shift(work, policy)


def _ask_for_shift(work: Work, policy: Any) -> None:
    shift = policy.get("CodeDeployLambdaAliasUpdate") if isinstance(policy, Mapping) else None
    if work.type != "AWS::Lambda::Alias" or not isinstance(shift, Mapping):
        return
    if work.lifecycle != "update" or not work.changed("FunctionVersion"):
        return
    base = f"arn:{work.partition}:codedeploy:{work.region}:{work.account}"
    group = f"{shift.get('ApplicationName', '*')}/{shift.get('DeploymentGroupName', '*')}"
    needed = [Requirement(f"codedeploy:{name}", f"{base}:deploymentgroup:{group}") for name in _ON_GROUP]
    needed += [
        Requirement("codedeploy:GetDeploymentConfig", f"{base}:deploymentconfig:*"),
        Requirement("codedeploy:StopDeployment", "*"),
    ]
    work.ask_for(needed, Certainty.LIKELY)
