"""Stack operations: waves of resources, and the way back when one fails.

A wave holds every resource whose dependencies are complete; all of a wave's failures are collected
before the stack rolls back, so that one trial tells at least as many refusals as AWS would. Deletes of
a rollback are authorized as any other call.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from verifier.cloudformation.changeset import Change, Wanted
from verifier.cloudformation.faults import INJECTED_LOGICAL_ID, INJECTED_REASON, INJECTED_TYPE
from verifier.cloudformation.handlers.base import HandlerError
from verifier.cloudformation.live import LiveEnvironment
from verifier.cloudformation.outputs import OutputsError, missing_import, resolved_outputs
from verifier.cloudformation.plan import waves
from verifier.cloudformation.stack import Output, Stack, StackResource, StackStore
from verifier.cloudformation.steps import REPLACING, Steps, UpdateFailed, copy_of
from verifier.cloudformation.template import ResourceDefinition
from verifier.cloudformation.work import Session

_NOT_DELETED = "Update successful. One or more resources could not be deleted."


@dataclass
class _Touched:
    """A resource that the operation has begun to change; ``before`` is None for a new one."""

    after: StackResource
    before: StackResource | None = None
    replaced: bool = False
    to_restore: bool = True
    """Something has been changed (an update refused at its first call has not)."""
    restored: bool = False


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
        """The stack event's status reason."""
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
    ) -> None:
        self._store = store
        self._stack = stack
        self._session = session
        self._wanted = wanted
        self._fail_last_wave = fail_last_wave
        self._steps = Steps(store, stack, session)
        self._live = LiveEnvironment(self._steps, wanted.template, wanted.parameters)
        self._touched: dict[str, _Touched] = {}
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
            self._undo_create("DELETE")
        else:
            reason = f"{failures.reason}Rollback requested by user."
            self._store.stack_status(self._stack, "ROLLBACK_IN_PROGRESS", reason)
            self._undo_create("ROLLBACK")

    def update(self, changes: tuple[Change, ...], *, disable_rollback: bool) -> None:
        """Carry ``changes`` out, then clean up."""
        before = dict(self._stack.resources)
        failures = self._forward([change for change in changes if change.action != "Remove"])
        if not failures:
            self._commit()
            self._clean_up(before)
        elif disable_rollback:
            self._keep_parts()
            self._store.stack_status(self._stack, "UPDATE_FAILED", failures.reason)
        else:
            self._store.stack_status(self._stack, "UPDATE_ROLLBACK_IN_PROGRESS", failures.reason)
            self._undo_update(frozenset())

    # -- forward

    def _forward(self, changes: list[Change]) -> _Failures:
        missing = missing_import(self._store, self._stack, self._wanted)
        if missing:
            return _Failures(other=f"{missing}. ")
        by_name = {change.logical_id: change for change in changes}
        for wave in waves(list(by_name), self._wanted.dependencies):
            if self._stack.cancelled:
                return _Failures(other="Stack update cancelled. ")
            failures = _Failures()
            for name in wave:
                self._bring(by_name[name], failures)
            if failures:
                return failures
        if self._fail_last_wave:
            self._store.event(
                self._stack,
                INJECTED_LOGICAL_ID,
                INJECTED_TYPE,
                "",
                status="CREATE_FAILED",
                reason=INJECTED_REASON,
            )
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
            properties = self._live.resolved(definition.properties, definition.logical_id, definition.type)
            replaced = self._steps.replaces(before, properties)
        except HandlerError as error:
            self._fail(copy_of(before), "UPDATE", error, failures.update)
            return
        after = self._described(definition, properties)
        if replaced:
            self._replace(before, after, failures)
        else:
            self._update(before, after, change, failures)

    def _create(self, definition: ResourceDefinition, failures: _Failures) -> None:
        resource = self._described(definition, {})
        with self._store.lock:
            self._stack.resources[definition.logical_id] = resource
        self._touched[definition.logical_id] = _Touched(resource)
        self._store.resource_status(self._stack, resource, "CREATE_IN_PROGRESS")
        try:
            resource.properties = self._live.resolved(
                definition.properties, definition.logical_id, definition.type
            )
            self._steps.create(resource)
        except HandlerError as error:
            self._fail(resource, "CREATE", error, failures.create)

    def _replace(self, before: StackResource, after: StackResource, failures: _Failures) -> None:
        after.physical_id = before.physical_id
        with self._store.lock:
            self._stack.resources[after.logical_id] = after
        self._touched[after.logical_id] = _Touched(after, copy_of(before), replaced=True)
        self._store.resource_status(self._stack, after, "UPDATE_IN_PROGRESS", REPLACING)
        old_id, after.physical_id = after.physical_id, ""
        try:
            self._steps.create(after, verb="UPDATE")
        except HandlerError as error:
            self._fail(after, "UPDATE", error, failures.update, shown_id=after.physical_id or old_id)

    def _update(
        self, before: StackResource, after: StackResource, change: Change, failures: _Failures
    ) -> None:
        after.physical_id, after.status, after.reason = before.physical_id, before.status, before.reason
        same = before.properties == after.properties and not before.status.endswith("_FAILED")
        retagged = "Tags" in change.scope and dict(before.stack_tags) != dict(after.stack_tags)
        with self._store.lock:
            self._stack.resources[after.logical_id] = after
        if same and not retagged:
            # Only what cannot reach the resource differs (a policy, metadata, an attribute that stayed).
            self._touched[after.logical_id] = _Touched(after, copy_of(before), to_restore=False)
            return
        touched = self._touched[after.logical_id] = _Touched(after, copy_of(before))
        try:
            self._steps.update(after, before)
            self._store.updated(self._stack.account, self._stack.name, after.logical_id, after.type)
        except UpdateFailed as error:
            touched.to_restore = error.wrote
            self._fail(after, "UPDATE", error, failures.update)

    def _described(self, definition: ResourceDefinition, properties: Mapping[str, object]) -> StackResource:
        name = definition.logical_id
        deletion, replacement = self._wanted.policies[name]
        return StackResource(
            definition=definition,
            properties=properties,
            stack_tags=dict(self._wanted.tags),
            dependencies=self._wanted.dependencies[name],
            deletion_policy=deletion,
            update_replace_policy=replacement,
        )

    def _fail(
        self,
        resource: StackResource,
        verb: str,
        error: HandlerError,
        names: list[str],
        *,
        shown_id: str | None = None,
    ) -> None:
        names.append(resource.logical_id)
        status = f"{verb}_FAILED"
        with self._store.lock:
            resource.status, resource.reason, resource.time = status, error.reason, datetime.now(UTC)
            physical_id = resource.physical_id if shown_id is None else shown_id
            self._store.event(
                self._stack,
                resource.logical_id,
                resource.type,
                physical_id,
                status=status,
                reason=error.reason,
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

    def _clean_up(self, before: Mapping[str, StackResource]) -> None:
        """Delete what was replaced or removed; a failure leaves the resource behind, not the stack."""
        self._store.stack_status(self._stack, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
        replaced = {
            name: (one.before, one.after.update_replace_policy)
            for name, one in self._touched.items()
            if one.replaced and one.before is not None
        }
        removed = {
            name: (one, one.deletion_policy)
            for name, one in before.items()
            if name not in self._wanted.active
        }
        leftovers = replaced | removed
        dependencies = {name: one.dependencies for name, (one, _) in leftovers.items()}
        failed = False
        for wave in reversed(waves(list(leftovers), dependencies)):
            for name in wave:
                resource, policy = leftovers[name]
                try:
                    self._steps.delete(resource, retain=policy.startswith("Retain"))
                except HandlerError:
                    failed = True
                if name in removed:
                    with self._store.lock:
                        self._stack.resources.pop(name, None)
        self._store.stack_status(self._stack, "UPDATE_COMPLETE", _NOT_DELETED if failed else "")

    def _keep_parts(self) -> None:
        """With rollback disabled the stack stays as far as it came; the next update goes on from there."""
        with self._store.lock:
            self._stack.parameters = self._wanted.parameters
            self._stack.tags = self._wanted.tags
            self._stack.template = self._wanted.template

    # -- the way back

    def _undo_create(self, prefix: str) -> None:
        """Delete what was created; RetainExceptOnCreate does not retain here."""
        failed: list[str] = []
        names = [name for name in self._stack.resources if name in self._touched]
        for wave in reversed(waves(names, self._wanted.dependencies)):
            for name in wave:
                resource = self._stack.resources[name]
                kept = resource.physical_id and resource.deletion_policy == "Retain"
                try:
                    self._steps.delete(resource, retain=bool(kept))
                except HandlerError:
                    failed.append(name)
        if failed:
            reason = f"The following resource(s) failed to delete: [{', '.join(failed)}]. "
            self._store.stack_status(self._stack, f"{prefix}_FAILED", reason)
        else:
            self._store.stack_status(self._stack, f"{prefix}_COMPLETE")

    def _undo_update(self, skip: frozenset[str]) -> None:
        """Restore what was changed, in order, then delete what was added.

        ``skip`` are resources that ContinueUpdateRollback is told to leave as they are.
        """
        failed = [name for wave in self._to_restore() for name in wave if not self._restore(name, skip)]
        if failed:
            with self._store.lock:
                self._stack.unfinished_rollback = self._go_on
            reason = f"The following resource(s) failed to update: [{', '.join(failed)}]. "
            self._store.stack_status(self._stack, "UPDATE_ROLLBACK_FAILED", reason)
            return
        self._store.stack_status(self._stack, "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
        self._delete_added()
        with self._store.lock:
            self._stack.unfinished_rollback = None
        self._store.stack_status(self._stack, "UPDATE_ROLLBACK_COMPLETE")

    def _go_on(self, session: Session, skip: frozenset[str]) -> None:
        """Go on with a rollback that failed, with the rights of ``session``."""
        self._session = session
        self._steps = Steps(self._store, self._stack, session)
        self._undo_update(skip)

    def _to_restore(self) -> list[list[str]]:
        changed = {name: one.before for name, one in self._touched.items() if one.before is not None}
        return waves(list(changed), {name: one.dependencies for name, one in changed.items()})

    def _restore(self, name: str, skip: frozenset[str]) -> bool:
        """Bring one changed resource back; False when that fails."""
        touched = self._touched[name]
        before = touched.before
        if before is None or touched.restored:
            return True
        restored = copy_of(before)
        failed = touched.after.status.endswith("_FAILED")
        if touched.replaced or name in skip or not touched.to_restore:
            with self._store.lock:
                self._stack.resources[name] = restored
            if touched.replaced or failed or name in skip:
                self._store.resource_status(self._stack, restored, "UPDATE_COMPLETE")
            touched.restored = True
            return True
        with self._store.lock:
            self._stack.resources[name] = restored
        try:
            self._steps.update(restored, touched.after)
        except HandlerError as error:
            self._fail(restored, "UPDATE", error, [])
            return False
        touched.restored = True
        return True

    def _delete_added(self) -> None:
        """Delete new resources and new halves of replaced ones; a failure is an event, no more."""
        added = {
            name: one.after
            for name, one in self._touched.items()
            if (one.before is None or one.replaced) and (one.after.physical_id or one.before is None)
        }
        for wave in reversed(waves(list(added), self._wanted.dependencies)):
            for name in wave:
                resource = added[name]
                kept = bool(resource.physical_id) and resource.deletion_policy == "Retain"
                try:
                    self._steps.delete(resource, retain=kept)
                except HandlerError:
                    continue
                finally:
                    if self._touched[name].before is None:
                        with self._store.lock:
                            self._stack.resources.pop(name, None)


def delete_stack(store: StackStore, stack: Stack, session: Session, retain: frozenset[str]) -> None:
    """Delete a stack's resources in reverse waves; what fails stays, and so does what it depends on."""
    steps = Steps(store, stack, session)
    living = {
        name: one
        for name, one in stack.resources.items()
        if one.status not in ("DELETE_COMPLETE", "DELETE_SKIPPED")
    }
    dependencies = {name: one.dependencies for name, one in living.items()}
    failed: list[str] = []
    blocked: set[str] = set()
    for wave in reversed(waves(list(living), dependencies)):
        for name in wave:
            resource = living[name]
            if name in blocked:
                blocked |= dependencies[name]
                continue
            kept = name in retain or resource.deletion_policy.startswith("Retain")
            try:
                steps.delete(resource, retain=kept)
            except HandlerError:
                failed.append(name)
                blocked |= dependencies[name]
    if failed:
        reason = f"The following resource(s) failed to delete: [{', '.join(failed)}]. "
        store.stack_status(stack, "DELETE_FAILED", reason)
    else:
        store.stack_status(stack, "DELETE_COMPLETE")
