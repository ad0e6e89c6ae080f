"""The store that keeps stacks."""

import threading
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from verifier.authorization.caller import Caller
from verifier.cloudformation.stack.stack import STACK_TYPE, Stack, StackResource
from verifier.cloudformation.stack.views import EventView, ResourceUse
from verifier.errors import InconclusiveError


class StackStore:
    """Every stack of every account. Take ``lock`` to read or change a stack."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._settled = threading.Condition(self.lock)
        self._stacks: dict[str, Stack] = {}
        self._uses: dict[tuple[str, str, str, str], ResourceUse] = {}
        self._problems: dict[tuple[str, str], None] = {}
        self._made_up: set[str] = set()
        self._left: list[tuple[Stack, StackResource]] = []
        self._latest: dict[tuple[str, str, str], tuple[Stack, StackResource, Caller]] = {}

    def add(self, stack: Stack) -> None:
        """Keep a new stack."""
        with self.lock:
            self._stacks[stack.id] = stack

    def find(self, account: str, region: str, name_or_id: str) -> Stack | None:
        """A live stack by its name, or any by its id."""
        with self.lock:
            if name_or_id.startswith("arn:"):
                stack = self._stacks.get(name_or_id)
                return stack if stack and (stack.account, stack.region) == (account, region) else None
            live = (one for one in self.of(account, region) if not one.is_deleted)
            return next((one for one in live if one.name == name_or_id), None)

    def of(self, account: str, region: str | None = None) -> Iterator[Stack]:
        """An account's stacks, oldest first, deleted ones too."""
        with self.lock:
            stacks = list(self._stacks.values())
        return (s for s in stacks if s.account == account and region in (None, s.region))

    def event(
        self,
        stack: Stack,
        logical_id: str,
        type_name: str,
        physical_id: str,
        *,
        status: str,
        reason: str = "",
    ) -> None:
        """Append an event; strictly later than the one before."""
        with self.lock:
            now = datetime.now(UTC)
            if stack.events:
                now = max(now, stack.events[-1].time + timedelta(microseconds=1))
            is_stack = type_name == STACK_TYPE and logical_id == stack.name
            event_id = str(uuid.uuid4()) if is_stack else f"{logical_id}-{status}-{now:%Y-%m-%dT%H:%M:%S.%fZ}"
            stack.events.append(
                EventView(
                    id=event_id,
                    time=now,
                    logical_id=logical_id,
                    type=type_name,
                    physical_id=physical_id,
                    status=status,
                    reason=reason,
                    requested_by=stack.requested_by,
                    compiled=stack.compiled,
                )
            )

    def begin(self, stack: Stack, status: str, caller: Caller, *, compiled: bool = False) -> None:
        """An operation on the stack begins at the request of ``caller``; ``status`` is its first."""
        with self.lock:
            stack.requested_by, stack.compiled = caller.origin, compiled
            self.stack_status(stack, status, "User Initiated")

    def follow(self, stack: Stack, status: str, parent: Stack) -> None:
        """An operation on a nested stack begins as a part of its parent's."""
        with self.lock:
            stack.requested_by, stack.compiled = parent.requested_by, parent.compiled
            self.stack_status(stack, status, "User Initiated")

    def looked(self, account: str, region: str, name_or_id: str, caller: Caller) -> None:
        """``caller`` is told how the stack stands; without a name how all do."""
        with self.lock:
            for stack in self.of(account, region):
                if name_or_id in ("", stack.name, stack.id):
                    stack.looked_at_by |= {caller.origin}

    def stack_status(self, stack: Stack, status: str, reason: str = "") -> None:
        """Change the stack's status, with its event; wakes those who wait for it to settle."""
        with self.lock:
            stack.status = status
            stack.reason = reason
            stack.looked_at_by = frozenset()
            if status == "DELETE_COMPLETE":
                stack.deleted = datetime.now(UTC)
            self.event(stack, stack.name, STACK_TYPE, stack.id, status=status, reason=reason)
            self._settled.notify_all()

    def resource_status(self, stack: Stack, resource: StackResource, status: str, reason: str = "") -> None:
        """Change a resource's status, with its event."""
        with self.lock:
            resource.status = status
            resource.reason = reason
            resource.time = datetime.now(UTC)
            self.event(
                stack, resource.logical_id, resource.type, resource.physical_id, status=status, reason=reason
            )

    def settle(self, timeout: float) -> None:
        """Wait at most ``timeout`` seconds until no stack is in progress. Raises InconclusiveError."""
        with self._settled:
            if not self._settled.wait_for(lambda: not self._busy(), timeout):
                names = ", ".join(f"{stack.name} ({stack.status})" for stack in self._busy())
                raise InconclusiveError(f"a stack is still in progress after {timeout:g} s: {names}")

    def _busy(self) -> list[Stack]:
        return [stack for stack in self._stacks.values() if stack.in_progress]

    def use(self, account: str, use: ResourceUse) -> None:
        """Remember that a compiled service template holds this resource; an update once seen stays."""
        key = (account, use.stack, use.logical_id, use.type)
        with self.lock:
            known = self._uses.get(key)
            self._uses[key] = known if known is not None and known.updated else use

    def updated(self, account: str, stack: str, logical_id: str, type_name: str) -> None:
        """A resource's update handler ran to its end."""
        key = (account, stack, logical_id, type_name)
        with self.lock:
            known = self._uses.get(key)
            if known is not None:
                self._uses[key] = ResourceUse(stack, logical_id, type_name, True, known.upper_bound)

    def keep(self, stack: Stack, caller: Caller) -> None:
        """Remember the resources of a compiled service template as ``caller``'s operation has left them."""
        with self.lock:
            for one in stack.resources.values():
                self._latest[(stack.account, stack.label, one.logical_id)] = (stack, replace(one), caller)

    def latest(self, account: str) -> tuple[tuple[Stack, StackResource, Caller], ...]:
        """The last that was kept of each resource, and who provisioned it."""
        with self.lock:
            return tuple(one for key, one in self._latest.items() if key[0] == account)

    def uses(self, account: str) -> tuple[ResourceUse, ...]:
        """The resources of the account's compiled service templates."""
        with self.lock:
            return tuple(use for key, use in self._uses.items() if key[0] == account)

    def leave(self, stack: Stack, resource: StackResource) -> None:
        """Remember a resource that outlives its place in a stack, because the template says so."""
        with self.lock:
            self._left.append((stack, replace(resource)))

    def left(self, account: str) -> tuple[tuple[Stack, StackResource], ...]:
        """What stacks have left behind, in the order in which they did."""
        with self.lock:
            return tuple(one for one in self._left if one[0].account == account)

    def take(self, one: tuple[Stack, StackResource]) -> None:
        """It is there no more."""
        with self.lock:
            self._left.remove(one)

    def problem(self, account: str, line: str) -> None:
        """Note what could not be done as AWS does it; each line once."""
        with self.lock:
            self._problems.setdefault((account, line))

    def problems(self, account: str) -> tuple[str, ...]:
        """The account's problems, in the order in which they came up."""
        with self.lock:
            return tuple(line for owner, line in self._problems if owner == account)

    def makes_up(self, value: Any) -> None:
        """Remember that a resource gave ``value``, which AWS would give in another form."""
        with self.lock:
            self._made_up |= {str(one) for one in (value if isinstance(value, list) else [value])} - {""}

    @property
    def made_up(self) -> frozenset[str]:
        """Every value that ``makes_up`` was told; an export can bring one to any stack."""
        with self.lock:
            return frozenset(self._made_up)

    def exports(self, account: str, region: str) -> Mapping[str, tuple[Stack, str]]:
        """Every export of the region: its stack and its value."""
        with self.lock:
            return {
                output.export: (stack, output.value)
                for stack in self.of(account, region)
                if not stack.is_deleted
                for output in stack.outputs
                if output.export
            }

    def importers(self, account: str, region: str, export: str) -> tuple[str, ...]:
        """The names of the stacks that import ``export``."""
        with self.lock:
            stacks = (s for s in self.of(account, region) if not s.is_deleted)
            return tuple(stack.name for stack in stacks if export in stack.imports)
