"""What stacks leave behind because their templates say so, and taking it away afterwards."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

from verifier.cloudformation.stack.session import Session
from verifier.cloudformation.stack.stack import Stack, StackResource
from verifier.cloudformation.stack.steps import Steps
from verifier.cloudformation.stack.store import StackStore
from verifier.cloudformation.stack.views import LeftBehind
from verifier.cloudformation.types.handler import HandlerError
from verifier.cloudformation.types.work import ServiceCall, Work


def left_behind(store: StackStore, account: str) -> tuple[LeftBehind, ...]:
    """What is there still, those first that depend on others."""
    return tuple(_view(stack, resource) for stack, resource in store.left(account))


def take_away(
    store: StackStore, account: str, left: LeftBehind, session_of: Callable[[Stack], Session]
) -> bool:
    """Delete one of them; whether it surely was there still. Raises HandlerError.

    A function's version, which the framework retains, went with its function.
    """
    for stack, resource in store.left(account):
        if _view(stack, resource) == left:
            there = _deleted(store, stack, resource, session_of(stack))
            store.take((stack, resource))
            return there
    return False


def _deleted(store: StackStore, stack: Stack, resource: StackResource, session: Session) -> bool:
    strict = _Strict(**{one.name: getattr(session, one.name) for one in fields(session)})
    try:
        Steps(store, stack, strict).delete(resource)
    except HandlerError:
        Steps(store, stack, session).delete(resource)
        return False
    return True


@dataclass(frozen=True)
class _Strict(Session):
    """What is not there is an error, too."""

    def make(self, work: Work, call: ServiceCall) -> dict[str, Any]:
        """Make ``call`` without any error of it tolerated."""
        return super().make(work, replace(call, tolerate=()))


def _view(stack: Stack, resource: StackResource) -> LeftBehind:
    return LeftBehind(stack.name, resource.logical_id, resource.type, resource.physical_id, stack.region)
