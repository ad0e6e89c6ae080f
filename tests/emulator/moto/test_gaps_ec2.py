"""What is made up for moto's addresses; the handlers' tests see it at work."""

from typing import Any

from verifier.authorization.operation import Operation
from verifier.emulator.moto.upstream import MotoUpstream

_ACCOUNT = "210987654322"


def _do(upstream: MotoUpstream, name: str, **params: Any) -> dict[str, Any]:
    return upstream.invoke(Operation("ec2", name, params, _ACCOUNT, "eu-west-1"))


def _address(upstream: MotoUpstream) -> str:
    return str(_do(upstream, "AllocateAddress", Domain="vpc")["AllocationId"])


def _known(upstream: MotoUpstream, allocation: str) -> dict[str, Any]:
    [found] = _do(upstream, "DescribeAddresses", AllocationIds=[allocation])["Addresses"]
    return dict(found)


def test_a_machine_of_the_users_has_an_address_and_loses_it(upstream: MotoUpstream) -> None:
    allocation = _address(upstream)
    made = _do(upstream, "AssociateAddress", AllocationId=allocation, InstanceId="i-theirs")
    assert _known(upstream, allocation)["AssociationId"] == made["AssociationId"]
    _do(upstream, "DisassociateAddress", AssociationId=made["AssociationId"])
    assert not _known(upstream, allocation).get("AssociationId")


def test_an_address_of_another_account_is_taken_over(upstream: MotoUpstream) -> None:
    made = _do(upstream, "AcceptAddressTransfer", Address="192.0.2.7")["AddressTransfer"]
    assert made["PublicIp"] == _known(upstream, made["AllocationId"])["PublicIp"] == "192.0.2.7"


def test_a_gateway_has_further_addresses(upstream: MotoUpstream) -> None:
    network = _do(upstream, "CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = _do(upstream, "CreateSubnet", VpcId=network, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    first, second, third = (_address(upstream) for _ in range(3))
    params = {"SubnetId": subnet, "AllocationId": first, "SecondaryAllocationIds": [second]}
    gateway = _do(upstream, "CreateNatGateway", **params)["NatGateway"]["NatGatewayId"]

    def addresses() -> list[dict[str, Any]]:
        [found] = _do(upstream, "DescribeNatGateways", NatGatewayIds=[gateway])["NatGateways"]
        return list(found["NatGatewayAddresses"])

    _do(upstream, "AssociateNatGatewayAddress", NatGatewayId=gateway, AllocationIds=[third])
    assert [one["AllocationId"] for one in addresses()] == [first, second, third]
    gone = [addresses()[1]["AssociationId"]]
    _do(upstream, "DisassociateNatGatewayAddress", NatGatewayId=gateway, AssociationIds=gone)
    assert [one["AllocationId"] for one in addresses()] == [first, third]
    _do(upstream, "AssignPrivateNatGatewayAddress", NatGatewayId=gateway, PrivateIpAddresses=["10.0.1.9"])
    assert addresses()[-1]["PrivateIp"] == "10.0.1.9"
    _do(upstream, "UnassignPrivateNatGatewayAddress", NatGatewayId=gateway, PrivateIpAddresses=["10.0.1.9"])
    assert len(addresses()) == 2
