"""After an update that went well: what it has left over is deleted."""

from collections.abc import Mapping

from verifier.cloudformation.stack.plan import waves
from verifier.cloudformation.stack.rollback import Touched
from verifier.cloudformation.stack.stack import STACK_TYPE, StackResource
from verifier.cloudformation.stack.steps import Steps
from verifier.cloudformation.types.handler import HandlerError

# (source: cfn-clean-up-failed, cfn-update-events)
_NOT_DELETED = "Update successful. One or more resources could not be deleted."


def clean_up(
    steps: Steps,
    before: Mapping[str, StackResource],
    touched: Mapping[str, Touched],
    removed: Mapping[str, StackResource],
) -> None:
    """Delete what was replaced or removed; a failure leaves the resource behind, not the stack.

    ``before`` are the resources that the update found. AWS tries three times; once tells as much here
    (source: cfn-clean-up-leaves-the-resource).
    """
    store, stack = steps.store, steps.stack
    let_nested_clean_up(steps)
    leftovers = {
        name: (one.before, one.after.update_replace_policy)
        for name, one in touched.items()
        if one.replaced and one.before is not None
    } | {name: (one, one.deletion_policy) for name, one in removed.items()}
    dependencies = {name: one.dependencies for name, one in before.items()}
    failed = False
    for wave in reversed(waves(leftovers, dependencies)):
        for name in wave:
            resource, policy = leftovers[name]
            try:
                steps.delete(resource, retain=policy.startswith("Retain"))
            except HandlerError:
                failed = True
            if name in removed:
                with store.lock:
                    stack.resources.pop(name, None)
    store.stack_status(stack, "UPDATE_COMPLETE", _NOT_DELETED if failed else "")


def let_nested_clean_up(steps: Steps) -> None:
    """The updates of stacks within this one are final."""
    stack = steps.stack
    for resource in list(stack.resources.values()):
        nested = resource.type == STACK_TYPE and steps.store.find(
            stack.account, stack.region, resource.physical_id
        )
        if nested and nested.held is not None:
            held, nested.held = nested.held, None
            held.clean_up()
