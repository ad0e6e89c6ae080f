"""Elastic Load Balancing: target groups, of functions, instances, addresses and load balancers."""

from dataclasses import replace

from verifier.cloudformation.types.kind import Kind, Name
from verifier.cloudformation.types.params import ID, Computed, Prop, Sourced, same
from verifier.cloudformation.types.part import Read, on
from verifier.cloudformation.types.parts import Items, Setting
from verifier.cloudformation.types.tagging import Tagging

_ARNS = {"ResourceArns": [ID]}
_TAGS = Read("DescribeTags", _ARNS, whole=False)
# The end of its ARN is made up.
_GROUP = Read(
    "DescribeTargetGroups",
    {"TargetGroupArns": [ID]},
    gives={
        "LoadBalancerArns": "TargetGroups.0.LoadBalancerArns",
        "TargetGroupArn": "TargetGroups.0.TargetGroupArn",
        "TargetGroupName": "TargetGroups.0.TargetGroupName",
    },
    tokens=frozenset({"TargetGroupArn"}),
    whole=False,
)
_HEALTH = Read("DescribeTargetHealth")

# The group of a function has one attribute (source: elbv2-function-attribute).
TARGET_GROUP = Kind(
    type="AWS::ElasticLoadBalancingV2::TargetGroup",
    service="elbv2",
    create_by="CreateTargetGroup",
    update_by="ModifyTargetGroup",
    delete_by="DeleteTargetGroup",
    itself={"TargetGroupArn": ID},
    name=Name("Name", 32),
    members=same(
        "HealthCheckEnabled",
        "HealthCheckIntervalSeconds",
        "HealthCheckPath",
        "HealthCheckPort",
        "HealthCheckProtocol",
        "HealthCheckTimeoutSeconds",
        "HealthyThresholdCount",
        "Matcher",
        "UnhealthyThresholdCount",
    ),
    fixed=same("IpAddressType", "Port", "Protocol", "ProtocolVersion", "TargetType", "VpcId"),
    id_from="TargetGroups.0.TargetGroupArn",
    token=False,
    gives={
        "TargetGroupArn": ID,
        "TargetGroupFullName": Computed(lambda work: work.physical_id.rpartition(":")[2]),
    },
    parts=(
        *on(("create", "read"), _GROUP),
        *on(("update", "delete"), replace(_GROUP, gives={}, tokens=frozenset())),
        Setting(
            "TargetGroupAttributes",
            "ModifyTargetGroupAttributes",
            {"Attributes": Prop("TargetGroupAttributes")},
            default=Sourced(
                "elbv2-function-attribute",
                {"Attributes": [{"Key": "lambda.multi_value_headers.enabled", "Value": "false"}]},
            ),
            reads=(Read("DescribeTargetGroupAttributes"),),
        ),
        Items(
            "Targets",
            "Id",
            "RegisterTargets",
            {"Targets": [Prop("")]},
            "DeregisterTargets",
            {"Targets": [Prop("")]},
        ),
        *on(("create", "read", "update"), _HEALTH),
        _TAGS,
        Tagging("AddTags", "RemoveTags", _ARNS, at_create="Tags"),
    ),
    gone=("TargetGroupNotFound",),
    lacks=frozenset({"TargetControlPort"}),
)
