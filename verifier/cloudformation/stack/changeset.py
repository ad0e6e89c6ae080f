"""Change sets, and what an operation is to bring a stack to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from verifier.cloudformation.template.definitions import ResourceDefinition
from verifier.cloudformation.template.parameters import ParameterValue
from verifier.cloudformation.template.references import Reference
from verifier.cloudformation.template.sections import Template

# (source: cfn-change-set-without-changes)
NO_CHANGES = (
    "The submitted information didn't contain changes. Submit different information to create a change set."
)
NO_UPDATES = "No updates are to be performed."


@dataclass(frozen=True)
class Wanted:
    """What an operation is to bring a stack to; only what can be known before anything exists.

    ``active`` are the resources whose condition holds, ``statics`` their properties with
    placeholders for what other resources give (``AsWritten`` where that cannot be), ``uses`` what they
    refer to.
    """

    template: Template
    parameters: Mapping[str, ParameterValue]
    tags: Mapping[str, str]
    active: Mapping[str, ResourceDefinition]
    statics: Mapping[str, Any]
    uses: Mapping[str, frozenset[Reference]]
    dependencies: Mapping[str, frozenset[str]]
    policies: Mapping[str, tuple[str, str]]
    """For each active resource its deletion policy and its update-replace policy."""
    outputs: Mapping[str, Any]
    imports: frozenset[str]
    from_url: bool = False


@dataclass(frozen=True)
class Change:
    """One resource's change as a change set shows it.

    ``replacement`` is "True", "False" or "Conditional" for a modification, else empty.
    """

    action: str
    logical_id: str
    type: str
    physical_id: str = ""
    replacement: str = ""
    scope: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    """The names of the properties that differ, where they are known."""


@dataclass
class ChangeSet:
    """One change set of a stack; ``wanted`` is None when it failed."""

    id: str
    name: str
    stack_id: str
    type: str
    wanted: Wanted | None
    changes: tuple[Change, ...]
    status: str = "CREATE_COMPLETE"
    status_reason: str = ""
    execution_status: str = "AVAILABLE"
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    capabilities: tuple[str, ...] = ()
    role_arn: str | None = None
    description: str | None = None
    notification_arns: tuple[str, ...] = ()
    on_failure: str = "ROLLBACK"
    template_text: str = ""
