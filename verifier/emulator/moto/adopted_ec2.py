"""Networks of the user's own and what is in them, placed where moto looks for them; see ``adopted``."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from verifier.authorization.operation import Operation

_ID = re.compile(r"(eipalloc|igw|rtb|sg|subnet|vpc)-(?:[0-9a-f]{8}|[0-9a-f]{17})")


def place(operation: Operation, text: str) -> None:
    """Make the part of a network that has this id be there, unless it is, or ``text`` is no such id."""
    kind = _ID.fullmatch(text)
    if kind:
        from moto.ec2.models import ec2_backends

        _PLACES[kind[1]](ec2_backends[operation.account][operation.region], text)


def _network(ec2: Any, given: str) -> None:
    if given in ec2.vpcs:
        return
    vpc = ec2.create_vpc("10.0.0.0/16")
    made, vpc.id = vpc.id, given
    ec2.vpcs[given] = ec2.vpcs.pop(made)
    ec2.groups[given] = ec2.groups.pop(made)
    inside = [*ec2.groups[given].values(), *ec2.route_tables.values(), *ec2.network_acls.values()]
    for one in inside:
        one.vpc_id = given if one.vpc_id == made else one.vpc_id
    # Which addresses it has, only its owner knows: any subnet fits in.
    for association in vpc.get_cidr_block_association_set():
        association["cidr_block"] = "0.0.0.0/0"


def _subnet(ec2: Any, given: str) -> None:
    """One of the default network, in a zone that its id tells: so two are likely in two."""
    subnets = [one for zone in ec2.subnets.values() for one in zone.values()]
    if any(one.id == given for one in subnets):
        return
    network = _default(ec2)
    zones = sorted({one.availability_zone for one in subnets if one.vpc_id == network.id})
    taken = sum(one.vpc_id == network.id for one in subnets)
    zone = zones[taken % len(zones)]
    subnet = ec2.create_subnet(network.id, f"172.31.{128 + taken % 128}.0/24", availability_zone=zone)
    del ec2.subnets[zone][subnet.id]
    subnet.id = given
    ec2.subnets[zone][given] = subnet


def _group(ec2: Any, given: str) -> None:
    if ec2.get_security_group_from_id(given):
        return
    network = _default(ec2)
    group = ec2.create_security_group(given, "the user's own", vpc_id=network.id)
    del ec2.groups[network.id][group.id]
    group.id = group.group_id = given
    ec2.groups[network.id][given] = group


def _route_table(ec2: Any, given: str) -> None:
    if given not in ec2.route_tables:
        table = ec2.create_route_table(_default(ec2).id)
        del ec2.route_tables[table.id]
        table.id = given
        ec2.route_tables[given] = table


def _internet_gateway(ec2: Any, given: str) -> None:
    if given not in ec2.internet_gateways:
        gateway = ec2.create_internet_gateway()
        del ec2.internet_gateways[gateway.id]
        gateway.id = given
        ec2.internet_gateways[given] = gateway


def _address(ec2: Any, given: str) -> None:
    if all(one.allocation_id != given for one in ec2.addresses):
        ec2.allocate_address("vpc").allocation_id = given


def _default(ec2: Any) -> Any:
    return next(vpc for vpc in ec2.vpcs.values() if vpc.is_default)


_PLACES: Mapping[str, Callable[[Any, str], None]] = {
    "eipalloc": _address,
    "igw": _internet_gateway,
    "rtb": _route_table,
    "sg": _group,
    "subnet": _subnet,
    "vpc": _network,
}
