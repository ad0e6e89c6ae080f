"""CloudWatch Logs: what looks at log groups' events, and the account's resource policies."""

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


def _filter(noun: str, params: Params, *, exists: str, read: str, of_stack: bool = True) -> Kind:
    """A filter of a log group: AWS's handler looks whether it is there before it puts it, and reads it back.

    ``exists`` and ``read`` are the sources of the two; ``of_stack`` tells whether a name that is made up
    holds the stack's.
    """
    put, describe = f"Put{noun}", f"Describe{noun}s"
    return Kind(
        type=f"AWS::Logs::{noun}",
        service="logs",
        name=Name("FilterName", 512, "filterName", of_stack=of_stack),
        itself=_ITSELF,
        create_by=put,
        delete_by=f"Delete{noun}",
        fixed={**params, **_OF_GROUP},
        parts=(
            Read(describe, _NEW, on=("before create",), source=exists, gone=_GONE, whole=False),
            Read(describe, _KNOWN, on=("update",), source=exists, whole=False),
            Update(put, params),
            Read(describe, _KNOWN, on=("create", "read"), source=read, whole=False),
        ),
        gone=_GONE,
    )


SUBSCRIPTION_FILTER = _filter(
    "SubscriptionFilter",
    _SUBSCRIPTION,
    exists="cfn-subscription-filter-exists",
    read="cfn-subscription-filter-read",
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

METRIC_FILTER = _filter(
    "MetricFilter", _METRIC, exists="cfn-metric-filter-exists", read="cfn-metric-filter-read", of_stack=False
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

# An update is the call of the creation with its id, and keeps nothing that is not sent
# (source: logs-query-definition-replaces).
QUERY_DEFINITION = Kind(
    type="AWS::Logs::QueryDefinition",
    service="logs",
    itself={"queryDefinitionId": ID},
    create_by="PutQueryDefinition",
    update_by="PutQueryDefinition",
    delete_by="DeleteQueryDefinition",
    id_from="queryDefinitionId",
    members=lower("LogGroupNames", "Name", "Parameters", "QueryLanguage", "QueryString"),
    gives={"QueryDefinitionId": ID},
    parts=(
        Read(
            "DescribeQueryDefinitions",
            {"queryDefinitionNamePrefix": Prop("Name"), "maxResults": 1000},
            source="cfn-query-definition-read",
            whole=False,
        ),
    ),
    gone=_GONE,
)
