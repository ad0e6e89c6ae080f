"""EC2: what moto leaves open at an endpoint's creation and stumbles over at its deletion."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from verifier.authorization.operation import Operation

Result = dict[str, Any]
Invoke = Callable[[Operation], Result]


def create_vpc_endpoint(operation: Operation, invoke: Invoke) -> Result:
    """An endpoint is a gateway unless the request says otherwise (source: ec2-endpoint-type)."""
    kind = operation.params.get("VpcEndpointType") or "Gateway"
    return invoke(replace(operation, params={**operation.params, "VpcEndpointType": kind}))


GAPS: Mapping[tuple[str, str], Callable[[Operation, Invoke], Result]] = {
    ("ec2", "CreateVpcEndpoint"): create_vpc_endpoint
}
