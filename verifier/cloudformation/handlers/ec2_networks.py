"""EC2: the network, its parts, and its gateway to the internet."""

from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.handlers.ec2_shapes import tagging
from verifier.cloudformation.types.kind import Kind
from verifier.cloudformation.types.params import ID, Computed, Prop, Sourced, same
from verifier.cloudformation.types.part import Attributes, Read, on
from verifier.cloudformation.types.parts import Items, Setting
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.work import Work


def _value(value: Any) -> dict[str, Any]:
    """An attribute's value as the API takes it."""
    return {"Value": value}


def _is(source: str, name: str, value: bool) -> Sourced:
    return Sourced(source, {name: {"Value": value}})


def _attribute(name: str) -> Read:
    """The read of one DNS attribute; its name as a parameter begins with a small letter."""
    return Read("DescribeVpcAttribute", {"Attribute": name[0].lower() + name[1:]})


@dataclass(frozen=True)
class _Lists(Read):
    """A read of which attributes are lists: of what ``members`` name in each item of the answer's."""

    members: tuple[tuple[str, str], ...] = ()
    random: frozenset[str] = frozenset()
    """The attributes whose items are made up."""

    def make(self, step: Step, item: Any = None, because: str = "") -> Attributes:
        """Make the call; the items' members instead of the items."""
        given = super().make(step, item, because)
        for name, member in self.members:
            given[name] = [one[member] for one in given.get(name) or ()]
            for one in given[name] if name in self.random else ():
                step.work.token(one)
        return given


_IN_IT = [{"Name": "vpc-id", "Values": [ID]}]
_NETWORK = Read("DescribeVpcs", {"VpcIds": [ID]}, whole=False)

# Tags go into the call that creates it (source: cfn-ec2-tags-inside-and-after).
VPC = Kind(
    type="AWS::EC2::VPC",
    service="ec2",
    create_by="CreateVpc",
    delete_by="DeleteVpc",
    itself={"VpcId": ID},
    fixed=same("CidrBlock", "InstanceTenancy"),
    id_from="Vpc.VpcId",
    gives={"VpcId": ID},
    parts=(
        *on(("create", "delete"), _NETWORK),
        Setting(
            "EnableDnsSupport",
            "ModifyVpcAttribute",
            {"EnableDnsSupport": Prop("EnableDnsSupport", _value)},
            default=_is("ec2-dns-defaults", "EnableDnsSupport", True),
        ),
        Setting(
            "EnableDnsHostnames",
            "ModifyVpcAttribute",
            {"EnableDnsHostnames": Prop("EnableDnsHostnames", _value)},
            default=_is("ec2-dns-defaults", "EnableDnsHostnames", False),
        ),
        # Only to "default" can it be changed; EC2 refuses the rest.
        Setting(
            "InstanceTenancy",
            "ModifyVpcTenancy",
            same("InstanceTenancy"),
            default=Sourced("ec2-tenancy-default", {"InstanceTenancy": "default"}),
            at_create=False,
        ),
        tagging("vpc"),
        *on(("create", "read", "update"), _attribute("EnableDnsSupport"), _attribute("EnableDnsHostnames")),
        _Lists(
            "DescribeVpcs",
            {"VpcIds": [ID]},
            gives={
                "CidrBlockAssociations": "Vpcs.0.CidrBlockAssociationSet",
                "Ipv6CidrBlocks": "Vpcs.0.Ipv6CidrBlockAssociationSet",
            },
            members=(("CidrBlockAssociations", "AssociationId"), ("Ipv6CidrBlocks", "Ipv6CidrBlock")),
            random=frozenset({"CidrBlockAssociations"}),
            whole=False,
        ),
        Read(
            "DescribeNetworkAcls",
            {"Filters": [*_IN_IT, {"Name": "default", "Values": ["true"]}]},
            gives={"DefaultNetworkAcl": "NetworkAcls.0.NetworkAclId"},
            tokens=frozenset({"DefaultNetworkAcl"}),
            whole=False,
        ),
        Read(
            "DescribeSecurityGroups",
            {"Filters": [*_IN_IT, {"Name": "group-name", "Values": ["default"]}]},
            gives={"DefaultSecurityGroup": "SecurityGroups.0.GroupId"},
            tokens=frozenset({"DefaultSecurityGroup"}),
            whole=False,
        ),
        Read("DescribeVpcEncryptionControls", {"VpcIds": [ID]}, whole=False),
    ),
    gone=("InvalidVpcID.NotFound",),
    # Of pools of addresses, and of encryption, which the emulator does not have.
    lacks=frozenset({"Ipv4IpamPoolId", "Ipv4NetmaskLength", "VpcEncryptionControl"}),
)


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
            {"MapPublicIpOnLaunch": Prop("MapPublicIpOnLaunch", _value)},
            default=_is("ec2-subnet-public-default", "MapPublicIpOnLaunch", False),
        ),
        tagging(),
        _Lists(
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
    # Of pools of addresses, of version 6, and of Outposts.
    lacks=frozenset(
        {
            "AssignIpv6AddressOnCreation",
            "EnableDns64",
            "EnableLniAtDeviceIndex",
            "Ipv4IpamPoolId",
            "Ipv4NetmaskLength",
            "Ipv6CidrBlock",
            "Ipv6IpamPoolId",
            "Ipv6Native",
            "Ipv6NetmaskLength",
            "OutpostArn",
            "PrivateDnsNameOptionsOnLaunch",
        }
    ),
)

INTERNET_GATEWAY = Kind(
    type="AWS::EC2::InternetGateway",
    service="ec2",
    create_by="CreateInternetGateway",
    delete_by="DeleteInternetGateway",
    itself={"InternetGatewayId": ID},
    id_from="InternetGateway.InternetGatewayId",
    gives={"InternetGatewayId": ID},
    parts=(
        Read(
            "DescribeInternetGateways",
            {"InternetGatewayIds": [ID]},
            on=("create", "read", "update", "delete"),
            whole=False,
        ),
        tagging("internet-gateway"),
    ),
    gone=("InvalidInternetGatewayID.NotFound",),
)


def _attached(kind: str) -> tuple[Items, Read]:
    """A gateway of one kind ("Internet"): attached, another instead of it, detached; and looked at."""
    name = f"{kind}GatewayId"
    return (
        Items(
            name,
            "",
            f"Attach{kind}Gateway",
            {name: Prop("")},
            f"Detach{kind}Gateway",
            {name: Prop("")},
            at_delete=True,
        ),
        Read(
            f"Describe{kind}Gateways",
            {
                f"{kind}GatewayIds": [Prop(name)],
                "Filters": [{"Name": "attachment.vpc-id", "Values": [Prop("VpcId")]}],
            },
            on=("create", "read", "update", "delete"),
            when=name,
            whole=False,
        ),
    )


@dataclass(frozen=True)
class _Attachment(Kind):
    """What its parts attach is all that there is of it: one gateway of one of two kinds."""

    def create(self, work: Work) -> None:
        """Attach the gateway, then look at it."""
        step = self._step(work)
        for part in self.acting:
            part.create(step)
            if work.wrote and not work.physical_id:
                work.created(f"{_kind_of(work)}|{work.properties['VpcId']}")

    def delete(self, work: Work) -> None:
        """Look at the gateway, then detach it."""
        step = self._step(work)
        for part in reversed(self.acting):
            part.delete(step)


def _kind_of(work: Work) -> str:
    return "VGW" if "VpnGatewayId" in work.properties else "IGW"


VPC_GATEWAY_ATTACHMENT = _Attachment(
    type="AWS::EC2::VPCGatewayAttachment",
    service="ec2",
    create_by="AttachInternetGateway",
    delete_by="DetachInternetGateway",
    itself=same("VpcId"),
    gives={"AttachmentType": Computed(_kind_of)},
    parts=(*_attached("Internet"), *_attached("Vpn")),
    gone=(
        "Gateway.NotAttached",
        "InvalidInternetGatewayID.NotFound",
        "InvalidVpnGatewayAttachment.NotFound",
        "InvalidVpnGatewayID.NotFound",
    ),
)
