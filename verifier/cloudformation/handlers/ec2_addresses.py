"""EC2: addresses that stay, and the gateway that lends one to a network's machines."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from verifier.cloudformation.handlers.ec2_shapes import tagging
from verifier.cloudformation.types.handler import Mention
from verifier.cloudformation.types.kind import Kind
from verifier.cloudformation.types.params import ID, Computed, Params, Prop, same
from verifier.cloudformation.types.part import Part, Read
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.values import listed
from verifier.cloudformation.types.work import Work

_ALLOCATION = Computed(lambda work: work.physical_id.rpartition("|")[2])


@dataclass(frozen=True)
class _Address(Kind):
    """An address goes by two names: Ref gives the address itself, and calls want the allocation's id."""

    def ref(self, work: Work) -> str:
        """The address."""
        return work.physical_id.partition("|")[0]

    def create(self, work: Work) -> None:
        """Allocate one, or take over what another account hands over."""
        kind = self
        if _TRANSFER in work.properties:
            kind = replace(self, create_by="AcceptAddressTransfer", fixed={"Address": Prop(_TRANSFER)})
        super(_Address, kind).create(work)

    def _made(self, work: Work, params: Mapping[str, Any], answer: Mapping[str, Any]) -> str:
        """Both."""
        made = answer.get("AddressTransfer", answer)
        return "|".join(work.token(str(made.get(name, ""))) for name in ("PublicIp", "AllocationId"))


_TRANSFER = "TransferAddress"
_MACHINE = "InstanceId"
_LOOK = Read("DescribeAddresses", {"AllocationIds": [_ALLOCATION]}, whole=False)


@dataclass(frozen=True)
class _Machine(Part):
    """The machine that has the address: a class, as it loses it by the association's own id."""

    @property
    def properties(self) -> frozenset[str]:
        """The machine, and where the address comes from another account."""
        return frozenset({_MACHINE, _TRANSFER})

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """The calls that give and take the address, and that take it over."""
        yield Mention(service, "AcceptAddressTransfer", {"Address": None})
        yield Mention(service, "AssociateAddress", {**itself, _MACHINE: None}, ("ec2-address-moves",))
        yield Mention(service, "DisassociateAddress", {"AssociationId": None})

    def create(self, step: Step) -> None:
        """Give it to the machine."""
        if _MACHINE in step.work.properties:
            answer = step.call("AssociateAddress", step.params(same(_MACHINE)))
            step.work.token(str(answer.get("AssociationId", "")))

    def update(self, step: Step) -> None:
        """Another machine takes it over; without one it is taken away."""
        if not step.work.changed(_MACHINE):
            return
        if _MACHINE in step.work.properties:
            self.create(step)
        else:
            self._take(step)

    def delete(self, step: Step) -> None:
        """Take it away first."""
        if _MACHINE in step.work.properties:
            self._take(step)

    def _take(self, step: Step) -> None:
        found = replace(_LOOK, gives={"id": "Addresses.0.AssociationId"}).make(step, because=_MACHINE)
        if found.get("id"):
            named = {"AssociationId": step.work.token(str(found["id"]))}
            step.call("DisassociateAddress", named, tolerate=(*step.gone, "InvalidAssociationID.NotFound"))


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
        replace(_LOOK, on=("create", "read", "update", "delete")),
        _Machine(),
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
    # Of pools of addresses.
    lacks=frozenset({"Address", "IpamPoolId", "PublicIpv4Pool"}),
)

_GATEWAY = Read("DescribeNatGateways", {"NatGatewayIds": [ID]}, whole=False)

_IDS, _PRIVATE = "SecondaryAllocationIds", "SecondaryPrivateIpAddresses"


@dataclass(frozen=True)
class _Secondary(Part):
    """A gateway's further addresses: a class, as a public one has them otherwise than a private one.

    (source: ec2-nat-public-addresses, ec2-nat-private-addresses)
    """

    @property
    def properties(self) -> frozenset[str]:
        """Both lists."""
        return frozenset({_IDS, _PRIVATE})

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """The two pairs of calls."""
        public, private = ("ec2-nat-public-addresses",), ("ec2-nat-private-addresses",)
        params = {**itself, "AllocationIds": None, "PrivateIpAddresses": None}
        yield Mention(service, "AssociateNatGatewayAddress", params, public)
        yield Mention(service, "DisassociateNatGatewayAddress", {**itself, "AssociationIds": None}, public)
        for verb in ("Assign", "Unassign"):
            params = {**itself, "PrivateIpAddresses": None}
            yield Mention(service, f"{verb}PrivateNatGatewayAddress", params, private)

    @property
    def create_parameters(self) -> tuple[str, ...]:
        """They have their names there too."""
        return (_IDS, _PRIVATE)

    def in_create(self, step: Step) -> dict[str, Any]:
        """Both lists."""
        return step.params(same(_IDS, _PRIVATE), whole=False)

    def update(self, step: Step) -> None:
        """Those that are gone, then those that are new."""
        gone, new = _changes(step, _IDS)
        private_gone, private_new = _changes(step, _PRIVATE)
        if step.work.properties.get("ConnectivityType") == "private":
            self._call(step, "UnassignPrivate", {"PrivateIpAddresses": private_gone})
            self._call(step, "AssignPrivate", {"PrivateIpAddresses": private_new})
            return
        self._call(step, "Disassociate", {"AssociationIds": self._associations(step, gone)})
        if new:
            self._call(step, "Associate", {"AllocationIds": new, "PrivateIpAddresses": private_new})

    def _call(self, step: Step, verb: str, params: Mapping[str, list[str]]) -> None:
        named = {name: values for name, values in params.items() if values}
        if named:
            step.call(f"{verb}NatGatewayAddress", {**step.params({}), **named})

    def _associations(self, step: Step, ids: list[str]) -> list[str]:
        if not ids:
            return []
        read = replace(
            _GATEWAY, gives={"known": "NatGateways.0.NatGatewayAddresses"}, source="cfn-nat-update"
        )
        found = (one for one in read.make(step).get("known", ()) if one.get("AllocationId") in ids)
        return [step.work.token(str(one["AssociationId"])) for one in found]


def _changes(step: Step, name: str) -> tuple[list[str], list[str]]:
    """What a list no longer has, and what it did not have before."""
    before, after = (listed(each.get(name)) for each in (step.work.previous, step.work.properties))
    return [one for one in before if one not in after], [one for one in after if one not in before]


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
        _Secondary(),
        tagging("natgateway"),
        replace(
            _GATEWAY,
            gives={"EniId": "NatGateways.0.NatGatewayAddresses.0.NetworkInterfaceId"},
            tokens=frozenset({"EniId"}),
            source="cfn-nat-read",
        ),
    ),
    gone=("NatGatewayNotFound", "InvalidNatGatewayID.NotFound"),
    # Of addresses that EC2 chooses, and of gateways of a whole region.
    lacks=frozenset(
        {
            "AvailabilityMode",
            "AvailabilityZoneAddresses",
            "MaxDrainDurationSeconds",
            "PrivateIpAddress",
            "SecondaryPrivateIpAddressCount",
            "VpcId",
        }
    ),
)
