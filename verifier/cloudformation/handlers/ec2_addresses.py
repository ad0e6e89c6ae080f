"""EC2: addresses that stay, and the gateway that lends one to a network's machines."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from verifier.cloudformation.handlers.ec2_shapes import tagging
from verifier.cloudformation.types.kind import Kind
from verifier.cloudformation.types.params import ID, Computed, same
from verifier.cloudformation.types.part import Read
from verifier.cloudformation.types.work import Work

_ALLOCATION = Computed(lambda work: work.physical_id.rpartition("|")[2])


@dataclass(frozen=True)
class _Address(Kind):
    """An address goes by two names: Ref gives the address itself, and calls want the allocation's id."""

    def ref(self, work: Work) -> str:
        """The address."""
        return work.physical_id.partition("|")[0]

    def _made(self, work: Work, params: Mapping[str, Any], answer: Mapping[str, Any]) -> str:
        """Both."""
        return "|".join(work.token(str(answer[name])) for name in ("PublicIp", "AllocationId"))


# Tags are a call after it (source: cfn-eip-tags-after).
EIP = _Address(
    type="AWS::EC2::EIP",
    service="ec2",
    create_by="AllocateAddress",
    delete_by="ReleaseAddress",
    itself={"AllocationId": _ALLOCATION},
    fixed=same("Domain", "NetworkBorderGroup"),
    gives={
        "AllocationId": _ALLOCATION,
        "PublicIp": Computed(lambda work: work.physical_id.partition("|")[0]),
    },
    parts=(
        Read(
            "DescribeAddresses",
            {"AllocationIds": [_ALLOCATION]},
            on=("create", "read", "update", "delete"),
            whole=False,
        ),
        tagging(
            target={"Resources": [_ALLOCATION]},
            look=Read(
                "DescribeTags",
                {"Filters": [{"Name": "resource-id", "Values": [_ALLOCATION]}]},
                whole=False,
            ),
        ),
    ),
    gone=("InvalidAllocationID.NotFound",),
    # Of machines, of other accounts, and of pools of addresses.
    lacks=frozenset({"Address", "InstanceId", "IpamPoolId", "PublicIpv4Pool", "TransferAddress"}),
)

_GATEWAY = Read("DescribeNatGateways", {"NatGatewayIds": [ID]}, whole=False)

NAT_GATEWAY = Kind(
    type="AWS::EC2::NatGateway",
    service="ec2",
    create_by="CreateNatGateway",
    delete_by="DeleteNatGateway",
    itself={"NatGatewayId": ID},
    fixed=same("AllocationId", "ConnectivityType", "SubnetId"),
    id_from="NatGateway.NatGatewayId",
    # Only a gateway of a whole region has zones, addresses and a table of its own.
    gives={"NatGatewayId": ID, "AutoProvisionZones": "", "AutoScalingIps": "", "RouteTableId": ""},
    parts=(
        replace(_GATEWAY, on=("create",), source="cfn-nat-create"),
        replace(_GATEWAY, on=("update",), source="cfn-nat-update"),
        replace(_GATEWAY, on=("delete", "after delete"), source="cfn-nat-delete"),
        tagging("natgateway"),
        replace(
            _GATEWAY,
            gives={"EniId": "NatGateways.0.NatGatewayAddresses.0.NetworkInterfaceId"},
            tokens=frozenset({"EniId"}),
            source="cfn-nat-read",
        ),
    ),
    gone=("NatGatewayNotFound", "InvalidNatGatewayID.NotFound"),
    # Of more than one address, and of gateways of a whole region.
    lacks=frozenset(
        {
            "AvailabilityMode",
            "AvailabilityZoneAddresses",
            "MaxDrainDurationSeconds",
            "PrivateIpAddress",
            "SecondaryAllocationIds",
            "SecondaryPrivateIpAddressCount",
            "SecondaryPrivateIpAddresses",
            "VpcId",
        }
    ),
)
