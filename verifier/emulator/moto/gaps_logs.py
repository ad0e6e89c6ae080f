"""CloudWatch Logs: the definitions of queries, of which moto knows nothing."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from verifier.authorization.operation import Operation
from verifier.errors import AwsError

Result = dict[str, Any]
Invoke = Callable[[Operation], Result]
_ID = "queryDefinitionId"


def put(operation: Operation, _invoke: Invoke) -> Result:
    """Make one, or with an id replace it."""
    made = str(operation.params.get(_ID) or uuid4())
    if _ID in operation.params:
        _existing(operation)
    kept = {name: value for name, value in operation.params.items() if name != "clientToken"}
    _kept(operation)[made] = {**kept, _ID: made}
    return {_ID: made}


def describe(operation: Operation, _invoke: Invoke) -> Result:
    """Those whose names begin so."""
    prefix = str(operation.params.get("queryDefinitionNamePrefix", ""))
    return {"queryDefinitions": [one for one in _kept(operation).values() if one["name"].startswith(prefix)]}


def delete(operation: Operation, _invoke: Invoke) -> Result:
    """Delete one."""
    del _kept(operation)[_existing(operation)]
    return {"success": True}


def _existing(operation: Operation) -> str:
    made = str(operation.params[_ID])
    if made not in _kept(operation):
        raise AwsError("ResourceNotFoundException", "The specified query definition does not exist.", 400)
    return made


def _kept(operation: Operation) -> dict[str, Result]:
    from moto.logs.models import logs_backends

    backend = logs_backends[operation.account][operation.region]
    kept: dict[str, Result] = vars(backend).setdefault("kept_query_definitions", {})
    return kept


GAPS: dict[tuple[str, str], Callable[[Operation, Invoke], Result]] = {
    ("logs", "PutQueryDefinition"): put,
    ("logs", "DescribeQueryDefinitions"): describe,
    ("logs", "DeleteQueryDefinition"): delete,
}
