"""EC2: what only its irregular types do: addresses, tables of subnets, rules of groups, endpoints."""

from typing import Any

from tests.cloudformation.remembering import Remembering, work
from verifier.cloudformation.handlers.ec2_addresses import EIP
from verifier.cloudformation.handlers.ec2_endpoints import VPC_ENDPOINT
from verifier.cloudformation.handlers.ec2_routes import SUBNET_ROUTE_TABLE_ASSOCIATION
from verifier.cloudformation.handlers.ec2_security_groups import SECURITY_GROUP, SECURITY_GROUP_EGRESS

_HTTPS = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "10.0.0.0/16"}
_SENT = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/16"}]}
_EVERYTHING = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]


def _names(carrier: Remembering) -> list[str]:
    return [name for name, _ in carrier.made()]


def test_ref_gives_an_address_and_calls_take_its_allocation() -> None:
    carrier = Remembering({"AllocateAddress": {"PublicIp": "192.0.2.7", "AllocationId": "eipalloc-1"}})
    step = work(carrier, properties={"Domain": "vpc"})
    EIP.create(step)
    assert EIP.ref(step) == "192.0.2.7"
    assert {"192.0.2.7", "eipalloc-1"} <= set(carrier.register.tokens)
    EIP.delete(work(carrier, "delete", physical_id=step.physical_id))
    assert carrier.made()[-1] == ("ReleaseAddress", {"AllocationId": "eipalloc-1"})


def _associated(subnet: str) -> dict[str, Any]:
    return {
        "RouteTables": [{"Associations": [{"RouteTableAssociationId": "rtbassoc-1", "SubnetId": subnet}]}]
    }


def test_a_subnets_first_table_is_associated_and_the_next_one_replaces_it() -> None:
    wanted = {"RouteTableId": "rtb-2", "SubnetId": "subnet-1"}
    first = Remembering({"AssociateRouteTable": {"AssociationId": "rtbassoc-9"}})
    SUBNET_ROUTE_TABLE_ASSOCIATION.create(work(first, properties=wanted))
    assert ("AssociateRouteTable", wanted) in first.made()
    answers = {
        "DescribeRouteTables": _associated("subnet-1"),
        "ReplaceRouteTableAssociation": {"NewAssociationId": "rtbassoc-2"},
    }
    second = Remembering(answers)
    step = work(second, properties=wanted)
    SUBNET_ROUTE_TABLE_ASSOCIATION.create(step)
    params = {"AssociationId": "rtbassoc-1", "RouteTableId": "rtb-2"}
    assert ("ReplaceRouteTableAssociation", params) in second.made()
    assert (step.physical_id, "AssociateRouteTable" in _names(second)) == ("rtbassoc-2", False)


def test_a_groups_first_rules_outwards_take_the_place_of_the_one_that_is_there() -> None:
    with_rules = Remembering({"CreateSecurityGroup": {"GroupId": "sg-1"}})
    SECURITY_GROUP.create(work(with_rules, properties={"SecurityGroupEgress": [_HTTPS]}))
    changes = [one for one in with_rules.made() if "Egress" in one[0]]
    assert changes == [
        ("RevokeSecurityGroupEgress", {"GroupId": "sg-1", "IpPermissions": _EVERYTHING}),
        ("AuthorizeSecurityGroupEgress", {"GroupId": "sg-1", "IpPermissions": [_SENT]}),
    ]
    without = Remembering({"CreateSecurityGroup": {"GroupId": "sg-1"}})
    SECURITY_GROUP.create(work(without, properties={"SecurityGroupIngress": [_HTTPS]}))
    assert not [name for name in _names(without) if "Egress" in name]


def test_a_rule_outwards_of_its_own_takes_that_place_too() -> None:
    answers = {"AuthorizeSecurityGroupEgress": {"SecurityGroupRules": [{"SecurityGroupRuleId": "sgr-1"}]}}
    carrier = Remembering(answers)
    SECURITY_GROUP_EGRESS.create(work(carrier, properties={"GroupId": "sg-1", **_HTTPS}))
    assert _names(carrier)[:2] == ["RevokeSecurityGroupEgress", "AuthorizeSecurityGroupEgress"]


def test_a_rule_that_is_only_described_otherwise_stays() -> None:
    before = [{**_HTTPS, "Description": "one"}]
    for after, expected in (
        ([{**_HTTPS, "Description": "two"}], ["UpdateSecurityGroupRuleDescriptionsIngress"]),
        ([{**_HTTPS, "ToPort": 444}], ["RevokeSecurityGroupIngress", "AuthorizeSecurityGroupIngress"]),
        (before, []),
    ):
        carrier = Remembering()
        properties, previous = ({"SecurityGroupIngress": rules} for rules in (after, before))
        update = work(carrier, "update", physical_id="sg-1", previous=previous, properties=properties)
        SECURITY_GROUP.update(update)
        assert [name for name in _names(carrier) if "Ingress" in name] == expected


def test_an_endpoint_is_told_what_comes_and_what_goes() -> None:
    carrier = Remembering()
    previous = {"VpcId": "vpc-1", "RouteTableIds": ["rtb-1", "rtb-2"], "PolicyDocument": {"Statement": []}}
    properties = {"VpcId": "vpc-1", "RouteTableIds": ["rtb-2", "rtb-3"]}
    step = work(carrier, "update", physical_id="vpce-1", previous=previous, properties=properties)
    VPC_ENDPOINT.update(step)
    sent = dict(carrier.made())["ModifyVpcEndpoint"]
    assert sent == {
        "VpcEndpointId": "vpce-1",
        "AddRouteTableIds": ["rtb-3"],
        "RemoveRouteTableIds": ["rtb-1"],
        "ResetPolicy": True,
    }
