"""EC2: the parts of a network."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from verifier.cloudformation.handlers.ec2_shapes import Lists, attribute_is, attribute_value, tagging
from verifier.cloudformation.types.handler import Mention
from verifier.cloudformation.types.kind import Kind
from verifier.cloudformation.types.params import ID, Params, Prop, same
from verifier.cloudformation.types.part import Attributes, Part, Read, on
from verifier.cloudformation.types.parts import Setting
from verifier.cloudformation.types.step import Step


@dataclass(frozen=True)
class _Association(Read):
    """A read of a subnet's list of rules: which of the list's associations is the subnet's."""

    def make(self, step: Step, item: Any = None, because: str = "") -> Attributes:
        """Make the call; the id of the subnet's own association."""
        given = super().make(step, item, because)
        name = "NetworkAclAssociationId"
        own = [one[name] for one in given.get(name, ()) if one["SubnetId"] == step.work.physical_id]
        return {name: step.work.token(own[0])} if own else {}


_SUBNET = Read("DescribeSubnets", {"SubnetIds": [ID]}, whole=False)
_BLOCKS = replace(_SUBNET, gives={"Ipv6CidrBlocks": "Subnets.0.Ipv6CidrBlockAssociationSet"})

_BLOCK = "Ipv6CidrBlock"


@dataclass(frozen=True)
class _Block(Part):
    """A subnet's addresses of version 6: a class, as they are taken away by an id of their own.

    A subnet has one such block at most (source: ec2-one-block): the old one goes first.
    """

    @property
    def properties(self) -> frozenset[str]:
        """The one property."""
        return frozenset({_BLOCK})

    @property
    def create_parameters(self) -> tuple[str, ...]:
        """It has its name there too."""
        return (_BLOCK,)

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """The calls that give one and take it away."""
        yield Mention(service, "AssociateSubnetCidrBlock", {**itself, _BLOCK: None}, ("ec2-one-block",))
        yield Mention(service, "DisassociateSubnetCidrBlock", {"AssociationId": None})

    def in_create(self, step: Step) -> dict[str, Any]:
        """The block."""
        return step.params(same(_BLOCK), whole=False)

    def update(self, step: Step) -> None:
        """Take the old one away, give the new one."""
        if not step.work.changed(_BLOCK):
            return
        if _BLOCK in step.work.previous:
            for one in _BLOCKS.make(step).get("Ipv6CidrBlocks", ()):
                if one["Ipv6CidrBlock"] == step.work.previous[_BLOCK]:
                    named = {"AssociationId": step.work.token(str(one["AssociationId"]))}
                    step.call("DisassociateSubnetCidrBlock", named)
        if _BLOCK in step.work.properties:
            step.call("AssociateSubnetCidrBlock", step.params(same(_BLOCK)))


# Tags are a call after it (source: cfn-ec2-tags-inside-and-after).
SUBNET = Kind(
    type="AWS::EC2::Subnet",
    service="ec2",
    create_by="CreateSubnet",
    delete_by="DeleteSubnet",
    itself={"SubnetId": ID},
    fixed=same("AvailabilityZone", "AvailabilityZoneId", "CidrBlock", "VpcId"),
    id_from="Subnet.SubnetId",
    gives={"SubnetId": ID, "BlockPublicAccessStates": {"InternetGatewayBlockMode": "off"}},
    parts=(
        *on(("create", "update", "delete"), _SUBNET),
        Setting(
            "MapPublicIpOnLaunch",
            "ModifySubnetAttribute",
            {"MapPublicIpOnLaunch": Prop("MapPublicIpOnLaunch", attribute_value)},
            default=attribute_is("ec2-subnet-public-default", "MapPublicIpOnLaunch", False),
        ),
        _Block(),
        tagging(),
        Lists(
            "DescribeSubnets",
            {"SubnetIds": [ID]},
            gives={"Ipv6CidrBlocks": "Subnets.0.Ipv6CidrBlockAssociationSet"},
            members=(("Ipv6CidrBlocks", "Ipv6CidrBlock"),),
            whole=False,
        ),
        _Association(
            "DescribeNetworkAcls",
            {"Filters": [{"Name": "association.subnet-id", "Values": [ID]}]},
            gives={"NetworkAclAssociationId": "NetworkAcls.0.Associations"},
            whole=False,
        ),
    ),
    gone=("InvalidSubnetID.NotFound",),
    # Of pools of addresses, of what only version 6 has, and of Outposts.
    lacks=frozenset(
        {
            "AssignIpv6AddressOnCreation",
            "EnableDns64",
            "EnableLniAtDeviceIndex",
            "Ipv4IpamPoolId",
            "Ipv4NetmaskLength",
            "Ipv6IpamPoolId",
            "Ipv6Native",
            "Ipv6NetmaskLength",
            "OutpostArn",
            "PrivateDnsNameOptionsOnLaunch",
        }
    ),
)
