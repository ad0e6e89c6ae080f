"""A draft's life on nothing: which calls each step makes, before any emulator has seen them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from tools.new_type.case import Case, states
from verifier.authorization.caller import Certainty
from verifier.authorization.operation import Operation, Requirement
from verifier.authorization.requirements import UnmappedOperation, requirements
from verifier.authorization.rules import service_rules
from verifier.cloudformation.template.environment import StackIdentity
from verifier.cloudformation.types.kind import Kind
from verifier.cloudformation.types.shapes import ShapeError, fit
from verifier.cloudformation.types.work import ServiceCall, Work
from verifier.grant.evidence import GeneratedName

_ACCOUNT, _REGION = "123456789012", "us-east-1"
_ARNS = re.compile(r" \(arn:.*\)")
_STACK_IDENTITY = StackIdentity(
    "shop-dev", f"arn:aws:cloudformation:{_REGION}:{_ACCOUNT}:stack/shop-dev/1", _ACCOUNT, _REGION
)


@dataclass
class _Nobody:
    """Takes what was made up, and forgets it."""

    def token(self, value: str) -> None: ...

    def generated(self, name: GeneratedName) -> None: ...


@dataclass
class _Carrier:
    """Answers the creation with an id, every other call with nothing, and remembers them."""

    kind: Kind
    calls: list[ServiceCall] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    register: _Nobody = field(default_factory=_Nobody)
    identity: StackIdentity = _STACK_IDENTITY

    def make(self, work: Work, call: ServiceCall) -> dict[str, Any]:
        self.calls.append(call)
        if call.operation != self.kind.create_by or not self.kind.id_from:
            return {}
        answer: Any = _made_up(self.kind)
        for part in reversed(self.kind.id_from.split(".")):
            answer = [answer] if part.isdigit() else {part: answer}
        return dict(answer)

    def permit(self, work: Work, call: ServiceCall) -> None:
        self.calls.append(call)

    def ask(
        self, work: Work, needed: Sequence[Requirement], certainty: Certainty, source: str | None
    ) -> None:
        self.asked |= {one.action for one in needed}

    def require(self, work: Work, operation: Operation, needed: Requirement) -> None:
        """Only types without a script do."""

    def attempt(self, operation: Operation) -> dict[str, Any]:
        """Only types without a script do."""
        return {}


@dataclass(frozen=True)
class Lived:
    """The actions that each step asks for, small letters, and what is wrong with the calls."""

    actions: Mapping[str, frozenset[str]]
    operations: frozenset[tuple[str, str]]
    problems: tuple[str, ...]


def live(kind: Kind, case: Case) -> Lived:
    """Create, read, update and delete with the properties of a case."""
    actions: dict[str, frozenset[str]] = {}
    operations: set[tuple[str, str]] = set()
    problems: dict[str, None] = {}
    for lifecycle in ("create", "read", "update", "delete"):
        carrier = _Carrier(kind)
        for work in _works(kind, case, lifecycle, carrier):
            getattr(kind, lifecycle)(work)
        operations |= {(call.service, call.operation) for call in carrier.calls}
        needed = [one for call in carrier.calls for one in _needed(call, problems)]
        actions[lifecycle] = frozenset(one.lower() for one in (*needed, *carrier.asked))
    return Lived(actions, frozenset(operations), tuple(problems))


def _works(kind: Kind, case: Case, lifecycle: str, carrier: _Carrier) -> Iterator[Work]:
    before, *after = states(case)
    physical_id = "" if lifecycle == "create" else _made_up(kind)
    for previous, wanted in pairwise([before, *after]) if lifecycle == "update" else [({}, before)]:
        yield Work(
            carrier,
            "Thing",
            kind.type,
            lifecycle,
            physical_id=physical_id,
            properties=wanted,
            previous=previous,
            stack_tags={"STAGE": "dev"},
            previous_stack_tags={"STAGE": "old"} if lifecycle == "update" else {},
        )


def _made_up(kind: Kind) -> str:
    """A physical id of the form that the name of what it is tells."""
    if kind.id_from.lower().endswith("arn"):
        return f"arn:aws:{kind.service}:{_REGION}:{_ACCOUNT}:thing"
    if kind.id_from.lower().endswith("url"):
        return f"https://{kind.service}.{_REGION}.amazonaws.com/{_ACCOUNT}/thing"
    return "thing"


def _needed(call: ServiceCall, problems: dict[str, None]) -> Iterator[str]:
    """The actions that a call asks for; the one of its name where nobody knows more."""
    try:
        fitted = fit(call.service, call.operation, call.params)
        where = (_ACCOUNT, _REGION, "aws", fitted.method, fitted.path)
        asked = requirements(Operation(call.service, call.operation, fitted.params, *where))
    except (ShapeError, UnmappedOperation) as error:
        problems[_ARNS.sub("", str(error))] = None
        yield f"{service_rules(call.service).prefix}:{call.operation}"
        return
    yield from (requirement.action for requirement in asked)
