"""How the capacity of a global table is scaled: by Application Auto Scaling, region by region."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.authorization.caller import Certainty
from verifier.authorization.operation import Requirement
from verifier.cloudformation.handlers.dynamodb_replicas import (
    INDEXES,
    READS,
    WRITES,
    Properties,
    is_on_demand,
    regions,
)
from verifier.cloudformation.types.handler import Mention
from verifier.cloudformation.types.params import Params
from verifier.cloudformation.types.values import items_by
from verifier.cloudformation.types.work import Work

_SERVICE = "application-autoscaling"
# DynamoDB's own way to the same; which of the two AWS's handler goes is not known.
_OTHERWISE = ("DescribeTableReplicaAutoScaling", "UpdateTableReplicaAutoScaling")
# What AWS names for the deletion of a scaled table; which of it is called is not known.
_AT_DELETION = (
    "DeleteScalingPolicy",
    "DeleteScheduledAction",
    "DeregisterScalableTarget",
    "PutScalingPolicy",
    "PutScheduledAction",
    "RegisterScalableTarget",
)


@dataclass(frozen=True)
class _Scaled:
    """A capacity that Application Auto Scaling keeps: what it is of, and its settings."""

    target: Mapping[str, str]
    metric: str
    settings: Properties

    @property
    def name(self) -> str:
        """Of the policy."""
        return f"{self.metric}:{self.target['ResourceId']}"

    @property
    def policy(self) -> dict[str, Any]:
        """The policy as PutScalingPolicy takes it."""
        metric = {"PredefinedMetricSpecification": {"PredefinedMetricType": self.metric}}
        return {**self.settings["TargetTrackingScalingPolicyConfiguration"], **metric}


def _scaled(there: Work, properties: Properties) -> dict[str, _Scaled]:
    """What is scaled of the table in a region, by the names of the policies."""
    if is_on_demand(properties):
        return {}
    table = f"table/{there.physical_id}"
    replica = regions(properties).get(there.region, {})
    found = [*_scaled_of(properties, replica, table, "table")]
    own = items_by("IndexName", replica.get(INDEXES))
    for name, index in items_by("IndexName", properties.get(INDEXES)).items():
        found += _scaled_of(index, own.get(name, {}), f"{table}/index/{name}", "index")
    return {one.name: one for one in found}


def _scaled_of(shared: Properties, own: Properties, resource: str, kind: str) -> Iterator[_Scaled]:
    for way, settings in (("Write", shared.get(WRITES)), ("Read", own.get(READS))):
        wanted = (settings or {}).get(f"{way}CapacityAutoScalingSettings")
        if wanted:
            target = {
                "ServiceNamespace": "dynamodb",
                "ResourceId": resource,
                "ScalableDimension": f"dynamodb:{kind}:{way}CapacityUnits",
            }
            yield _Scaled(target, f"DynamoDB{way}CapacityUtilization", wanted)


def mentions(itself: Params) -> Iterator[Mention]:
    """Every call that scaling may make; ``itself`` names the table."""
    for operation in _OTHERWISE:
        yield Mention("dynamodb", operation, itself)
    target = dict.fromkeys(("ServiceNamespace", "ResourceId", "ScalableDimension"))
    for operation in ("RegisterScalableTarget", "DeregisterScalableTarget"):
        yield Mention(_SERVICE, operation, target)
    for operation in ("PutScalingPolicy", "DeleteScalingPolicy"):
        yield Mention(_SERVICE, operation, {**target, "PolicyName": None})


def scale(there: Work, before: Properties, after: Properties) -> None:
    """Have the table of one region scaled as ``after`` says, where ``before`` said otherwise."""
    was, wanted = _scaled(there, before), _scaled(there, after)
    if was == wanted:
        return
    for operation in _OTHERWISE:
        there.permit("dynamodb", operation, {"TableName": there.physical_id}, sure=False, because=WRITES)
    for name in sorted(was.keys() - wanted.keys()):
        target = was[name].target
        there.call(_SERVICE, "DeleteScalingPolicy", {"PolicyName": name, **target})
        there.call(_SERVICE, "DeregisterScalableTarget", target)
    for name, one in wanted.items():
        if was.get(name) != one:
            limits = {key: one.settings[key] for key in ("MinCapacity", "MaxCapacity")}
            there.call(_SERVICE, "RegisterScalableTarget", {**one.target, **limits})
            policy = {"PolicyName": name, "PolicyType": "TargetTrackingScaling", **one.target}
            tracking = {"TargetTrackingScalingPolicyConfiguration": one.policy}
            there.call(_SERVICE, "PutScalingPolicy", {**policy, **tracking})


def unscale(there: Work, properties: Properties) -> None:
    """Ask for what the deletion of a scaled table may need."""
    if _scaled(there, properties):
        target = f"arn:{there.partition}:{_SERVICE}:{there.region}:{there.account}:scalable-target/*"
        there.ask_for([Requirement(f"{_SERVICE}:{one}", target) for one in _AT_DELETION], Certainty.LIKELY)
