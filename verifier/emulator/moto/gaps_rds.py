"""RDS: engines' names, and groups of subnets, which moto forgets when it changes them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from verifier.authorization.operation import Operation
from verifier.errors import AwsError

Result = dict[str, Any]
Invoke = Callable[[Operation], Result]


def of_an_engine(operation: Operation, invoke: Invoke) -> Result:
    """AWS takes an engine's name however it is written (source: rds-engine-in-capitals); moto does not."""
    engine = str(operation.params.get("Engine", "")).lower()
    return invoke(replace(operation, params={**operation.params, **({"Engine": engine} if engine else {})}))


def modify_db_subnet_group(operation: Operation, invoke: Invoke) -> Result:
    """moto takes the group out to change it, and does not put it back."""
    from moto.rds.models import rds_backends

    groups = rds_backends[operation.account][operation.region].subnet_groups
    name = str(operation.params["DBSubnetGroupName"])
    if name not in groups:
        raise AwsError("DBSubnetGroupNotFoundFault", f"Subnet Group {name} not found.", 404)
    group = groups[name]
    try:
        return invoke(operation)
    finally:
        groups[name] = group


GAPS: Mapping[tuple[str, str], Callable[[Operation, Invoke], Result]] = {
    ("rds", "CreateDBInstance"): of_an_engine,
    ("rds", "ModifyDBSubnetGroup"): modify_db_subnet_group,
}
