"""What updates that did not run would have asked for: decided as if they had, and nothing carried out."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from verifier.authorization.decision import Decided
from verifier.authorization.operation import Requirement
from verifier.cloudformation.stack.play import play_updates
from verifier.cloudformation.stack.session import Session
from verifier.cloudformation.stack.stack import Stack, StackResource
from verifier.cloudformation.stack.store import StackStore

Part = tuple[Stack, StackResource, Session]
"""A resource, with the rights of whoever provisioned it."""


def rehearse(
    store: StackStore, parts: Iterable[Part], asked: Collection[tuple[str, str]]
) -> Iterator[Decided]:
    """What in-place updates of all ``parts`` would need beside what was ``asked`` (action, resource), once.

    It is ``modelled``, and never enforced.
    """
    known = {(action.lower(), where) for action, where in asked}
    for stack, resource, session in parts:
        for played in play_updates(store, stack, resource, session):
            # Only what is new is decided: most of it has been asked for, and policies are long.
            new = [one for one in played.needed if _key(one) not in known]
            for decided in session.authorizer.weighed(played.call, new):
                if _key(decided.requirement) not in known:
                    known.add(_key(decided.requirement))
                    yield replace(decided, modelled=True, enforced=False)


def _key(one: Requirement) -> tuple[str, str]:
    return one.action.lower(), one.resource
