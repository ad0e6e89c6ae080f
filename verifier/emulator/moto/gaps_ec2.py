"""EC2: what moto leaves open or stumbles over, of endpoints, security groups and addresses."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from secrets import token_hex
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
    return _backend(operation).vpc_end_points


def _backend(operation: Operation) -> Any:
    from moto.ec2.models import ec2_backends

    return ec2_backends[operation.account][operation.region]


def associate_address(operation: Operation, invoke: Invoke) -> Result:
    """moto looks for the machine, which may be one that nobody here has made."""
    if "InstanceId" not in operation.params:
        return invoke(operation)
    [address] = _backend(operation).address_by_allocation([operation.params["AllocationId"]])
    address.association_id = _made_up("eipassoc")
    return {"AssociationId": address.association_id}


def accept_address_transfer(operation: Operation, invoke: Invoke) -> Result:
    """moto knows no other account's addresses: one of its own has the address that is handed over."""
    made = invoke(replace(operation, name="AllocateAddress", params={"Domain": "vpc"}))
    [address] = _backend(operation).address_by_allocation([made["AllocationId"]])
    address.public_ip = str(operation.params["Address"])
    return {"AddressTransfer": {"PublicIp": address.public_ip, "AllocationId": made["AllocationId"]}}


def create_nat_gateway(operation: Operation, invoke: Invoke) -> Result:
    """moto takes one address alone."""
    made = invoke(operation)["NatGateway"]
    gateway = _backend(operation).nat_gateways[made["NatGatewayId"]]
    _add(gateway, *(operation.params.get(name, ()) for name in _SECONDARY))
    return {"NatGateway": made}


def associate_nat_gateway_address(operation: Operation, _invoke: Invoke) -> Result:
    """moto has none of these."""
    gateway = _gateway(operation)
    _add(gateway, operation.params["AllocationIds"], operation.params.get("PrivateIpAddresses", ()))
    return {"NatGatewayId": gateway.id}


def disassociate_nat_gateway_address(operation: Operation, _invoke: Invoke) -> Result:
    """By their associations."""
    return _take(operation, "associationId", operation.params["AssociationIds"])


def assign_private_nat_gateway_address(operation: Operation, _invoke: Invoke) -> Result:
    """Private addresses alone."""
    gateway = _gateway(operation)
    _add(gateway, (), operation.params["PrivateIpAddresses"])
    return {"NatGatewayId": gateway.id}


def unassign_private_nat_gateway_address(operation: Operation, _invoke: Invoke) -> Result:
    """By themselves."""
    return _take(operation, "privateIp", operation.params["PrivateIpAddresses"])


_SECONDARY = ("SecondaryAllocationIds", "SecondaryPrivateIpAddresses")


def _gateway(operation: Operation) -> Any:
    return _backend(operation).nat_gateways[operation.params["NatGatewayId"]]


def _add(gateway: Any, allocations: Sequence[str], private: Sequence[str]) -> None:
    interface = gateway.address_set[0]["networkInterfaceId"]
    for allocation, address in zip_longest(allocations, private):
        added = {"networkInterfaceId": interface}
        if allocation:
            added |= {"allocationId": allocation, "associationId": _made_up("eipassoc")}
        gateway.address_set.append({**added, "privateIp": address} if address else added)


def _take(operation: Operation, name: str, values: Sequence[str]) -> Result:
    gateway = _gateway(operation)
    gateway.address_set = [one for one in gateway.address_set if one.get(name) not in values]
    return {"NatGatewayId": gateway.id}


def _made_up(prefix: str) -> str:
    return f"{prefix}-{token_hex(9)[:17]}"


GAPS: Mapping[tuple[str, str], Callable[[Operation, Invoke], Result]] = {
    ("ec2", "AcceptAddressTransfer"): accept_address_transfer,
    ("ec2", "AssignPrivateNatGatewayAddress"): assign_private_nat_gateway_address,
    ("ec2", "AssociateAddress"): associate_address,
    ("ec2", "AssociateNatGatewayAddress"): associate_nat_gateway_address,
    ("ec2", "CreateNatGateway"): create_nat_gateway,
    ("ec2", "CreateVpcEndpoint"): create_vpc_endpoint,
    ("ec2", "DeleteVpcEndpoints"): delete_vpc_endpoints,
    ("ec2", "DisassociateNatGatewayAddress"): disassociate_nat_gateway_address,
    ("ec2", "UnassignPrivateNatGatewayAddress"): unassign_private_nat_gateway_address,
    **{
        ("ec2", f"{verb}SecurityGroup{direction}"): of_all_protocols
        for verb in ("Authorize", "Revoke")
        for direction in ("Egress", "Ingress")
    },
}
