"""EFS: file systems, where they are mounted, and the points through which they are used."""

from verifier.cloudformation.types.kind import Kind
from verifier.cloudformation.types.names import new_suffix
from verifier.cloudformation.types.params import ID, Computed, Params, Prop, Sourced, same
from verifier.cloudformation.types.part import OnBehalf, Read, on
from verifier.cloudformation.types.parts import Setting, Update
from verifier.cloudformation.types.tagging import Tagging
from verifier.cloudformation.types.values import document

_RESOURCE: Params = {"ResourceId": ID}
_TAGS = Read("ListTagsForResource", _RESOURCE, whole=False)
_SYSTEM = Read("DescribeFileSystems")
_READS = ("DescribeBackupPolicy", "DescribeLifecycleConfiguration", "DescribeReplicationConfigurations")


def _tagging(name: str) -> Tagging:
    """Tags are part of the call that creates (sources: efs-tag-on-create, efs-tag-point-on-create)."""
    return Tagging("TagResource", "UntagResource", _RESOURCE, at_create="Tags", look=_TAGS, name=name)


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
        # What the registry names for a key of the customer's.
        *(
            OnBehalf(
                operation,
                {"KeyId": Prop("KmsKeyId")},
                on=("create",),
                when="KmsKeyId",
                service="kms",
                whole=False,
            )
            for operation in ("DescribeKey", "GenerateDataKeyWithoutPlaintext", "CreateGrant")
        ),
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
        _tagging("FileSystemTags"),
        Read("DescribeFileSystems", gives={"Arn": "FileSystems.0.FileSystemArn"}),
        *(Read(operation, on=("read", "update")) for operation in _READS),
        Read("DescribeFileSystemPolicy", on=("read", "update"), when="FileSystemPolicy"),
        *on(("create", "delete"), Read("DescribeReplicationConfigurations")),
    ),
    gone=("FileSystemNotFound",),
    lacks=frozenset({"ReplicationConfiguration"}),
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
