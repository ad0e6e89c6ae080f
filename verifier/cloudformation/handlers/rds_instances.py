"""RDS: the database instance."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from verifier.cloudformation.types.handler import Mention
from verifier.cloudformation.types.kind import Kind, Name
from verifier.cloudformation.types.names import new_suffix
from verifier.cloudformation.types.params import ARN, ID, Computed, Params, Prop, Text, same
from verifier.cloudformation.types.part import OnBehalf, Part, Read
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.tagging import Tagging
from verifier.cloudformation.types.work import Work

_GONE = ("DBInstanceNotFound", "DBInstanceNotFoundFault")
_GROUPS, _LIMIT, _EXPORTS = "VPCSecurityGroups", "MaxAllocatedStorage", "EnableCloudwatchLogsExports"
_INSTANCE = Read("DescribeDBInstances")

# What ModifyDBInstance takes as CreateDBInstance does. AWS's handler sends what has changed; what is dropped
# stays as it was (source: cfn-dbinstance-difference).
_UPDATED: Params = {
    **same("AllocatedStorage", "AutoMinorVersionUpgrade", "BackupRetentionPeriod", "CopyTagsToSnapshot"),
    **same(
        "DBInstanceClass", "DBParameterGroupName", "DeletionProtection", "EnableIAMDatabaseAuthentication"
    ),
    **same("Engine", "EngineVersion", "Iops", "LicenseModel", _LIMIT, "MasterUserPassword"),
    **same("ManageMasterUserPassword"),
    **same("MonitoringInterval", "MonitoringRoleArn", "MultiAZ", "OptionGroupName", "PreferredBackupWindow"),
    **same("PreferredMaintenanceWindow", "PubliclyAccessible", "StorageThroughput", "StorageType"),
    "VpcSecurityGroupIds": Prop(_GROUPS),
}
_FIXED = same("DBName", "DBSubnetGroupName", "KmsKeyId", "MasterUsername", "StorageEncrypted") | {
    **same(_EXPORTS, "Port")
}
_ROLE = Prop("MonitoringRoleArn", lambda arn: str(arn).rpartition("/")[2])
_WITH_MODIFY = same("AllowMajorVersionUpgrade", "ApplyImmediately")
# Attributes that an instance has in some states alone, or that the emulator does not know.
_AT_TIMES = (
    "AutomaticRestartTime",
    "CertificateDetails",
    "CertificateDetails.CAIdentifier",
    "CertificateDetails.ValidTill",
    "Endpoint.Address",
    "Endpoint.HostedZoneId",
    "Endpoint.Port",
    "IsStorageConfigUpgradeAvailable",
    "LatestRestorableTime",
    "ListenerEndpoint",
    "ListenerEndpoint.Address",
    "ListenerEndpoint.HostedZoneId",
    "ListenerEndpoint.Port",
    "PercentProgress",
    "ReadReplicaDBClusterIdentifiers",
    "ReadReplicaDBInstanceIdentifiers",
    "ResumeFullAutomationModeTime",
    "SecondaryAvailabilityZone",
    "StatusInfos",
    "StorageOperationPercentProgress",
    "StorageOperationStatus",
)


@dataclass(frozen=True)
class _Modify(Part):
    """The update in place.

    A class, as it looks up what stands for some of the properties that the template drops.
    """

    source: str = "cfn-dbinstance-update"
    default_group: str = "cfn-dbinstance-default-group"

    @property
    def properties(self) -> frozenset[str]:
        """What it changes, and how."""
        return frozenset({*_UPDATED, *_WITH_MODIFY, _GROUPS, _EXPORTS, "Port"} - {"VpcSecurityGroupIds"})

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """The call, and what is read around it."""
        more = {"DBPortNumber": None, "CloudwatchLogsExportConfiguration": None, **_WITH_MODIFY}
        yield Mention(service, "ModifyDBInstance", {**itself, **_UPDATED, **more})
        yield Mention(service, "RebootDBInstance", itself, ("cfn-dbinstance-reboot",))
        yield Mention(service, "DescribeDBInstances", itself, (self.source,))
        yield Mention(service, "DescribeEvents", {"SourceType": None}, (self.source,))
        yield Mention("ec2", "DescribeSecurityGroups", {"Filters": None}, (self.default_group,))

    def update(self, step: Step) -> None:
        """Send what has changed; look before and after."""
        work, itself = step.work, step.params({})
        found = work.read(step.service, "DescribeDBInstances", itself, source=self.source)
        instance = (found.get("DBInstances") or [{}])[0]
        step.call("ModifyDBInstance", {**itself, **self._changes(step, instance)})
        events = {"SourceType": "db-instance", "SourceIdentifier": work.physical_id}
        work.read(step.service, "DescribeEvents", events, source="cfn-dbinstance-events", soft=True)
        # (source: cfn-dbinstance-reboot)
        regrouped = work.changed("DBParameterGroupName") and "DBParameterGroupName" in work.properties
        if regrouped and work.properties.get("ApplyImmediately", True):
            step.call("RebootDBInstance", itself, source="cfn-dbinstance-reboot")
        work.read(step.service, "DescribeDBInstances", itself, source=self.source)

    def _changes(self, step: Step, instance: Mapping[str, Any]) -> dict[str, Any]:
        work = step.work
        changed = {name: value for name, value in work.properties.items() if work.changed(name)}
        params = step.params(_UPDATED, changed, whole=False)
        if "Port" in changed:
            params["DBPortNumber"] = changed["Port"]
        if work.changed(_EXPORTS):
            before, after = (set(one.get(_EXPORTS) or ()) for one in (work.previous, work.properties))
            params["CloudwatchLogsExportConfiguration"] = {
                "EnableLogTypes": sorted(after - before),
                "DisableLogTypes": sorted(before - after),
            }
        if _LIMIT in work.previous and _LIMIT not in work.properties and "AllocatedStorage" in instance:
            params[_LIMIT] = instance["AllocatedStorage"]
        if work.previous.get(_GROUPS) and not work.properties.get(_GROUPS):
            params["VpcSecurityGroupIds"] = self._default_groups(work, instance)
        asked = step.params(_WITH_MODIFY, whole=False)
        return {**params, "ApplyImmediately": True, **asked}

    def _default_groups(self, work: Work, instance: Mapping[str, Any]) -> list[str]:
        vpc = (instance.get("DBSubnetGroup") or {}).get("VpcId", "")
        wanted = {"vpc-id": vpc, "group-name": "default"}
        filters = [{"Name": name, "Values": [value]} for name, value in wanted.items()]
        found = work.read("ec2", "DescribeSecurityGroups", {"Filters": filters}, source=self.default_group)
        return [work.token(one["GroupId"]) for one in (found.get("SecurityGroups") or [])[:1]]


def _snapshot(work: Work) -> str:
    return work.token(f"{work.stack_name}-snapshot-{work.logical_id}-{new_suffix()}".lower())


# What RDS looks at in the network with the caller's rights, as the registry names it.
_NETWORK = tuple(
    OnBehalf(
        operation, params, on=("create", "read", "update"), when="DBInstanceClass", service="ec2", whole=False
    )
    for operation, params in {
        "DescribeAccountAttributes": {},
        "DescribeAvailabilityZones": {},
        "DescribeInternetGateways": {},
        "DescribeSecurityGroups": {},
        "DescribeSubnets": {},
        "DescribeVpcAttribute": {"VpcId": "*", "Attribute": "enableDnsSupport"},
        "DescribeVpcs": {},
    }.items()
)

DB_INSTANCE = Kind(
    type="AWS::RDS::DBInstance",
    service="rds",
    name=Name("DBInstanceIdentifier", 63, lowercase=True),
    create_by="CreateDBInstance",
    delete_by="DeleteDBInstance",
    itself={"DBInstanceIdentifier": ID},
    arn="arn:{partition}:rds:{region}:{account}:db:{id}",
    fixed={**_UPDATED, **_FIXED},
    gives={**dict.fromkeys(_AT_TIMES, "none"), "DBInstanceArn": ARN},
    at_delete={"SkipFinalSnapshot": True},
    parts=(
        replace(
            _INSTANCE,
            params={"DBInstanceIdentifier": Text("{new_name}")},
            on=("before create",),
            source="cfn-dbinstance-create",
            gone=_GONE,
            whole=False,
        ),
        replace(_INSTANCE, on=("create",), source="cfn-dbinstance-create"),
        _Modify(),
        replace(
            _INSTANCE,
            source="cfn-dbinstance-read",
            gives={
                name: f"DBInstances.0.{name}"
                for name in (
                    "DBInstanceStatus",
                    "DbiResourceId",
                    "Endpoint",
                    "InstanceCreateTime",
                    *_AT_TIMES,
                )
                if not name.startswith("ReadReplica")
            },
        ),
        Tagging("AddTagsToResource", "RemoveTagsFromResource", {"ResourceName": ARN}, at_create="Tags"),
        # The first time in an account, RDS makes itself a role with the caller's rights.
        OnBehalf(
            "CreateServiceLinkedRole",
            {"AWSServiceName": "rds.amazonaws.com"},
            on=("create",),
            when="DBInstanceClass",
            source="rds-instance-service-role",
            service="iam",
            whole=False,
        ),
        *_NETWORK,
        # What the registry names for a role that watches it.
        *(
            OnBehalf(
                operation,
                params,
                on=("create", "update"),
                when="MonitoringRoleArn",
                service="iam",
                whole=False,
            )
            for operation, params in {"GetRole": {"RoleName": _ROLE}, "ListRoles": {}}.items()
        ),
        replace(_INSTANCE, on=("delete",), source="cfn-dbinstance-delete"),
        # Without a DeletionPolicy a last snapshot is taken, which the handler is not told.
        OnBehalf(
            "CreateDBSnapshot",
            {"DBSnapshotIdentifier": Computed(_snapshot)},
            on=("delete",),
            when="DBInstanceClass",
        ),
        replace(_INSTANCE, on=("after delete",), source="cfn-dbinstance-delete", gone=_GONE),
    ),
    gone=_GONE,
    late=frozenset(_WITH_MODIFY),
    lacks=frozenset(
        {
            "AdditionalStorageVolumes",
            "AssociatedRoles",
            "AutomaticBackupReplicationKmsKeyId",
            "AutomaticBackupReplicationRegion",
            "AutomaticBackupReplicationRetentionPeriod",
            "AvailabilityZone",
            "BackupTarget",
            "CACertificateIdentifier",
            "CertificateRotationRestart",
            "CharacterSetName",
            "CustomIAMInstanceProfile",
            "DBClusterIdentifier",
            "DBClusterSnapshotIdentifier",
            "DBSecurityGroups",
            "DBSnapshotIdentifier",
            "DBSystemId",
            "DatabaseInsightsMode",
            "DedicatedLogVolume",
            "DeleteAutomatedBackups",
            "Domain",
            "DomainAuthSecretArn",
            "DomainDnsIps",
            "DomainFqdn",
            "DomainIAMRoleName",
            "DomainOu",
            "EnablePerformanceInsights",
            "EngineLifecycleSupport",
            "MasterUserAuthenticationType",
            "MasterUserSecret",
            "NcharCharacterSetName",
            "NetworkType",
            "PerformanceInsightsKMSKeyId",
            "PerformanceInsightsRetentionPeriod",
            "ProcessorFeatures",
            "PromotionTier",
            "ReplicaMode",
            "RestoreTime",
            "SourceDBClusterIdentifier",
            "SourceDBInstanceAutomatedBackupsArn",
            "SourceDBInstanceIdentifier",
            "SourceDbiResourceId",
            "SourceRegion",
            "TdeCredentialArn",
            "TdeCredentialPassword",
            "Timezone",
            "UseDefaultProcessorFeatures",
            "UseLatestRestorableTime",
        }
    ),
)
