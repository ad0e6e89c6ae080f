"""EFS: file systems, where they are mounted, and the points through which they are used."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.types.kind import Kind
from verifier.cloudformation.types.names import new_suffix
from verifier.cloudformation.types.params import ABSENT, ID, Computed, Params, Prop, Sourced, same
from verifier.cloudformation.types.part import OnKey, Read, on
from verifier.cloudformation.types.parts import Setting, Update
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.tagging import Tagging
from verifier.cloudformation.types.values import document, listed, pick
from verifier.cloudformation.types.work import Work

_RESOURCE: Params = {"ResourceId": ID}
_TAGS = Read("ListTagsForResource", _RESOURCE, whole=False)
_SYSTEM = Read("DescribeFileSystems")
_READS = ("DescribeBackupPolicy", "DescribeLifecycleConfiguration", "DescribeReplicationConfigurations")


def _tagging(name: str) -> Tagging:
    """Tags are part of the call that creates (sources: efs-tag-on-create, efs-tag-point-on-create)."""
    return Tagging("TagResource", "UntagResource", _RESOURCE, at_create="Tags", look=_TAGS, name=name)


_REPLICATION = "ReplicationConfiguration"
_SOURCE: Params = {"SourceFileSystemId": ID}
# The others are what AWS says of a destination.
_DESTINATION = ("AvailabilityZoneName", "FileSystemId", "KmsKeyId", "Region", "RoleArn")


@dataclass(frozen=True)
class _Replication(Setting):
    """Where a system is replicated to: a class, as the old place goes before a new one.

    (source: efs-one-replication)
    """

    def update(self, step: Step) -> None:
        """Take the old one back, then set the new one."""
        if step.work.changed(self.name):
            if self.name in step.work.previous:
                self._undo(step)
            self.create(step)


def _destinations(value: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [pick(one, _DESTINATION) for one in listed(value.get("Destinations"))]


def _their_key(work: Work) -> Any:
    """The key of the destination, which is of its own region."""
    for one in _destinations(work.properties.get(_REPLICATION, {})):
        key = str(one.get("KmsKeyId", ""))
        if key and not key.startswith("arn:"):
            region, kind = one.get("Region", work.region), "" if key.startswith("alias/") else "key/"
            return f"arn:{work.partition}:kms:{region}:{work.account}:{kind}{key}"
        if key:
            return key
    return ABSENT


_THEIR_KEY = Computed(_their_key, (_REPLICATION,))
_ON_KEY = ("DescribeKey", "GenerateDataKeyWithoutPlaintext", "CreateGrant")

FILE_SYSTEM = Kind(
    type="AWS::EFS::FileSystem",
    service="efs",
    create_by="CreateFileSystem",
    update_by="UpdateFileSystem",
    delete_by="DeleteFileSystem",
    itself={"FileSystemId": ID},
    members=same("ProvisionedThroughputInMibps", "ThroughputMode"),
    fixed=same("AvailabilityZoneName", "Encrypted", "KmsKeyId", "PerformanceMode")
    | {"CreationToken": Computed(lambda work: work.token(new_suffix()))},
    dropped=(Sourced("efs-throughput-default", {"ThroughputMode": "bursting"}),),
    id_from="FileSystemId",
    gives={"FileSystemId": ID},
    parts=(
        *on(("create", "update", "delete"), _SYSTEM),
        # What the registry names for keys of the customer's.
        OnKey(Prop("KmsKeyId"), "KmsKeyId", {"create": _ON_KEY}),
        OnKey(_THEIR_KEY, _REPLICATION, {"create": _ON_KEY, "update": _ON_KEY}),
        Setting(
            "BackupPolicy",
            "PutBackupPolicy",
            same("BackupPolicy"),
            default=Sourced("efs-backup-default", {"BackupPolicy": {"Status": "DISABLED"}}),
        ),
        Setting(
            "FileSystemPolicy",
            "PutFileSystemPolicy",
            {"Policy": Prop("FileSystemPolicy", document), **same("BypassPolicyLockoutSafetyCheck")},
            undo="DeleteFileSystemPolicy",
        ),
        Setting(
            "LifecyclePolicies",
            "PutLifecycleConfiguration",
            same("LifecyclePolicies"),
            default=Sourced("efs-no-lifecycle", {"LifecyclePolicies": []}),
        ),
        Setting(
            "FileSystemProtection",
            "UpdateFileSystemProtection",
            {"ReplicationOverwriteProtection": Prop("FileSystemProtection.ReplicationOverwriteProtection")},
            default=Sourced("efs-protection-default", {"ReplicationOverwriteProtection": "ENABLED"}),
        ),
        _Replication(
            _REPLICATION,
            "CreateReplicationConfiguration",
            {**_SOURCE, "Destinations": Prop(_REPLICATION, _destinations)},
            undo="DeleteReplicationConfiguration",
            undo_params=_SOURCE,
            at_delete=True,
            whole=False,
        ),
        _tagging("FileSystemTags"),
        Read("DescribeFileSystems", gives={"Arn": "FileSystems.0.FileSystemArn"}),
        *(Read(operation, on=("read", "update")) for operation in _READS),
        Read("DescribeFileSystemPolicy", on=("read", "update"), when="FileSystemPolicy"),
        *on(("create", "delete"), Read("DescribeReplicationConfigurations")),
    ),
    gone=("FileSystemNotFound",),
)

_GROUPS = Read("DescribeMountTargetSecurityGroups")

MOUNT_TARGET = Kind(
    type="AWS::EFS::MountTarget",
    service="efs",
    create_by="CreateMountTarget",
    delete_by="DeleteMountTarget",
    itself={"MountTargetId": ID},
    fixed=same("FileSystemId", "IpAddress", "SecurityGroups", "SubnetId"),
    id_from="MountTargetId",
    gives={"Id": ID},
    parts=(
        Read("DescribeMountTargets", on=("create", "read", "update", "delete", "after delete")),
        *on(("read", "update"), _GROUPS),
        Update("ModifyMountTargetSecurityGroups", same("SecurityGroups")),
    ),
    gone=("MountTargetNotFound",),
    # Of version 6, which the emulator does not keep.
    lacks=frozenset({"IpAddressType", "Ipv6Address"}),
)

ACCESS_POINT = Kind(
    type="AWS::EFS::AccessPoint",
    service="efs",
    create_by="CreateAccessPoint",
    delete_by="DeleteAccessPoint",
    itself={"AccessPointId": ID},
    fixed=same("FileSystemId", "PosixUser", "RootDirectory")
    | {
        "ClientToken": Computed(
            lambda work: work.properties.get("ClientToken") or work.token(new_suffix()), ("ClientToken",)
        )
    },
    id_from="AccessPointId",
    gives={"AccessPointId": ID},
    parts=(
        Read(
            "DescribeAccessPoints",
            gives={"Arn": "AccessPoints.0.AccessPointArn"},
            on=("create", "read", "update", "delete"),
        ),
        _tagging("AccessPointTags"),
    ),
    gone=("AccessPointNotFound",),
)
