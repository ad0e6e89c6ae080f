"""Route 53: where moto knows a zone only by an id that AWS takes off."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from verifier.authorization.operation import Operation

Result = dict[str, Any]
Invoke = Callable[[Operation], Result]


def list_query_logging_configs(operation: Operation, invoke: Invoke) -> Result:
    """moto compares the zone's id with one behind "/hostedzone/"."""
    zone = operation.params.get("HostedZoneId")
    if not zone or str(zone).startswith("/"):
        return invoke(operation)
    return invoke(replace(operation, params={**operation.params, "HostedZoneId": f"/hostedzone/{zone}"}))


GAPS: Mapping[tuple[str, str], Callable[[Operation, Invoke], Result]] = {
    ("route53", "ListQueryLoggingConfigs"): list_query_logging_configs
}
