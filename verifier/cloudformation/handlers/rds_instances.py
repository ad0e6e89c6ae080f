"""RDS: the database instance."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from verifier.cloudformation.handlers import rds_parts as parts
from verifier.cloudformation.handlers.rds_instance_changes import (
    CLUSTER,
    LATEST,
    OF_CLUSTER,
    PRIMARY,
    SNAPSHOT,
    UPDATED,
    WITH_MODIFY,
    Modify,
)
from verifier.cloudformation.handlers.rds_replication import Replication
from verifier.cloudformation.types.handler import Mention
from verifier.cloudformation.types.kind import Kind, Name, Origin
from verifier.cloudformation.types.params import ABSENT, ARN, ID, Computed, Params, Prop, Text, same
from verifier.cloudformation.types.part import Attributes, OnBehalf, Part, Read
from verifier.cloudformation.types.parts import Unchangeable
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.tagging import Tagging
from verifier.cloudformation.types.work import Work

_GONE = ("DBInstanceNotFound", "DBInstanceNotFoundFault")
_INSTANCE = Read("DescribeDBInstances")


def _insights_key(work: Work) -> Any:
    """The key, which AWS's handler leaves out where insights are off."""
    key = work.properties.get("PerformanceInsightsKMSKeyId", ABSENT)
    return key if parts.is_true(work.properties.get("EnablePerformanceInsights")) else ABSENT


_CREATED: Params = {
    **UPDATED,
    **same("AvailabilityZone", "BackupTarget", "CACertificateIdentifier", "CharacterSetName", CLUSTER),
    **same("DBName", "DBSubnetGroupName", "DBSystemId", "EnablePerformanceInsights", parts.EXPORTS),
    **same("EngineLifecycleSupport", "KmsKeyId", parts.MANAGED, "MasterUsername", "NcharCharacterSetName"),
    **same("PerformanceInsightsRetentionPeriod", "Port", "PromotionTier", "StorageEncrypted", "Timezone"),
    "PerformanceInsightsKMSKeyId": Computed(_insights_key, ("PerformanceInsightsKMSKeyId",)),
    **parts.SECRET_KEY,
}
_ANYHOW = (
    *("AllocatedStorage", "AutoMinorVersionUpgrade", "AvailabilityZone", "BackupTarget"),
    *("CopyTagsToSnapshot", "DBInstanceClass", "DBSubnetGroupName", "DedicatedLogVolume"),
    *("DeletionProtection", parts.EXPORTS, "EnableIAMDatabaseAuthentication", "Iops", "MultiAZ"),
    *("NetworkType", "OptionGroupName", "Port", "PubliclyAccessible", "StorageThroughput", "StorageType"),
    "VpcSecurityGroupIds",
)
_RESTORED = ("DBName", "DBParameterGroupName", "Engine", "EngineLifecycleSupport", "LicenseModel")
_COPIED = (
    *("DatabaseInsightsMode", "EnablePerformanceInsights", "KmsKeyId", "MonitoringInterval"),
    *("MonitoringRoleArn", "PerformanceInsightsRetentionPeriod"),
)


def _of(*names: str) -> Params:
    return {name: _CREATED[name] for name in (*_ANYHOW, *names)}


# What it is made of, in AWS's handler's order (source: cfn-dbinstance-origins).
_ORIGINS = (
    Origin(
        "RestoreDBInstanceToPointInTime",
        (LATEST, "RestoreTime"),
        {**_of(*_RESTORED, "MaxAllocatedStorage"), **same(PRIMARY, LATEST, "RestoreTime")},
        name="TargetDBInstanceIdentifier",
    ),
    Origin(
        "CreateDBInstanceReadReplica",
        (PRIMARY,),
        {**_of(*_COPIED), **same(PRIMARY, "PerformanceInsightsKMSKeyId", "ReplicaMode")},
    ),
    Origin(
        "RestoreDBInstanceFromDBSnapshot",
        (SNAPSHOT, OF_CLUSTER),
        {**_of(*_RESTORED), **same(SNAPSHOT, OF_CLUSTER)},
    ),
)


@dataclass(frozen=True)
class _Look(Part):
    """What it is made of is looked at, for its engine, where the template does not name that.

    A class, as a snapshot of an instance is looked at in any case.
    """

    reads: Mapping[str, Read] = field(default_factory=dict)

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """Each of the reads."""
        for one in self.reads.values():
            yield from one.mentions(service, itself)

    def before_create(self, step: Step) -> None:
        """Look at it."""
        properties = step.work.properties
        for name, one in self.reads.items():
            if properties.get(name) and (name == SNAPSHOT or not properties.get("Engine")):
                one.make(step, because=name)


def _looked_at(operation: str, parameter: str, name: str) -> Read:
    """A read of what ``name`` names: a name, or an ARN that ends in it."""
    named = Prop(name, lambda value: str(value).rpartition(":")[2] if name == PRIMARY else value)
    source = "cfn-dbinstance-create" if name == PRIMARY else "cfn-dbinstance-engine"
    return Read(operation, {parameter: named}, source=source, whole=False)


_LOOKS = {
    SNAPSHOT: _looked_at("DescribeDBSnapshots", "DBSnapshotIdentifier", SNAPSHOT),
    OF_CLUSTER: _looked_at("DescribeDBClusterSnapshots", "DBClusterSnapshotIdentifier", OF_CLUSTER),
    PRIMARY: _looked_at("DescribeDBInstances", "DBInstanceIdentifier", PRIMARY),
}


@dataclass(frozen=True)
class _LastSnapshot(OnBehalf):
    """A class, as there is none of a copy and of a cluster's member (source: cfn-dbinstance-delete)."""

    def make(self, step: Step, item: Any = None, because: str = "") -> Attributes:
        """Ask for it."""
        given = step.work.properties.get
        is_copy = given(PRIMARY) and not given("RestoreTime") and not parts.is_true(given(LATEST))
        return {} if given(CLUSTER) or is_copy else super().make(step, item, because)


_ROLE = Prop("MonitoringRoleArn", lambda arn: str(arn).rpartition("/")[2])
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


_GIVEN = {
    parts.SECRET: "DBInstances.0.MasterUserSecret.SecretArn",
    **{
        name: f"DBInstances.0.{name}"
        for name in ("DBInstanceStatus", "DbiResourceId", "Endpoint", "InstanceCreateTime", *_AT_TIMES)
        if not name.startswith("ReadReplica")
    },
}

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
    fixed=_CREATED,
    origins=_ORIGINS,
    gives={**dict.fromkeys(_AT_TIMES, "none"), parts.SECRET: "", "DBInstanceArn": ARN},
    at_delete={"SkipFinalSnapshot": True, **same("DeleteAutomatedBackups")},
    parts=(
        _Look(_LOOKS),
        replace(
            _INSTANCE,
            params={"DBInstanceIdentifier": Text("{new_name}")},
            on=("before create",),
            source="cfn-dbinstance-create",
            gone=_GONE,
            whole=False,
        ),
        replace(_INSTANCE, on=("create",), source="cfn-dbinstance-create"),
        Unchangeable("EngineLifecycleSupport", "EngineLifecycleSupport cannot be modified."),
        Modify(),
        parts.roles("DBInstance"),
        Replication(),
        # After a restart, AWS's handler looks at the cluster too.
        Read(
            "DescribeDBClusters",
            same(CLUSTER),
            on=("create", "update"),
            when=CLUSTER,
            whole=False,
        ),
        parts.Described(
            "DescribeDBInstances",
            source="cfn-dbinstance-read",
            gives=_GIVEN,
        ),
        Tagging("AddTagsToResource", "RemoveTagsFromResource", {"ResourceName": ARN}, at_create="Tags"),
        replace(parts.OWN_ROLE, source="rds-instance-service-role"),
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
        _LastSnapshot(
            "CreateDBSnapshot", {"DBSnapshotIdentifier": Computed(parts.last_snapshot)}, on=("delete",)
        ),
        replace(_INSTANCE, on=("after delete",), source="cfn-dbinstance-delete", gone=_GONE),
    ),
    gone=_GONE,
    late=frozenset({*WITH_MODIFY, "CertificateRotationRestart"}),
    lacks=frozenset(
        {
            "AdditionalStorageVolumes",
            "CustomIAMInstanceProfile",
            "DBSecurityGroups",
            "Domain",
            "DomainAuthSecretArn",
            "DomainDnsIps",
            "DomainFqdn",
            "DomainIAMRoleName",
            "DomainOu",
            "ProcessorFeatures",
            "SourceDBClusterIdentifier",
            "SourceDBInstanceAutomatedBackupsArn",
            "SourceDbiResourceId",
            "SourceRegion",
            "TdeCredentialArn",
            "TdeCredentialPassword",
            "UseDefaultProcessorFeatures",
        }
    ),
)
