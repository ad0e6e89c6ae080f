"""What updates that did not run would have asked for: decided as if they had, and nothing carried out."""

from collections.abc import Collection, Iterator

from verifier.authorization.decision import Decided
from verifier.cloudformation.stack.play import play_updates
from verifier.cloudformation.stack.session import Session
from verifier.cloudformation.stack.stack import Stack, StackResource
from verifier.cloudformation.stack.store import StackStore


def rehearse(
    store: StackStore,
    stack: Stack,
    resource: StackResource,
    session: Session,
    asked: Collection[tuple[str, str]],
) -> Iterator[Decided]:
    """What in-place updates of ``resource`` would need beside what was ``asked`` (action, resource)."""
    known = {(action.lower(), where) for action, where in asked}
    for played in play_updates(store, stack, resource, session):
        for decided in session.authorizer.weighed(played.call, played.needed):
            key = (decided.requirement.action.lower(), decided.requirement.resource)
            if key not in known:
                known.add(key)
                yield decided
