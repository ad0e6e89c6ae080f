"""What a bucket can be configured with: one call sets a property, one undoes it, one reads it back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from verifier.cloudformation.handlers import s3_shapes as shapes
from verifier.cloudformation.types.handler import Work
from verifier.cloudformation.types.values import listed

Shaper = Callable[[Any], Any]


def _as_it_is(value: Any) -> Any:
    return value


@dataclass(frozen=True)
class Feature:
    """A property that one call sets whole: ``put`` with ``member``, the property's shape in the API.

    When the template drops the property, ``undo`` is called, or ``put`` with ``undo_value``.
    ``extra`` are further members of ``put`` that come from inside the property.
    """

    name: str
    put: str
    member: str
    get: str
    shape: Shaper = _as_it_is
    undo: str | None = None
    undo_value: Any = None
    extra: tuple[str, ...] = ()


@dataclass(frozen=True)
class ListFeature:
    """A list property whose items are set and deleted one by one, by their Id."""

    name: str
    operation: str
    """The end of the three operations' names: "BucketMetricsConfiguration"."""
    member: str
    shape: Shaper = field(default=_as_it_is)


# Ordered: versioning before what needs it, ownership before access.
FEATURES = (
    Feature(
        "OwnershipControls",
        "PutBucketOwnershipControls",
        "OwnershipControls",
        "GetBucketOwnershipControls",
        undo="DeleteBucketOwnershipControls",
    ),
    Feature(
        "PublicAccessBlockConfiguration",
        "PutPublicAccessBlock",
        "PublicAccessBlockConfiguration",
        "GetPublicAccessBlock",
        undo="DeletePublicAccessBlock",
    ),
    Feature(
        "BucketEncryption",
        "PutBucketEncryption",
        "ServerSideEncryptionConfiguration",
        "GetBucketEncryption",
        shapes.encryption,
        undo="DeleteBucketEncryption",
    ),
    Feature(
        "VersioningConfiguration",
        "PutBucketVersioning",
        "VersioningConfiguration",
        "GetBucketVersioning",
        undo_value={"Status": "Suspended"},
    ),
    Feature(
        "ObjectLockConfiguration",
        "PutObjectLockConfiguration",
        "ObjectLockConfiguration",
        "GetObjectLockConfiguration",
        undo_value={"ObjectLockEnabled": "Enabled"},
    ),
    Feature(
        "LifecycleConfiguration",
        "PutBucketLifecycleConfiguration",
        "LifecycleConfiguration",
        "GetBucketLifecycleConfiguration",
        shapes.lifecycle,
        undo="DeleteBucketLifecycle",
        extra=("TransitionDefaultMinimumObjectSize",),
    ),
    Feature(
        "CorsConfiguration",
        "PutBucketCors",
        "CORSConfiguration",
        "GetBucketCors",
        shapes.cors,
        undo="DeleteBucketCors",
    ),
    Feature(
        "WebsiteConfiguration",
        "PutBucketWebsite",
        "WebsiteConfiguration",
        "GetBucketWebsite",
        shapes.website,
        undo="DeleteBucketWebsite",
    ),
    Feature(
        "AccelerateConfiguration",
        "PutBucketAccelerateConfiguration",
        "AccelerateConfiguration",
        "GetBucketAccelerateConfiguration",
        lambda value: {"Status": value.get("AccelerationStatus")},
        undo_value={"AccelerationStatus": "Suspended"},
    ),
    Feature(
        "LoggingConfiguration",
        "PutBucketLogging",
        "BucketLoggingStatus",
        "GetBucketLogging",
        shapes.logging,
        undo_value={},
    ),
    Feature(
        "ReplicationConfiguration",
        "PutBucketReplication",
        "ReplicationConfiguration",
        "GetBucketReplication",
        shapes.replication,
        undo="DeleteBucketReplication",
    ),
    Feature(
        "NotificationConfiguration",
        "PutBucketNotificationConfiguration",
        "NotificationConfiguration",
        "GetBucketNotificationConfiguration",
        shapes.notification,
        undo_value={"EventBridgeConfiguration": {"EventBridgeEnabled": False}},
    ),
    Feature(
        "AbacStatus",
        "PutBucketAbac",
        "AbacStatus",
        "GetBucketAbac",
        lambda value: {"Status": value},
        undo_value="Disabled",
    ),
)

LIST_FEATURES = (
    ListFeature(
        "MetricsConfigurations", "BucketMetricsConfiguration", "MetricsConfiguration", shapes.metrics
    ),
    ListFeature(
        "AnalyticsConfigurations", "BucketAnalyticsConfiguration", "AnalyticsConfiguration", shapes.analytics
    ),
    ListFeature(
        "InventoryConfigurations", "BucketInventoryConfiguration", "InventoryConfiguration", shapes.inventory
    ),
    ListFeature(
        "IntelligentTieringConfigurations",
        "BucketIntelligentTieringConfiguration",
        "IntelligentTieringConfiguration",
        shapes.intelligent_tiering,
    ),
)

# AWS's handler does without reading these back: a bucket with just these was read (Fn::GetAtt) by a
# principal that has no s3:Get* at all. The others are read only where the template uses them.
_READ_DISPROVED = frozenset({"PublicAccessBlockConfiguration"})


def put(work: Work, feature: Feature, value: Any) -> None:
    """Set ``feature`` to the template's ``value``."""
    extra = {name: value[name] for name in feature.extra if isinstance(value, Mapping) and name in value}
    params = {"Bucket": work.physical_id, feature.member: feature.shape(value), **extra}
    work.call("s3", feature.put, params)


def undo(work: Work, feature: Feature) -> None:
    """Bring ``feature`` back to how a bucket without the property is."""
    if feature.undo is not None:
        work.call("s3", feature.undo, {"Bucket": work.physical_id})
    elif feature.name == "LoggingConfiguration":
        work.call("s3", feature.put, {"Bucket": work.physical_id, feature.member: {}})
    else:
        put(work, feature, feature.undo_value)


def put_items(work: Work, feature: ListFeature) -> None:
    """Set the list's items that are new or changed, and delete those that are gone."""
    before = {item["Id"]: item for item in listed(work.previous.get(feature.name))}
    after = {item["Id"]: item for item in listed(work.properties.get(feature.name))}
    for key in before.keys() - after.keys():
        work.call("s3", f"Delete{feature.operation}", {"Bucket": work.physical_id, "Id": key})
    for key, item in after.items():
        if before.get(key) != item:
            params = {"Bucket": work.physical_id, "Id": key, feature.member: feature.shape(item)}
            work.call("s3", f"Put{feature.operation}", params)


def read_back(work: Work) -> None:
    """Read every feature that the template uses."""
    for feature in FEATURES:
        if feature.name in work.properties and feature.name not in _READ_DISPROVED:
            work.read("s3", feature.get, {"Bucket": work.physical_id}, soft=True)
    for items in LIST_FEATURES:
        for item in listed(work.properties.get(items.name)):
            params = {"Bucket": work.physical_id, "Id": item["Id"]}
            work.read("s3", f"Get{items.operation}", params, soft=True)
