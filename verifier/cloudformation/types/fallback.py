"""Types, and properties, without a script of calls: the registry's permissions stand in.

The registry's lists name more than a template makes AWS ask for, hold no resources and no conditions,
and some of their strings are no IAM action. So the actions are asked for on ``*`` at certainty
``UPPER_BOUND``, and only those that the IAM catalog knows (DESIGN.md, rule 3).
"""

import re
from dataclasses import dataclass
from typing import Any

from verifier.authorization.caller import Certainty
from verifier.authorization.rules import spelled
from verifier.cloudformation.types import registry
from verifier.cloudformation.types.handler import Handler, HandlerError
from verifier.cloudformation.types.registry import RegistryEntry
from verifier.cloudformation.types.work import Work
from verifier.iam import catalog

_TAGGED_STEPS = frozenset({"create", "update"})
_NAME_LIMIT = 64
_PLACEHOLDER = re.compile(r"\$\{\w+\}")


@dataclass(frozen=True)
class UpperBound:
    """What the registry names for one step of a type's life: IAM actions, and strings that are none."""

    actions: tuple[str, ...]
    not_actions: tuple[str, ...]


def upper_bound(entry: RegistryEntry, lifecycle: str) -> UpperBound:
    """The permissions of ``lifecycle`` (create, read, update, delete), spelled as IAM spells them.

    The tagging permissions count on create and update: stack tags reach every taggable resource.
    """
    tagging = entry.tagging_permissions if entry.taggable and lifecycle in _TAGGED_STEPS else ()
    named = dict.fromkeys((*entry.handlers.get(lifecycle, ()), *tagging))
    known = {permission: spelled(permission) for permission in named}
    return UpperBound(
        actions=tuple(dict.fromkeys(action for action in known.values() if action is not None)),
        not_actions=tuple(permission for permission, action in known.items() if action is None),
    )


def ask_upper_bound(work: Work, lifecycle: str) -> None:
    """Ask for everything the registry names for this step of ``work``'s type; nothing is called.

    Raises HandlerError for a type that the registry has no handlers for.
    """
    entry = _entry(work.type)
    actions = upper_bound(entry, lifecycle).actions
    if actions:
        work.ask(actions, Certainty.UPPER_BOUND)


def ask_for_unsupported(work: Work, handler: Handler, lifecycle: str) -> None:
    """Ask for the upper bound when the template uses registry properties that ``handler`` lacks."""
    entry = registry.entry(work.type)
    if entry is None or not entry.handlers:
        return
    used = set(work.properties) | set(work.previous)
    lacking = (used & entry.properties) - handler.supported
    if lacking or handler.goes_beyond(work.properties) or handler.goes_beyond(work.previous):
        ask_upper_bound(work, lifecycle)


def has_fallback(type_name: str) -> bool:
    """Whether the registry names permissions for the type, so that ``FallbackHandler`` can stand in."""
    entry = registry.entry(type_name)
    return entry is not None and bool(entry.handlers)


class FallbackHandler(Handler):
    """Any type that the registry knows: permissions are asked for, nothing is made.

    The physical id is the name in the template, if the registry says that a name identifies the type,
    else made up. Attributes are made up too; an ARN gets the shape of one.
    """

    type = "*"

    def create(self, work: Work) -> None:
        """Ask for what the registry lists for a create; make up an id."""
        ask_upper_bound(work, "create")
        work.created(_physical_id(work, _entry(work.type)))

    def read(self, work: Work) -> dict[str, Any]:
        """Ask for what the registry lists for a read; make up each attribute that it calls read-only."""
        ask_upper_bound(work, "read")
        entry = _entry(work.type)
        return {name: _attribute(work, entry, name) for name in entry.read_only}

    def update(self, work: Work) -> None:
        """Ask for what the registry lists for an update."""
        ask_upper_bound(work, "update")

    def delete(self, work: Work) -> None:
        """Ask for what the registry lists for a delete."""
        ask_upper_bound(work, "delete")


def _entry(type_name: str) -> RegistryEntry:
    entry = registry.entry(type_name)
    if entry is None or not entry.handlers:
        raise HandlerError(f"{type_name}: neither a handler nor the registry says how it is provisioned")
    return entry


def _physical_id(work: Work, entry: RegistryEntry) -> str:
    identifier = entry.primary_identifier[0] if len(entry.primary_identifier) == 1 else ""
    name = work.properties.get(identifier)
    if isinstance(name, str):
        return name
    made_up = work.generate_name(_NAME_LIMIT)
    # What Ref gives is the primary identifier: the ARN of a topic, the name of a queue.
    return _arn(work, entry, made_up) if identifier.endswith("Arn") else made_up


def _attribute(work: Work, entry: RegistryEntry, name: str) -> str:
    if not name.endswith("Arn"):
        return f"{work.physical_id}-{name}"
    if work.physical_id.startswith("arn:"):
        return work.physical_id
    return _arn(work, entry, work.physical_id)


def _arn(work: Work, entry: RegistryEntry, name: str) -> str:
    template = _arn_template(entry)
    own = _own_part(template)
    for placeholder, value in (
        ("${Partition}", work.partition),
        ("${Region}", work.region),
        ("${Account}", work.account),
    ):
        template = template.replace(placeholder, value)
    return template.replace(own, _PLACEHOLDER.sub(name, own))


def _arn_template(entry: RegistryEntry) -> str:
    """The form of the type's ARN: that of the create permission named for it, where it leaves no choice."""
    _, service, noun = entry.type.split("::")[:3]
    for permission in entry.handlers.get("create", ()):
        templates = catalog.arn_templates(permission)
        named = permission.lower().endswith(f":create{noun}".lower())
        if named and len(templates) == 1 and len(_PLACEHOLDER.findall(_own_part(templates[0]))) == 1:
            return templates[0]
    return f"arn:${{Partition}}:{service.lower()}:${{Region}}:${{Account}}:${{Name}}"


def _own_part(template: str) -> str:
    """What follows the account in an ARN template."""
    return template.split(":", 5)[-1]
