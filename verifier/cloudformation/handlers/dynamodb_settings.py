"""What a table and a replica of a global one have in common: parameters, and the parts that change them."""

from verifier.cloudformation.handlers import dynamodb_parts as parts
from verifier.cloudformation.types.params import ARN, Computed, Params, Prop, Sourced, same
from verifier.cloudformation.types.part import OnBehalf, Read
from verifier.cloudformation.types.parts import Setting, Update
from verifier.cloudformation.types.values import document

TTL, BACKUPS, POLICY = "TimeToLiveSpecification", "PointInTimeRecoverySpecification", "ResourcePolicy"
KINESIS, PROTECTION = "KinesisStreamSpecification", "DeletionProtectionEnabled"
RESOURCE: Params = {"ResourceArn": ARN}
_DOCUMENT = Prop(f"{POLICY}.PolicyDocument", document)
_STREAM: Params = {"StreamSpecification": Prop("StreamSpecification", parts.stream)}

# What UpdateTable takes as CreateTable does.
_UPDATED: Params = same("BillingMode", PROTECTION, "TableClass", *parts.CAPACITY) | {
    "SSESpecification": Prop("SSESpecification", parts.encryption)
}
CREATED: Params = {
    **same("AttributeDefinitions", "KeySchema", "LocalSecondaryIndexes"),
    "GlobalSecondaryIndexes": Prop("GlobalSecondaryIndexes", parts.indexes),
    POLICY: _DOCUMENT,
    **_STREAM,
    **_UPDATED,
}
UNPROTECTED = Sourced("dynamodb-deletion-protection-default", {PROTECTION: False})
_DROPPED = (
    Sourced("dynamodb-billing-mode-default", {"BillingMode": "PROVISIONED"}),
    UNPROTECTED,
    Sourced("dynamodb-table-class-default", {"TableClass": "STANDARD"}),
    Sourced("dynamodb-encryption-default", {"SSESpecification": {"SSEEnabled": False}}),
    Sourced(
        "dynamodb-on-demand-throughput-removed",
        {"OnDemandThroughput": {"MaxReadRequestUnits": -1, "MaxWriteRequestUnits": -1}},
    ),
)
_NO_STREAM = Sourced("dynamodb-stream-dropped", {"StreamSpecification": {"StreamEnabled": False}})
_NO_EXPIRY = Sourced("dynamodb-ttl-attribute", {TTL: Computed(parts.expiry_off)})
_NO_BACKUPS = Sourced("dynamodb-backups-off", {BACKUPS: {"PointInTimeRecoveryEnabled": False}})
_NO_INSIGHTS = Sourced("dynamodb-insights-off", {"ContributorInsightsAction": "DISABLE"})


def policy(*, at_create: bool) -> Setting:
    """The table's own policy; ``at_create``: with a call of its own, as CreateTable did not take it."""
    return Setting(
        POLICY,
        "PutResourcePolicy",
        {**RESOURCE, "Policy": _DOCUMENT},
        undo="DeleteResourcePolicy",
        undo_params=RESOURCE,
        at_create=at_create,
        whole=False,
    )


TABLE_CHANGES = (
    Update("UpdateTable", _UPDATED, _DROPPED, changed_only=True),
    parts.Stream("StreamSpecification", "UpdateTable", _STREAM, default=_NO_STREAM, at_create=False),
    parts.Indexes(),
)
EXPIRY = parts.Expiry(TTL, "UpdateTimeToLive", same(TTL), default=_NO_EXPIRY)
# What each replica has of its own.
FEATURES = (
    Setting(BACKUPS, "UpdateContinuousBackups", same(BACKUPS), default=_NO_BACKUPS),
    Setting(parts.INSIGHTS, "UpdateContributorInsights", parts.INSIGHTS_PARAMS, default=_NO_INSIGHTS),
    parts.Destination(
        KINESIS,
        "EnableKinesisStreamingDestination",
        parts.destination("Enable"),
        undo="DisableKinesisStreamingDestination",
    ),
    OnBehalf(
        "DisableKinesisStreamingDestination",
        {"StreamArn": Prop(f"{KINESIS}.StreamArn")},
        on=("create",),
        when=KINESIS,
    ),
)
POLICY_READ = Read("GetResourcePolicy", RESOURCE, when=POLICY, gone=("PolicyNotFoundException",), whole=False)
TAGS_READ = Read("ListTagsOfResource", RESOURCE, whole=False)
