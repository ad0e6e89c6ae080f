"""AWS WAF beside what moto keeps: web ACLs that the stack does not make.

A template that names one by its ARN speaks of the user's own: it is there, as far as anybody here knows.
"""

from collections.abc import Callable
from typing import Any

from verifier.authorization.operation import Operation

Result = dict[str, Any]
Invoke = Callable[[Operation], Result]


def associate(operation: Operation, invoke: Invoke) -> Result:
    """Keep an association with one that moto does not know."""
    arn, resource = (str(operation.params[name]) for name in ("WebACLArn", "ResourceArn"))
    _kept(operation).pop(resource, None)
    if ":wafv2:" not in arn or arn in _backend(operation).wacls:
        return invoke(operation)
    _kept(operation)[resource] = arn
    return {}


def disassociate(operation: Operation, invoke: Invoke) -> Result:
    """Forget it."""
    _kept(operation).pop(str(operation.params["ResourceArn"]), None)
    return invoke(operation)


def of_resource(operation: Operation, invoke: Invoke) -> Result:
    """The one that is kept, or what moto knows."""
    arn = _kept(operation).get(str(operation.params["ResourceArn"]))
    if arn is None:
        return invoke(operation)
    name, made = arn.split("/")[-2:]
    return {"WebACL": {"ARN": arn, "Name": name, "Id": made}}


def _kept(operation: Operation) -> dict[str, str]:
    kept: dict[str, str] = vars(_backend(operation)).setdefault("kept_associations", {})
    return kept


def _backend(operation: Operation) -> Any:
    from moto.wafv2.models import wafv2_backends

    return wafv2_backends[operation.account][operation.region]


GAPS: dict[tuple[str, str], Callable[[Operation, Invoke], Result]] = {
    ("wafv2", "AssociateWebACL"): associate,
    ("wafv2", "DisassociateWebACL"): disassociate,
    ("wafv2", "GetWebACLForResource"): of_resource,
}
