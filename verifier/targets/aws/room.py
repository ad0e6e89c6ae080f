"""The account itself as a room: what the user makes in it is taken away when a trial is over."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from verifier.authorization.decision import Decided
from verifier.cloudformation.stack.faults import INJECTED_LOGICAL_ID, INJECTED_TYPE, TIMED_OUT
from verifier.errors import InconclusiveError
from verifier.gateway.decisions import DecisionLog, DecisionRecord, Record
from verifier.gateway.passthrough import PassThroughDoor
from verifier.grant.evidence import Asked
from verifier.iam.arn import Arn
from verifier.iam.policy import PolicyDocument
from verifier.targets.aws.encoded import decoded
from verifier.targets.aws.event_stream import EventStream
from verifier.targets.aws.identities import user_of, wait_until_granted
from verifier.targets.aws.leftovers import left_by, take_away
from verifier.targets.aws.refusals import refusals_in, refusals_told
from verifier.targets.aws.stacks import SETTLE_SECONDS, Event, Stacks, stack_name
from verifier.targets.aws.traces import traces_of
from verifier.targets.aws.unnoticed import TrailReader, Unnoticed
from verifier.targets.aws.user_trail import UserTrail
from verifier.targets.interface import Facts, NotExercised, Room, StackEvent, Traces
from verifier.targets.reach import Reach
from verifier.targets.records import (
    absent,
    answered,
    asked,
    asked_of,
    asked_of_user,
    in_vain,
    refused_hosts,
    requests_of,
    unmapped,
)
from verifier.targets.sandbox.account import AccountAdministrator
from verifier.targets.sandbox.remove_stack import Waiting, remove_stack

_RETRIES = "SLS_AWS_REQUEST_MAX_RETRIES"
_WAITING = Waiting(SETTLE_SECONDS)


class AwsRoom(Room):
    """One trial's time in the account; phases are told by the door's record and by the stacks' events."""

    is_empty = False
    makes_fail = False

    def __init__(
        self,
        administrator: AccountAdministrator,
        door: PassThroughDoor,
        reach: Reach,
        place: Arn,
        tags: Mapping[str, str],
        *,
        trail: UserTrail | None = None,
        boundary: PolicyDocument | None = None,
    ) -> None:
        """``place`` has partition, region and account; ``trail`` tells what nobody else does.

        ``boundary``, called by its ARN, limits the users that are made.
        """
        self.account, self.region, self.partition = place.account, place.region, place.partition
        self.tags = tags
        self.boundary = boundary.name if boundary else None
        self._limit = boundary
        self._administrator = administrator
        self._door = door
        self._log: DecisionLog = door.log
        self._reach = reach
        self._place = place
        self._trail = trail
        self._stacks = Stacks(administrator.client)
        self._stream = EventStream()
        self._events: list[Event] = []
        self._unbooked: list[Event] = []
        self._templates: dict[str, str] = {}
        self._told: Callable[[Asked], None] | None = None
        self._user = ""
        self._failing = False
        self._records_seen = self._log.mark()

    def environment(self) -> dict[str, str]:
        """The proxy, its certificate, and for clients that know of no proxy a program; no keys.

        The tool tries again where AWS has too much to do, as it does for anybody.
        """
        return {**self._reach.environment(), _RETRIES: "4"}

    def admin(self, service: str, region: str | None = None) -> Any:
        """A client with the rights of the user's profile."""
        return self._administrator.client(service, region or self.region)

    def client(self, service: str, access_key: str, secret_key: str) -> Any:
        """A client with somebody's own keys, on AWS itself."""
        return self._administrator.client_of(service, access_key, secret_key)

    def belongs_to(self, user: str) -> None:
        """Whose trial it is: from now on that user's requests go on to AWS."""
        self._user = user
        self._door.begin_trial(user_of(self.admin("iam"), user, self.account, self._limit))

    def announce(self, creating: Callable[[str, str], None]) -> None:
        """Tell of each stack and bucket before the user's request for it goes on."""
        self._door.creating = creating

    def wait_for_grants(self, access_key: str, secret_key: str) -> None:
        """Look at a stack that the user may look at, until AWS lets it. Raises InconclusiveError."""
        user = self._door.user
        client = self.client("cloudformation", access_key, secret_key)
        if user is not None and not wait_until_granted(client, user):
            raise InconclusiveError(f"AWS does not let {user.caller.user_name} do what was granted to it")
        if user is not None and self._trail is not None:
            sts = self.client("sts", access_key, secret_key)
            self._trail.follow(user.caller.user_name, sts.get_caller_identity)

    def grant_at_once(self, granting: Callable[[Sequence[Asked]], Sequence[PolicyDocument]]) -> None:
        """A request of the tool's that is refused waits for its grant, and is sent again."""
        from botocore.exceptions import BotoCoreError, ClientError

        def granted(found: tuple[Decided, ...]) -> tuple[PolicyDocument, ...]:
            refused = [asked_of(DecisionRecord(self._log.phase, one)) for one in found]
            if not all(one.grantable for one in refused):
                return ()
            try:
                # What stacks have made by now has names that must not be granted as they are.
                self._unbooked = self._read_events()
                return tuple(granting(refused))
            except (BotoCoreError, ClientError):
                return ()  # not now: the refusal counts, and is answered in the next round

        self._door.granting = granted

    def begin(self, phase: str, *, fail_last_wave: bool = False) -> None:
        """From now on everything is booked under ``phase``."""
        self._failing = fail_last_wave
        self._new_records()
        self._log.set_phase(phase)
        # What the administrator did in between is none of the phase's.
        self._stream.skip(self._read_events(), self._door.stacks.begun())

    def finish(self) -> Facts:
        """Wait until every stack has settled; what happened since ``begin``."""
        statuses = self._settled()
        requests = self._door.stacks
        found = self._stream.take(self._read_events(), requests.begun(), requests.saw)
        self._events += [event for event, _ in found]
        sts = self.admin("sts")
        facts = [
            replace(fact, reason=decoded(fact.reason, sts), injected=self._failing and _is_injected(fact))
            for _, fact in found
        ]
        records = self._new_records()
        refusals = tuple(refusals_in(facts, self._log.phase, self._place, self._user, self._limit))
        own = asked(records, self._user)
        unnoticed = self._unnoticed((*own, *refusals), facts)
        if unnoticed.asked:
            # One that does not say what was refused is likely one of these.
            refusals = (*(one for one in refusals if one.action), *unnoticed.asked)
        for refusal in refusals:
            self._tell(refusal)
        strangers = tuple(self._stream.strangers)
        self._stream.strangers.clear()
        return Facts(
            asked=own + refusals,
            events=tuple(facts),
            stacks={name: status for name, status in statuses.items() if _exists(status)},
            regions={stack_name(stack): region for stack, region in self._door.stacks.stacks().items()},
            problems=unmapped(records),
            notes=(*self._notes(records, facts), *unnoticed.notes),
            absent=absent(records),
            requests=requests_of(records, self._user),
            answered=answered(records, self._user),
            decisions=asked_of_user(records, self._user),
            strangers=strangers,
        )

    def told(self, output: str) -> tuple[Asked, ...]:
        """What the tool says that it was refused."""
        return tuple(refusals_told(output, self._log.phase, self._place, self._user))

    def hear(self, denied: Callable[[Asked], None]) -> None:
        """Tell of each refusal: of the tool's requests at once, of CloudFormation's when it has ended."""
        self._told = denied

        def decided(record: DecisionRecord) -> None:
            if record.decided.refused and record.decided.principal == self._user:
                denied(asked_of(record))

        self._log.listener = decided

    def traces(self) -> Traces:
        """What AWS made up so far, by the events of the stacks."""
        return traces_of([*self._events, *self._unbooked], "\n".join(self._templates.values()))

    def not_exercised(self) -> tuple[NotExercised, ...]:
        """What only the model could tell."""
        return ()

    def clear(self) -> None:
        """Take away every stack that the trial's user had to do with, and what these leave.

        Raises InconclusiveError for what stays.
        """
        stacks = self._door.stacks.stacks()
        self._door.begin_trial(None)
        self._log.listener = None
        for stack, region in stacks.items():
            remove_stack(self._administrator.client, region, stack, _WAITING)
        events = [event for stack, region in stacks.items() for event in self._stacks.events(stack, region)]
        take_away(left_by(events), self.account, self.partition, self._administrator.client)

    def _unnoticed(self, known: tuple[Asked, ...], facts: list[StackEvent]) -> Unnoticed:
        """What CloudTrail alone tells of the phase, where it is read."""
        user = self._door.user
        if self._trail is None or user is None:
            return Unnoticed()
        # A service with one endpoint has its events in us-east-1.
        regions = {self.region, *self._door.stacks.stacks().values()}
        told = self._trail.read(self._log.phase, sorted(regions | {"us-east-1"}))
        decode = partial(decoded, sts=self.admin("sts"))
        reader = TrailReader(self._log.phase, user.caller, self._place, tuple(self._events), decode)
        return reader.read(told, known, failed=any(one.status.endswith("FAILED") for one in facts))

    def _tell(self, refusal: Asked) -> None:
        if self._told is not None and refusal.grantable and refusal.action:
            self._told(refusal)

    def _settled(self) -> dict[str, str]:
        """Name -> status of the stacks that the user had to do with."""
        found = {}
        for stack, region in self._door.stacks.stacks().items():
            found[stack_name(stack)] = self._stacks.settled(stack, region)
        return found

    def _read_events(self) -> list[Event]:
        events = []
        for stack, region in self._door.stacks.stacks().items():
            events += list(self._stacks.events(stack, region))
            text = self._stacks.template(stack, region)
            self._templates[stack] = text or self._templates.get(stack, "")
        return events

    def _new_records(self) -> tuple[Record, ...]:
        records = self._log.records(self._records_seen)
        self._records_seen += len(records)
        return records

    def _notes(self, records: tuple[Record, ...], events: list[StackEvent]) -> tuple[str, ...]:
        kept = (
            f"{event.logical_id} ({event.type}) is retained by its template, and deleted after the trial"
            for event in events
            # A version goes with its function, whatever its template says of it.
            if event.status == "DELETE_SKIPPED" and event.type != "AWS::Lambda::Version"
        )
        waited = (
            f"{action} was granted and refused for a while: AWS had not spread the grant yet"
            for action in self._door.waited
        )
        return (*refused_hosts(records), *in_vain(records, (self._user,)), *kept, *waited)


def _is_injected(event: StackEvent) -> bool:
    """Whether it is the failure of the wait condition that the service brought along."""
    ours = (event.logical_id, event.type) == (INJECTED_LOGICAL_ID, INJECTED_TYPE)
    return ours and event.status == "CREATE_FAILED" and event.reason.startswith(TIMED_OUT)


def _exists(status: str) -> bool:
    return status not in ("DELETE_COMPLETE", "REVIEW_IN_PROGRESS")
