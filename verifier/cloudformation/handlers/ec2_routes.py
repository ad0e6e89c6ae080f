"""EC2: route tables, what is in them, and which subnet has which."""

from collections.abc import Iterator
from dataclasses import dataclass

from verifier.cloudformation.handlers.ec2_shapes import tagging
from verifier.cloudformation.types.handler import Mention
from verifier.cloudformation.types.kind import Kind
from verifier.cloudformation.types.params import ID, Computed, Params, Prop, same
from verifier.cloudformation.types.part import Read, on
from verifier.cloudformation.types.parts import Update
from verifier.cloudformation.types.work import Work

# Tags are a call after it (source: cfn-ec2-tags-inside-and-after).
ROUTE_TABLE = Kind(
    type="AWS::EC2::RouteTable",
    service="ec2",
    create_by="CreateRouteTable",
    delete_by="DeleteRouteTable",
    itself={"RouteTableId": ID},
    fixed=same("VpcId"),
    id_from="RouteTable.RouteTableId",
    gives={"RouteTableId": ID},
    parts=(
        Read(
            "DescribeRouteTables",
            {"RouteTableIds": [ID]},
            on=("create", "read", "update", "delete"),
            whole=False,
        ),
        tagging(),
    ),
    gone=("InvalidRouteTableID.NotFound",),
)

_DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock")
_OF_ROUTE = same("RouteTableId", *_DESTINATIONS)
_TARGETS = same(
    "EgressOnlyInternetGatewayId",
    "GatewayId",
    "NatGatewayId",
    "NetworkInterfaceId",
    "TransitGatewayId",
    "VpcPeeringConnectionId",
)


def _destination(work: Work) -> str:
    return next((str(work.properties[name]) for name in _DESTINATIONS if name in work.properties), "")


ROUTE = Kind(
    type="AWS::EC2::Route",
    service="ec2",
    create_by="CreateRoute",
    delete_by="DeleteRoute",
    itself=_OF_ROUTE,
    fixed={**_OF_ROUTE, **_TARGETS},
    id_form=Computed(lambda work: f"{work.properties['RouteTableId']}|{_destination(work)}"),
    gives={"CidrBlock": Computed(_destination)},
    parts=(
        Update("ReplaceRoute", _TARGETS),
        Read(
            "DescribeRouteTables",
            {"RouteTableIds": [Prop("RouteTableId")]},
            on=("create", "read", "update", "delete"),
            whole=False,
        ),
        Read("DescribeNetworkInterfaces", on=("create", "update"), when="NetworkInterfaceId", whole=False),
    ),
    gone=("InvalidRoute.NotFound", "InvalidRouteTableID.NotFound"),
    # Of what no handler makes.
    lacks=frozenset(
        {
            "CarrierGatewayId",
            "CoreNetworkArn",
            "DestinationPrefixListId",
            "InstanceId",
            "LocalGatewayId",
            "OdbNetworkArn",
            "VpcEndpointId",
        }
    ),
)


@dataclass(frozen=True)
class _SubnetsTable(Kind):
    """A subnet has one table at a time: where it has one by now, that association is replaced.

    So it is when an association is: the new one comes before the old one goes.
    """

    def create(self, work: Work) -> None:
        """Look for an association of the subnet; replace it, or make the first."""
        step = self._step(work)
        found = work.read("ec2", "DescribeRouteTables", step.params(_TABLES, whole=False))
        own = [
            one["RouteTableAssociationId"]
            for table in found.get("RouteTables", ())
            for one in table.get("Associations", ())
            if one.get("SubnetId") == work.properties["SubnetId"]
        ]
        if not own:
            super().create(work)
            return
        params = step.params({"AssociationId": own[0], **same("RouteTableId")}, whole=False)
        answer = step.call("ReplaceRouteTableAssociation", params)
        work.created(work.token(str(answer["NewAssociationId"])))

    def mentions(self) -> Iterator[Mention]:
        """The look and the replacement too."""
        yield from super().mentions()
        yield Mention("ec2", "DescribeRouteTables", _TABLES)
        yield Mention("ec2", "ReplaceRouteTableAssociation", {"AssociationId": ID, **same("RouteTableId")})


_TABLES: Params = {"Filters": [{"Name": "association.subnet-id", "Values": [Prop("SubnetId")]}]}

SUBNET_ROUTE_TABLE_ASSOCIATION = _SubnetsTable(
    type="AWS::EC2::SubnetRouteTableAssociation",
    service="ec2",
    create_by="AssociateRouteTable",
    delete_by="DisassociateRouteTable",
    itself={"AssociationId": ID},
    fixed=same("RouteTableId", "SubnetId"),
    id_from="AssociationId",
    gives={"Id": ID},
    parts=(
        *on(("create", "delete"), Read("DescribeSubnets", {"SubnetIds": [Prop("SubnetId")]}, whole=False)),
        Read(
            "DescribeRouteTables",
            {"Filters": [{"Name": "association.route-table-association-id", "Values": [ID]}]},
            on=("read", "delete"),
            whole=False,
        ),
    ),
    gone=("InvalidAssociationID.NotFound",),
)
