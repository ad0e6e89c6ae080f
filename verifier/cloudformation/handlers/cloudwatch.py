"""CloudWatch: the alarm and the dashboard."""

from verifier.cloudformation.types.kind import Kind, Name
from verifier.cloudformation.types.params import ARN, ID, Params, Prop, same
from verifier.cloudformation.types.part import Read
from verifier.cloudformation.types.parts import Update
from verifier.cloudformation.types.tagging import Tagging
from verifier.cloudformation.types.values import document

_GONE = ("ResourceNotFound", "ResourceNotFoundException", "DashboardNotFoundError")
_RESOURCE: Params = {"ResourceARN": ARN}
_TAGS = Read("ListTagsForResource", _RESOURCE, whole=False)
_TAGGING = Tagging("TagResource", "UntagResource", _RESOURCE, at_create="Tags", look=_TAGS)
_ALARM: Params = same(
    "ActionsEnabled",
    "AlarmActions",
    "AlarmDescription",
    "ComparisonOperator",
    "DatapointsToAlarm",
    "Dimensions",
    "EvaluateLowSampleCountPercentile",
    "EvaluationPeriods",
    "ExtendedStatistic",
    "InsufficientDataActions",
    "MetricName",
    "Metrics",
    "Namespace",
    "OKActions",
    "Period",
    "Statistic",
    "Threshold",
    "ThresholdMetricId",
    "TreatMissingData",
    "Unit",
)

# Putting it again sets everything but the tags.
ALARM = Kind(
    type="AWS::CloudWatch::Alarm",
    service="cloudwatch",
    name=Name("AlarmName", 255),
    itself={"AlarmNames": [ID]},
    arn="arn:{partition}:cloudwatch:{region}:{account}:alarm:{id}",
    create_by="PutMetricAlarm",
    delete_by="DeleteAlarms",
    fixed=_ALARM,
    gives={"Arn": ARN},
    parts=(
        Update("PutMetricAlarm", {"AlarmName": ID, **_ALARM}, whole=False),
        _TAGGING,
        Read("DescribeAlarms", on=("create", "read", "update", "delete")),
        Read("ListTagsForResource", _RESOURCE, on=("create", "read"), whole=False),
    ),
    gone=_GONE,
    lacks=frozenset(
        {
            "ActionConfiguration",
            "EvaluationCriteria",
            "EvaluationInterval",
            "EvaluationWindow",
            "WarmUpConfiguration",
        }
    ),
)

_BODY: Params = {"DashboardBody": Prop("DashboardBody", document)}

DASHBOARD = Kind(
    type="AWS::CloudWatch::Dashboard",
    service="cloudwatch",
    name=Name("DashboardName", 255),
    itself={"DashboardNames": [ID]},
    arn="arn:{partition}:cloudwatch::{account}:dashboard/{id}",
    create_by="PutDashboard",
    delete_by="DeleteDashboards",
    fixed=_BODY,
    parts=(
        Update("PutDashboard", {"DashboardName": ID, **_BODY}, whole=False),
        _TAGGING,
        Read("GetDashboard", {"DashboardName": ID}, on=("create", "read", "delete"), whole=False),
        Read("ListTagsForResource", _RESOURCE, whole=False),
    ),
    gone=_GONE,
)
