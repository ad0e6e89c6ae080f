"""CloudWatch Logs: what looks at a log group's events, and the account's resource policies."""

from typing import Any

from verifier.cloudformation.types.kind import Kind, Name
from verifier.cloudformation.types.params import ID, Params, Prop, Text, lower
from verifier.cloudformation.types.part import Read
from verifier.cloudformation.types.parts import Update
from verifier.cloudformation.types.values import document

_GONE = ("ResourceNotFoundException",)
_OF_GROUP: Params = lower("LogGroupName")
_ITSELF: Params = {"filterName": ID, **_OF_GROUP}
_NEW: Params = {"filterNamePrefix": Text("{new_name}"), **_OF_GROUP}
_KNOWN: Params = {"filterNamePrefix": ID, **_OF_GROUP}

_SUBSCRIPTION: Params = lower(
    "ApplyOnTransformedLogs",
    "DestinationArn",
    "Distribution",
    "EmitSystemFields",
    "FieldSelectionCriteria",
    "FilterPattern",
    "RoleArn",
)

# AWS's handler looks whether it is there before it puts it; the creation reads it back.
SUBSCRIPTION_FILTER = Kind(
    type="AWS::Logs::SubscriptionFilter",
    service="logs",
    name=Name("FilterName", 512, "filterName"),
    itself=_ITSELF,
    create_by="PutSubscriptionFilter",
    delete_by="DeleteSubscriptionFilter",
    fixed={**_SUBSCRIPTION, **_OF_GROUP},
    parts=(
        Read(
            "DescribeSubscriptionFilters",
            _NEW,
            on=("before create",),
            source="cfn-subscription-filter-exists",
            gone=_GONE,
            whole=False,
        ),
        Read(
            "DescribeSubscriptionFilters",
            _KNOWN,
            on=("update",),
            source="cfn-subscription-filter-exists",
            whole=False,
        ),
        Update("PutSubscriptionFilter", _SUBSCRIPTION),
        Read(
            "DescribeSubscriptionFilters",
            _KNOWN,
            on=("create", "read"),
            source="cfn-subscription-filter-read",
            whole=False,
        ),
    ),
    gone=_GONE,
)


def _transformations(value: Any) -> list[dict[str, Any]]:
    """The metrics as the API takes them: their dimensions by name."""
    return [
        one | {"Dimensions": {each["Key"]: each["Value"] for each in one["Dimensions"]}}
        if "Dimensions" in one
        else one
        for one in value
    ]


_METRIC: Params = lower(
    "ApplyOnTransformedLogs", "EmitSystemFieldDimensions", "FieldSelectionCriteria", "FilterPattern"
) | {"metricTransformations": Prop("MetricTransformations", _transformations)}

# As that of subscriptions.
METRIC_FILTER = Kind(
    type="AWS::Logs::MetricFilter",
    service="logs",
    name=Name("FilterName", 512, "filterName"),
    itself=_ITSELF,
    create_by="PutMetricFilter",
    delete_by="DeleteMetricFilter",
    fixed={**_METRIC, **_OF_GROUP},
    parts=(
        Read(
            "DescribeMetricFilters",
            _NEW,
            on=("before create",),
            source="cfn-metric-filter-exists",
            gone=_GONE,
            whole=False,
        ),
        Read("DescribeMetricFilters", _KNOWN, on=("update",), source="cfn-metric-filter-exists", whole=False),
        Update("PutMetricFilter", _METRIC),
        Read(
            "DescribeMetricFilters",
            _KNOWN,
            on=("create", "read"),
            source="cfn-metric-filter-read",
            whole=False,
        ),
    ),
    gone=_GONE,
)

_POLICY: Params = {"policyDocument": Prop("PolicyDocument", document)}

RESOURCE_POLICY = Kind(
    type="AWS::Logs::ResourcePolicy",
    service="logs",
    name=Name("PolicyName", 255, "policyName"),
    itself={"policyName": ID},
    create_by="PutResourcePolicy",
    delete_by="DeleteResourcePolicy",
    fixed=_POLICY,
    parts=(
        Read(
            "DescribeResourcePolicies",
            on=("before create", "update"),
            source="cfn-logs-resource-policy-exists",
            whole=False,
        ),
        Update("PutResourcePolicy", _POLICY),
        Read("DescribeResourcePolicies", source="cfn-logs-resource-policy-read", whole=False),
    ),
    gone=_GONE,
)
