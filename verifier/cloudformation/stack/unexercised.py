"""Which updates never ran, property by property, and what they would have asked for.

What an update would surely need and the life never asked for is missing in the policy.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import groupby

from verifier.authorization.caller import Certainty
from verifier.authorization.operation import Requirement
from verifier.cloudformation.stack.play import Played, play_updates
from verifier.cloudformation.stack.session import Session
from verifier.cloudformation.stack.stack import Stack, StackResource
from verifier.cloudformation.stack.store import StackStore
from verifier.cloudformation.stack.views import Unexercised

_ANYWHERE = "*"


def unexercised(
    store: StackStore,
    stack: Stack,
    resource: StackResource,
    session: Session,
    asked: Collection[tuple[str, str]],
) -> Iterator[Unexercised]:
    """The properties of ``resource`` whose update would need more than was ``asked`` (action, resource)."""
    actions = {action.lower() for action, _ in asked}
    known = {(action.lower(), where) for action, where in asked}
    plays = play_updates(store, stack, resource, session)
    for name, played in groupby(plays, key=lambda one: one.property):
        missing = {
            one.action
            for part in played
            for one in _sure(part)
            if (one.action.lower() not in actions)
            or (one.resource != _ANYWHERE and (one.action.lower(), one.resource) not in known)
        }
        if missing:
            yield Unexercised(resource.type, resource.logical_id, name, tuple(sorted(missing)))


def _sure(played: Played) -> Iterator[Requirement]:
    """What a played call would surely need."""
    certainty = played.call.certainty
    if played.step and certainty is not Certainty.LIKELY:
        # What the actions of a step are asked for on, the other properties may tell too.
        yield from (replace(one, resource=_ANYWHERE) for one in played.needed)
    elif not played.step and certainty >= Certainty.CALL:
        yield from (one for one in played.needed if one.primary or one.source)
