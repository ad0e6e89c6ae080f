"""Targets on an emulator: gateway and provisioner in this process, in front of whatever keeps the state."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from verifier.authorization.authorizer import Mode
from verifier.cloudformation.stack.faults import INJECTED_LOGICAL_ID
from verifier.cloudformation.stack.views import LeftBehind, StackView
from verifier.emulator.interface import Emulator
from verifier.emulator.partitions import partition_of
from verifier.emulator.session import client_session
from verifier.errors import InputError
from verifier.gateway.decisions import DecisionRecord, Record
from verifier.gateway.server import Gateway, GatewayConfig
from verifier.grant.evidence import Asked
from verifier.redaction import Redaction
from verifier.targets.interface import Facts, Glance, Left, NotExercised, Room, StackEvent, Target, Traces
from verifier.targets.reach import Reach
from verifier.targets.records import (
    absent,
    answered,
    asked,
    asked_of,
    asked_of_user,
    changes_of_others,
    changes_of_rights,
    counted,
    in_vain,
    refused_hosts,
    requests_of,
    unmapped,
)
from verifier.targets.settled import settled_failure

SETTLE_SECONDS = 120.0
_NOT_THERE = ("DELETE_COMPLETE", "REVIEW_IN_PROGRESS")


class EmulatedTarget(Target):
    """One gateway for all trials; each room is another account of it, empty at the start."""

    _about_invoking: tuple[str, ...] = ()

    def __init__(
        self,
        emulator: Emulator,
        *,
        region: str,
        partition: str,
        enforce_likely: bool = False,
        allow_hosts: tuple[str, ...] = (),
        decision_log: Path | None = None,
        more_authorities: Path | None = None,
        redaction: Redaction | None = None,
        provisions: bool = True,
    ) -> None:
        """``more_authorities`` is a file of certificates that the tool trusts beside the gateway's own.

        ``redaction`` hears of every key. ``provisions``: CloudFormation is the verifier's own, not the
        emulator's.
        """
        config = GatewayConfig(
            account=random_account(),
            region=region,
            partition=partition,
            enforce_likely=enforce_likely,
            allow_hosts=allow_hosts,
            decision_log=decision_log,
            redaction=redaction or Redaction(),
            provisions=provisions,
        )
        self._gateway = Gateway(config, emulator)
        self._gateway.start()
        self._reach = Reach(self._gateway.proxy, self._gateway.ca_pem_path, more_authorities)

    @contextmanager
    def room(self, mode: Mode, region: str, account: str | None = None) -> Iterator[Room]:
        """A clean account; another one each time unless ``account`` names it.

        Raises InputError for a region of another partition than the target's.
        """
        if partition_of(region) != self._gateway.partition:
            raise InputError(
                f"region {region} is in the partition {partition_of(region)}, not in "
                f"{self._gateway.partition}; say it with --region {region}"
            )
        self._gateway.new_account(account or random_account())
        self._gateway.mode = mode
        try:
            yield self._room(region)
        finally:
            self._gateway.decisions.listener = None

    def _room(self, region: str) -> "EmulatedRoom":
        return EmulatedRoom(self._gateway, region, self._reach, self._about_invoking)

    def close(self) -> None:
        """Stop the gateway; its state is gone."""
        self._gateway.close()
        self._reach.close()


class EmulatedRoom(Room):
    """The gateway's present account."""

    def __init__(self, gateway: Gateway, region: str, reach: Reach, about_invoking: tuple[str, ...]) -> None:
        self.about_invoking = about_invoking
        self._gateway = gateway
        self._reach = reach
        self.account = gateway.account
        self.region = region
        self.partition = gateway.partition
        self._begun = self._records_seen = gateway.decisions.mark()
        self._events_seen: set[str] = set()
        self._user = ""
        self._strangers: tuple[str, ...] = ()

    def environment(self) -> dict[str, str]:
        """The proxy, its certificate, and for clients that know of no proxy a program; no keys."""
        return self._reach.environment()

    def admin(self, service: str, region: str | None = None) -> Any:
        """A boto3 client as the account's root."""
        return self._gateway.administrator(service, region or self.region)

    def client(self, service: str, access_key: str, secret_key: str) -> Any:
        """A boto3 client with somebody's own keys, through the gateway."""
        from botocore.config import Config

        return client_session().client(
            service,
            region_name=self.region,
            endpoint_url=self._gateway.endpoint,
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
            # Neither the machine's proxies nor retries stand between us and our own loopback port.
            config=Config(retries={"total_max_attempts": 1}, proxies={}, s3={"addressing_style": "path"}),
        )

    def place_layer(self, arn: str) -> None:
        """The emulator knows layers of other accounts only when they are placed, where it can be told."""
        self._gateway.place_layer(arn)

    def belongs_to(self, user: str) -> None:
        """Whose trial it is."""
        self._user = user

    def begin(self, phase: str, *, fail_last_wave: bool = False) -> None:
        """From now on everything is booked under ``phase``."""
        self._begin_phase(phase)
        self._gateway.faults.fail_last_wave = fail_last_wave
        # What the administrator did in between is none of the phase's.
        for _ in self._new_events(self._gateway.cloudformation.stacks(self.account)):
            pass

    def _begin_phase(self, phase: str) -> None:
        administrator = f"arn:{self.partition}:iam::{self.account}:root"
        between = self._new_records()
        self._strangers = changes_of_others(between, (self._user, administrator))
        self._gateway.decisions.set_phase(phase)

    def glance(self) -> Glance:
        """How things are since ``begin``."""
        stacks = self._gateway.cloudformation.stacks(self.account)
        looks, requests = counted(self._gateway.decisions.records(self._records_seen))
        events = tuple(event for _, event in self._unseen(stacks))
        return Glance(
            settled_failure(events, {stack.name: stack.status for stack in stacks}), looks, requests
        )

    def rehearse(self) -> None:
        """Book what in-place updates would need, beside what CloudFormation has asked for."""
        self._gateway.cloudformation.settle(SETTLE_SECONDS)
        records = self._gateway.decisions.records(self._begun)
        # What only the tool asked for may be a call that it goes on without: no evidence.
        seen = {(one.action, one.resource) for one in asked(records, self._user) if one.on_behalf_of}
        for decided in self._gateway.cloudformation.rehearse(self.account, seen):
            self._gateway.decisions.decided(decided)

    def finish(self) -> Facts:
        """Wait until every stack has settled; what happened since ``begin``."""
        self._gateway.cloudformation.settle(SETTLE_SECONDS)
        self._gateway.faults.fail_last_wave = False
        stacks = self._gateway.cloudformation.stacks(self.account)
        return self._facts(
            tuple(self._new_events(stacks)),
            {stack.name: (stack.status, stack.region) for stack in stacks},
            self._gateway.cloudformation.problems(self.account),
        )

    def _facts(
        self,
        events: tuple[StackEvent, ...],
        stacks: Mapping[str, tuple[str, str]],
        notes: tuple[str, ...] = (),
    ) -> Facts:
        """What the records since ``begin`` tell beside ``events``; ``stacks`` are statuses and regions."""
        records = self._new_records()
        there = {name: place for name, place in stacks.items() if place[0] not in _NOT_THERE}
        return Facts(
            asked=asked(records, self._user),
            events=events,
            stacks={name: status for name, (status, _) in there.items()},
            regions={name: region for name, (_, region) in there.items()},
            problems=unmapped(records),
            notes=(*refused_hosts(records), *in_vain(records, (self._user,)), *notes),
            absent=absent(records),
            requests=requests_of(records, self._user),
            answered=answered(records, self._user),
            decisions=None if self._gateway.mode is Mode.OFF else asked_of_user(records, self._user),
            strangers=(*self._strangers, *changes_of_others(records, (self._user,))),
            rights=changes_of_rights(records, self._user),
        )

    def _new_records(self) -> tuple[Record, ...]:
        records = self._gateway.decisions.records(self._records_seen)
        self._records_seen += len(records)
        return records

    def _new_events(self, stacks: tuple[StackView, ...]) -> Iterator[StackEvent]:
        for event_id, event in self._unseen(stacks):
            self._events_seen.add(event_id)
            yield event

    def _unseen(self, stacks: tuple[StackView, ...]) -> Iterator[tuple[str, StackEvent]]:
        for stack in stacks:
            for event in stack.events:
                if event.id not in self._events_seen:
                    yield (
                        event.id,
                        StackEvent(
                            stack=stack.name,
                            logical_id=event.logical_id,
                            type=event.type,
                            status=event.status,
                            reason=event.reason,
                            is_stack=event.physical_id == stack.id,
                            injected=event.logical_id == INJECTED_LOGICAL_ID,
                            region=stack.region,
                            by_user=event.requested_by == self._user,
                            compiled=event.compiled,
                            looked_at=self._user in stack.looked_at_by,
                        ),
                    )

    def left_behind(self) -> tuple[Left, ...]:
        """What the provisioner retained."""
        found = self._gateway.cloudformation.left_behind(self.account)
        return tuple(Left(one.stack, one.logical_id, one.type, one.physical_id, one.region) for one in found)

    def take_away(self, left: Left) -> bool:
        """Delete it with the root's rights."""
        one = LeftBehind(left.stack, left.logical_id, left.type, left.physical_id, left.region)
        return self._gateway.cloudformation.take_away(one, self._gateway.root)

    def hear(self, denied: Callable[[Asked], None]) -> None:
        """Tell of each refusal, before its operation goes on."""

        def decided(record: DecisionRecord) -> None:
            if record.decided.refused and record.decided.principal == self._user:
                denied(asked_of(record))

        self._gateway.decisions.listener = decided

    def traces(self) -> Traces:
        """The random tokens and generated names so far."""
        register = self._gateway.register
        return Traces(
            tokens=frozenset(register.tokens),
            generated=register.names,
        )

    def not_exercised(self) -> tuple[NotExercised, ...]:
        """The compiled templates' types of which updates would need more than was asked for."""
        records = self._gateway.decisions.records(self._begun)
        seen = {(one.action, one.resource) for one in asked(records, self._user)}
        found = self._gateway.cloudformation.unexercised(self._gateway.root, seen)
        return tuple(
            NotExercised(
                type=name,
                logical_ids=_distinct(one.logical_id for one in found if one.type == name),
                properties=_distinct(one.property for one in found if one.type == name),
                actions=_distinct(action for one in found if one.type == name for action in one.actions),
            )
            for name in _distinct(one.type for one in found)
        )


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))


def random_account() -> str:
    """A 12-digit account id that begins with no zero."""
    return str(secrets.randbelow(9 * 10**11) + 10**11)
