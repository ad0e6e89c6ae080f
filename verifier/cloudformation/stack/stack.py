"""A stack as the store keeps it: its resources, outputs, events and change sets."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from verifier.cloudformation.stack.changeset import ChangeSet
from verifier.cloudformation.stack.held import Held
from verifier.cloudformation.stack.views import EventView, ResourceView, StackView
from verifier.cloudformation.template.definitions import ResourceDefinition
from verifier.cloudformation.template.parameters import ParameterValue
from verifier.cloudformation.template.sections import EMPTY, Template
from verifier.grant.evidence import GeneratedName

STACK_TYPE = "AWS::CloudFormation::Stack"


@dataclass
class StackResource:
    """A resource as it was last provisioned; ``physical_id`` is empty until it exists."""

    definition: ResourceDefinition
    physical_id: str = ""
    status: str = ""
    reason: str = ""
    time: datetime = field(default_factory=lambda: datetime.now(UTC))
    properties: Mapping[str, Any] = field(default_factory=dict)
    static: Any = None
    """The properties before they were resolved, with placeholders: what a change set compares."""
    stack_tags: Mapping[str, str] = field(default_factory=dict)
    dependencies: frozenset[str] = frozenset()
    deletion_policy: str = "Delete"
    update_replace_policy: str = "Delete"
    update_policy: Any = None
    """Resolved, where an update has come to it."""

    @property
    def logical_id(self) -> str:
        """Its name in the template."""
        return self.definition.logical_id

    @property
    def type(self) -> str:
        """Its resource type."""
        return self.definition.type


@dataclass(frozen=True)
class Output:
    """One resolved output; ``export`` is the name it is exported under."""

    key: str
    value: str
    description: str | None = None
    export: str | None = None


@dataclass
class Stack:
    """One stack, from its first change set to after its deletion."""

    name: str
    id: str
    account: str
    region: str
    partition: str
    status: str = "REVIEW_IN_PROGRESS"
    reason: str = ""
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    updated: datetime | None = None
    deleted: datetime | None = None
    template: Template = EMPTY
    parameters: Mapping[str, ParameterValue] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    capabilities: tuple[str, ...] = ()
    role_arn: str | None = None
    notification_arns: tuple[str, ...] = ()
    disable_rollback: bool = False
    retain_except_on_create: bool = False
    """The operation under way deletes what it made, also with the policy Retain, when it rolls back."""
    termination_protection: bool = False
    policy: str | None = None
    outputs: tuple[Output, ...] = ()
    imports: frozenset[str] = frozenset()
    resources: dict[str, StackResource] = field(default_factory=dict)
    events: list[EventView] = field(default_factory=list)
    change_sets: dict[str, ChangeSet] = field(default_factory=dict)
    unfinished_rollback: Callable[[Any, frozenset[str]], None] | None = None
    """What ContinueUpdateRollback goes on with, given a session and the resources to skip."""
    cancelled: bool = False
    requested_by: str = ""
    """The ARN of who stands behind the request that began the present operation, or the last one."""
    compiled: bool = False
    """That operation is for a compiled service template (one given by TemplateURL)."""
    looked_at_by: frozenset[str] = frozenset()
    """Who has asked CloudFormation about the stack since its status last changed."""
    parent_id: str = ""
    """For a nested stack the id of the stack that it is a resource of."""
    root_id: str = ""
    """For a nested stack the id of the topmost one (source: cfn-nested-ids)."""
    place: str = ""
    """For a nested stack the topmost one's name and the logical ids on the way ("shop-dev/Orders")."""
    made_up: GeneratedName | None = None
    """A nested stack's name."""
    held: Held | None = None
    """An update that went well and waits for its parent's."""

    @property
    def label(self) -> str:
        """What the stack is called by people: its name, without what is random in it."""
        return self.place or self.name

    @property
    def is_deleted(self) -> bool:
        """It can be found by its id only."""
        return self.status == "DELETE_COMPLETE"

    @property
    def in_progress(self) -> bool:
        """An operation is under way (a stack under review is not)."""
        return self.status.endswith("_IN_PROGRESS") and self.status != "REVIEW_IN_PROGRESS"


def view(stack: Stack) -> StackView:
    """The stack as a value."""
    return StackView(
        name=stack.name,
        id=stack.id,
        region=stack.region,
        status=stack.status,
        looked_at_by=stack.looked_at_by,
        events=tuple(stack.events),
        resources=tuple(
            ResourceView(one.logical_id, one.type, one.physical_id, one.status, one.reason)
            for one in stack.resources.values()
        ),
    )
