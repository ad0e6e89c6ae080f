"""An update's handler played as if one property alone had come to the template: nothing is asked or made."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from verifier.authorization.authorizer import Call
from verifier.authorization.operation import Operation, Requirement
from verifier.authorization.requirements import UnmappedOperation, requirements
from verifier.cloudformation.stack.session import Session
from verifier.cloudformation.stack.stack import Stack, StackResource
from verifier.cloudformation.stack.steps import Steps
from verifier.cloudformation.stack.store import StackStore
from verifier.cloudformation.stack.update_policies import changed_in_place
from verifier.cloudformation.types import registry
from verifier.cloudformation.types.handler import HandlerError
from verifier.cloudformation.types.work import ServiceCall, Work
from verifier.grant.evidence import GeneratedName


@dataclass(frozen=True)
class Played:
    """A call that an update of ``property`` would make, and what it needs.

    ``step`` for one that merely stands for a step of which the permissions are known and not the calls.
    """

    property: str
    call: Call
    needed: tuple[Requirement, ...]
    step: bool = False


class _NoRegister:
    """Nothing is made up in a play."""

    def token(self, value: str) -> None:
        """Forgotten."""

    def generated(self, name: GeneratedName) -> None:
        """Forgotten."""


@dataclass(frozen=True)
class _Play(Session):
    """Notes the calls; every answer is empty."""

    played: list[tuple[Call, tuple[Requirement, ...], bool]] = field(default_factory=list)

    def make(self, work: Work, call: ServiceCall) -> dict[str, Any]:
        """Note ``call``."""
        self.permit(work, call)
        return {}

    def permit(self, work: Work, call: ServiceCall) -> None:
        """Note ``call``."""
        asked = self._asking(work, call)
        self.played.append((asked, _known(asked.operation), False))

    def _need(self, call: Call, needed: Sequence[Requirement]) -> None:
        self.played.append((call, tuple(needed), True))

    def attempt(self, operation: Operation) -> dict[str, Any]:
        """Nothing is carried out."""
        return {}


def play_updates(
    store: StackStore, stack: Stack, resource: StackResource, session: Session
) -> Iterator[Played]:
    """What updates of ``resource`` would ask for, property by property, with the rights of ``session``."""
    entry = registry.entry(resource.type)
    if entry is None or not entry.has_update:
        return
    fixed = entry.create_only - changed_in_place(resource.type, resource.update_policy)
    for name in sorted((set(resource.properties) & entry.properties) - fixed):
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
        yield from (Played(name, *one) for one in play.played)


def _known(operation: Operation) -> tuple[Requirement, ...]:
    try:
        return requirements(operation)
    except UnmappedOperation:
        return ()
