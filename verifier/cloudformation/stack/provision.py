"""Stack operations: waves of resources, and the way back when one fails.

A wave holds every resource whose dependencies are complete; all of a wave's failures are collected
before the stack rolls back, so that one trial tells at least as many refusals as AWS would. Deletes of
a rollback are authorized as any other call.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from verifier.cloudformation.stack.changeset import Change, Wanted
from verifier.cloudformation.stack.clean_up import clean_up, let_nested_clean_up
from verifier.cloudformation.stack.faults import (
    INJECTED_LOGICAL_ID,
    INJECTED_REASON,
    INJECTED_TYPE,
    Siblings,
)
from verifier.cloudformation.stack.held import Held
from verifier.cloudformation.stack.live_environment import LiveEnvironment
from verifier.cloudformation.stack.outputs import OutputsError, missing_import, resolved_outputs
from verifier.cloudformation.stack.plan import waves
from verifier.cloudformation.stack.property_validation import dated, misnamed, refusal
from verifier.cloudformation.stack.rollback import Rollback, Touched, remembered
from verifier.cloudformation.stack.session import Session
from verifier.cloudformation.stack.stack import STACK_TYPE, Output, Stack, StackResource
from verifier.cloudformation.stack.steps import REPLACING, Steps, UpdateFailed, copy_of
from verifier.cloudformation.stack.store import StackStore
from verifier.cloudformation.template.definitions import ResourceDefinition
from verifier.cloudformation.types.handler import HandlerError

# First of their wave: AWS makes its resources side by side, and tries again what lacks a role's policies.
_POLICIES = {"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"}


@dataclass
class _Failures:
    """What failed in one wave, by what was tried."""

    create: list[str] = field(default_factory=list)
    update: list[str] = field(default_factory=list)
    other: str = ""

    def __bool__(self) -> bool:
        return bool(self.create or self.update or self.other)

    @property
    def reason(self) -> str:
        """The stack event's status reason (source: cfn-rollback-reason)."""
        parts = [
            f"The following resource(s) failed to {verb}: [{', '.join(names)}]. "
            for verb, names in (("create", self.create), ("update", self.update))
            if names
        ]
        return "".join(parts) + self.other


class Provisioner:
    """Brings one stack to what is wanted, or back."""

    def __init__(
        self,
        store: StackStore,
        stack: Stack,
        session: Session,
        wanted: Wanted,
        *,
        fail_last_wave: bool = False,
        siblings: Siblings | None = None,
    ) -> None:
        self._store = store
        self._stack = stack
        self._wanted = wanted
        self._fail_last_wave = fail_last_wave
        self._siblings = siblings
        self._steps = Steps(store, stack, session)
        self._live = LiveEnvironment(self._steps, wanted.template, wanted.parameters)
        self._touched: dict[str, Touched] = {}
        self._rollback = Rollback(store, self._steps, self._touched, wanted.dependencies)
        self._new_outputs: tuple[Output, ...] = ()

    def create(self, on_failure: str) -> None:
        """Create everything; ``on_failure`` is ROLLBACK, DELETE or DO_NOTHING."""
        failures = self._forward(
            [Change("Add", one.logical_id, one.type) for one in self._wanted.active.values()]
        )
        if not failures:
            self._commit()
            self._store.stack_status(self._stack, "CREATE_COMPLETE")
        elif on_failure == "DO_NOTHING":
            self._store.stack_status(self._stack, "CREATE_FAILED", failures.reason)
        elif on_failure == "DELETE":
            self._store.stack_status(
                self._stack, "DELETE_IN_PROGRESS", f"{failures.reason}Delete requested by user."
            )
            self._rollback.undo_create("DELETE")
        else:
            reason = f"{failures.reason}Rollback requested by user."
            self._store.stack_status(self._stack, "ROLLBACK_IN_PROGRESS", reason)
            self._rollback.undo_create("ROLLBACK")

    def update(self, changes: tuple[Change, ...], *, disable_rollback: bool, hold: bool = False) -> None:
        """Carry ``changes`` out, then clean up; with ``hold`` that waits (``Stack.held``)."""
        before = dict(self._stack.resources)
        forget = remembered(self._store.lock, self._stack)
        failures = self._forward([change for change in changes if change.action != "Remove"])
        if not failures:
            self._commit()
            self._store.stack_status(self._stack, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
            held = Held(lambda: self._clean_up(before), lambda: self._take_back(forget))
            if hold:
                self._stack.held = held
            else:
                held.clean_up()
        elif disable_rollback:
            self._keep_parts()
            let_nested_clean_up(self._steps)
            self._store.stack_status(self._stack, "UPDATE_FAILED", failures.reason)
        else:
            self._store.stack_status(self._stack, "UPDATE_ROLLBACK_IN_PROGRESS", failures.reason)
            self._rollback.undo_update(frozenset())

    # -- forward

    def _forward(self, changes: list[Change]) -> _Failures:
        missing = missing_import(self._store, self._stack, self._wanted)
        if missing:
            return _Failures(other=f"{missing}. ")
        by_name = {change.logical_id: change for change in changes}
        for wave in waves(by_name, self._wanted.dependencies):
            if self._stack.cancelled:
                return _Failures(other="Stack update cancelled. ")
            failures = _Failures()
            names = self._siblings.order(wave) if self._siblings else wave
            for name in sorted(names, key=lambda one: by_name[one].type not in _POLICIES):
                self._bring(by_name[name], failures)
            if failures:
                return failures
        if self._fail_last_wave:
            injected = (INJECTED_LOGICAL_ID, INJECTED_TYPE, "")
            self._store.event(self._stack, *injected, status="CREATE_FAILED", reason=INJECTED_REASON)
            return _Failures(create=[INJECTED_LOGICAL_ID])
        return self._outputs()

    def _outputs(self) -> _Failures:
        try:
            self._new_outputs = resolved_outputs(self._store, self._stack, self._wanted, self._live)
        except OutputsError as error:
            return _Failures(other=f"{error} ")
        return _Failures()

    def _bring(self, change: Change, failures: _Failures) -> None:
        """Create, update or replace one resource; its failure is noted, not raised."""
        definition = self._wanted.active[change.logical_id]
        before = self._stack.resources.get(change.logical_id) if change.action == "Modify" else None
        if before is None:
            self._create(definition, failures)
            return
        try:
            self._cancel_after(failures, "update")
            properties = self._properties(definition)
            policy = self._policy(definition)
            replaced = self._steps.replaces(before, properties, policy)
        except HandlerError as error:
            self._steps.failed(copy_of(before), "UPDATE", error)
            failures.update.append(change.logical_id)
            return
        after = self._described(definition, properties)
        after.update_policy = policy
        if replaced:
            self._replace(before, after, failures)
        else:
            self._update(before, after, change, failures)

    def _create(self, definition: ResourceDefinition, failures: _Failures) -> None:
        resource = self._described(definition, {})
        with self._store.lock:
            self._stack.resources[definition.logical_id] = resource
        self._touched[definition.logical_id] = Touched(resource)
        self._store.resource_status(self._stack, resource, "CREATE_IN_PROGRESS")
        try:
            self._cancel_after(failures, "creation")
            resource.properties = self._properties(definition)
            resource.update_policy = self._policy(definition)
            self._steps.create(resource)
        except HandlerError as error:
            self._steps.failed(resource, "CREATE", error)
            failures.create.append(resource.logical_id)

    def _cancel_after(self, failures: _Failures, what: str) -> None:
        """Raises HandlerError when a sibling has failed and AWS would do no more."""
        if failures and self._siblings:
            raise HandlerError(f"Resource {what} cancelled")

    def _replace(self, before: StackResource, after: StackResource, failures: _Failures) -> None:
        after.physical_id = before.physical_id
        with self._store.lock:
            self._stack.resources[after.logical_id] = after
        self._touched[after.logical_id] = Touched(after, copy_of(before), replaced=True)
        self._store.resource_status(self._stack, after, "UPDATE_IN_PROGRESS", REPLACING)
        old_id, after.physical_id = after.physical_id, ""
        try:
            self._steps.create(after, verb="UPDATE")
        except HandlerError as error:
            self._steps.failed(after, "UPDATE", error, shown_id=after.physical_id or old_id)
            failures.update.append(after.logical_id)

    def _update(
        self, before: StackResource, after: StackResource, change: Change, failures: _Failures
    ) -> None:
        after.physical_id, after.status, after.reason = before.physical_id, before.status, before.reason
        same = before.properties == after.properties and not before.status.endswith("_FAILED")
        same = same and after.type != STACK_TYPE  # its template may be another one at the same address
        retagged = "Tags" in change.scope and dict(before.stack_tags) != dict(after.stack_tags)
        with self._store.lock:
            self._stack.resources[after.logical_id] = after
        if same and not retagged:
            # Only what cannot reach the resource differs (a policy, metadata, an attribute that stayed).
            self._touched[after.logical_id] = Touched(after, copy_of(before), to_restore=False)
            return
        touched = self._touched[after.logical_id] = Touched(after, copy_of(before))
        try:
            self._steps.update(after, before)
            self._store.updated(self._stack.account, self._stack.label, after.logical_id, after.type)
        except UpdateFailed as error:
            touched.to_restore = error.wrote
            self._steps.failed(after, "UPDATE", error)
            failures.update.append(after.logical_id)

    def _policy(self, definition: ResourceDefinition) -> Any:
        """The resolved UpdatePolicy. Raises HandlerError."""
        return self._live.resolved(definition.update_policy, definition.logical_id, definition.type)

    def _properties(self, definition: ResourceDefinition) -> Mapping[str, Any]:
        """The resolved properties. Raises HandlerError when the registry's schema forbids them."""
        given = self._live.resolved(definition.properties, definition.logical_id, definition.type)
        # A function may give nothing for all of them.
        found: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
        reason = refusal(definition, found, self._store.made_up)
        if reason:
            self._steps.session.problem(f"{definition.logical_id} is refused, {dated()}")
            raise HandlerError(reason)
        for line in misnamed(definition, found):
            self._steps.session.problem(line)
        return found

    def _described(self, definition: ResourceDefinition, properties: Mapping[str, object]) -> StackResource:
        name = definition.logical_id
        deletion, replacement = self._wanted.policies[name]
        return StackResource(
            definition=definition,
            properties=properties,
            static=self._wanted.statics[name],
            stack_tags=dict(self._wanted.tags),
            dependencies=self._wanted.dependencies[name],
            deletion_policy=deletion,
            update_replace_policy=replacement,
        )

    # -- after success

    def _commit(self) -> None:
        wanted, stack = self._wanted, self._stack
        with self._store.lock:
            stack.template = wanted.template
            stack.parameters = wanted.parameters
            stack.tags = wanted.tags
            stack.outputs = self._new_outputs
            stack.imports = wanted.imports
            stack.unfinished_rollback = None
            for name, resource in stack.resources.items():
                if name in wanted.active:
                    resource.definition = wanted.active[name]
                    resource.dependencies = wanted.dependencies[name]
                    resource.deletion_policy, resource.update_replace_policy = wanted.policies[name]
        if wanted.from_url:
            self._store.keep(stack, self._steps.session.caller)

    def _clean_up(self, before: Mapping[str, StackResource]) -> None:
        removed = {name: one for name, one in before.items() if name not in self._wanted.active}
        clean_up(self._steps, before, self._touched, removed)

    def _take_back(self, forget: Callable[[], None]) -> None:
        """Undo an update that went well: the parent's did not."""
        self._store.stack_status(self._stack, "UPDATE_ROLLBACK_IN_PROGRESS")
        self._rollback.undo_update(frozenset())
        forget()

    def _keep_parts(self) -> None:
        """With rollback disabled the stack stays as far as it came; the next update goes on from there."""
        with self._store.lock:
            self._stack.parameters = self._wanted.parameters
            self._stack.tags = self._wanted.tags
            self._stack.template = self._wanted.template
