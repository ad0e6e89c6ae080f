"""What a gateway is made of: its usual parts, or those of a stand-in where the faults want one."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from verifier.cloudformation.stack.faults import Faults, Siblings
from verifier.emulator.faults import FaultPlan
from verifier.emulator.interface import Emulator
from verifier.emulator.late_identities import HeardUpstream, LateIdentities
from verifier.emulator.short_sessions import ShortSessions
from verifier.gateway.authority import GatewayAuthorizer
from verifier.gateway.door import FrontDoor


@dataclass(frozen=True)
class Parts:
    """How to make the parts that faults may change."""

    faults: Faults
    authorizer: Callable[..., GatewayAuthorizer]
    door: Callable[..., FrontDoor]
    emulator: Callable[[Emulator], Emulator]


def parts_of(plan: FaultPlan) -> Parts:
    """The parts of a gateway with the faults of ``plan``."""
    faults = Faults(plan.fail_last_wave, Siblings(plan.seed) if plan.cancel_siblings else None)
    changed = partial(_changed, plan)
    if not plan.stands_in:
        return Parts(faults, GatewayAuthorizer, FrontDoor, changed)
    from verifier.gateway.encoded_messages import EncodedMessages
    from verifier.gateway.stand_in import StandInAuthorizer, StandInDoor
    from verifier.gateway.throttle import Throttle
    from verifier.gateway.trail import Trail

    messages = EncodedMessages() if plan.encoded else None
    throttle = Throttle(plan.throttling, plan.seed) if plan.throttling else None
    trail = None if plan.trail is None else Trail(plan.trail)
    authorizer = partial(StandInAuthorizer, plan=plan, messages=messages, trail=trail)
    door = partial(StandInDoor, throttle=throttle, messages=messages, trail=trail)
    return Parts(faults, authorizer, door, changed)


def _changed(plan: FaultPlan, emulator: Emulator) -> Emulator:
    """``emulator`` in which changes of IAM's take their time, and sessions end early."""
    if plan.propagation:
        late = LateIdentities(emulator.identities, plan.propagation)
        emulator = replace(emulator, upstream=HeardUpstream(emulator.upstream, late.hear), identities=late)
    if plan.sessions:
        short = ShortSessions(emulator.identities, plan.sessions)
        emulator = replace(emulator, upstream=HeardUpstream(emulator.upstream, short.hear), identities=short)
    return emulator
