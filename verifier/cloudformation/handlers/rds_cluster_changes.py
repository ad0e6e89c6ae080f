"""RDS: how a database cluster is changed, and what is set once it was restored."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.handlers import rds_parts as parts
from verifier.cloudformation.types.handler import HandlerError, Mention
from verifier.cloudformation.types.params import ABSENT, ARN, Computed, Params, Prop, same
from verifier.cloudformation.types.part import Part
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.work import Work

SNAPSHOT, SOURCE, BACKUPS = "SnapshotIdentifier", "SourceDBClusterIdentifier", "SourceDbClusterResourceId"
GLOBAL, GROUPS, ENDPOINT = "GlobalClusterIdentifier", "VpcSecurityGroupIds", "EnableHttpEndpoint"
FORWARDING, OF_INSTANCES = "EnableLocalWriteForwarding", "DBInstanceParameterGroupName"
_AURORA = ("aurora-mysql", "aurora-postgresql")


def _is_serverless(properties: Mapping[str, Any]) -> bool:
    """Of the first version, which has a mode of its own."""
    return str(properties.get("EngineMode", "")).lower() == "serverless"


def _is_provisioned(properties: Mapping[str, Any]) -> bool:
    """Of Aurora, and of any other mode: what reaches its data is turned on with a call of its own."""
    return str(properties.get("Engine", "")).lower() in _AURORA and not _is_serverless(properties)


def _scaling(work: Work) -> Any:
    """ScalingConfiguration, or what AWS's handler says where a serverless cluster has none."""
    default = {"AutoPause": True, "MaxCapacity": 16, "MinCapacity": 2, "SecondsUntilAutoPause": 300}
    found = work.properties.get("ScalingConfiguration")
    return found or (default if _is_serverless(work.properties) else ABSENT)


# What AWS's handler sends with every update (source: cfn-dbcluster-modify).
ALWAYS: Params = {
    **same("AllocatedStorage", "AutoMinorVersionUpgrade", "BacktrackWindow", "CopyTagsToSnapshot"),
    **same("DBClusterInstanceClass", "DBClusterParameterGroupName", "DatabaseInsightsMode"),
    **same("DeletionProtection", "Domain", "DomainIAMRoleName", "EnableGlobalWriteForwarding", "Iops"),
    **same("MonitoringInterval", "MonitoringRoleArn", "NetworkType", "PerformanceInsightsRetentionPeriod"),
    **same("StorageType"),
    "BackupRetentionPeriod": Computed(
        lambda work: work.properties.get("BackupRetentionPeriod") or 1, ("BackupRetentionPeriod",)
    ),
    "EnablePerformanceInsights": Prop("PerformanceInsightsEnabled"),
    "PerformanceInsightsKMSKeyId": Prop("PerformanceInsightsKmsKeyId"),
    "ScalingConfiguration": Computed(_scaling, ("ScalingConfiguration",)),
}
# What it sends where it has changed; what is dropped stays as it was.
WHERE_CHANGED = same(
    "EnableIAMDatabaseAuthentication",
    "MasterUserAuthenticationType",
    "MasterUserPassword",
    "Port",
    "PreferredBackupWindow",
    "PreferredMaintenanceWindow",
    "ServerlessV2ScalingConfiguration",
    GROUPS,
)
_AFTER_RESTORE: Params = {
    **ALWAYS,
    **{name: WHERE_CHANGED[name] for name in ("EnableIAMDatabaseAuthentication", "MasterUserPassword")},
    **same("PreferredBackupWindow", "PreferredMaintenanceWindow", FORWARDING),
}


def _check(work: Work) -> None:
    """Raises HandlerError for what AWS's handler refuses (source: cfn-dbcluster-immutable)."""
    engines = (work.previous.get("Engine"), work.properties.get("Engine"))
    joins = work.properties.get(GLOBAL) and work.changed(GLOBAL)
    if joins or (work.changed("Engine") and engines != ("aurora", "aurora-mysql")):
        raise HandlerError("Resource is immutable")


@dataclass(frozen=True)
class Modify(Part):
    """The update in place, and what follows a restore.

    A class, as some of what a cluster has is changed with calls of its own, and as AWS's handler looks up
    what stands for the groups that the template drops.
    """

    default_group: str = "cfn-dbcluster-default-group"
    of_global: str = "cfn-dbcluster-global"
    events: str = "cfn-dbcluster-events"

    @property
    def properties(self) -> frozenset[str]:
        """What only an update sends."""
        return frozenset({OF_INSTANCES})

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """The calls, and what is read around them."""
        more = {**ALWAYS, **WHERE_CHANGED, **dict.fromkeys((FORWARDING, parts.MANAGED, ENDPOINT))}
        yield Mention(service, "ModifyDBCluster", {**itself, **more, **parts.SECRET_KEY})
        for operation in ("EnableHttpEndpoint", "DisableHttpEndpoint"):
            yield Mention(service, operation, {"ResourceArn": ARN})
        yield Mention(service, "RemoveFromGlobalCluster", {GLOBAL: None, "DbClusterIdentifier": ARN})
        yield Mention(service, "DescribeGlobalClusters", {GLOBAL: None}, (self.of_global,))
        yield Mention(service, "DescribeEvents", {"SourceType": None}, (self.events,))
        yield Mention(service, "DescribeDBSubnetGroups", {"DBSubnetGroupName": None}, (self.default_group,))
        yield Mention("ec2", "DescribeSecurityGroups", {"Filters": None}, (self.default_group,))

    def create(self, step: Step) -> None:
        """What a restore does not take is set after it."""
        properties = step.work.properties
        if not any(map(properties.get, (SNAPSHOT, SOURCE, BACKUPS))):
            return
        password = parts.managed_password(step.work) if parts.is_true(properties.get(parts.MANAGED)) else {}
        params = {**step.params(_AFTER_RESTORE), **parts.log_exports(step.work), **password}
        step.call("ModifyDBCluster", {**params, **self._immediately(step)})
        self._read(step)
        if parts.is_true(properties.get(ENDPOINT)) and not _is_serverless(properties):
            self._endpoint(step)
        self._look_for_failures(step)

    def update(self, step: Step) -> None:
        """Leave the global cluster, send what is wanted, look whether it went well."""
        work = step.work
        _check(work)
        if work.previous.get(GLOBAL) and not work.properties.get(GLOBAL):
            self._leave(step, work.previous[GLOBAL])
        groups = (
            self._default_groups(step)
            if work.previous.get(GROUPS) and not work.properties.get(GROUPS)
            else {}
        )
        step.call("ModifyDBCluster", {**step.params(ALWAYS), **self._changes(step), **groups})
        self._read(step)
        if _is_provisioned(work.properties) and work.changed(ENDPOINT):
            self._endpoint(step)
        self._look_for_failures(step)

    def delete(self, step: Step) -> None:
        """A member of a global cluster leaves it first."""
        if step.work.properties.get(GLOBAL):
            self._leave(step, step.work.properties[GLOBAL])

    def _changes(self, step: Step) -> dict[str, Any]:
        work, changed = step.work, parts.changed(step.work)
        params = step.params(WHERE_CHANGED, changed, whole=False)
        if "EngineVersion" in changed:
            names = ("EngineVersion", OF_INSTANCES)
            params |= {"AllowMajorVersionUpgrade": True, **step.params(same(*names), changed, whole=False)}
        before, after = (parts.is_true(one.get(FORWARDING)) for one in (work.previous, work.properties))
        params |= {FORWARDING: after} if before != after else {}
        params |= parts.log_exports(work)
        return {**params, **self._immediately(step), **parts.managed_password(work)}

    def _immediately(self, step: Step) -> dict[str, Any]:
        of_its_mode = same(ENDPOINT) if _is_serverless(step.work.properties) else {}
        return {"ApplyImmediately": True, **step.params(of_its_mode, whole=False)}

    def _endpoint(self, step: Step) -> None:
        self._read(step)
        verb = "Enable" if parts.is_true(step.work.properties.get(ENDPOINT)) else "Disable"
        step.call(f"{verb}HttpEndpoint", step.params({"ResourceArn": ARN}, whole=False))

    def _leave(self, step: Step, name: str) -> None:
        self._read(step)
        params = step.params({GLOBAL: name, "DbClusterIdentifier": ARN}, whole=False)
        step.call("RemoveFromGlobalCluster", params, tolerate=step.gone)
        step.work.read(
            step.service,
            "DescribeGlobalClusters",
            {GLOBAL: name},
            source=self.of_global,
            tolerate=("GlobalClusterNotFoundFault",),
            because=GLOBAL,
        )

    def _default_groups(self, step: Step) -> dict[str, Any]:
        cluster = self._read(step)
        named = {"DBSubnetGroupName": cluster.get("DBSubnetGroup", "default")}
        found = step.work.read(
            step.service, "DescribeDBSubnetGroups", named, source=self.default_group, because=GROUPS
        )
        vpc = (found.get("DBSubnetGroups") or [{}])[0].get("VpcId", "")
        return {GROUPS: parts.default_groups(step.work, vpc, self.default_group, GROUPS)}

    def _read(self, step: Step) -> Mapping[str, Any]:
        """As the cluster is, for the reasons of the step (cfn-dbcluster-create, and its kin)."""
        source, gone = (
            f"cfn-dbcluster-{step.work.lifecycle}",
            step.gone if step.work.lifecycle == "delete" else (),
        )
        found = step.work.read(
            step.service, "DescribeDBClusters", step.params({}), source=source, tolerate=gone
        )
        first: Mapping[str, Any] = (found.get("DBClusters") or [{}])[0]
        return first

    def _look_for_failures(self, step: Step) -> None:
        events = {"SourceType": "db-cluster", "SourceIdentifier": step.work.physical_id}
        step.work.read(step.service, "DescribeEvents", events, source=self.events, soft=True)
