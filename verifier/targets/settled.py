"""Why stacks that have settled did not do what was asked of them."""

import re
from collections.abc import Mapping, Sequence

from verifier.targets.interface import StackEvent

_FAILED = re.compile(r"(FAILED|ROLLBACK_COMPLETE)$")
_BUSY = re.compile(r"_IN_PROGRESS$")
_CONSEQUENCE = re.compile(r"(creation|update) cancelled", re.IGNORECASE)


def settled_failure(events: Sequence[StackEvent], stacks: Mapping[str, str]) -> str | None:
    """A stack that was worked on and ended in failure, its status and the reason.

    ``events`` are those of the present phase, oldest first in each stack; ``stacks`` has each stack's
    status. None while anything is in progress, and when all went well.
    """
    if any(_BUSY.search(status) and status != "REVIEW_IN_PROGRESS" for status in stacks.values()):
        return None
    ends = {event.stack: event.status for event in events if event.is_stack}
    for name, status in ends.items():
        if _FAILED.search(status):
            return f"stack {name} is {status}: {_reason([event for event in events if event.stack == name])}"
    return None


def _reason(events: Sequence[StackEvent]) -> str:
    failures = [
        f"{event.logical_id} ({event.type}) {event.status}: {event.reason}"
        for event in events
        if event.status.endswith("FAILED") and not event.is_stack and not _CONSEQUENCE.search(event.reason)
    ]
    said = [event.reason for event in events if event.is_stack and event.reason]
    return "; ".join(failures) or (said[-1] if said else "no reason is given")
