"""Whose operations the events of stacks belong to: AWS does not tell, the user's requests do."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from verifier.gateway.stack_requests import StackRequest
from verifier.targets.aws.stacks import Event
from verifier.targets.interface import StackEvent

_STARTS = ("CREATE", "UPDATE", "DELETE", "ROLLBACK", "UPDATE_ROLLBACK")
_ALONE = ("ROLLBACK", "UPDATE_ROLLBACK")
"""These follow from a failure too, without anybody's request."""


@dataclass
class EventStream:
    """Goes through the events of a room in their order; remembers which operation each stack is in."""

    _used: int = 0
    _waiting: dict[str, list[StackRequest]] = field(default_factory=dict)
    _present: dict[str, StackRequest | None] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)
    strangers: list[str] = field(default_factory=list)
    """A line for each operation that no request of the user's led to, since it was emptied last."""

    def take(
        self,
        events: Iterable[Event],
        requests: Sequence[StackRequest],
        saw: Callable[[str, str, str], bool],
    ) -> list[tuple[Event, StackEvent]]:
        """The events that are new, as facts; ``saw`` answers whether the user has seen one."""
        for request in requests[self._used :]:
            self._waiting.setdefault(request.stack, []).append(request)
        self._used = len(requests)
        new = []
        for event in events:
            if event.id not in self._seen:
                self._seen.add(event.id)
                new.append((event, self._fact(event, saw)))
        return new

    def skip(self, events: Iterable[Event], requests: Sequence[StackRequest]) -> None:
        """These are none of the phase's that comes."""
        self.take(events, requests, lambda *_: False)
        self.strangers.clear()

    def _fact(self, event: Event, saw: Callable[[str, str, str], bool]) -> StackEvent:
        if event.is_stack:
            self._begun(event)
        present = self._present.get(event.stack)
        return StackEvent(
            stack=event.stack_name,
            logical_id=event.logical_id,
            type=event.type,
            status=event.status,
            reason=event.reason,
            is_stack=event.is_stack,
            region=event.region,
            by_user=present is not None,
            compiled=present is not None and present.compiled,
            looked_at=saw(event.stack, event.id, event.status),
        )

    def _begun(self, event: Event) -> None:
        kind = event.status.removesuffix("_IN_PROGRESS")
        if kind == event.status or kind not in _STARTS:
            return
        waiting = self._waiting.get(event.stack, [])
        mine = next((request for request in waiting if kind in request.kinds), None)
        if mine is not None:
            waiting.remove(mine)
            self._present[event.stack] = mine
        elif kind not in _ALONE and event.stack in self._waiting:
            self._present[event.stack] = None
            self.strangers.append(f"somebody else than the user with {kind.lower()} of {event.stack_name}")
