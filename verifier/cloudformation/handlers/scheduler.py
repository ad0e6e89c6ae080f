"""EventBridge Scheduler: the schedule and the group of schedules."""

from verifier.cloudformation.types.kind import Kind, Name
from verifier.cloudformation.types.params import ARN, ID, same
from verifier.cloudformation.types.part import Read
from verifier.cloudformation.types.tagging import Tagging

_GONE = ("ResourceNotFoundException",)

# Each update sets everything: what it leaves out gets AWS's value (source scheduler-update-sets-everything).
# A schedule stays in its group: in another one AWS finds none of its name.
SCHEDULE = Kind(
    type="AWS::Scheduler::Schedule",
    service="scheduler",
    name=Name("Name", 64),
    itself={"Name": ID, **same("GroupName")},
    create_by="CreateSchedule",
    update_by="UpdateSchedule",
    delete_by="DeleteSchedule",
    members=same(
        "Description",
        "EndDate",
        "FlexibleTimeWindow",
        "GroupName",
        "KmsKeyArn",
        "ScheduleExpression",
        "ScheduleExpressionTimezone",
        "StartDate",
        "State",
        "Target",
    ),
    parts=(Read("GetSchedule", gives={"Arn": "Arn"}, on=("create", "read", "update", "delete")),),
    gone=_GONE,
)

_RESOURCE = {"ResourceArn": ARN}
_TAGS = Read("ListTagsForResource", _RESOURCE, whole=False)

SCHEDULE_GROUP = Kind(
    type="AWS::Scheduler::ScheduleGroup",
    service="scheduler",
    name=Name("Name", 64),
    itself={"Name": ID},
    arn="arn:{partition}:scheduler:{region}:{account}:schedule-group/{id}",
    create_by="CreateScheduleGroup",
    delete_by="DeleteScheduleGroup",
    parts=(
        Read(
            "GetScheduleGroup",
            gives={name: name for name in ("Arn", "CreationDate", "LastModificationDate", "State")},
            on=("create", "read", "update", "delete"),
        ),
        Read("ListTagsForResource", _RESOURCE, on=("create", "read"), whole=False),
        Tagging("TagResource", "UntagResource", _RESOURCE, at_create="Tags", look=_TAGS),
    ),
    gone=_GONE,
)
