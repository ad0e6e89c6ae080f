"""Which updates never ran, property by property, and what they would have asked for.

An update handler is played for each property of a resource as if that alone had come to the template,
without anything being asked or made. What it would need and the life never asked for is missing in
the policy.
"""

import contextlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from verifier.authorization.caller import Certainty
from verifier.authorization.operation import Operation, Requirement
from verifier.authorization.requirements import UnmappedOperation, requirements
from verifier.cloudformation.stack.session import Session
from verifier.cloudformation.stack.stack import Stack, StackResource
from verifier.cloudformation.stack.steps import Steps
from verifier.cloudformation.stack.store import StackStore
from verifier.cloudformation.stack.views import Unexercised
from verifier.cloudformation.types import registry
from verifier.cloudformation.types.handler import HandlerError
from verifier.cloudformation.types.work import ServiceCall, Work
from verifier.grant.evidence import GeneratedName

_ANYWHERE = "*"


class _NoRegister:
    """Nothing is made up in a play."""

    def token(self, value: str) -> None:
        """Forgotten."""

    def generated(self, name: GeneratedName) -> None:
        """Forgotten."""


@dataclass(frozen=True)
class _Play(Session):
    """Notes what calls would surely need; every answer is empty."""

    needs: list[Requirement] = field(default_factory=list)

    def make(self, work: Work, call: ServiceCall) -> dict[str, Any]:
        """Note what ``call`` needs."""
        self._note(work, call)
        return {}

    def permit(self, work: Work, call: ServiceCall) -> None:
        """Note what ``call`` needs."""
        self._note(work, call)

    def ask(
        self, work: Work, needed: Sequence[Requirement], certainty: Certainty, source: str | None
    ) -> None:
        """Note the actions: what they are asked for on, the other properties may tell too."""
        if certainty is not Certainty.LIKELY:
            self.needs.extend(replace(one, resource=_ANYWHERE) for one in needed)

    def _note(self, work: Work, call: ServiceCall) -> None:
        operation = self._fitted(work, call)
        work.made.append(operation)
        if call.certainty >= Certainty.CALL:
            self.needs.extend(one for one in _known(operation) if one.primary or one.source)


def unexercised(
    store: StackStore,
    stack: Stack,
    resource: StackResource,
    session: Session,
    asked: Collection[tuple[str, str]],
) -> Iterator[Unexercised]:
    """The properties of ``resource`` whose update would need more than was ``asked`` (action, resource)."""
    entry = registry.entry(resource.type)
    if entry is None or not entry.has_update:
        return
    actions = {action.lower() for action, _ in asked}
    known = {(action.lower(), where) for action, where in asked}
    for name in sorted((set(resource.properties) & entry.properties) - entry.create_only):
        needs = _needs(store, stack, resource, session, name)
        missing = {
            one.action
            for one in needs
            if (one.action.lower() not in actions)
            or (one.resource != _ANYWHERE and (one.action.lower(), one.resource) not in known)
        }
        if missing:
            yield Unexercised(resource.type, resource.logical_id, name, tuple(sorted(missing)))


def _needs(
    store: StackStore, stack: Stack, resource: StackResource, session: Session, name: str
) -> tuple[Requirement, ...]:
    """What an update that brings the property ``name`` would surely ask for."""
    play = _Play(
        session.authorizer,
        session.upstream,
        _NoRegister(),
        session.caller,
        session.identity,
        lambda _line: None,
    )
    before = {key: value for key, value in resource.properties.items() if key != name}
    # AWS refuses to change it, or the play ends where an answer would be needed.
    with contextlib.suppress(HandlerError):
        Steps(store, stack, play).play_update(resource, replace(resource, properties=before))
    return tuple(play.needs)


def _known(operation: Operation) -> tuple[Requirement, ...]:
    try:
        return requirements(operation)
    except UnmappedOperation:
        return ()
