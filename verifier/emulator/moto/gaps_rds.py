"""RDS: engines' names, groups of subnets, which moto forgets, and what it lacks of databases."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from verifier.authorization.operation import Operation
from verifier.errors import AwsError

_OF_A_NEW_ONE = (
    *("AllocatedStorage", "DBInstanceClass", "DBInstanceIdentifier", "DBSubnetGroupName", "Engine"),
    *("OptionGroupName", "Tags", "VpcSecurityGroupIds"),
)
Result = dict[str, Any]
Invoke = Callable[[Operation], Result]


def of_an_engine(operation: Operation, invoke: Invoke) -> Result:
    """AWS takes an engine's name however it is written (source: rds-engine-in-capitals); moto does not.

    Groups of parameters and options are the user's own, or of types without a handler: moto does without.
    """
    params = {name: value for name, value in operation.params.items() if not _is_unknown(operation, name)}
    engine = str(params.get("Engine", "")).lower()
    return invoke(replace(operation, params={**params, **({"Engine": engine} if engine else {})}))


def _is_unknown(operation: Operation, name: str) -> bool:
    from moto.rds.models import rds_backends

    backend = rds_backends[operation.account][operation.region]
    known = {
        "DBClusterParameterGroupName": backend.db_cluster_parameter_groups,
        "DBParameterGroupName": backend.db_parameter_groups,
        "OptionGroupName": backend.option_groups,
    }
    return name in known and operation.params[name] not in known[name]


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


def remove_role(operation: Operation, _invoke: Invoke) -> Result:
    """moto only adds roles."""
    from moto.rds.models import rds_backends

    backend, params = rds_backends[operation.account][operation.region], operation.params
    named = {"DBClusterIdentifier": backend.clusters, "DBInstanceIdentifier": backend.databases}
    kind, known = next((name, known) for name, known in named.items() if name in params)
    if params[kind] not in known:
        noun = kind.removesuffix("Identifier")
        raise AwsError(f"{noun}NotFoundFault", f"{noun} {params[kind]} not found.", 404)
    roles = known[params[kind]]._associated_roles
    roles[:] = [one for one in roles if one.role_arn != params["RoleArn"]]
    return {}


def restore_db_instance_from_db_snapshot(operation: Operation, invoke: Invoke) -> Result:
    """moto restores snapshots of instances only: of a cluster's, it makes a new instance."""
    if "DBClusterSnapshotIdentifier" not in operation.params:
        return invoke(operation)
    kept = {name: operation.params[name] for name in _OF_A_NEW_ONE if name in operation.params}
    params = {"AllocatedStorage": 20, "Engine": "mysql", "MasterUsername": "admin", **kept}
    password = {"MasterUserPassword": "of-the-snapshot"}
    return invoke(replace(operation, name="CreateDBInstance", params={**params, **password}))


def restore_db_cluster_to_point_in_time(operation: Operation, invoke: Invoke) -> Result:
    """moto knows the cluster that is restored by its name only."""
    from moto.rds.models import rds_backends

    params = dict(operation.params)
    wanted = params.pop("SourceDbClusterResourceId", None)
    clusters = rds_backends[operation.account][operation.region].clusters.values()
    for one in clusters if wanted else ():
        if one.db_cluster_resource_id == wanted:
            params["SourceDBClusterIdentifier"] = one.db_cluster_identifier
    if "SourceDBClusterIdentifier" not in params:
        raise AwsError("DBClusterNotFoundFault", f"DBCluster {wanted} not found.", 404)
    return invoke(replace(operation, params=params))


def with_any_key_of_its_secret(operation: Operation, invoke: Invoke) -> Result:
    """moto stumbles over a secret whose key it does not have, each time that it describes the database."""
    kept = {name: value for name, value in operation.params.items() if name != "MasterUserSecretKmsKeyId"}
    return of_an_engine(replace(operation, params=kept), invoke)


GAPS: Mapping[tuple[str, str], Callable[[Operation, Invoke], Result]] = {
    ("rds", "ModifyDBSubnetGroup"): modify_db_subnet_group,
    ("rds", "CreateDBCluster"): with_any_key_of_its_secret,
    ("rds", "CreateDBInstance"): with_any_key_of_its_secret,
    ("rds", "ModifyDBCluster"): with_any_key_of_its_secret,
    ("rds", "ModifyDBInstance"): with_any_key_of_its_secret,
    ("rds", "RemoveRoleFromDBCluster"): remove_role,
    ("rds", "RemoveRoleFromDBInstance"): remove_role,
    ("rds", "RestoreDBInstanceFromDBSnapshot"): restore_db_instance_from_db_snapshot,
    ("rds", "RestoreDBClusterToPointInTime"): restore_db_cluster_to_point_in_time,
}
