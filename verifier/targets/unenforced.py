"""What a target does on the user's behalf without asking whether the user may."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.types import registry
from verifier.cloudformation.types.fallback import upper_bound
from verifier.cloudformation.types.own_call import noun_of, prefix_of
from verifier.iam import catalog

UPSTREAM = (
    "what CloudFormation does on the caller's behalf was done by the endpoint's own engine, and no "
    "permission for it was asked for (--cloudformation upstream): that every phase passed does not prove "
    "that the policy is enough, and what CloudFormation needs is not in it; run without that option"
)
"""Why a life proves no policy sufficient in which the endpoint's own CloudFormation made the resources."""
_STEPS = ("create", "update", "delete")
_READING = ("Read", "List")


@dataclass(frozen=True)
class Unenforced:
    """A type of which resources were made, changed or deleted so.

    ``actions`` are those that AWS's registry names for its life: AWS may ask for fewer, on a few resources.
    """

    type: str
    logical_ids: tuple[str, ...]
    actions: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {"type": self.type, "logicalIds": list(self.logical_ids), "actions": list(self.actions)}


def unenforced(resources: Iterable[tuple[str, str]]) -> tuple[Unenforced, ...]:
    """A row for each type of ``resources``, which are types and logical ids."""
    by_type: dict[str, list[str]] = {}
    for name, logical_id in sorted(set(resources)):
        by_type.setdefault(name, []).append(logical_id)
    return tuple(Unenforced(name, tuple(ids), _actions(name)) for name, ids in by_type.items())


def _actions(type_name: str) -> tuple[str, ...]:
    """First what makes such a thing, then what else changes something, last what only reads."""
    entry = registry.entry(type_name)
    if entry is None or not entry.handlers:
        return ()
    prefix, noun = prefix_of(entry), noun_of(type_name).lower()

    def telling(action: str) -> tuple[bool, bool, bool, bool, str]:
        service, _, name = action.partition(":")
        reads = catalog.access_level(action) in _READING
        own = name.lower().endswith(noun)
        return reads, service != prefix, not own, not name.startswith("Create"), action

    listed = {action for step in _STEPS for action in upper_bound(entry, step).actions}
    return tuple(sorted(listed, key=telling))
