"""Elastic Load Balancing: the load balancer, its listeners, and their rules."""

from dataclasses import replace

from verifier.cloudformation.types.kind import Kind, Name
from verifier.cloudformation.types.params import ABSENT, ID, Computed, Params, Prop, Sourced, same
from verifier.cloudformation.types.part import Read, on
from verifier.cloudformation.types.parts import Setting, Update
from verifier.cloudformation.types.tagging import Tagging
from verifier.cloudformation.types.work import Work

_ARNS = {"ResourceArns": [ID]}
_TAGS = Read("DescribeTags", _ARNS, whole=False)
_TAGGING = Tagging("AddTags", "RemoveTags", _ARNS, at_create="Tags")

# The ends of the ARN and of the host's name are made up.
_BALANCER = Read(
    "DescribeLoadBalancers",
    {"LoadBalancerArns": [ID]},
    gives={
        "CanonicalHostedZoneID": "LoadBalancers.0.CanonicalHostedZoneId",
        "DNSName": "LoadBalancers.0.DNSName",
        "LoadBalancerArn": "LoadBalancers.0.LoadBalancerArn",
        "LoadBalancerName": "LoadBalancers.0.LoadBalancerName",
    },
    tokens=frozenset({"DNSName", "LoadBalancerArn"}),
    whole=False,
)

# What AWS makes of subnets, groups and kinds of addresses that are dropped was not read: nothing is called.
LOAD_BALANCER = Kind(
    type="AWS::ElasticLoadBalancingV2::LoadBalancer",
    service="elbv2",
    create_by="CreateLoadBalancer",
    delete_by="DeleteLoadBalancer",
    itself={"LoadBalancerArn": ID},
    name=Name("Name", 32),
    fixed=same("IpAddressType", "Scheme", "SecurityGroups", "SubnetMappings", "Subnets", "Type"),
    id_from="LoadBalancers.0.LoadBalancerArn",
    token=False,
    gives={
        "LoadBalancerArn": ID,
        "LoadBalancerFullName": Computed(lambda work: work.physical_id.partition(":loadbalancer/")[2]),
    },
    parts=(
        *on(("create", "read"), _BALANCER),
        *on(("delete",), replace(_BALANCER, gives={}, tokens=frozenset())),
        Setting(
            "LoadBalancerAttributes",
            "ModifyLoadBalancerAttributes",
            {"Attributes": Prop("LoadBalancerAttributes")},
            stays="elbv2-attributes-stay",
            reads=(Read("DescribeLoadBalancerAttributes"),),
        ),
        Setting(
            "MinimumLoadBalancerCapacity",
            "ModifyCapacityReservation",
            same("MinimumLoadBalancerCapacity"),
            default=Sourced("elbv2-capacity-reset", {"ResetCapacityReservation": True}),
            reads=(Read("DescribeCapacityReservation"),),
        ),
        Update("SetIpAddressType", same("IpAddressType"), changed_only=True),
        Update("SetSubnets", same("Subnets", "SubnetMappings"), changed_only=True),
        Update("SetSecurityGroups", same("SecurityGroups"), changed_only=True),
        _TAGS,
        _TAGGING,
    ),
    gone=("LoadBalancerNotFound",),
    lacks=frozenset(
        {
            "EnableCapacityReservationProvisionStabilize",
            "EnablePrefixForIpv6SourceNat",
            "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic",
            "Ipv4IpamPoolId",
        }
    ),
)

_LISTENER = Read(
    "DescribeListeners",
    {"ListenerArns": [ID]},
    gives={"ListenerArn": "Listeners.0.ListenerArn"},
    tokens=frozenset({"ListenerArn"}),
    whole=False,
)

# An update leaves what it does not name as it was (source: elbv2-listener-unnamed).
LISTENER = Kind(
    type="AWS::ElasticLoadBalancingV2::Listener",
    service="elbv2",
    create_by="CreateListener",
    update_by="ModifyListener",
    delete_by="DeleteListener",
    itself={"ListenerArn": ID},
    members=same(
        "AlpnPolicy",
        "Certificates",
        "DefaultActions",
        "MutualAuthentication",
        "Port",
        "Protocol",
        "SslPolicy",
    ),
    fixed=same("LoadBalancerArn"),
    id_from="Listeners.0.ListenerArn",
    token=False,
    gives={"ListenerArn": ID},
    parts=(
        *on(("create", "read"), _LISTENER),
        *on(("update", "delete"), replace(_LISTENER, gives={}, tokens=frozenset())),
        Setting(
            "ListenerAttributes",
            "ModifyListenerAttributes",
            {"Attributes": Prop("ListenerAttributes")},
            stays="elbv2-attributes-stay",
            reads=(Read("DescribeListenerAttributes"),),
        ),
        Read("DescribeListenerAttributes", on=("update",), when="ListenerAttributes"),
        *on(("read", "update"), _TAGS),
        _TAGGING,
    ),
    gone=("ListenerNotFound",),
)


def _reset(work: Work) -> object:
    dropped = "Transforms" in work.previous and "Transforms" not in work.properties
    return True if dropped else ABSENT


_RULE = Read(
    "DescribeRules",
    {"RuleArns": [ID]},
    gives={"RuleArn": "Rules.0.RuleArn"},
    tokens=frozenset({"RuleArn"}),
    whole=False,
)
_OF_RULE: Params = same("Actions", "Conditions", "Transforms")

LISTENER_RULE = Kind(
    type="AWS::ElasticLoadBalancingV2::ListenerRule",
    service="elbv2",
    create_by="CreateRule",
    delete_by="DeleteRule",
    itself={"RuleArn": ID},
    fixed={**_OF_RULE, **same("ListenerArn", "Priority")},
    id_from="Rules.0.RuleArn",
    token=False,
    # A rule of a template is never the one that a listener has of itself.
    gives={"RuleArn": ID, "IsDefault": "false"},
    parts=(
        *on(("create", "read"), _RULE),
        *on(("update", "delete"), replace(_RULE, gives={}, tokens=frozenset())),
        # (source: elbv2-transforms-reset)
        Update("ModifyRule", {**_OF_RULE, "ResetTransforms": Computed(_reset)}),
        Update(
            "SetRulePriorities",
            {"RulePriorities": [{"RuleArn": ID, "Priority": Prop("Priority")}]},
            whole=False,
        ),
        *on(("read", "update"), _TAGS),
        _TAGGING,
    ),
    gone=("RuleNotFound",),
)
