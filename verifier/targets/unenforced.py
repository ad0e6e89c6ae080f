"""What a target does on the user's behalf without asking whether the user may."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.types import registry
from verifier.cloudformation.types.fallback import upper_bound

UPSTREAM = (
    "what CloudFormation does on the caller's behalf was done by the endpoint's own engine, and no "
    "permission for it was asked for (--cloudformation upstream): that every phase passed does not prove "
    "that the policy is enough, and what CloudFormation needs is not in it; run without that option"
)
"""Why a life proves no policy sufficient in which the endpoint's own CloudFormation made the resources."""
_STEPS = ("create", "update", "delete")


@dataclass(frozen=True)
class Unenforced:
    """A type whose resources were made, changed or deleted so.

    ``actions`` are those that AWS's registry names for what was done: AWS may ask for fewer, on a few.
    """

    type: str
    logical_ids: tuple[str, ...]
    actions: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {"type": self.type, "logicalIds": list(self.logical_ids), "actions": list(self.actions)}


@dataclass(frozen=True)
class Deed:
    """``step`` ("create") of a resource's life."""

    type: str
    logical_id: str
    step: str


def deed_of(type_name: str, logical_id: str, status: str) -> Deed | None:
    """What an event of a resource tells; None for one that is no step of its life."""
    step = status.partition("_")[0].lower()
    return Deed(type_name, logical_id, step) if step in _STEPS else None


def unenforced(deeds: Iterable[Deed]) -> tuple[Unenforced, ...]:
    """A row for each type of ``deeds``."""
    by_type: dict[str, list[Deed]] = {}
    for one in sorted(deeds, key=lambda deed: (deed.type, deed.logical_id)):
        by_type.setdefault(one.type, []).append(one)
    return tuple(
        Unenforced(name, tuple(dict.fromkeys(one.logical_id for one in done)), _actions(name, done))
        for name, done in by_type.items()
    )


def _actions(type_name: str, done: list[Deed]) -> tuple[str, ...]:
    entry = registry.entry(type_name)
    if entry is None:
        return ()
    taken = {one.step for one in done}
    steps = (step for step in _STEPS if step in taken)
    return tuple(dict.fromkeys(action for step in steps for action in upper_bound(entry, step).actions))
