"""SQS: the queue."""

from verifier.cloudformation.types.kind import Kind, Name
from verifier.cloudformation.types.params import ID, NAME, Prop, Sourced, Text, same
from verifier.cloudformation.types.part import Read, on
from verifier.cloudformation.types.tagging import Tagging
from verifier.cloudformation.types.values import document

_TAGS = Read("ListQueueTags")

# What AWS takes for a dropped RedriveAllowPolicy is not known; SqsManagedSseEnabled stays as it was
# (source sqs-dropped-sse).
_DROPPED = (
    Sourced(
        "sqs-dropped",
        {
            "DelaySeconds": 0,
            "KmsDataKeyReusePeriodSeconds": 300,
            "KmsMasterKeyId": "",
            "MaximumMessageSize": 262144,
            "MessageRetentionPeriod": 345600,
            "ReceiveMessageWaitTimeSeconds": 0,
            "RedrivePolicy": "",
            "VisibilityTimeout": 30,
        },
    ),
    Sourced(
        "sqs-dropped-fifo",
        {
            "ContentBasedDeduplication": False,
            "DeduplicationScope": "messageGroup",
            "FifoThroughputLimit": "perMessageGroupId",
        },
    ),
)

# Ref gives the URL, of which nothing is random beside the name.
QUEUE = Kind(
    type="AWS::SQS::Queue",
    service="sqs",
    # (source sqs-name-limit), and (source sqs-fifo-generated-name)
    name=Name("QueueName", 80, ending=".fifo", ending_when="FifoQueue"),
    itself={"QueueUrl": ID},
    create_by="CreateQueue",
    update_by="SetQueueAttributes",
    delete_by="DeleteQueue",
    id_from="QueueUrl",
    token=False,
    members={
        "Attributes": same(
            "ContentBasedDeduplication",
            "DeduplicationScope",
            "DelaySeconds",
            "FifoThroughputLimit",
            "KmsDataKeyReusePeriodSeconds",
            "KmsMasterKeyId",
            "MaximumMessageSize",
            "MessageRetentionPeriod",
            "ReceiveMessageWaitTimeSeconds",
            "SqsManagedSseEnabled",
            "VisibilityTimeout",
        )
        | {name: Prop(name, document) for name in ("RedriveAllowPolicy", "RedrivePolicy")}
    },
    fixed={"Attributes": same("FifoQueue")},
    dropped=_DROPPED,
    # (source cfn-getatt-of-properties)
    gives={"QueueUrl": Text("https://sqs.{region}.{dns_suffix}/{account}/{name}"), "QueueName": NAME},
    parts=(
        Read("GetQueueUrl", {"QueueName": NAME}, on=("create",), whole=False),
        Read(
            "GetQueueAttributes",
            {"AttributeNames": ["All"]},
            {"Arn": "Attributes.QueueArn"},
            on=("create", "read", "update", "delete"),
        ),
        *on(("create", "read"), _TAGS),
        Tagging("TagQueue", "UntagQueue", {"QueueUrl": ID}, at_create="tags", form=dict, look=_TAGS),
    ),
    gone=("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"),
)
