"""Types, and properties, without a script of calls: the registry's permissions stand in.

The registry's lists name more than a template makes AWS ask for, hold no resources and no conditions,
and some of their strings are no IAM action. So the actions are asked for at certainty ``UPPER_BOUND``, only
those that the IAM catalog knows, on what it says they work on (``bounds.py``; DESIGN.md, rule 3). Only a
type's own call is certain (``own_call.py``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from verifier.authorization.caller import Certainty
from verifier.authorization.operation import Operation, Requirement
from verifier.authorization.rules import spelled
from verifier.cloudformation.types import registry
from verifier.cloudformation.types.bounds import bounded
from verifier.cloudformation.types.handler import Handler, HandlerError
from verifier.cloudformation.types.made_up_attributes import attributes
from verifier.cloudformation.types.made_up_ids import name_of, physical_id
from verifier.cloudformation.types.own_call import own_operation, own_requirements
from verifier.cloudformation.types.registry import RegistryEntry
from verifier.cloudformation.types.work import Work
from verifier.grant.merge import covers_resource
from verifier.iam import catalog

_TAGGED_STEPS = frozenset({"create", "update"})


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
    known = {permission: meant(permission) for permission in named}
    return UpperBound(
        actions=tuple(dict.fromkeys(action for actions in known.values() for action in actions)),
        not_actions=tuple(permission for permission, actions in known.items() if not actions),
    )


def meant(permission: str) -> tuple[str, ...]:
    """The actions that a string of the registry's means: one, those of a pattern (ec2:Describe*), or none."""
    if "*" in permission:
        return catalog.expand(permission)
    action = spelled(permission)
    return () if action is None else (action,)


def ask_upper_bound(work: Work, lifecycle: str, own: Sequence[Requirement] = ()) -> None:
    """Ask for everything the registry names for this step of ``work``'s type; nothing is called.

    ``own`` is what the type's own call needs: the first of it has been asked for already.

    Raises HandlerError for a type that the registry has no handlers for.
    """
    entry = _entry(work.type)
    needed = bounded(work, entry, upper_bound(entry, lifecycle).actions, own)
    wanted = [one for one in needed if not any(_says_more(one, asked) for asked in own[:1])]
    if wanted:
        work.ask_for(wanted, Certainty.UPPER_BOUND)


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
    """Any type that the registry knows: its permissions are asked for, and its own call is tried.

    That call (``own_call``) is certain, everything else an upper bound. What it answers tells the physical
    id. Where it cannot be made here, the id is made up in the form that Ref gives, and so are attributes.
    """

    type = "*"

    def create(self, work: Work) -> None:
        """Ask for what the registry lists for a create; make it, or make up an id."""
        entry = _entry(work.type)
        name = name_of(work, entry)
        own = own_operation(work, entry, "create", name)
        _ask(work, entry, "create", own)
        answer = work.attempt(own) if own else {}
        work.created(physical_id(work, entry, answer, name))

    def read(self, work: Work) -> dict[str, Any]:
        """Ask for what the registry lists for a read; make up each attribute that it calls read-only."""
        entry = _entry(work.type)
        ask_upper_bound(work, "read")
        return attributes(work, entry)

    def update(self, work: Work) -> None:
        """Ask for what the registry lists for an update."""
        entry = _entry(work.type)
        _ask(work, entry, "update", own_operation(work, entry, "update"))

    def delete(self, work: Work) -> None:
        """Ask for what the registry lists for a delete, and try the type's own."""
        entry = _entry(work.type)
        own = own_operation(work, entry, "delete")
        _ask(work, entry, "delete", own)
        if own:
            work.attempt(own)


def _ask(work: Work, entry: RegistryEntry, lifecycle: str, own: Operation | None) -> None:
    """Ask for the type's own call as surely as a handler would, then for the rest of the list."""
    needed = own_requirements(own) if own else ()
    if own and needed:
        work.require(own, needed[0])
    ask_upper_bound(work, lifecycle, needed)


def _says_more(bound: Requirement, asked: Requirement) -> bool:
    """Whether ``bound`` is what has been asked for, only wider."""
    return bound.action == asked.action and covers_resource(bound.resource, asked.resource)


def _entry(type_name: str) -> RegistryEntry:
    entry = registry.entry(type_name)
    if entry is None or not entry.handlers:
        raise HandlerError(f"{type_name}: neither a handler nor the registry says how it is provisioned")
    return entry
