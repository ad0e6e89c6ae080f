"""Lambda: what calls a function: aliases, URLs, event source mappings, asynchronous calls."""

from typing import Any

from verifier.cloudformation.types.kind import Kind
from verifier.cloudformation.types.params import ARN, ID, Prop, Text, same
from verifier.cloudformation.types.part import Moment, OnBehalf, Read
from verifier.cloudformation.types.parts import Setting
from verifier.cloudformation.types.tagging import Tagging

_GONE = ("ResourceNotFoundException",)
_ALIAS = {"FunctionName": Prop("FunctionName"), "Qualifier": Prop("Name")}
_CONCURRENCY = "ProvisionedConcurrencyConfig"


def _weights(value: Any) -> dict[str, Any]:
    """RoutingConfig as the API takes it: the weights by their versions."""
    weights = value.get("AdditionalVersionWeights") or ()
    return {"AdditionalVersionWeights": {one["FunctionVersion"]: one["FunctionWeight"] for one in weights}}


def _own_servers(value: Any) -> dict[str, Any]:
    """SelfManagedEventSource as the API takes it: another name for the servers."""
    return {"Endpoints": {"KAFKA_BOOTSTRAP_SERVERS": value["Endpoints"]["KafkaBootstrapServers"]}}


# CodeDeploy shifts an alias only where the template has an UpdatePolicy (stack/update_policies.py).
ALIAS = Kind(
    type="AWS::Lambda::Alias",
    service="lambda",
    itself=same("FunctionName", "Name"),
    create_by="CreateAlias",
    update_by="UpdateAlias",
    delete_by="DeleteAlias",
    id_from="AliasArn",
    token=False,
    members=same("Description", "FunctionVersion") | {"RoutingConfig": Prop("RoutingConfig", _weights)},
    fixed=same("FunctionName", "Name"),
    gives={"AliasArn": ID},
    parts=(
        Read("GetAlias", on=("read", "update", "delete")),
        Setting(
            _CONCURRENCY,
            "PutProvisionedConcurrencyConfig",
            _ALIAS
            | {"ProvisionedConcurrentExecutions": Prop(f"{_CONCURRENCY}.ProvisionedConcurrentExecutions")},
            undo="DeleteProvisionedConcurrencyConfig",
            undo_params=_ALIAS,
            whole=False,
        ),
        Read(
            "GetProvisionedConcurrencyConfig",
            _ALIAS,
            when=_CONCURRENCY,
            on=("create", "read", "update"),
            whole=False,
        ),
    ),
    gone=_GONE,
)

_OF_URL = {"FunctionName": Prop("TargetFunctionArn"), **same("Qualifier")}

URL = Kind(
    type="AWS::Lambda::Url",
    service="lambda",
    itself=_OF_URL,
    create_by="CreateFunctionUrlConfig",
    update_by="UpdateFunctionUrlConfig",
    delete_by="DeleteFunctionUrlConfig",
    id_from="FunctionArn",
    token=False,
    members=same("AuthType", "Cors", "InvokeMode"),
    fixed=_OF_URL,
    gives={"FunctionArn": ID},
    parts=(
        Read("GetFunctionUrlConfig", gives={"FunctionUrl": "FunctionUrl"}, tokens=frozenset({"FunctionUrl"})),
    ),
    gone=_GONE,
)

EVENT_INVOKE_CONFIG = Kind(
    type="AWS::Lambda::EventInvokeConfig",
    service="lambda",
    itself=same("FunctionName", "Qualifier"),
    create_by="PutFunctionEventInvokeConfig",
    update_by="UpdateFunctionEventInvokeConfig",
    delete_by="DeleteFunctionEventInvokeConfig",
    id_form=Text("{FunctionName}|{Qualifier}"),
    members=same("DestinationConfig", "MaximumEventAgeInSeconds", "MaximumRetryAttempts"),
    fixed=same("FunctionName", "Qualifier"),
    parts=(Read("GetFunctionEventInvokeConfig"),),
    gone=_GONE,
)

_ALWAYS: tuple[Moment, ...] = ("create", "read", "update", "delete")
_KEY = {"KeyId": Prop("KmsKeyArn")}

EVENT_SOURCE_MAPPING = Kind(
    type="AWS::Lambda::EventSourceMapping",
    service="lambda",
    itself={"UUID": ID},
    arn="arn:{partition}:lambda:{region}:{account}:event-source-mapping:{id}",
    create_by="CreateEventSourceMapping",
    update_by="UpdateEventSourceMapping",
    delete_by="DeleteEventSourceMapping",
    id_from="UUID",
    members=same(
        "AmazonManagedKafkaEventSourceConfig",
        "BatchSize",
        "BisectBatchOnFunctionError",
        "DestinationConfig",
        "DocumentDBEventSourceConfig",
        "Enabled",
        "FilterCriteria",
        "FunctionName",
        "FunctionResponseTypes",
        "LoggingConfig",
        "MaximumBatchingWindowInSeconds",
        "MaximumRecordAgeInSeconds",
        "MaximumRetryAttempts",
        "MetricsConfig",
        "ParallelizationFactor",
        "ProvisionedPollerConfig",
        "ScalingConfig",
        "SelfManagedKafkaEventSourceConfig",
        "SourceAccessConfigurations",
        "TumblingWindowInSeconds",
    )
    | {"KMSKeyArn": Prop("KmsKeyArn")},
    # Lambda's API cannot change topics and queues, although the registry calls them changeable.
    fixed=same(
        "EventSourceArn",
        "Queues",
        "StartingPosition",
        "StartingPositionTimestamp",
        "Topics",
    )
    | {"SelfManagedEventSource": Prop("SelfManagedEventSource", _own_servers)},
    gives={"Id": ID, "EventSourceMappingArn": ARN},
    parts=(
        Read("GetEventSourceMapping", on=("create", "read", "update", "delete", "after delete")),
        *(
            OnBehalf(
                operation,
                _KEY,
                on=_ALWAYS if operation == "Decrypt" else ("create", "update"),
                when="KmsKeyArn",
                service="kms",
                whole=False,
            )
            for operation in ("DescribeKey", "GenerateDataKey", "Decrypt")
        ),
        Tagging("TagResource", "UntagResource", {"Resource": ARN}, at_create="Tags", form=dict),
        Read("ListTags", {"Resource": ARN}, whole=False),
    ),
    gone=_GONE,
)
