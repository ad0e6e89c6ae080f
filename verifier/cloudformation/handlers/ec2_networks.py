"""EC2: the network, and its gateway to the internet."""

from dataclasses import dataclass

from verifier.cloudformation.handlers.ec2_shapes import Lists, attribute_is, attribute_value, tagging
from verifier.cloudformation.types.kind import Kind
from verifier.cloudformation.types.params import ID, Computed, Prop, Sourced, same
from verifier.cloudformation.types.part import Read, on
from verifier.cloudformation.types.parts import Items, Setting
from verifier.cloudformation.types.work import Work


def _attribute(name: str) -> Read:
    """The read of one DNS attribute; its name as a parameter begins with a small letter."""
    return Read("DescribeVpcAttribute", {"Attribute": name[0].lower() + name[1:]})


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
            {"EnableDnsSupport": Prop("EnableDnsSupport", attribute_value)},
            default=attribute_is("ec2-dns-defaults", "EnableDnsSupport", True),
        ),
        Setting(
            "EnableDnsHostnames",
            "ModifyVpcAttribute",
            {"EnableDnsHostnames": Prop("EnableDnsHostnames", attribute_value)},
            default=attribute_is("ec2-dns-defaults", "EnableDnsHostnames", False),
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
        Lists(
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
