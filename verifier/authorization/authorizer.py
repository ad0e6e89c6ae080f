"""The one authorizer that decides both halves: the CLI's requests and CloudFormation's calls."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from verifier.authorization.caller import Caller, Certainty, OnBehalfOf
from verifier.authorization.circumstances import Circumstances, Nothing
from verifier.authorization.claims import UNKNOWN, Subject, claims_about
from verifier.authorization.context import (
    Context,
    has_tags,
    known_keys,
    request_context,
    resource_tags,
)
from verifier.authorization.decision import Decided, DecisionSink, Refusal
from verifier.authorization.operation import Operation, Requirement
from verifier.authorization.paths import KnownPaths
from verifier.authorization.requirements import requirements
from verifier.authorization.weights import Claim, weigh
from verifier.authorization.wording import refusal_message
from verifier.iam.evaluate import AuthorizationRequest, evaluate


class Mode(StrEnum):
    """What a refusal does. ``OFF`` asks nothing at all: a bare lap, for speed figures only."""

    ENFORCE = "strict"
    OBSERVE = "observe"
    OFF = "off"


@dataclass(frozen=True)
class Call:
    """An operation about to be made: by whom, for whom, and how sure it is at most that AWS makes it.

    ``sure`` is one that is made whatever sources say: a write, or the tool's own request. ``because``
    is the property that makes AWS read ("Policies", "tags changed"); empty, it always does.
    """

    operation: Operation
    caller: Caller
    certainty: Certainty = Certainty.CALL
    source: str | None = None
    on_behalf_of: OnBehalfOf | None = None
    sure: bool = True
    because: str = ""


class Authorizer:
    """Decides calls and reports every decision to ``sink``."""

    def __init__(
        self,
        sink: DecisionSink,
        mode: Mode = Mode.ENFORCE,
        *,
        enforce_likely: bool = False,
        circumstances: Circumstances | None = None,
    ) -> None:
        self.sink = sink
        self.mode = mode
        self.enforce_likely = enforce_likely
        self._paths = KnownPaths()
        self._circumstances = circumstances or Nothing()

    def authorize(self, call: Call) -> Refusal | None:
        """Decide ``call``; the first enforced refusal, as AWS answers one at a time, or None.

        Raises UnmappedOperation when nobody knows what the operation needs.
        """
        self._paths.learn(call.operation)
        if self.mode is Mode.OFF or call.caller.is_root:
            return None
        return self._first_refusal(call, requirements(self._complete(call.operation)))

    def authorize_needed(self, call: Call, needed: Sequence[Requirement]) -> Refusal | None:
        """Decide just ``needed``: of a step of which the permissions are known and not the calls.

        ``call.operation`` merely names the step (a resource type's handler); answers as ``authorize`` does.
        """
        if self.mode is Mode.OFF or call.caller.is_root:
            return None
        return self._first_refusal(call, needed)

    def weighed(self, call: Call, needed: Iterable[Requirement]) -> tuple[Decided, ...]:
        """What would be decided of all that ``call`` needs; it is reported to nobody."""
        if self.mode is Mode.OFF or call.caller.is_root:
            return ()
        found = (self._decide(call, requirement) for requirement in needed)
        return tuple(one for one in found if one.certainty is not Certainty.DISPROVED)

    def _first_refusal(self, call: Call, needed: Iterable[Requirement]) -> Refusal | None:
        for requirement in needed:
            decided = self._decide(call, requirement)
            if decided.certainty is Certainty.DISPROVED:
                continue
            self.sink.decided(decided)
            if decided.refused and decided.enforced:
                return Refusal(decided, self._worded(decided))
        return None

    def _worded(self, decided: Decided) -> str:
        """How whoever is refused hears of it."""
        return refusal_message(decided)

    def _complete(self, op: Operation) -> Operation:
        """``op`` with what its request leaves out and AWS knows."""
        named = self._paths.complete(op)
        return replace(named, implied={**self._circumstances.implied(op), **named.implied})

    def _context(self, call: Call, requirement: Requirement) -> Context:
        op, action = call.operation, requirement.action
        tags = self._circumstances.tags(action, requirement.resource, op) if has_tags(action) else {}
        return (
            request_context(op, call.caller, call.on_behalf_of)
            | known_keys(action, op, call.on_behalf_of)
            | resource_tags(action, tags)
            | dict(requirement.context)
        )

    def _decide(self, call: Call, requirement: Requirement) -> Decided:
        context = self._context(call, requirement)
        request = AuthorizationRequest(call.caller.arn, requirement.action, requirement.resource, context)
        decision = evaluate(request, call.caller.policies, call.caller.boundary)
        claims = _claims(call, requirement)
        certainty = weigh(call.certainty, claims, sure=call.sure and requirement.primary)
        believed = certainty >= Certainty.CALL or self.enforce_likely
        return Decided(
            principal=call.caller.arn,
            operation=call.operation,
            requirement=requirement,
            context=context,
            decision=decision,
            certainty=certainty,
            claims=claims,
            source=call.source if requirement.primary else requirement.source,
            on_behalf_of=call.on_behalf_of,
            # An explicit deny or a boundary is never granted away, so it is real while observing too.
            enforced=believed if self.mode is Mode.ENFORCE else believed and not decision.lacks_an_allow,
        )


def _claims(call: Call, requirement: Requirement) -> tuple[Claim, ...]:
    """What sources say of a requirement: those that its handler or rule names, and all others.

    Writes and secondary requirements depend on parameters: a policy without them was used without those.
    """
    source = call.source if requirement.primary else requirement.source
    about = call.on_behalf_of
    return claims_about(
        Subject(
            requirement.action,
            about.type if about else "",
            about.lifecycle if about else "",
            call.because if requirement.primary and not call.sure else UNKNOWN,
        ),
        source,
        requirement.seen_in,
    )
