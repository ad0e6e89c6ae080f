"""Application Auto Scaling: the scaling policy."""

from dataclasses import dataclass

from verifier.cloudformation.types.kind import Kind
from verifier.cloudformation.types.params import ID, Computed, Params, same
from verifier.cloudformation.types.part import Part, Read
from verifier.cloudformation.types.step import Step
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
