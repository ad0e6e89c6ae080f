"""What stacks leave behind because their templates say so, and taking it away afterwards."""

from collections.abc import Callable

from verifier.cloudformation.stack.session import Session
from verifier.cloudformation.stack.steps import Steps
from verifier.cloudformation.stack.store import Stack, StackResource, StackStore
from verifier.cloudformation.stack.views import LeftBehind


def left_behind(store: StackStore, account: str) -> tuple[LeftBehind, ...]:
    """What is there still, those first that depend on others."""
    return tuple(_view(stack, resource) for stack, resource in store.left(account))


def take_away(
    store: StackStore, account: str, left: LeftBehind, session_of: Callable[[Stack], Session]
) -> None:
    """Delete one of them. Raises HandlerError."""
    for stack, resource in store.left(account):
        if _view(stack, resource) == left:
            Steps(store, stack, session_of(stack)).delete(resource)
            store.take((stack, resource))
            return


def _view(stack: Stack, resource: StackResource) -> LeftBehind:
    return LeftBehind(stack.name, resource.logical_id, resource.type, resource.physical_id, stack.region)
