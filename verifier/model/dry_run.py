"""A step of a type's life, played: which calls are made, and what AWS would ask for each.

The type's own handler runs, and the authorizer weighs each need as it does in a trial; only the answers are
made up (``answers.py``), and nobody is refused anything.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from verifier.authorization.authorizer import Authorizer, Call, Mode
from verifier.authorization.caller import Caller
from verifier.authorization.decision import Decided, Refusal
from verifier.authorization.operation import Operation, Requirement
from verifier.authorization.requirements import UnmappedOperation
from verifier.authorization.rules import service_rules
from verifier.authorization.template import holds
from verifier.cloudformation.stack.builtin import is_fallback
from verifier.cloudformation.stack.session import Session
from verifier.cloudformation.template.environment import StackIdentity
from verifier.cloudformation.types.fallback import ask_for_unsupported
from verifier.cloudformation.types.handler import Handler, HandlerError
from verifier.cloudformation.types.work import Work
from verifier.grant.evidence import GeneratedName
from verifier.model.answers import Answers
from verifier.model.leaves import without

STACK, LOGICAL_ID = "stack", "Resource"


@dataclass(frozen=True)
class Scene:
    """What is played: ``lifecycle`` is create, read, update or delete, the rest as in ``Work``."""

    lifecycle: str
    properties: Mapping[str, Any]
    previous: Mapping[str, Any] = field(default_factory=dict)
    stack_tags: Mapping[str, str] = field(default_factory=dict)
    previous_stack_tags: Mapping[str, str] = field(default_factory=dict)
    physical_id: str = ""


@dataclass(frozen=True)
class PlayedCall:
    """One call of a step, or (``is_call`` false) what is asked for without one.

    ``unmapped`` tells why nobody knows what the call needs.
    """

    operation: Operation
    is_call: bool
    decided: tuple[Decided, ...] = ()
    unmapped: str = ""


@dataclass(frozen=True)
class PlayedScene:
    """A step that was played: ``ended`` is what stopped it before its end, ``tokens`` are random texts."""

    scene: Scene
    calls: tuple[PlayedCall, ...]
    physical_id: str
    tokens: frozenset[str]
    ended: str = ""

    @property
    def failed(self) -> bool:
        """Whether it was stopped, or did what nobody knows the needs of."""
        return bool(self.ended) or any(call.unmapped for call in self.calls)


@dataclass(frozen=True)
class Stage:
    """Where a type's life is played: what plays it, and where it is.

    With ``either_way`` what a parameter keeps from being asked for is asked for, too.
    """

    handler: Handler
    type: str
    account: str
    region: str
    answers: Answers = field(default_factory=Answers)
    either_way: bool = False

    def play(self, scene: Scene) -> PlayedScene:
        """Have the handler take the step of ``scene``."""
        authorizer, register = _Noting(self.either_way), _Register()
        caller = Caller(f"arn:aws:iam::{self.account}:user/deploy", self.account, "AIDAEXAMPLE")
        session = Session(authorizer, self.answers, register, caller, self._identity, lambda _line: None)
        work = Work(
            carrier=session,
            logical_id=LOGICAL_ID,
            type=self.type,
            lifecycle=scene.lifecycle,
            physical_id=scene.physical_id,
            properties=scene.properties,
            previous=scene.previous,
            stack_tags=scene.stack_tags,
            previous_stack_tags=scene.previous_stack_tags,
            implied=self.handler.implied_in(scene.properties),
        )
        ended = self._run(work)
        return PlayedScene(
            scene, tuple(authorizer.calls), work.physical_id, frozenset(register.tokens), ended
        )

    def _run(self, work: Work) -> str:
        """Take the step; what ended it. Whatever a handler stumbles over is an end: answers are made up."""
        try:
            getattr(self.handler, work.lifecycle)(work)
        except HandlerError as error:
            return getattr(error, "message", error.reason)
        except Exception as error:
            return repr(error)
        if not is_fallback(self.handler):
            ask_for_unsupported(work, self.handler, work.lifecycle)
        return ""

    @property
    def _identity(self) -> StackIdentity:
        arn = f"arn:aws:cloudformation:{self.region}:{self.account}:stack/{STACK}/id"
        return StackIdentity(STACK, arn, self.account, self.region)


class _Noting(Authorizer):
    """Decides as the real one, refuses nothing, and keeps every call with what was decided for it."""

    def __init__(self, either_way: bool) -> None:
        super().__init__(self, Mode.OBSERVE)
        self._either_way = either_way
        self.calls: list[PlayedCall] = []
        self._decided: list[Decided] = []

    def decided(self, decided: Decided) -> None:
        """Keep it for its call (``DecisionSink``)."""
        self._decided.append(decided)

    def authorize(self, call: Call) -> Refusal | None:
        """Note the call; see ``Authorizer.authorize``."""
        unmapped = ""
        try:
            super().authorize(call)
            for operation in _without_what_excludes(call.operation) if self._either_way else ():
                super().authorize(replace(call, operation=operation))
        except UnmappedOperation as error:
            unmapped = str(error)
        self._note(PlayedCall(call.operation, is_call=True, unmapped=unmapped))
        return None

    def authorize_needed(self, call: Call, needed: Sequence[Requirement]) -> Refusal | None:
        """Note what is asked for; see ``Authorizer.authorize_needed``."""
        super().authorize_needed(call, needed)
        self._note(PlayedCall(call.operation, is_call=call.operation.service != "cloudformation"))
        return None

    def _note(self, played: PlayedCall) -> None:
        self.calls.append(replace(played, decided=tuple(self._decided)))
        self._decided.clear()


def _without_what_excludes(operation: Operation) -> Iterator[Operation]:
    """``operation`` without the parameters that stand in a rule's ``unless``."""
    written = service_rules(operation.service).operations.get(operation.name)
    for rule in written.requires if written else ():
        if isinstance(rule.unless, str) and holds(rule.unless, operation):
            params: Any = operation.params
            for path in rule.unless.split(" or "):
                params = without(params, *path.strip().split("."))
            yield replace(operation, params=params)


class _Register:
    """Keeps what is random."""

    def __init__(self) -> None:
        self.tokens: set[str] = set()

    def token(self, value: str) -> None:
        """Keep it."""
        self.tokens.add(value)

    def generated(self, name: GeneratedName) -> None:
        """Its random part is a token, too."""
