"""DynamoDB: the table."""

from verifier.cloudformation.handlers import dynamodb_parts as parts
from verifier.cloudformation.handlers import dynamodb_settings as settings
from verifier.cloudformation.handlers.dynamodb_imports import ImportedTable
from verifier.cloudformation.types.kind import Beyond, Name
from verifier.cloudformation.types.params import ID
from verifier.cloudformation.types.part import Read, on
from verifier.cloudformation.types.tagging import Tagging

# What AWS's handler may read of features. Tables without them are provisioned by principals that may not read
# them (sources: cfn-table-set-crewpoppy, cfn-table-set-soi).
_USED = (
    Read("DescribeContinuousBackups", when=settings.BACKUPS),
    Read("DescribeContributorInsights", when=parts.INSIGHTS),
    Read("DescribeKinesisStreamingDestination", when=settings.KINESIS),
    settings.POLICY_READ,
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
    fixed=settings.CREATED,
    parts=(
        Read("DescribeTable", on=("create",), source="cfn-table-create-describetable"),
        Read(
            "DescribeTable",
            gives={"Arn": "Table.TableArn", "StreamArn": "Table.LatestStreamArn"},
            source="cfn-table-getatt-describetable",
            tokens=frozenset({"StreamArn"}),
        ),
        *settings.TABLE_CHANGES,
        settings.EXPIRY,
        Read("DescribeTimeToLive", on=("create",), when=settings.TTL, source="cfn-table-create-describettl"),
        Read("DescribeTimeToLive", on=("read", "update"), when=settings.TTL),
        *settings.FEATURES,
        settings.policy(at_create=False),
        *on(("create", "read", "update"), *_USED),
        *on(("create", "read"), settings.TAGS_READ),
        Tagging("TagResource", "UntagResource", settings.RESOURCE, at_create="Tags", look=settings.TAGS_READ),
        Read("DescribeTable", on=("update", "delete")),
    ),
    gone=("ResourceNotFoundException",),
    # A stream's own policy and tags, which name it by an ARN that the template does not know.
    beyond=(Beyond("StreamSpecification.ResourcePolicy"), Beyond("StreamSpecification.Tags")),
    lacks=frozenset({"VectorIndexes"}),
)
