"""EventBridge Pipes: the pipe."""

from verifier.cloudformation.types.kind import Kind, Name
from verifier.cloudformation.types.params import ARN, ID, Prop, same
from verifier.cloudformation.types.part import Moment, OnBehalf, Read
from verifier.cloudformation.types.tagging import Tagging

_KEY = "KmsKeyIdentifier"
_RESOURCE = {"resourceArn": ARN}
_CHANGES: tuple[Moment, ...] = ("create", "update", "delete")
_GIVEN = ("Arn", "CreationTime", "CurrentState", "LastModifiedTime", "StateReason")

# An update leaves what it does not name as it was (source: pipes-update-unnamed).
PIPE = Kind(
    type="AWS::Pipes::Pipe",
    service="pipes",
    name=Name("Name", 64),
    itself={"Name": ID},
    arn="arn:{partition}:pipes:{region}:{account}:pipe/{id}",
    create_by="CreatePipe",
    update_by="UpdatePipe",
    delete_by="DeletePipe",
    members=same(
        "Description",
        "DesiredState",
        "Enrichment",
        "EnrichmentParameters",
        _KEY,
        "RoleArn",
        "SourceParameters",
        "Target",
        "TargetParameters",
    ),
    fixed=same("Source"),
    # Nothing is said of a pipe that does what it shall.
    gives={"StateReason": ""},
    parts=(
        Read(
            "DescribePipe",
            gives={name: name for name in _GIVEN},
            on=("create", "read", "update", "delete"),
            tokens=frozenset({"CreationTime", "LastModifiedTime"}),
        ),
        # What the registry names for a key of the customer's.
        *(
            OnBehalf(
                operation,
                {"KeyId": Prop(_KEY)},
                on=(*_CHANGES, "read") if operation == "Decrypt" else _CHANGES,
                when=_KEY,
                service="kms",
                whole=False,
            )
            for operation in ("DescribeKey", "Decrypt", "GenerateDataKey")
        ),
        Tagging(
            "TagResource",
            "UntagResource",
            _RESOURCE,
            tags="tags",
            keys="tagKeys",
            at_create="Tags",
            form=dict,
            look=Read("ListTagsForResource", _RESOURCE, whole=False),
        ),
        # The registry names it for the deletion too.
        OnBehalf("UntagResource", _RESOURCE, on=("delete",), when="Tags", whole=False),
    ),
    gone=("NotFoundException",),
    # Its logs are deliveries, which ask for rights of their own.
    lacks=frozenset({"LogConfiguration"}),
)
