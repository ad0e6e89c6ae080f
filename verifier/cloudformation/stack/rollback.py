"""The way back: what an operation has touched is restored or deleted."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from verifier.cloudformation.stack.plan import waves
from verifier.cloudformation.stack.session import Session
from verifier.cloudformation.stack.stack import Stack, StackResource
from verifier.cloudformation.stack.steps import Steps, copy_of
from verifier.cloudformation.stack.store import StackStore
from verifier.cloudformation.types.handler import HandlerError

_OF_THE_STACK = ("template", "parameters", "tags", "outputs", "imports")
_OF_A_RESOURCE = ("definition", "dependencies", "deletion_policy", "update_replace_policy")


@dataclass
class Touched:
    """A resource that the operation has begun to change; ``before`` is None for a new one."""

    after: StackResource
    before: StackResource | None = None
    replaced: bool = False
    to_restore: bool = True
    """Something has been changed (an update refused at its first call has not)."""
    restored: bool = False


class Rollback:
    """Takes one operation back. ``touched`` is in the order in which the resources were begun."""

    def __init__(
        self,
        store: StackStore,
        steps: Steps,
        touched: Mapping[str, Touched],
        dependencies: Mapping[str, frozenset[str]],
    ) -> None:
        self._store = store
        self._stack: Stack = steps.stack
        self._steps = steps
        self._touched = touched
        self._dependencies = dependencies

    def undo_create(self, prefix: str) -> None:
        """Delete what was created; RetainExceptOnCreate does not retain here."""
        failed: list[str] = []
        names = [name for name in self._stack.resources if name in self._touched]
        for wave in reversed(waves(names, self._dependencies)):
            for name in wave:
                resource = self._stack.resources[name]
                try:
                    self._steps.delete(resource, retain=self._retains(resource))
                except HandlerError:
                    failed.append(name)
        if failed:
            reason = f"The following resource(s) failed to delete: [{', '.join(failed)}]. "
            self._store.stack_status(self._stack, f"{prefix}_FAILED", reason)
        else:
            self._store.stack_status(self._stack, f"{prefix}_COMPLETE")

    def undo_update(self, skip: frozenset[str]) -> None:
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

    def _retains(self, resource: StackResource) -> bool:
        return bool(resource.physical_id) and retains(self._stack, resource, undone=True)

    def _go_on(self, session: Session, skip: frozenset[str]) -> None:
        """Go on with a rollback that failed, with the rights of ``session``."""
        self._steps = Steps(self._store, self._stack, session)
        self.undo_update(skip)

    def _to_restore(self) -> list[list[str]]:
        """The changed resources in the order in which they depended on each other before."""
        changed = {name: one.before for name, one in self._touched.items() if one.before is not None}
        before = {name: one.dependencies for name, one in self._stack.resources.items()}
        return waves(changed, before | {name: one.dependencies for name, one in changed.items()})

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
            self._steps.failed(restored, "UPDATE", error)
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
        for wave in reversed(waves(added, self._dependencies)):
            for name in wave:
                resource = added[name]
                try:
                    self._steps.delete(resource, retain=self._retains(resource))
                except HandlerError:
                    continue
                finally:
                    if self._touched[name].before is None:
                        with self._store.lock:
                            self._stack.resources.pop(name, None)


def retains(stack: Stack, resource: StackResource, *, undone: bool) -> bool:
    """Whether a resource stays; RetainExceptOnCreate is not for one whose creation is ``undone``.

    (sources: cfn-retain-except-on-create, cfn-retain-except-on-create-parameter)
    """
    if undone:
        return resource.deletion_policy == "Retain" and not stack.retain_except_on_create
    return resource.deletion_policy.startswith("Retain")


def remembered(lock: AbstractContextManager[object], stack: Stack) -> Callable[[], None]:
    """What gives the stack back what it says of itself now, when its resources are as they were."""
    now = replace(stack)
    resources = {name: replace(one) for name, one in stack.resources.items()}

    def forget() -> None:
        with lock:
            for name in _OF_THE_STACK:
                setattr(stack, name, getattr(now, name))
            for name, one in stack.resources.items():
                for member in _OF_A_RESOURCE if name in resources else ():
                    setattr(one, member, getattr(resources[name], member))

    return forget
