"""A stand-in for AWS that does not share the model's beliefs: it asks, words and answers as it was told to.

Chosen only where the faults want it (docs/stand-in.md); the gateway's own way knows nothing of it.
"""

import random
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from verifier.authorization.authorizer import Call, Mode
from verifier.authorization.caller import Certainty
from verifier.authorization.circumstances import Circumstances
from verifier.authorization.decision import Decided, Refusal
from verifier.authorization.operation import Operation, Requirement
from verifier.authorization.requirements import requirements
from verifier.authorization.wording import refusal_message
from verifier.emulator.faults import Deviation, FaultPlan, Wording
from verifier.gateway.authority import GatewayAuthorizer
from verifier.gateway.decisions import DecisionLog
from verifier.gateway.door import Exchange, FrontDoor
from verifier.gateway.encoded_messages import EncodedMessages
from verifier.gateway.throttle import Throttle
from verifier.gateway.trail import Trail
from verifier.iam.evaluate import Decision, Outcome, StatementReference

# (sources: wording-bare-s3, wording-bare-query, wording-bare-json, wording-bare-event)
_BARE = {
    "cloudformation": "Access denied",
    "ec2": "You are not authorized to perform this operation.",
    "s3": "Access Denied",
}
_BARE_IN_AN_EVENT = "null"


class StandInAuthorizer(GatewayAuthorizer):
    """Asks for what the plan requires beside the model's needs, not for what it drops, and words refusals.

    ``messages`` takes what EC2 says of one, where that is to be encoded; ``trail`` takes every call.
    """

    def __init__(
        self,
        log: DecisionLog,
        mode: Mode,
        *,
        plan: FaultPlan,
        messages: EncodedMessages | None = None,
        trail: Trail | None = None,
        enforce_likely: bool = False,
        circumstances: Circumstances | None = None,
    ) -> None:
        super().__init__(log, mode, enforce_likely=enforce_likely, circumstances=circumstances)
        self._plan = plan
        self._messages = messages
        self._trail = trail
        self._told: Counter[str] = Counter()
        self._lock = threading.Lock()

    def authorize(self, call: Call) -> Refusal | None:
        """Decide ``call``; see Authorizer.authorize."""
        refusal = super().authorize(call)
        if self._trail is not None:
            told = refusal.message if refusal else self._swallowed(call)
            self._trail.note(call, "" if told == _BARE_IN_AN_EVENT else told)
        return refusal

    def _first_refusal(self, call: Call, needed: Iterable[Requirement]) -> Refusal | None:
        known = tuple(needed)
        dropped = _actions(call, self._plan.dropped) | self._unheeded(call)
        refusal = super()._first_refusal(call, [one for one in known if one.action.lower() not in dropped])
        required = [_asked(one, call, known) for one in _about(call, self._plan.required)]
        if refusal is not None or not required:
            return refusal
        # Nothing that the model has read makes these less sure.
        return super()._first_refusal(replace(call, certainty=Certainty.CALL, sure=True), required)

    def _unheeded(self, call: Call) -> set[str]:
        return _actions(call, self._plan.swallowed) if call.on_behalf_of else set()

    def _swallowed(self, call: Call) -> str | None:
        """What CloudTrail says of a refusal that AWS's handler goes on without; None where there is none."""
        wanted = self._unheeded(call)
        if not wanted or call.caller.is_root:
            return None
        needed = requirements(self._complete(call.operation))
        decided = (self._decide(call, one) for one in needed if one.action.lower() in wanted)
        return next((self._worded(one) for one in decided if one.refused), None)

    def _decide(self, call: Call, requirement: Requirement) -> Decided:
        decided = super()._decide(call, requirement)
        for one in self._plan.forbidden:
            if one.action.lower() == requirement.action.lower():
                by = (StatementReference(one.policy, None, 1),) if one.policy else ()
                return replace(decided, decision=Decision(Outcome.EXPLICIT_DENY, one.by, by), enforced=True)
        return decided

    def _worded(self, decided: Decided) -> str:
        wording = self._wording(decided)
        if wording is Wording.BARE:
            silence = "" if decided.on_behalf_of is None else _BARE_IN_AN_EVENT
            return _BARE.get(decided.operation.service, silence)
        is_ec2 = decided.requirement.action.startswith("ec2:")
        encoded = self._messages.encode(decided) if self._messages and is_ec2 else ""
        return refusal_message(decided, encoded, reasoned=wording is Wording.NEW)

    def _wording(self, decided: Decided) -> Wording:
        """The n-th refusal of one action to one operation is worded alike whenever the seed is the same."""
        what = f"{decided.operation} {decided.requirement.action} {decided.on_behalf_of is None}"
        with self._lock:
            self._told[what] += 1
            number = self._told[what]
        return random.Random(f"{self._plan.seed} {what} {number}").choice(self._plan.wordings)


@dataclass(frozen=True)
class StandInDoor(FrontDoor):
    """A front door that throttles, and answers what nobody behind it knows, to whoever may ask."""

    throttle: Throttle | None = None
    messages: EncodedMessages | None = None
    trail: Trail | None = None

    def _carry_out(self, call: Call, exchange: Exchange) -> dict[str, Any]:
        if self.throttle is not None and not exchange.from_within:
            self.throttle.check(exchange.dialect)
        operation = call.operation
        if self.messages is not None and str(operation) == "sts:DecodeAuthorizationMessage":
            self._authorize(call, exchange)
            return {"DecodedMessage": self.messages.decode(str(operation.params.get("EncodedMessage", "")))}
        if self.trail is not None and str(operation) == "cloudtrail:LookupEvents":
            self._authorize(call, exchange)
            return self.trail.lookup(operation)
        return super()._carry_out(call, exchange)


def _about(call: Call, deviations: Iterable[Deviation]) -> list[Deviation]:
    return [one for one in deviations if one.concerns(call.operation, call.on_behalf_of)]


def _actions(call: Call, deviations: Iterable[Deviation]) -> set[str]:
    return {one.action.lower() for one in _about(call, deviations)}


def _asked(one: Deviation, call: Call, known: tuple[Requirement, ...]) -> Requirement:
    """On the resource that is named, or on that of the operation's own action."""
    named = one.resource or (known[0].resource if known and one.operation else "*")
    return Requirement(one.action, _filled(named, call.operation))


def _filled(resource: str, op: Operation) -> str:
    for name, value in (("account", op.account), ("region", op.region), ("partition", op.partition)):
        resource = resource.replace(f"{{{name}}}", value)
    return resource
