"""Sources of events that moto does not take: consumers of streams, Kafka, brokers, document databases.

moto looks for the source among its queues and streams and refuses any other. Here the mapping is put beside
moto's own; what reads, changes and deletes it is moto's.
"""

from typing import Any

from verifier.authorization.operation import Operation

Result = dict[str, Any]

# MSK, Amazon MQ, DocumentDB (whose ARNs are those of RDS); whether theirs are there, nothing here can know.
_ELSEWHERE = ("kafka", "mq", "rds")


def is_elsewhere(operation: Operation) -> bool:
    """Whether the source of the mapping to be made belongs to what is not emulated."""
    source = str(operation.params.get("EventSourceArn", ""))
    if not source:
        return bool(operation.params.get("SelfManagedEventSource"))
    return source.count(":") >= 5 and source.split(":")[2] in _ELSEWHERE


def is_consumer(source: str) -> bool:
    """Whether an ARN is that of a stream's consumer."""
    return source.split(":")[2:3] == ["kinesis"] and "/consumer/" in source


def keep_mapping(operation: Operation) -> Result:
    """Put the mapping of a request into moto's state, and answer with it; its function is there."""
    from moto.awslambda.models import lambda_backends

    backend = lambda_backends[operation.account][operation.region]
    function = backend.get_function(str(operation.params.get("FunctionName")))
    place = {"RegionName": operation.region, "AccountId": operation.account}
    mapping = _mapping({**operation.params, **place, "FunctionArn": function.function_arn})
    backend._event_source_mappings[mapping.uuid] = mapping
    kept: Result = mapping.get_configuration()
    return kept


def _mapping(spec: dict[str, Any]) -> Any:
    """moto's mapping, but that its source and batches are taken as they come."""
    from moto.awslambda.models import EventSourceMapping

    free = {"event_source_arn": None, "batch_size": None, "_get_service_source_from_arn": lambda _: ""}
    return type("Mapping", (EventSourceMapping,), free)({"EventSourceArn": None, **spec})
