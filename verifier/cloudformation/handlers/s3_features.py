"""What a bucket can be configured with: one call sets a property, one takes it back, one reads it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.handlers import s3_shapes as shapes
from verifier.cloudformation.types.params import ABSENT, Params, Prop, Sourced, as_it_is
from verifier.cloudformation.types.part import Part, Read
from verifier.cloudformation.types.parts import Dropped, Items, Setting
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.work import Work

_ONE = {"Id": Prop("Id")}
_LOCKED = {"ObjectLockEnabled": "Enabled"}
_PUBLIC_ACLS = {"public-read", "public-read-write", "authenticated-read"}


def _setting(
    name: str,
    put: str,
    get: str,
    member: str = "",
    shape: Callable[[Any], Any] = as_it_is,
    *,
    undo: str = "",
    default: Sourced | None = None,
    extra: Params | None = None,
) -> Setting:
    """A property that one call sets whole; ``member`` is the call's name for it, if another.

    It is read back only where the template uses it (``get``; empty: AWS's handler does without).
    """
    params = {member or name: Prop(name, shape), **(extra or {})}
    reads = (Read(get, soft=True),) if get else ()
    return Setting(name, put, params, undo=undo, default=default, reads=reads)


def _items(name: str, noun: str, shape: Callable[[Any], Any]) -> Items:
    """A list whose items are set and taken back by their Id; ``noun`` ends the operations' names."""
    member = noun.removeprefix("Bucket")
    params = {**_ONE, member: Prop("", shape)}
    reads = Read(f"Get{noun}", _ONE, soft=True)
    return Items(name, "Id", f"Put{noun}", params, f"Delete{noun}", _ONE, reads=reads)


def _status(value: Any) -> dict[str, Any]:
    return {"Status": value}


def if_true(value: Any) -> Any:
    """True, or nothing at all."""
    return True if str(value).lower() == "true" else ABSENT


@dataclass(frozen=True)
class _ObjectLock(Setting):
    """Object lock can be turned on later (source s3-object-lock-existing-bucket), and never off.

    (source s3-object-lock-stays)
    """

    def update(self, step: Step) -> None:
        """Turn it on where it was not."""
        before, after = step.work.previous.get(self.name), step.work.properties.get(self.name)
        if if_true(after) is True and if_true(before) is not True:
            step.call(self.put, step.params(self.params))


def acl(name: Any) -> str:
    """A template says "PublicReadWrite", the API "public-read-write"."""
    return "".join(f"-{char.lower()}" if char.isupper() else char for char in str(name)).lstrip("-")


def opens_to_all(work: Work) -> bool:
    """Whether a bucket is to have a public ACL, and no block that forbids it."""
    block = work.properties.get("PublicAccessBlockConfiguration")
    public = acl(work.properties.get("AccessControl", "")) in _PUBLIC_ACLS
    return public and block is not None and if_true(block.get("BlockPublicAcls")) is not True


@dataclass(frozen=True)
class _Acl(Setting):
    """An ACL goes with the creation, but for a public one."""

    def create(self, step: Step) -> None:
        """Put a public one, now that it is let."""
        if opens_to_all(step.work):
            self._put(step)


# Ordered: versioning before what needs it, ownership before access. A bucket with just a public access block
# was read (Fn::GetAtt) by a principal that has no s3:Get* at all (source cfn-bucket-set-crewpoppy).
FEATURES: tuple[Part, ...] = (
    _setting(
        "OwnershipControls",
        "PutBucketOwnershipControls",
        "GetBucketOwnershipControls",
        undo="DeleteBucketOwnershipControls",
    ),
    _setting("PublicAccessBlockConfiguration", "PutPublicAccessBlock", "", undo="DeletePublicAccessBlock"),
    _Acl(
        "AccessControl",
        "PutBucketAcl",
        {"ACL": Prop("AccessControl", acl)},
        default=Sourced("s3-acl-private-default", {"ACL": "private"}),
    ),
    _setting(
        "BucketEncryption",
        "PutBucketEncryption",
        "GetBucketEncryption",
        "ServerSideEncryptionConfiguration",
        shapes.encryption,
        undo="DeleteBucketEncryption",
    ),
    # S3 does not suspend versioning while there is replication (source s3-replication-keeps-versioning).
    Dropped("ReplicationConfiguration", "DeleteBucketReplication"),
    _setting(
        "VersioningConfiguration",
        "PutBucketVersioning",
        "GetBucketVersioning",
        default=Sourced("s3-versioning-suspended", {"VersioningConfiguration": {"Status": "Suspended"}}),
    ),
    _ObjectLock(
        "ObjectLockEnabled",
        "PutObjectLockConfiguration",
        {"ObjectLockConfiguration": _LOCKED},
        at_create=False,
    ),
    _setting(
        "ObjectLockConfiguration",
        "PutObjectLockConfiguration",
        "GetObjectLockConfiguration",
        default=Sourced("s3-object-lock-stays", {"ObjectLockConfiguration": _LOCKED}),
    ),
    _setting(
        "LifecycleConfiguration",
        "PutBucketLifecycleConfiguration",
        "GetBucketLifecycleConfiguration",
        shape=shapes.lifecycle,
        undo="DeleteBucketLifecycle",
        extra={
            "TransitionDefaultMinimumObjectSize": Prop(
                "LifecycleConfiguration.TransitionDefaultMinimumObjectSize"
            )
        },
    ),
    _setting(
        "CorsConfiguration",
        "PutBucketCors",
        "GetBucketCors",
        "CORSConfiguration",
        shapes.cors,
        undo="DeleteBucketCors",
    ),
    _setting(
        "WebsiteConfiguration",
        "PutBucketWebsite",
        "GetBucketWebsite",
        shape=shapes.website,
        undo="DeleteBucketWebsite",
    ),
    _setting(
        "AccelerateConfiguration",
        "PutBucketAccelerateConfiguration",
        "GetBucketAccelerateConfiguration",
        shape=lambda value: _status(value.get("AccelerationStatus")),
        default=Sourced("s3-acceleration-suspended", {"AccelerateConfiguration": _status("Suspended")}),
    ),
    _setting(
        "LoggingConfiguration",
        "PutBucketLogging",
        "GetBucketLogging",
        "BucketLoggingStatus",
        shapes.logging,
        default=Sourced("s3-logging-disabled", {"BucketLoggingStatus": {}}),
    ),
    _setting(
        "ReplicationConfiguration",
        "PutBucketReplication",
        "GetBucketReplication",
        shape=shapes.replication,
    ),
    _setting(
        "NotificationConfiguration",
        "PutBucketNotificationConfiguration",
        "GetBucketNotificationConfiguration",
        shape=shapes.notification,
        default=Sourced("s3-notification-disabled", {"NotificationConfiguration": {}}),
    ),
    _setting(
        "AbacStatus",
        "PutBucketAbac",
        "GetBucketAbac",
        shape=_status,
        default=Sourced("s3-abac-disabled", {"AbacStatus": _status("Disabled")}),
    ),
    _items("MetricsConfigurations", "BucketMetricsConfiguration", shapes.metrics),
    _items("AnalyticsConfigurations", "BucketAnalyticsConfiguration", shapes.analytics),
    _items("InventoryConfigurations", "BucketInventoryConfiguration", shapes.inventory),
    _items(
        "IntelligentTieringConfigurations",
        "BucketIntelligentTieringConfiguration",
        shapes.intelligent_tiering,
    ),
)
