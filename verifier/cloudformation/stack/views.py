"""What the rest of the verifier sees of stacks: values that are safe to record."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class EventView:
    """One stack event; ``time`` is in UTC.

    It belongs to an operation that ``requested_by`` began, the ARN of who stands behind that request;
    ``compiled`` when it is for a compiled service template (one given by TemplateURL).
    """

    id: str
    time: datetime
    logical_id: str
    type: str
    physical_id: str
    status: str
    reason: str
    requested_by: str = ""
    compiled: bool = False


@dataclass(frozen=True)
class ResourceView:
    """A resource as it stands now."""

    logical_id: str
    type: str
    physical_id: str
    status: str
    reason: str


@dataclass(frozen=True)
class StackView:
    """A stack, also a deleted one; events are oldest first.

    ``looked_at_by`` has the ARN of everybody who has asked about it since its status last changed.
    """

    name: str
    id: str
    region: str
    status: str
    looked_at_by: frozenset[str]
    events: tuple[EventView, ...]
    resources: tuple[ResourceView, ...]


@dataclass(frozen=True)
class LeftBehind:
    """A resource that outlives its place in a stack, because the template says so (Retain)."""

    stack: str
    logical_id: str
    type: str
    physical_id: str
    region: str


@dataclass(frozen=True)
class Unexercised:
    """A property whose update never ran, and the actions that it would have needed beside those asked for."""

    type: str
    logical_id: str
    property: str
    actions: tuple[str, ...]


@dataclass(frozen=True)
class ResourceUse:
    """A resource of a compiled service template (one given by TemplateURL), by any of its stacks' lives.

    ``updated``: its update handler ran to its end at least once, in a deploy or in the way to a rollback.
    ``upper_bound``: the type has no handler; its permissions are the registry's list.
    """

    stack: str
    logical_id: str
    type: str
    updated: bool
    upper_bound: bool
