"""What moto answers in part of Athena: made up for on moto's state."""

from collections.abc import Callable
from typing import Any

from verifier.authorization.operation import Operation
from verifier.errors import AwsError

Result = dict[str, Any]
Invoke = Callable[[Operation], Result]
_EFFECTIVE = "Athena engine version 3"


def get_work_group(operation: Operation, invoke: Invoke) -> Result:
    """moto answers with nothing for a workgroup that is not there, and leaves out the effective engine."""
    found = invoke(operation).get("WorkGroup")
    if not found:
        name = operation.params["WorkGroup"]
        raise AwsError("InvalidRequestException", f"WorkGroup {name} is not found.", 400)
    configuration = found.get("Configuration", {})
    engine = {"EffectiveEngineVersion": _EFFECTIVE, **configuration.get("EngineVersion", {})}
    return {"WorkGroup": {**found, "Configuration": {**configuration, "EngineVersion": engine}}}


def delete_named_query(operation: Operation, _invoke: Invoke) -> Result:
    """moto has no such operation."""
    if _queries(operation).pop(operation.params["NamedQueryId"], None) is None:
        raise _no_query(operation)
    return {}


def get_named_query(operation: Operation, invoke: Invoke) -> Result:
    """moto stumbles over one that is not there."""
    if operation.params["NamedQueryId"] not in _queries(operation):
        raise _no_query(operation)
    return invoke(operation)


def _queries(operation: Operation) -> dict[str, Any]:
    from moto.athena.models import athena_backends

    queries: dict[str, Any] = athena_backends[operation.account][operation.region].named_queries
    return queries


def _no_query(operation: Operation) -> AwsError:
    query = operation.params["NamedQueryId"]
    return AwsError("InvalidRequestException", f"NamedQuery {query} does not exist", 400)


GAPS = {
    ("athena", "GetWorkGroup"): get_work_group,
    ("athena", "DeleteNamedQuery"): delete_named_query,
    ("athena", "GetNamedQuery"): get_named_query,
}
