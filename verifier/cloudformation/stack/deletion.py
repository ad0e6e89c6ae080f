"""Deleting a whole stack."""

from verifier.cloudformation.stack.plan import waves
from verifier.cloudformation.stack.rollback import retains
from verifier.cloudformation.stack.session import Session
from verifier.cloudformation.stack.stack import Stack
from verifier.cloudformation.stack.steps import Steps
from verifier.cloudformation.stack.store import StackStore
from verifier.cloudformation.types.handler import HandlerError


def delete_stack(
    store: StackStore, stack: Stack, session: Session, retain: frozenset[str], *, undone: bool = False
) -> None:
    """Delete a stack's resources in reverse waves; what fails stays, and so does what it depends on.

    ``undone``: the stack's creation is taken back.
    """
    steps = Steps(store, stack, session)
    living = {
        name: one
        for name, one in stack.resources.items()
        if one.status not in ("DELETE_COMPLETE", "DELETE_SKIPPED")
    }
    dependencies = {name: one.dependencies for name, one in stack.resources.items()}
    failed: list[str] = []
    blocked: set[str] = set()
    for wave in reversed(waves(living, dependencies)):
        for name in wave:
            resource = living[name]
            if name in blocked:
                blocked |= dependencies[name]
                continue
            kept = name in retain or retains(stack, resource, undone=undone)
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
