"""Application Auto Scaling: the scalable target and the scaling policy."""

from dataclasses import dataclass

from verifier.cloudformation.types.kind import Kind
from verifier.cloudformation.types.params import ID, Computed, Params, Prop, Text, same
from verifier.cloudformation.types.part import Part, Read, on
from verifier.cloudformation.types.parts import Items, Update
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.tagging import Tagging
from verifier.cloudformation.types.work import Work

_TARGET = same("ServiceNamespace", "ResourceId", "ScalableDimension")


def _name(work: Work) -> str:
    return str(work.properties["PolicyName"])


_ITSELF: Params = {"PolicyName": Computed(_name, ("PolicyName",)), **_TARGET}


@dataclass(frozen=True)
class _Random(Part):
    """The policy's ARN is made of what the template says, and of an id that AWS makes up."""

    def create(self, step: Step) -> None:
        """Say what is random of ``...:scalingPolicy:{id}:resource/...``."""
        step.work.token(step.work.physical_id.partition(":scalingPolicy:")[2].partition(":")[0])


# What a target's Ref gives, which ScalingTargetId is, was not read; predictive policies read metrics.
SCALING_POLICY = Kind(
    type="AWS::ApplicationAutoScaling::ScalingPolicy",
    service="application-autoscaling",
    itself=_ITSELF,
    create_by="PutScalingPolicy",
    update_by="PutScalingPolicy",
    delete_by="DeleteScalingPolicy",
    id_from="PolicyARN",
    token=False,
    members=same("PolicyType", "StepScalingPolicyConfiguration", "TargetTrackingScalingPolicyConfiguration"),
    fixed=_ITSELF,
    gives={"Arn": ID},
    parts=(
        _Random(),
        Read(
            "DescribeScalingPolicies",
            {"PolicyNames": [_ITSELF["PolicyName"]], **_TARGET},
            on=("create", "read", "update", "delete"),
            whole=False,
        ),
    ),
    # The second is the emulator's word for the first.
    gone=("ObjectNotFoundException", "ValidationException"),
    lacks=frozenset({"PredictiveScalingPolicyConfiguration", "ScalingTargetId"}),
)

_CAPACITY: Params = same("MaxCapacity", "MinCapacity", "RoleARN", "SuspendedState")
# The id in its ARN is AWS's, and no property has it: tags are asked for on every target.
_RESOURCE: Params = {
    "ResourceARN": Text("arn:{partition}:application-autoscaling:{region}:{account}:scalable-target/*")
}
_TAGS = Read("ListTagsForResource", _RESOURCE, whole=False)
_NAMED: Params = {"ScheduledActionName": Prop("ScheduledActionName")}

SCALABLE_TARGET = Kind(
    type="AWS::ApplicationAutoScaling::ScalableTarget",
    service="application-autoscaling",
    itself=_TARGET,
    create_by="RegisterScalableTarget",
    delete_by="DeregisterScalableTarget",
    id_form=Text("{ResourceId}|{ScalableDimension}|{ServiceNamespace}"),
    fixed={**_TARGET, **_CAPACITY},
    gives={"Id": ID},
    parts=(
        Update("RegisterScalableTarget", _CAPACITY),
        Read(
            "DescribeScalableTargets",
            {
                "ServiceNamespace": Prop("ServiceNamespace"),
                "ResourceIds": [Prop("ResourceId")],
                "ScalableDimension": Prop("ScalableDimension"),
            },
            on=("create", "read", "update"),
            whole=False,
        ),
        Items(
            "ScheduledActions",
            "ScheduledActionName",
            "PutScheduledAction",
            {**_NAMED, **same("EndTime", "ScalableTargetAction", "Schedule", "StartTime", "Timezone")},
            "DeleteScheduledAction",
            _NAMED,
        ),
        Read("DescribeScheduledActions", on=("create", "read", "update"), when="ScheduledActions"),
        *on(("create", "read"), _TAGS),
        Tagging("TagResource", "UntagResource", _RESOURCE, at_create="Tags", form=dict, look=_TAGS),
    ),
    # The second is the emulator's word for the first.
    gone=("ObjectNotFoundException", "ValidationException"),
)
