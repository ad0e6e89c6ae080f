"""Networks of the user's own and what is in them, placed where moto looks for them; see ``adopted``."""

import re
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

from verifier.authorization.operation import Operation

_ID = re.compile(r"(eipalloc|igw|rtb|sg|subnet|vpc)-(?:[0-9a-f]{8}|[0-9a-f]{17})")


def place(operation: Operation, text: str) -> None:
    """Make the part of a network that has this id be there, unless it is, or ``text`` is no such id."""
    kind = _ID.fullmatch(text)
    if kind:
        from moto.ec2.models import ec2_backends

        _PLACES[kind[1]](ec2_backends[operation.account][operation.region], text)


def keep_as(given: str, made: Any, attribute: str, kept: MutableMapping[str, Any]) -> None:
    """Keep what moto has ``made`` under another id than the one that it made up, its ``attribute``."""
    del kept[getattr(made, attribute)]
    setattr(made, attribute, given)
    kept[given] = made


def _network(ec2: Any, given: str) -> None:
    if given in ec2.vpcs:
        return
    vpc = ec2.create_vpc("10.0.0.0/16")
    made = vpc.id
    keep_as(given, vpc, "id", ec2.vpcs)
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
    keep_as(given, subnet, "id", ec2.subnets[zone])


def _group(ec2: Any, given: str) -> None:
    if ec2.get_security_group_from_id(given):
        return
    network = _default(ec2)
    group = ec2.create_security_group(given, "the user's own", vpc_id=network.id)
    keep_as(given, group, "id", ec2.groups[network.id])
    group.group_id = given


def _route_table(ec2: Any, given: str) -> None:
    if given not in ec2.route_tables:
        keep_as(given, ec2.create_route_table(_default(ec2).id), "id", ec2.route_tables)


def _internet_gateway(ec2: Any, given: str) -> None:
    if given not in ec2.internet_gateways:
        keep_as(given, ec2.create_internet_gateway(), "id", ec2.internet_gateways)


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
