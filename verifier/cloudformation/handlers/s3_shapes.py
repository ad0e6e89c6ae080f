"""Bucket properties whose template form differs from the API's.

The two forms are AWS's own: the registry's schema on one side, botocore's on the other.
"""

from collections.abc import Mapping
from typing import Any

from verifier.cloudformation.types.values import listed, pick, renamed

Shape = Mapping[str, Any]


def encryption(value: Shape) -> dict[str, Any]:
    """BucketEncryption as ServerSideEncryptionConfiguration."""
    names = {
        "ServerSideEncryptionByDefault": "ApplyServerSideEncryptionByDefault",
        "BucketKeyEnabled": "BucketKeyEnabled",
        "BlockedEncryptionTypes": "BlockedEncryptionTypes",
    }
    rules = listed(value.get("ServerSideEncryptionConfiguration"))
    return {"Rules": [renamed(rule, names) for rule in rules]}


def cors(value: Shape) -> dict[str, Any]:
    """CorsConfiguration as CORSConfiguration."""
    names = {
        "Id": "ID",
        "AllowedHeaders": "AllowedHeaders",
        "AllowedMethods": "AllowedMethods",
        "AllowedOrigins": "AllowedOrigins",
        "ExposedHeaders": "ExposeHeaders",
        "MaxAge": "MaxAgeSeconds",
    }
    return {"CORSRules": [renamed(rule, names) for rule in listed(value.get("CorsRules"))]}


def website(value: Shape) -> dict[str, Any]:
    """WebsiteConfiguration as the API's."""
    shape = pick(value, ("RedirectAllRequestsTo",))
    if "ErrorDocument" in value:
        shape["ErrorDocument"] = {"Key": value["ErrorDocument"]}
    if "IndexDocument" in value:
        shape["IndexDocument"] = {"Suffix": value["IndexDocument"]}
    names = {"RoutingRuleCondition": "Condition", "RedirectRule": "Redirect"}
    if "RoutingRules" in value:
        shape["RoutingRules"] = [renamed(rule, names) for rule in listed(value["RoutingRules"])]
    return shape


def notification(value: Shape) -> dict[str, Any]:
    """NotificationConfiguration as the API's: one event each in a template, a list in the API."""
    shape = {
        api: [_notified(item, target, arn) for item in listed(value[name])]
        for name, api, target, arn in (
            ("TopicConfigurations", "TopicConfigurations", "Topic", "TopicArn"),
            ("QueueConfigurations", "QueueConfigurations", "Queue", "QueueArn"),
            ("LambdaConfigurations", "LambdaFunctionConfigurations", "Function", "LambdaFunctionArn"),
        )
        if name in value
    }
    bridge = value.get("EventBridgeConfiguration")
    if bridge is not None and str(bridge.get("EventBridgeEnabled", True)).lower() != "false":
        return {**shape, "EventBridgeConfiguration": {}}
    return shape


def _notified(item: Shape, target: str, arn: str) -> dict[str, Any]:
    shape: dict[str, Any] = {arn: item[target], "Events": [item["Event"]]}
    rules = item.get("Filter", {}).get("S3Key", {}).get("Rules")
    if rules:
        shape["Filter"] = {"Key": {"FilterRules": listed(rules)}}
    return shape


def logging(value: Shape) -> dict[str, Any]:
    """LoggingConfiguration as BucketLoggingStatus; without a target the bucket logs to itself."""
    names = {
        "DestinationBucketName": "TargetBucket",
        "LogFilePrefix": "TargetPrefix",
        "TargetObjectKeyFormat": "TargetObjectKeyFormat",
    }
    return {"LoggingEnabled": {"TargetPrefix": "", **renamed(value, names)}}


def lifecycle(value: Shape) -> dict[str, Any]:
    """LifecycleConfiguration's rules as the API's."""
    return {"Rules": [_lifecycle_rule(rule) for rule in listed(value.get("Rules"))]}


def _lifecycle_rule(rule: Shape) -> dict[str, Any]:
    shape = {
        **renamed(rule, {"Id": "ID", "Status": "Status"}),
        **pick(rule, ("AbortIncompleteMultipartUpload", "NoncurrentVersionExpiration")),
        "Filter": _lifecycle_filter(rule),
    }
    expiration = renamed(
        rule,
        {
            "ExpirationInDays": "Days",
            "ExpirationDate": "Date",
            "ExpiredObjectDeleteMarker": "ExpiredObjectDeleteMarker",
        },
    )
    if expiration:
        shape["Expiration"] = expiration
    if "NoncurrentVersionExpirationInDays" in rule:
        days = rule["NoncurrentVersionExpirationInDays"]
        shape.setdefault("NoncurrentVersionExpiration", {"NoncurrentDays": days})
    transitions = [*listed(rule.get("Transitions")), *listed(rule.get("Transition"))]
    if transitions:
        names = {"TransitionInDays": "Days", "TransitionDate": "Date", "StorageClass": "StorageClass"}
        shape["Transitions"] = [renamed(item, names) for item in transitions]
    old = [
        *listed(rule.get("NoncurrentVersionTransitions")),
        *listed(rule.get("NoncurrentVersionTransition")),
    ]
    if old:
        names = {"TransitionInDays": "NoncurrentDays"} | {
            name: name for name in ("StorageClass", "NewerNoncurrentVersions")
        }
        shape["NoncurrentVersionTransitions"] = [renamed(item, names) for item in old]
    return shape


def _lifecycle_filter(rule: Shape) -> dict[str, Any]:
    single = pick(rule, ("Prefix", "ObjectSizeGreaterThan", "ObjectSizeLessThan"))
    tags = listed(rule.get("TagFilters"))
    if len(single) + len(tags) > 1:
        return {"And": {**single, **({"Tags": tags} if tags else {})}}
    if tags:
        return {"Tag": tags[0]}
    return single or {"Prefix": ""}


def scope_filter(value: Shape) -> dict[str, Any]:
    """Prefix, TagFilters and AccessPointArn as the API's Filter; empty when there is none."""
    single = pick(value, ("Prefix", "AccessPointArn"))
    tags = listed(value.get("TagFilters"))
    if len(single) + len(tags) > 1:
        return {"And": {**single, **({"Tags": tags} if tags else {})}}
    return {"Tag": tags[0]} if tags else single


def metrics(value: Shape) -> dict[str, Any]:
    """One of MetricsConfigurations."""
    return _scoped(value, {})


def intelligent_tiering(value: Shape) -> dict[str, Any]:
    """One of IntelligentTieringConfigurations."""
    return _scoped(value, pick(value, ("Status", "Tierings")))


def analytics(value: Shape) -> dict[str, Any]:
    """One of AnalyticsConfigurations."""
    analysis = dict(value.get("StorageClassAnalysis", {}))
    if "DataExport" in analysis:
        export = analysis["DataExport"]
        target = _destination(export["Destination"], "BucketAccountId")
        analysis["DataExport"] = {**pick(export, ("OutputSchemaVersion",)), "Destination": target}
    return _scoped(value, {"StorageClassAnalysis": analysis})


def inventory(value: Shape) -> dict[str, Any]:
    """One of InventoryConfigurations."""
    shape = {
        **renamed(value, {"Id": "Id", "Enabled": "IsEnabled"}),
        **pick(value, ("IncludedObjectVersions", "OptionalFields")),
        "Schedule": {"Frequency": value.get("ScheduleFrequency")},
        "Destination": _destination(value["Destination"], "AccountId"),
    }
    if "Prefix" in value:
        shape["Filter"] = {"Prefix": value["Prefix"]}
    return shape


def _scoped(value: Shape, rest: Shape) -> dict[str, Any]:
    scope = scope_filter(value)
    return {"Id": value["Id"], **({"Filter": scope} if scope else {}), **rest}


def _destination(value: Shape, account: str) -> dict[str, Any]:
    names = {"BucketArn": "Bucket", "BucketAccountId": account, "Format": "Format", "Prefix": "Prefix"}
    return {"S3BucketDestination": renamed(value, names)}


def replication(value: Shape) -> dict[str, Any]:
    """ReplicationConfiguration as the API's."""
    return {"Role": value["Role"], "Rules": [_replication_rule(rule) for rule in listed(value["Rules"])]}


def _replication_rule(rule: Shape) -> dict[str, Any]:
    same = (
        "Status",
        "Priority",
        "Prefix",
        "SourceSelectionCriteria",
        "Destination",
        "DeleteMarkerReplication",
    )
    shape = {**renamed(rule, {"Id": "ID"}), **pick(rule, same)}
    if "Filter" in rule:
        shape["Filter"] = _replication_filter(rule["Filter"])
    return shape


def _replication_filter(value: Shape) -> dict[str, Any]:
    if "And" in value:
        both = renamed(value["And"], {"Prefix": "Prefix", "TagFilters": "Tags"})
        return {"And": both}
    return renamed(value, {"Prefix": "Prefix", "TagFilter": "Tag"})
