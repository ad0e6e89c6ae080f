"""EC2: what moto leaves open or stumbles over, of endpoints and of security groups."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from verifier.authorization.operation import Operation
from verifier.errors import AwsError

Result = dict[str, Any]
Invoke = Callable[[Operation], Result]


def create_vpc_endpoint(operation: Operation, invoke: Invoke) -> Result:
    """An endpoint is a gateway unless the request says otherwise (source: ec2-endpoint-type)."""
    kind = operation.params.get("VpcEndpointType") or "Gateway"
    return invoke(replace(operation, params={**operation.params, "VpcEndpointType": kind}))


def delete_vpc_endpoints(operation: Operation, invoke: Invoke) -> Result:
    """moto stumbles over a route table that an endpoint has been taken from, or that lost its route."""
    try:
        return invoke(operation)
    except AwsError as error:
        if error.code != "InvalidRoute.NotFound":
            raise
    for name in operation.params.get("VpcEndpointIds", ()):
        _endpoints(operation)[name].state = "deleted"
    return {"Unsuccessful": []}


def of_all_protocols(operation: Operation, invoke: Invoke) -> Result:
    """EC2 knows all protocols by a word too (source: ec2-protocol-all), moto by -1 alone."""
    rules = [
        {**rule, "IpProtocol": "-1"} if str(rule.get("IpProtocol")).lower() == "all" else rule
        for rule in operation.params.get("IpPermissions", ())
    ]
    changed = {"IpPermissions": rules} if rules else {}
    return invoke(replace(operation, params={**operation.params, **changed}))


def _endpoints(operation: Operation) -> Any:
    from moto.ec2.models import ec2_backends

    return ec2_backends[operation.account][operation.region].vpc_end_points


GAPS: Mapping[tuple[str, str], Callable[[Operation, Invoke], Result]] = {
    ("ec2", "CreateVpcEndpoint"): create_vpc_endpoint,
    ("ec2", "DeleteVpcEndpoints"): delete_vpc_endpoints,
    **{
        ("ec2", f"{verb}SecurityGroup{direction}"): of_all_protocols
        for verb in ("Authorize", "Revoke")
        for direction in ("Egress", "Ingress")
    },
}
