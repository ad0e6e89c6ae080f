"""DynamoDB: the table."""

from verifier.cloudformation.handlers import dynamodb_parts as parts
from verifier.cloudformation.handlers.dynamodb_imports import ImportedTable
from verifier.cloudformation.types.kind import Beyond, Name
from verifier.cloudformation.types.params import ARN, ID, Computed, Prop, Sourced, same
from verifier.cloudformation.types.part import OnBehalf, Read, on
from verifier.cloudformation.types.parts import Setting, Update
from verifier.cloudformation.types.tagging import Tagging
from verifier.cloudformation.types.values import document

_TTL, _BACKUPS = "TimeToLiveSpecification", "PointInTimeRecoverySpecification"
_RESOURCE = {"ResourceArn": ARN}
_POLICY = Prop("ResourcePolicy.PolicyDocument", document)
_STREAM = {"StreamSpecification": Prop("StreamSpecification", parts.stream)}
_TAGS = Read("ListTagsOfResource", _RESOURCE, whole=False)

# What UpdateTable takes as CreateTable does.
_UPDATED = same("BillingMode", "DeletionProtectionEnabled", "TableClass", *parts.CAPACITY) | {
    "SSESpecification": Prop("SSESpecification", parts.encryption)
}
_DROPPED = (
    Sourced("dynamodb-billing-mode-default", {"BillingMode": "PROVISIONED"}),
    Sourced("dynamodb-deletion-protection-default", {"DeletionProtectionEnabled": False}),
    Sourced("dynamodb-table-class-default", {"TableClass": "STANDARD"}),
    Sourced("dynamodb-encryption-default", {"SSESpecification": {"SSEEnabled": False}}),
    Sourced(
        "dynamodb-on-demand-throughput-removed",
        {"OnDemandThroughput": {"MaxReadRequestUnits": -1, "MaxWriteRequestUnits": -1}},
    ),
)
_NO_STREAM = Sourced("dynamodb-stream-dropped", {"StreamSpecification": {"StreamEnabled": False}})
_NO_EXPIRY = Sourced("dynamodb-ttl-attribute", {_TTL: Computed(parts.expiry_off)})
_NO_BACKUPS = Sourced("dynamodb-backups-off", {_BACKUPS: {"PointInTimeRecoveryEnabled": False}})
_NO_INSIGHTS = Sourced("dynamodb-insights-off", {"ContributorInsightsAction": "DISABLE"})

# What AWS's handler may read of features. Tables without them are provisioned by principals that may not read
# them (sources: cfn-table-set-crewpoppy, cfn-table-set-soi).
_USED = (
    Read("DescribeContinuousBackups", when=_BACKUPS),
    Read("DescribeContributorInsights", when=parts.INSIGHTS),
    Read("DescribeKinesisStreamingDestination", when="KinesisStreamSpecification"),
    Read(
        "GetResourcePolicy", _RESOURCE, when="ResourcePolicy", gone=("PolicyNotFoundException",), whole=False
    ),
)

# What AWS does with changed local indexes, and with warm throughput that is dropped, is not known: nothing is
# called for them.
TABLE = ImportedTable(
    type="AWS::DynamoDB::Table",
    service="dynamodb",
    name=Name("TableName", 255),
    itself={"TableName": ID},
    arn="arn:{partition}:dynamodb:{region}:{account}:table/{id}",
    create_by="CreateTable",
    delete_by="DeleteTable",
    fixed=same("AttributeDefinitions", "KeySchema", "LocalSecondaryIndexes")
    | {"GlobalSecondaryIndexes": Prop("GlobalSecondaryIndexes", parts.indexes), "ResourcePolicy": _POLICY}
    | {**_STREAM, **_UPDATED},
    parts=(
        Read("DescribeTable", on=("create",), source="cfn-table-create-describetable"),
        Read(
            "DescribeTable",
            gives={"Arn": "Table.TableArn", "StreamArn": "Table.LatestStreamArn"},
            source="cfn-table-getatt-describetable",
            tokens=frozenset({"StreamArn"}),
        ),
        Update("UpdateTable", _UPDATED, _DROPPED, changed_only=True),
        parts.Stream("StreamSpecification", "UpdateTable", _STREAM, default=_NO_STREAM, at_create=False),
        parts.Indexes(),
        parts.Expiry(_TTL, "UpdateTimeToLive", same(_TTL), default=_NO_EXPIRY),
        Read("DescribeTimeToLive", on=("create",), when=_TTL, source="cfn-table-create-describettl"),
        Read("DescribeTimeToLive", on=("read", "update"), when=_TTL),
        Setting(_BACKUPS, "UpdateContinuousBackups", same(_BACKUPS), default=_NO_BACKUPS),
        Setting(parts.INSIGHTS, "UpdateContributorInsights", parts.INSIGHTS_PARAMS, default=_NO_INSIGHTS),
        parts.Destination(
            "KinesisStreamSpecification",
            "EnableKinesisStreamingDestination",
            parts.destination("Enable"),
            undo="DisableKinesisStreamingDestination",
        ),
        OnBehalf(
            "DisableKinesisStreamingDestination",
            {"StreamArn": Prop("KinesisStreamSpecification.StreamArn")},
            on=("create",),
            when="KinesisStreamSpecification",
        ),
        Setting(
            "ResourcePolicy",
            "PutResourcePolicy",
            {**_RESOURCE, "Policy": _POLICY},
            undo="DeleteResourcePolicy",
            undo_params=_RESOURCE,
            at_create=False,
            whole=False,
        ),
        *on(("create", "read", "update"), *_USED),
        *on(("create", "read"), _TAGS),
        Tagging("TagResource", "UntagResource", _RESOURCE, at_create="Tags", look=_TAGS),
        Read("DescribeTable", on=("update", "delete")),
    ),
    gone=("ResourceNotFoundException",),
    # A stream's own policy and tags, which name it by an ARN that the template does not know.
    beyond=(Beyond("StreamSpecification.ResourcePolicy"), Beyond("StreamSpecification.Tags")),
    lacks=frozenset({"VectorIndexes"}),
)
