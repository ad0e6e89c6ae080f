"""Stacks, resources, events and change sets as CloudFormation's API shows them (botocore's shapes)."""

from collections.abc import Iterator, Mapping
from typing import Any

from verifier.cloudformation.stack.changeset import Change, ChangeSet
from verifier.cloudformation.stack.stack import Stack, StackResource
from verifier.cloudformation.stack.validate import capabilities_reason, needed_capability
from verifier.cloudformation.template.intrinsics import to_text
from verifier.cloudformation.template.parameters import ParameterValue
from verifier.cloudformation.template.sections import Template

_HIDDEN = "****"
_NOT_CHECKED = {"StackDriftStatus": "NOT_CHECKED"}
_RESOURCE_NOT_CHECKED = {"StackResourceDriftStatus": "NOT_CHECKED"}

Answer = dict[str, Any]


def present(**members: Any) -> Answer:
    """The members that have a value; an empty list or mapping is a value, an empty string is none."""
    return {name: value for name, value in members.items() if value is not None and value != ""}


def stack_answer(stack: Stack) -> Answer:
    """One of DescribeStacks' Stacks."""
    return present(
        StackId=stack.id,
        StackName=stack.name,
        Description=stack.template.description,
        Parameters=parameters_answer(stack.parameters),
        CreationTime=stack.created,
        DeletionTime=stack.deleted,
        LastUpdatedTime=stack.updated,
        RollbackConfiguration={},
        StackStatus=stack.status,
        StackStatusReason=stack.reason,
        DisableRollback=stack.disable_rollback,
        NotificationARNs=list(stack.notification_arns),
        Capabilities=list(stack.capabilities),
        Outputs=[
            present(
                OutputKey=one.key, OutputValue=one.value, Description=one.description, ExportName=one.export
            )
            for one in stack.outputs
        ],
        RoleARN=stack.role_arn,
        Tags=tags_answer(stack.tags),
        EnableTerminationProtection=stack.termination_protection,
        ParentId=stack.parent_id,
        RootId=stack.root_id,
        DriftInformation=_NOT_CHECKED,
    )


def stack_summary(stack: Stack) -> Answer:
    """One of ListStacks' StackSummaries."""
    return present(
        StackId=stack.id,
        StackName=stack.name,
        TemplateDescription=stack.template.description,
        CreationTime=stack.created,
        LastUpdatedTime=stack.updated,
        DeletionTime=stack.deleted,
        StackStatus=stack.status,
        StackStatusReason=stack.reason,
        ParentId=stack.parent_id,
        RootId=stack.root_id,
        DriftInformation=_NOT_CHECKED,
    )


def tags_answer(tags: Mapping[str, str]) -> list[Answer]:
    """Tags as a list."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def parameters_answer(parameters: Mapping[str, ParameterValue]) -> list[Answer]:
    """Parameters as a list; a NoEcho value is never shown."""
    return [
        present(
            ParameterKey=one.key,
            ParameterValue=_HIDDEN if one.no_echo else one.given,
            ResolvedValue=_HIDDEN if one.no_echo and one.resolved else one.resolved,
        )
        for one in parameters.values()
    ]


def events_answer(stack: Stack) -> list[Answer]:
    """DescribeStackEvents' StackEvents: newest first."""
    return [
        present(
            StackId=stack.id,
            EventId=event.id,
            StackName=stack.name,
            LogicalResourceId=event.logical_id,
            PhysicalResourceId=event.physical_id,
            ResourceType=event.type,
            Timestamp=event.time,
            ResourceStatus=event.status,
            ResourceStatusReason=event.reason,
        )
        for event in reversed(stack.events)
    ]


def resource_answer(stack: Stack, resource: StackResource) -> Answer:
    """One of DescribeStackResources' StackResources."""
    return present(
        StackName=stack.name,
        StackId=stack.id,
        LogicalResourceId=resource.logical_id,
        PhysicalResourceId=resource.physical_id,
        ResourceType=resource.type,
        Timestamp=resource.time,
        ResourceStatus=resource.status,
        ResourceStatusReason=resource.reason,
        DriftInformation=_RESOURCE_NOT_CHECKED,
    )


def resource_detail(stack: Stack, resource: StackResource) -> Answer:
    """DescribeStackResource's StackResourceDetail."""
    answer = resource_answer(stack, resource)
    answer["LastUpdatedTimestamp"] = answer.pop("Timestamp")
    return answer


def resource_summary(resource: StackResource) -> Answer:
    """One of ListStackResources' StackResourceSummaries."""
    return present(
        LogicalResourceId=resource.logical_id,
        PhysicalResourceId=resource.physical_id,
        ResourceType=resource.type,
        LastUpdatedTimestamp=resource.time,
        ResourceStatus=resource.status,
        ResourceStatusReason=resource.reason,
        DriftInformation=_RESOURCE_NOT_CHECKED,
    )


def change_set_answer(stack: Stack, change_set: ChangeSet) -> Answer:
    """DescribeChangeSet's answer."""
    wanted = change_set.wanted
    return present(
        ChangeSetName=change_set.name,
        ChangeSetId=change_set.id,
        StackId=stack.id,
        StackName=stack.name,
        Description=change_set.description,
        Parameters=parameters_answer(wanted.parameters) if wanted else [],
        CreationTime=change_set.created,
        ExecutionStatus=change_set.execution_status,
        Status=change_set.status,
        StatusReason=change_set.status_reason,
        NotificationARNs=list(change_set.notification_arns),
        RollbackConfiguration={},
        Capabilities=list(change_set.capabilities),
        Tags=tags_answer(wanted.tags) if wanted else [],
        Changes=[_change_answer(change) for change in change_set.changes],
        IncludeNestedStacks=False,
        OnStackFailure=change_set.on_failure if change_set.on_failure != "ROLLBACK" else None,
    )


def change_set_summary(stack: Stack, change_set: ChangeSet) -> Answer:
    """One of ListChangeSets' Summaries."""
    return present(
        StackId=stack.id,
        StackName=stack.name,
        ChangeSetId=change_set.id,
        ChangeSetName=change_set.name,
        ExecutionStatus=change_set.execution_status,
        Status=change_set.status,
        StatusReason=change_set.status_reason,
        CreationTime=change_set.created,
        Description=change_set.description,
    )


def _change_answer(change: Change) -> Answer:
    return {
        "Type": "Resource",
        "ResourceChange": present(
            Action=change.action,
            LogicalResourceId=change.logical_id,
            PhysicalResourceId=change.physical_id,
            ResourceType=change.type,
            Replacement=change.replacement,
            Scope=list(change.scope),
            Details=list(_details(change)),
        ),
    }


def _details(change: Change) -> Iterator[Answer]:
    for name in change.attributes:
        recreation = {"True": "Always", "Conditional": "Conditionally"}.get(change.replacement, "Never")
        target = present(Attribute="Properties", Name=name, RequiresRecreation=recreation)
        yield {"Target": target, "Evaluation": "Static", "ChangeSource": "DirectModification"}
    for attribute in change.scope:
        if attribute != "Properties":
            target = {"Attribute": attribute, "RequiresRecreation": "Never"}
            yield {"Target": target, "Evaluation": "Static", "ChangeSource": "DirectModification"}


def template_answer(template: Template) -> Answer:
    """ValidateTemplate's answer."""
    capability = needed_capability(template)
    return present(
        Parameters=[
            present(
                ParameterKey=key,
                DefaultValue=to_text(one["Default"]) if "Default" in one else None,
                NoEcho=to_text(one.get("NoEcho", False)).lower() == "true",
                Description=one.get("Description"),
            )
            for key, one in template.parameters.items()
        ],
        Description=template.description,
        Capabilities=[capability] if capability else None,
        CapabilitiesReason=capabilities_reason(template),
        DeclaredTransforms=list(template.transforms) or None,
    )


def template_summary(template: Template) -> Answer:
    """GetTemplateSummary's answer."""
    answer = template_answer(template)
    for parameter in answer["Parameters"]:
        declared = template.parameters[parameter["ParameterKey"]]
        parameter["ParameterType"] = str(declared["Type"])
        allowed = declared.get("AllowedValues")
        parameter["ParameterConstraints"] = present(
            AllowedValues=[to_text(one) for one in allowed] if allowed else None
        )
    answer["ResourceTypes"] = [one.type for one in template.resources.values()]
    version = template.body.get("AWSTemplateFormatVersion")
    return answer | present(Version=to_text(version) if version else None)
