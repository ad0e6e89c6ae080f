"""Route 53: where moto knows a zone only by an id that AWS takes off, its networks, and its queries' log."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

from verifier.authorization.operation import Operation
from verifier.errors import AwsError

Result = dict[str, Any]
Invoke = Callable[[Operation], Result]


def create_hosted_zone(operation: Operation, invoke: Invoke) -> Result:
    """A zone with a network is private (source: route53-first-network); moto waits to be told so."""
    if "VPC" not in operation.params:
        return invoke(operation)
    config = {**(operation.params.get("HostedZoneConfig") or {}), "PrivateZone": True}
    return invoke(replace(operation, params={**operation.params, "HostedZoneConfig": config}))


def list_query_logging_configs(operation: Operation, invoke: Invoke) -> Result:
    """moto compares the zone's id with one behind "/hostedzone/"."""
    zone = operation.params.get("HostedZoneId")
    if not zone or str(zone).startswith("/"):
        return invoke(operation)
    return invoke(replace(operation, params={**operation.params, "HostedZoneId": f"/hostedzone/{zone}"}))


def create_query_logging(operation: Operation, _invoke: Invoke) -> Result:
    """moto looks for the log group, which may be the user's own."""
    from moto.route53.models import QueryLoggingConfig, route53_backends

    kept = route53_backends[operation.account][operation.partition].query_logging_configs
    zone, group = (str(operation.params[name]) for name in ("HostedZoneId", "CloudWatchLogsLogGroupArn"))
    known = f"/hostedzone/{zone.rpartition('/')[2]}"
    if any(one.hosted_zone_id == known for one in kept.values()):
        raise AwsError(
            "QueryLoggingConfigAlreadyExists", "A query logging configuration already exists.", 409
        )
    made = QueryLoggingConfig(str(uuid4()), known, group)
    kept[made.id] = made
    told = {"Id": made.id, "HostedZoneId": zone, "CloudWatchLogsLogGroupArn": group}
    return {"QueryLoggingConfig": told, "Location": made.location}


GAPS: Mapping[tuple[str, str], Callable[[Operation, Invoke], Result]] = {
    ("route53", "CreateHostedZone"): create_hosted_zone,
    ("route53", "CreateQueryLoggingConfig"): create_query_logging,
    ("route53", "ListQueryLoggingConfigs"): list_query_logging_configs,
}
