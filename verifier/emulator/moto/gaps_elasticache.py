"""ElastiCache: subnet groups, which moto neither changes nor deletes; replication groups, which it keeps."""

from collections.abc import Callable, Mapping
from typing import Any

from verifier.authorization.operation import Operation
from verifier.errors import AwsError

Result = dict[str, Any]
Invoke = Callable[[Operation], Result]


def modify_cache_subnet_group(operation: Operation, _invoke: Invoke) -> Result:
    """A group's description and subnets."""
    group = _groups(operation)[_known(operation)]
    group.cache_subnet_group_description = operation.params.get("CacheSubnetGroupDescription", "")
    return {}


def delete_cache_subnet_group(operation: Operation, _invoke: Invoke) -> Result:
    """The group goes."""
    del _groups(operation)[_known(operation)]
    return {}


def delete_replication_group(operation: Operation, invoke: Invoke) -> Result:
    """moto keeps a replication group that is deleted, for good."""
    from moto.elasticache.models import elasticache_backends

    answer = invoke(operation)
    groups = elasticache_backends[operation.account][operation.region].replication_groups
    del groups[str(operation.params["ReplicationGroupId"])]
    return answer


def _groups(operation: Operation) -> Any:
    from moto.elasticache.models import elasticache_backends

    return elasticache_backends[operation.account][operation.region].cache_subnet_groups


def _known(operation: Operation) -> str:
    name = str(operation.params["CacheSubnetGroupName"])
    if name not in _groups(operation):
        raise AwsError("CacheSubnetGroupNotFoundFault", f"CacheSubnetGroup {name} not found.", 404)
    return name


GAPS: Mapping[tuple[str, str], Callable[[Operation, Invoke], Result]] = {
    ("elasticache", "ModifyCacheSubnetGroup"): modify_cache_subnet_group,
    ("elasticache", "DeleteCacheSubnetGroup"): delete_cache_subnet_group,
    ("elasticache", "DeleteReplicationGroup"): delete_replication_group,
}
