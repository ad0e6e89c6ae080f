"""RDS: the database cluster."""

from dataclasses import replace
from typing import Any

from verifier.cloudformation.handlers import rds_parts as parts
from verifier.cloudformation.handlers.rds_cluster_changes import (
    ALWAYS,
    BACKUPS,
    ENDPOINT,
    FORWARDING,
    GLOBAL,
    GROUPS,
    OF_INSTANCES,
    SNAPSHOT,
    SOURCE,
    WHERE_CHANGED,
    Modify,
)
from verifier.cloudformation.types.kind import Beyond, Kind, Name, Origin
from verifier.cloudformation.types.params import ABSENT, ARN, ID, Computed, Params, Prop, Text, same
from verifier.cloudformation.types.part import OnBehalf, Read, on
from verifier.cloudformation.types.parts import Unchangeable
from verifier.cloudformation.types.tagging import Tagging
from verifier.cloudformation.types.work import Work

_GONE = ("DBClusterNotFoundFault",)
_CLUSTER = Read("DescribeDBClusters")
_FIXED: Params = {
    **same("AvailabilityZones", "ClusterScalabilityType", "DBSubnetGroupName", "DBSystemId"),
    **same("DatabaseName", "Engine", "EngineLifecycleSupport", "EngineMode", "EngineVersion", GLOBAL),
    **same("KmsKeyId", "MasterUsername", "PubliclyAccessible", "ReplicationSourceIdentifier"),
    **same("StorageEncrypted", parts.EXPORTS, parts.MANAGED, ENDPOINT, FORWARDING),
    **parts.SECRET_KEY,
}
_CREATED: Params = {**ALWAYS, **WHERE_CHANGED, **_FIXED}
_RESTORED = (
    *("CopyTagsToSnapshot", "DBClusterInstanceClass", "DBSubnetGroupName", "Domain", "DomainIAMRoleName"),
    *("EngineLifecycleSupport", "Iops", "KmsKeyId", "NetworkType", "Port", "PubliclyAccessible"),
    *("ScalingConfiguration", "ServerlessV2ScalingConfiguration", "StorageType", GROUPS, parts.EXPORTS),
)
_FROM_SNAPSHOT = (
    *("AvailabilityZones", "BacktrackWindow", "DBClusterParameterGroupName", "DatabaseName"),
    *("DeletionProtection", "EnableIAMDatabaseAuthentication", "Engine", "EngineMode", "EngineVersion"),
)


def _of(*names: str) -> Params:
    return {name: _CREATED[name] for name in (*_RESTORED, *names)}


def _time(work: Work) -> Any:
    """The time of a restore, unless it is the latest."""
    latest = parts.is_true(work.properties.get("UseLatestRestorableTime"))
    return ABSENT if latest else work.properties.get("RestoreToTime", ABSENT)


def _of_another_account(work: Work) -> bool:
    """Whether the cluster to restore is one, as its ARN tells."""
    arn = str(work.properties.get(SOURCE, "")).split(":")
    return len(arn) > 4 and arn[4] != work.account


# A cluster of another account is looked for among those that are shared (source: cfn-dbcluster-create).
_SOURCE_CLUSTER: Params = {
    "DBClusterIdentifier": Computed(
        lambda work: ABSENT if _of_another_account(work) else work.properties[SOURCE], (SOURCE,)
    ),
    "IncludeShared": Computed(lambda work: True if _of_another_account(work) else ABSENT),
}

DB_CLUSTER = Kind(
    type="AWS::RDS::DBCluster",
    service="rds",
    name=Name("DBClusterIdentifier", 63, lowercase=True),
    create_by="CreateDBCluster",
    delete_by="DeleteDBCluster",
    itself={"DBClusterIdentifier": ID},
    arn="arn:{partition}:rds:{region}:{account}:cluster:{id}",
    fixed=_CREATED,
    # What it is made of; of both, AWS's handler takes the point in time (source: cfn-dbcluster-origins).
    origins=(
        Origin(
            "RestoreDBClusterToPointInTime",
            (SOURCE, BACKUPS),
            {
                **_of(),
                **same(SOURCE, BACKUPS, "RestoreType", "UseLatestRestorableTime"),
                "RestoreToTime": Computed(_time, ("RestoreToTime",)),
            },
        ),
        Origin("RestoreDBClusterFromSnapshot", (SNAPSHOT,), {**_of(*_FROM_SNAPSHOT), **same(SNAPSHOT)}),
    ),
    gives={
        **dict.fromkeys(("StorageEncryptionType", "StorageThroughput"), "none"),
        parts.SECRET: "",
        "DBClusterArn": ARN,
    },
    at_delete={"SkipFinalSnapshot": True, **same("DeleteAutomatedBackups")},
    parts=(
        # A refusal is forgiven: the cluster is then taken for one of the usual kind.
        Read(
            "DescribeDBClusterSnapshots",
            {"DBClusterSnapshotIdentifier": Prop(SNAPSHOT), "IncludeShared": True, "IncludePublic": True},
            on=("before create",),
            when=SNAPSHOT,
            source="cfn-dbcluster-snapshot",
            soft=True,
            whole=False,
        ),
        replace(
            _CLUSTER,
            params=_SOURCE_CLUSTER,
            on=("before create",),
            when=SOURCE,
            source="cfn-dbcluster-create",
            whole=False,
        ),
        Read(
            "DescribeDBClusterAutomatedBackups",
            {"DbClusterResourceId": Prop(BACKUPS)},
            on=("before create",),
            when=BACKUPS,
            source="cfn-dbcluster-backups",
            whole=False,
        ),
        replace(
            _CLUSTER,
            params={"DBClusterIdentifier": Text("{new_name}")},
            on=("before create",),
            source="cfn-dbcluster-create",
            gone=_GONE,
            whole=False,
        ),
        replace(_CLUSTER, on=("create",), source="cfn-dbcluster-create"),
        Unchangeable("EngineLifecycleSupport", "EngineLifecycleSupport cannot be modified."),
        Modify(),
        parts.roles("DBCluster"),
        parts.Described(
            "DescribeDBClusters",
            source="cfn-dbcluster-read",
            gives={
                "DBClusterResourceId": "DBClusters.0.DbClusterResourceId",
                "Endpoint": "DBClusters.0.Endpoint",
                "Endpoint.Address": "DBClusters.0.Endpoint",
                "Endpoint.Port": "DBClusters.0.Port",
                parts.SECRET: "DBClusters.0.MasterUserSecret.SecretArn",
                "ReadEndpoint": "DBClusters.0.ReaderEndpoint",
                "ReadEndpoint.Address": "DBClusters.0.ReaderEndpoint",
                "StorageEncryptionType": "DBClusters.0.StorageEncryptionType",
                "StorageThroughput": "DBClusters.0.StorageThroughput",
            },
            tokens=frozenset({"DBClusterResourceId"}),
            hosts=("Endpoint.Address", "ReadEndpoint.Address"),
        ),
        Tagging(
            "AddTagsToResource",
            "RemoveTagsFromResource",
            {"ResourceName": ARN},
            at_create="Tags",
            look=replace(_CLUSTER, source="cfn-dbcluster-update"),
        ),
        parts.OWN_ROLE,
        # Without a DeletionPolicy a last snapshot is taken, which the handler is not told.
        OnBehalf(
            "CreateDBClusterSnapshot",
            {"DBClusterSnapshotIdentifier": Computed(parts.last_snapshot)},
            on=("delete",),
        ),
        # RDS has made the instances of such a cluster itself (source: rds-cluster-instances).
        OnBehalf(
            "DeleteDBInstance",
            {"DBInstanceIdentifier": Text("{id}-instance-*")},
            on=("delete",),
            when="DBClusterInstanceClass",
            whole=False,
        ),
        *on(("delete",), replace(_CLUSTER, source="cfn-dbcluster-delete")),
        replace(_CLUSTER, on=("after delete",), source="cfn-dbcluster-delete", gone=_GONE),
    ),
    gone=_GONE,
    late=frozenset({OF_INSTANCES}),
    # With it, AWS's handler signs a second request, for that region.
    lacks=frozenset({"SourceRegion"}),
    # AWS's handler reads no snapshot of an instance; the registry says that it does.
    beyond=(Beyond(SNAPSHOT, ":snapshot:"),),
)
