"""EventBridge, beside rules and buses: HTTP destinations and their connections, archives, permissions."""

from verifier.cloudformation.types.kind import Beyond, Kind, Name
from verifier.cloudformation.types.params import ABSENT, ID, Computed, Params, Prop, Text, same
from verifier.cloudformation.types.part import Moment, OnBehalf, Read, on
from verifier.cloudformation.types.parts import Update
from verifier.cloudformation.types.values import document
from verifier.cloudformation.types.work import Work

_GONE = ("ResourceNotFoundException",)
_KEY = "KmsKeyIdentifier"
_ARN = "arn:{partition}:events:{region}:{account}"


def _on_key(operation: str, *moments: Moment) -> OnBehalf:
    """What the registry names for a key of the customer's."""
    names = ("SourceKeyId", "DestinationKeyId") if operation == "ReEncrypt" else ("KeyId",)
    params = {name: Prop(_KEY) for name in names}
    return OnBehalf(operation, params, on=moments, when=_KEY, service="kms", whole=False)


API_DESTINATION = Kind(
    type="AWS::Events::ApiDestination",
    service="events",
    name=Name("Name", 64, of_stack=False),
    itself={"Name": ID},
    create_by="CreateApiDestination",
    update_by="UpdateApiDestination",
    delete_by="DeleteApiDestination",
    members=same(
        "ConnectionArn", "Description", "HttpMethod", "InvocationEndpoint", "InvocationRateLimitPerSecond"
    ),
    gives={"ArnForPolicy": Text(f"{_ARN}:api-destination/{{id}}")},
    parts=(
        Read("DescribeApiDestination", on=("delete",)),
        Read(
            "DescribeApiDestination",
            gives={"Arn": "ApiDestinationArn"},
            on=("create", "read", "update"),
            source="cfn-apidestination-read",
            tokens=frozenset({"Arn"}),
        ),
    ),
    gone=_GONE,
)

_CONNECTION = Read("DescribeConnection", source="cfn-connection-stabilize")

# The credentials lie in a secret that belongs to the service.
CONNECTION = Kind(
    type="AWS::Events::Connection",
    service="events",
    # (source: cfn-connection-name)
    name=Name("Name", 64, of_stack=False),
    itself={"Name": ID},
    create_by="CreateConnection",
    update_by="UpdateConnection",
    delete_by="DeleteConnection",
    members=same("AuthParameters", "AuthorizationType", "Description", _KEY),
    gives={"ArnForPolicy": Text(f"{_ARN}:connection/{{id}}")},
    parts=(
        *on(("create", "update", "after delete"), _CONNECTION),
        Read(
            "DescribeConnection",
            gives={"Arn": "ConnectionArn", "SecretArn": "SecretArn"},
            source="cfn-connection-read",
            tokens=frozenset({"Arn", "SecretArn"}),
        ),
        _on_key("DescribeKey", "create", "update"),
        _on_key("GenerateDataKey", "create", "update"),
        _on_key("Decrypt", "read", "update"),
        _on_key("Encrypt", "update"),
    ),
    gone=_GONE,
    # Of APIs that are not public: they stand in a network.
    beyond=(Beyond("AuthParameters.ConnectivityParameters"),),
    lacks=frozenset({"InvocationConnectivityParameters"}),
)

ARCHIVE = Kind(
    type="AWS::Events::Archive",
    service="events",
    name=Name("ArchiveName", 48),
    itself={"ArchiveName": ID},
    create_by="CreateArchive",
    update_by="UpdateArchive",
    delete_by="DeleteArchive",
    members=same("Description", _KEY, "RetentionDays") | {"EventPattern": Prop("EventPattern", document)},
    fixed={"EventSourceArn": Prop("SourceArn")},
    parts=(
        Read("DescribeArchive", gives={"Arn": "ArchiveArn"}, on=("create", "read", "update", "delete")),
        _on_key("DescribeKey", "create", "update"),
        _on_key("GenerateDataKey", "create", "update"),
        _on_key("Decrypt", "create", "read", "update"),
        _on_key("ReEncrypt", "update"),
    ),
    gone=_GONE,
)


def _policy(work: Work) -> object:
    """A statement under its id, as the policy that a call takes instead of its parts."""
    statement = work.properties.get("Statement")
    if statement is None:
        return ABSENT
    named = {**statement, "Sid": work.properties["StatementId"]}
    return document({"Version": "2012-10-17", "Statement": [named]})


def _statement_id(work: Work) -> object:
    return ABSENT if "Statement" in work.properties else work.properties["StatementId"]


_BUS: Params = {"Name": Computed(lambda work: work.properties.get("EventBusName", "default"))}
_PERMISSION: Params = {
    **same("Action", "Condition", "EventBusName", "Principal"),
    "Policy": Computed(_policy, ("Statement", "StatementId")),
    "StatementId": Computed(_statement_id),
}
_DESCRIBE = Read("DescribeEventBus", _BUS, on=("create", "read", "update", "delete"), whole=False)

EVENT_BUS_POLICY = Kind(
    type="AWS::Events::EventBusPolicy",
    service="events",
    itself=same("EventBusName", "StatementId"),
    create_by="PutPermission",
    delete_by="RemovePermission",
    id_form=Text("{StatementId}"),
    fixed=_PERMISSION,
    parts=(Update("PutPermission", _PERMISSION, whole=False), _DESCRIBE),
    gone=_GONE,
)
