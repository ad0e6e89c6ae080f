"""A room in which the emulator's own CloudFormation provisions stacks, and the authorizer is not asked."""

import copy
from collections.abc import Iterator
from contextlib import suppress

from verifier.errors import InconclusiveError, InputError
from verifier.gateway.server import Gateway
from verifier.targets.aws.event_stream import EventStream
from verifier.targets.aws.stacks import GONE, Event, Stacks, stack_name
from verifier.targets.aws.traces import traces_of
from verifier.targets.emulated import SETTLE_SECONDS, EmulatedRoom
from verifier.targets.interface import Facts, Glance, Left, NotExercised, StackEvent, Traces
from verifier.targets.reach import Reach
from verifier.targets.records import counted
from verifier.targets.settled import settled_failure
from verifier.targets.unenforced import UPSTREAM
from verifier.targets.upstream_removal import StackRemoval, events_of, in_plain_words, kept_by, within
from verifier.targets.upstream_stacks import UpstreamStacks


class UpstreamRoom(EmulatedRoom):
    """The gateway's present account; its stacks are told by their own events, as on AWS."""

    unenforced = UPSTREAM

    def __init__(
        self,
        gateway: Gateway,
        region: str,
        reach: Reach,
        about_invoking: tuple[str, ...],
        *,
        noted: UpstreamStacks,
        made: set[tuple[str, str]],
    ) -> None:
        """``made`` is given type and logical id of what the engine makes."""
        super().__init__(gateway, region, reach, about_invoking)
        self._noted = noted
        self._made = made
        self._clients = noted.clients(self.account)
        self._stacks = Stacks(self._clients, SETTLE_SECONDS)
        self._stream = EventStream()
        self._events: list[Event] = []
        self._kept: list[Event] = []
        self._templates: dict[str, str] = {}

    def begin(self, phase: str, *, fail_last_wave: bool = False) -> None:
        """From now on everything is booked under ``phase``.

        Raises InputError for one that is to fail: the engine can't be made to.
        """
        if fail_last_wave:
            raise InputError(f"{phase}: the endpoint's own CloudFormation cannot be made to fail")
        self._begin_phase(phase)
        with in_plain_words():
            self._stream.skip(self._read(), self._noted.of_clients.begun())

    def glance(self) -> Glance:
        """How things are since ``begin``."""
        looks, requests = counted(self._gateway.decisions.records(self._records_seen))
        stream, failure = copy.deepcopy(self._stream), None
        # What cannot be looked at now shows in the end.
        with suppress(InconclusiveError), in_plain_words():
            events = [fact for _, fact in self._new(stream)]
            statuses = {
                stack_name(stack): self._stacks.status(stack, where) for stack, where in self._known()
            }
            failure = settled_failure(events, statuses)
        return Glance(failure, looks, requests)

    def rehearse(self) -> None:
        """Nothing: what updates would need only our own provisioner could tell."""

    def finish(self) -> Facts:
        """Wait until every stack has settled; what happened since ``begin``. Raises InconclusiveError."""
        with in_plain_words():
            return self._finished()

    def _finished(self) -> Facts:
        statuses = {stack_name(stack): self._stacks.settled(stack, where) for stack, where in self._known()}
        found = self._new(self._stream)
        self._events += [event for event, _ in found]
        self._made.update((event.type, event.logical_id) for event, _ in found if not event.is_stack)
        for stack, where in self._known():
            if statuses[stack_name(stack)] != GONE:
                self._look_into(stack, where)
            self._templates[stack] = self._stacks.template(stack, where) or self._templates.get(stack, "")
        places = {stack_name(stack): (statuses[stack_name(stack)], where) for stack, where in self._known()}
        return self._facts(tuple(fact for _, fact in found), places)

    def left_behind(self) -> tuple[Left, ...]:
        """Nothing that is known of before the trial ends."""
        return ()

    def traces(self) -> Traces:
        """What the engine made up so far, by the events of the stacks."""
        return traces_of(self._events, "\n".join(self._templates.values()))

    def not_exercised(self) -> tuple[NotExercised, ...]:
        """What only our own provisioner could tell."""
        return ()

    def clear(self) -> Iterator[str]:
        """Take away every stack, the latest first, and what these leave; a line for what stays."""
        known = reversed([*self._known()])
        place = (self.account, self.partition, self._clients)
        yield from StackRemoval(known, *place, seconds=SETTLE_SECONDS, kept=self._kept).remove()

    def _known(self) -> Iterator[tuple[str, str]]:
        """Id and region of each stack that anybody had to do with."""
        yield from self._noted.of_all.stacks().items()

    def _read(self) -> list[Event]:
        return [event for stack, where in self._known() for event in events_of(self._clients, stack, where)]

    def _look_into(self, stack: str, region: str) -> None:
        """What is in a stack, and what it keeps: not every engine has events of it."""
        rows = [*within(self._clients, stack, region)]
        self._made.update((row["ResourceType"], row["LogicalResourceId"]) for of, row in rows if of == stack)
        self._kept += kept_by(self._clients, rows, region)

    def _new(self, stream: EventStream) -> list[tuple[Event, StackEvent]]:
        of_clients = self._noted.of_clients
        return stream.take(self._read(), of_clients.begun(), of_clients.saw)
