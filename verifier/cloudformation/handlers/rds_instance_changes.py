"""RDS: how a database instance is changed, and what is set once it was restored or copied."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.handlers import rds_parts as parts
from verifier.cloudformation.types.handler import HandlerError, Mention
from verifier.cloudformation.types.params import Params, Prop, same
from verifier.cloudformation.types.part import Part
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.work import Work

GROUPS, LIMIT, PRIMARY = "VPCSecurityGroups", "MaxAllocatedStorage", "SourceDBInstanceIdentifier"
SNAPSHOT, OF_CLUSTER, LATEST = (
    "DBSnapshotIdentifier",
    "DBClusterSnapshotIdentifier",
    "UseLatestRestorableTime",
)
_GROUP, _CERTIFICATE, _ROTATION = (
    "DBParameterGroupName",
    "CACertificateIdentifier",
    "CertificateRotationRestart",
)
CLUSTER = "DBClusterIdentifier"
WITH_MODIFY = same("AllowMajorVersionUpgrade", "ApplyImmediately")
_INSIGHTS = ("EnablePerformanceInsights", "PerformanceInsightsKMSKeyId")
_RETENTION = "PerformanceInsightsRetentionPeriod"

# What ModifyDBInstance takes as CreateDBInstance does. AWS's handler sends what has changed; what is dropped
# stays as it was (source: cfn-dbinstance-difference).
UPDATED: Params = {
    **same("AllocatedStorage", "AutoMinorVersionUpgrade", "BackupRetentionPeriod", "CopyTagsToSnapshot"),
    **same("DBInstanceClass", _GROUP, "DatabaseInsightsMode", "DedicatedLogVolume", "DeletionProtection"),
    **same("EnableIAMDatabaseAuthentication", "Engine", "EngineVersion", "Iops", "LicenseModel", LIMIT),
    **same("MasterUserAuthenticationType", "MasterUserPassword", "MonitoringInterval", "MonitoringRoleArn"),
    **same("MultiAZ", "NetworkType", "OptionGroupName", "PreferredBackupWindow"),
    **same("PreferredMaintenanceWindow", "PubliclyAccessible", "StorageThroughput", "StorageType"),
    "VpcSecurityGroupIds": Prop(GROUPS),
}
# What may be taken back and not be changed, as AWS's handler has it.
_ONCE = (SNAPSHOT, OF_CLUSTER, LATEST, "RestoreTime", PRIMARY)
# What a restored one, or a copy, is given afterwards; it is changed where the template has any of the first.
_AFTERWARDS = (
    *(_CERTIFICATE, _GROUP, "EngineVersion", "MasterUserPassword", "PreferredBackupWindow"),
    *("PreferredMaintenanceWindow", "MonitoringRoleArn", "BackupRetentionPeriod", "MonitoringInterval"),
    *(parts.MANAGED, "DeletionProtection", "EnablePerformanceInsights"),
)
_TOO = ("AllowMajorVersionUpgrade", "DatabaseInsightsMode", LIMIT, _RETENTION, "PerformanceInsightsKMSKeyId")


def _check(work: Work) -> None:
    """Raises HandlerError for what AWS's handler refuses (source: cfn-dbinstance-immutable)."""
    again = [name for name in _ONCE if work.changed(name) and work.properties.get(name)]
    key, zone = "PerformanceInsightsKMSKeyId", "AvailabilityZone"
    several = not work.properties.get(zone) and parts.is_true(work.properties.get("MultiAZ"))
    if again or (work.previous.get(key) and work.changed(key)) or (work.changed(zone) and not several):
        raise HandlerError("Resource is immutable")


@dataclass(frozen=True)
class Modify(Part):
    """The update in place, and what follows a restore.

    A class, as it looks up what stands for some of the properties that the template drops, and as some of
    them go together.
    """

    default_group: str = "cfn-dbinstance-default-group"
    reboot: str = "cfn-dbinstance-reboot"

    @property
    def properties(self) -> frozenset[str]:
        """What it changes, and how."""
        return frozenset({*UPDATED, *WITH_MODIFY, GROUPS, "Port", "PromotionTier", _ROTATION}) - {
            "VpcSecurityGroupIds"
        }

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """The calls, and what is read around them."""
        names = (
            *_INSIGHTS,
            _RETENTION,
            _CERTIFICATE,
            _ROTATION,
            "PromotionTier",
            "ReplicaMode",
            parts.MANAGED,
        )
        more = {"DBPortNumber": None, "CloudwatchLogsExportConfiguration": None, **dict.fromkeys(names)}
        yield Mention(service, "ModifyDBInstance", {**itself, **UPDATED, **more, **WITH_MODIFY})
        yield Mention(service, "RebootDBInstance", itself, (self.reboot,))
        yield Mention(service, "PromoteReadReplica", itself)
        yield Mention(service, "DescribeDBInstances", itself, ("cfn-dbinstance-update",))
        yield Mention(service, "DescribeEvents", {"SourceType": None}, ("cfn-dbinstance-events",))
        yield Mention("ec2", "DescribeSecurityGroups", {"Filters": None}, (self.default_group,))

    def create(self, step: Step) -> None:
        """What a restore does not take is set after it (source: cfn-dbinstance-origins)."""
        properties = step.work.properties
        if not any(map(properties.get, _ONCE)) or not any(map(properties.get, _AFTERWARDS)):
            return
        names = same(*_AFTERWARDS, *_TOO)
        params = {**step.params(names), **step.params(parts.SECRET_KEY, whole=False)}
        step.call("ModifyDBInstance", {**params, "ApplyImmediately": True})
        self._look_for_failures(step)
        if properties.get(_GROUP):
            step.call("RebootDBInstance", step.params({}), source=self.reboot)

    def update(self, step: Step) -> None:
        """Send what has changed; look before and after."""
        work, itself = step.work, step.params({})
        _check(work)
        found = work.read(step.service, "DescribeDBInstances", itself, source="cfn-dbinstance-update")
        instance = (found.get("DBInstances") or [{}])[0]
        if work.previous.get(PRIMARY) and not work.properties.get(PRIMARY):
            step.call(
                "PromoteReadReplica", step.params(same("BackupRetentionPeriod", "PreferredBackupWindow"))
            )
        step.call("ModifyDBInstance", {**itself, **self._changes(step, instance)})
        self._look_for_failures(step)
        # (source: cfn-dbinstance-reboot)
        regrouped = work.changed(_GROUP) and _GROUP in work.properties
        if regrouped and work.properties.get("ApplyImmediately", True):
            step.call("RebootDBInstance", itself, source=self.reboot)
        work.read(step.service, "DescribeDBInstances", itself, source="cfn-dbinstance-update")

    def _changes(self, step: Step, instance: Mapping[str, Any]) -> dict[str, Any]:
        work, changed = step.work, parts.changed(step.work)
        params = step.params({**UPDATED, **same("ReplicaMode")}, changed, whole=False)
        params |= step.params(same("PromotionTier"), whole=False)
        if "Port" in changed:
            params["DBPortNumber"] = changed["Port"]
        if _CERTIFICATE in changed:
            params |= step.params(same(_CERTIFICATE, _ROTATION), whole=False)
        if work.changed(*_INSIGHTS) or _RETENTION in changed:
            retention = same(_RETENTION) if _RETENTION in changed else {}
            params |= step.params({**same(*_INSIGHTS), **retention}, whole=False)
        if LIMIT in work.previous and LIMIT not in work.properties and "AllocatedStorage" in instance:
            params[LIMIT] = instance["AllocatedStorage"]
        if work.previous.get(GROUPS) and not work.properties.get(GROUPS) and not work.properties.get(CLUSTER):
            vpc = (instance.get("DBSubnetGroup") or {}).get("VpcId", "")
            params["VpcSecurityGroupIds"] = parts.default_groups(work, vpc, self.default_group, GROUPS)
        params |= {**parts.log_exports(work), **parts.managed_password(work), "ApplyImmediately": True}
        return {**params, **step.params(WITH_MODIFY, whole=False)}

    def _look_for_failures(self, step: Step) -> None:
        events = {"SourceType": "db-instance", "SourceIdentifier": step.work.physical_id}
        step.work.read(step.service, "DescribeEvents", events, source="cfn-dbinstance-events", soft=True)
