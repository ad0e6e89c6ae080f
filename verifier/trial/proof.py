"""Positive evidence: that the restricted user did what a phase is for, and saw it done.

That nothing was refused proves nothing, for a tool that does nothing is silent too. So a phase passes
only with a proof, which is found in what happened, never in what the tool says or how it exits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from verifier.targets.interface import Facts, StackEvent
from verifier.trial.problems import Expected, Problem

_MOST_NAMED = 3


@dataclass(frozen=True)
class Proof:
    """How the service's stack ended in a phase, on the user's own request; or which ``call`` was answered."""

    stack: str
    status: str
    requests: int
    """How many requests of the user's were answered in the phase."""
    call: str = ""
    """The operation by which a command that leaves the stack as it is did its work; then no ``status``."""

    def as_dict(self) -> dict[str, Any]:
        """The form in results and in the journal."""
        plain = {"stack": self.stack, "status": self.status, "requests": self.requests}
        return plain | ({"call": self.call} if self.call else {})

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Proof":
        """What ``as_dict`` made. Raises KeyError, TypeError, ValueError for anything else."""
        stack, status, requests = plain["stack"], plain["status"], plain["requests"]
        call = plain.get("call", "")
        texts = (stack, status, call)
        if not (all(isinstance(text, str) for text in texts) and isinstance(requests, int)):
            raise ValueError(f"{plain!r} is no proof")
        return cls(stack, status, requests, call)


@dataclass(frozen=True)
class OwnStack:
    """The service's stack: its name, and its region where that is known."""

    name: str
    region: str = ""

    def has(self, event: StackEvent) -> bool:
        """Whether ``event`` is the stack's own."""
        return event.is_stack and event.stack == self.name and self.region in ("", event.region)


def find_proof(facts: Facts, expected: Expected, stack: OwnStack) -> Proof | Problem:
    """The proof that ``facts`` hold of what a phase is for, or what they lack.

    What they lack does not come by itself: trying again would show the same.
    """
    if expected.calls:
        return _find_call(facts, expected.calls, stack)
    ends = [event for event in facts.events if stack.has(event)]
    lacking = _nobody_asked(facts) or _wrong_end(ends, expected, stack, _others(facts, stack))
    if lacking is not None:
        return Problem(lacking, may_pass_by_itself=False)
    return Proof(stack.name, ends[-1].status, facts.requests)


def _find_call(facts: Facts, calls: tuple[str, ...], stack: OwnStack) -> Proof | Problem:
    done = [call for call in calls if call in facts.answered]
    lacking = _nobody_asked(facts)
    if lacking is None and not done:
        lacking = f"the command-line tool ended without {' or '.join(calls)}, by which it does its work"
    if lacking is not None:
        return Problem(lacking, may_pass_by_itself=False)
    return Proof(stack.name, "", facts.requests, call=done[0])


def strangers(facts: Facts) -> Problem | None:
    """Somebody else than the user changed something: what the phase shows is not the user's alone."""
    return _not_its_own("somebody else than the restricted user changed something", facts.strangers)


def own_rights(facts: Facts) -> Problem | None:
    """The user was not left with the rights that it was given: of them the phase shows nothing."""
    return _not_its_own("the restricted user's own rights were changed", facts.rights)


def _not_its_own(what: str, changes: tuple[str, ...]) -> Problem | None:
    if not changes:
        return None
    named = "; ".join(changes[:_MOST_NAMED])
    more = len(changes) - _MOST_NAMED
    rest = f"; and {more} more" if more > 0 else ""
    return Problem(f"{what}: {named}{rest}", may_pass_by_itself=False)


def _nobody_asked(facts: Facts) -> str | None:
    if facts.requests == 0:
        return "the command-line tool asked AWS for nothing with the keys that it was given"
    if facts.decisions == 0:
        return "no permission of the restricted user was asked for"
    return None


def _wrong_end(ends: list[StackEvent], expected: Expected, stack: OwnStack, others: str) -> str | None:
    wanted = " or ".join(expected.ends)
    if not ends:
        return f"nothing was done to the service's stack {stack.name}, which is to be {wanted}{others}"
    last = ends[-1]
    if last.status not in expected.ends:
        return f"stack {stack.name} is {last.status}, not {wanted}"
    if not last.by_user:
        return f"stack {stack.name} is {last.status}, but not on a request of the restricted user"
    if expected.compiled and not last.compiled:
        return f"stack {stack.name} is {last.status}, but without the service's compiled template"
    if expected.seen and not last.looked_at:
        return f"the command-line tool ended without having seen that stack {stack.name} is {last.status}"
    return None


def _others(facts: Facts, stack: OwnStack) -> str:
    names = sorted({event.stack for event in facts.events if event.is_stack and not stack.has(event)})
    return f" (something was done to {', '.join(names)})" if names else ""
