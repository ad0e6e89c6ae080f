"""One step of a resource's life, taken by its handler at a desk: an upstream, a caller, a place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support.lives.watch import Asked, Listening, Made, Patient, Watch, WatchedWork
from verifier.authorization.authorizer import Mode
from verifier.authorization.caller import Caller, Certainty
from verifier.authorization.decision import Decided
from verifier.cloudformation.handlers import handlers
from verifier.cloudformation.stack.session import Session
from verifier.cloudformation.template.environment import StackIdentity
from verifier.cloudformation.types.fallback import FallbackHandler, ask_for_unsupported
from verifier.cloudformation.types.handler import Handler, HandlerError
from verifier.emulator.interface import Upstream
from verifier.gateway.random_names import NameRegister
from verifier.grant.evidence import GeneratedName
from verifier.iam.policy import parse_policy

ACCOUNT, REGION = "123456789012", "us-east-1"
STACK = "shop-dev"
STACK_TAGS = {"STAGE": "dev"}
LIFECYCLES = ("create", "read", "update", "delete")


def identity(account: str = ACCOUNT, region: str = REGION, partition: str = "aws") -> StackIdentity:
    """The stack that every life belongs to."""
    arn = f"arn:{partition}:cloudformation:{region}:{account}:stack/{STACK}/1"
    return StackIdentity(STACK, arn, account, region, partition)


def caller(place: StackIdentity, *, but: str | None = None) -> Caller:
    """A user who may do everything ``but`` one action; without it, nothing."""
    arn = f"arn:{place.partition}:iam::{place.account}:user/verifier/dev"
    if but is None:
        return Caller(arn, place.account, "AIDAEXAMPLE")
    statement = {"Effect": "Allow", "NotAction": but, "Resource": "*"}
    policy = parse_policy({"Version": "2012-10-17", "Statement": [statement]}, "deploy")
    return Caller(arn, place.account, "AIDAEXAMPLE", (policy,))


@dataclass(frozen=True)
class Step:
    """What is wanted of a resource: ``lifecycle`` is create, read, update or delete."""

    name: str
    """ "create", "update 1", "delete again": unique in a life."""
    type: str
    lifecycle: str
    properties: Mapping[str, Any]
    previous: Mapping[str, Any] = field(default_factory=dict)
    stack_tags: Mapping[str, str] = field(default_factory=lambda: STACK_TAGS)
    previous_stack_tags: Mapping[str, str] = field(default_factory=dict)
    physical_id: str = ""
    logical_id: str = "Thing"


@dataclass(frozen=True)
class Taken:
    """A step and what came of it: ``gives`` are a read's attributes, ``error`` whatever ended it."""

    step: Step
    heard: tuple[Made | Asked, ...]
    decisions: tuple[Decided, ...]
    physical_id: str
    gives: Mapping[str, Any]
    error: Exception | None
    tokens: tuple[str, ...]
    """What is random so far at the desk."""
    names: tuple[GeneratedName, ...] = ()
    """The names that were made up from the stack's, so far."""

    @property
    def made(self) -> list[Made]:
        """The calls that the upstream was asked for."""
        return [one for one in self.heard if isinstance(one, Made) and one.reached]

    @property
    def refused(self) -> bool:
        """Whether a refusal ended it."""
        return isinstance(self.error, HandlerError) and self.error.refused

    @property
    def failure(self) -> str:
        """What ended it, in a line; empty for a step that was taken to its end."""
        if self.error is None:
            return ""
        if isinstance(self.error, HandlerError):
            return self.error.reason
        return f"the handler stumbled: {self.error!r}"

    @property
    def certainties(self) -> dict[str, Certainty]:
        """How sure each action is at most that was asked for."""
        found: dict[str, Certainty] = {}
        for one in self.decisions:
            action = one.requirement.action
            found[action] = max(one.certainty, found.get(action, one.certainty))
        return found


@dataclass
class Desk:
    """Takes steps. By default the caller may do nothing and is only observed."""

    upstream: Upstream
    place: StackIdentity = field(default_factory=identity)
    mode: Mode = Mode.OBSERVE
    caller: Caller | None = None
    register: NameRegister = field(default_factory=NameRegister)
    decisions: list[Decided] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """What is not done as on AWS, as the session tells it, and needs that nobody knows."""
    lacking: list[str] = field(default_factory=list)
    """What the emulator lacks."""
    _authorizer: Patient = field(init=False)

    def __post_init__(self) -> None:
        self._authorizer = Patient(self.problems.append, self, self.mode)

    def decided(self, decided: Decided) -> None:
        """Take a decision (``DecisionSink``)."""
        self.decisions.append(decided)

    def take(self, step: Step, handler: Handler | None = None) -> Taken:
        """Have the type's handler take ``step``, and ask for what the handler leaves out."""
        handler = handler or handlers()[step.type]
        heard: list[Made | Asked] = []
        work, before = self._work(step, handler, heard), len(self.decisions)
        gives: Mapping[str, Any] = {}
        error: Exception | None = None
        # Whatever a handler stumbles over is the step's outcome.
        try:
            gives = getattr(handler, step.lifecycle)(work) or {}
            if not isinstance(handler, FallbackHandler):
                ask_for_unsupported(work, handler, step.lifecycle)
        except Exception as failure:
            error = failure
        decisions = tuple(self.decisions[before:])
        known = self.register
        return Taken(step, tuple(heard), decisions, work.physical_id, gives, error, known.tokens, known.names)

    def _work(self, step: Step, handler: Handler, heard: list[Made | Asked]) -> WatchedWork:
        return WatchedWork(
            carrier=Watch(self._session(heard), heard),
            logical_id=step.logical_id,
            type=step.type,
            lifecycle=step.lifecycle,
            physical_id=step.physical_id,
            properties=step.properties,
            previous=step.previous,
            stack_tags=step.stack_tags,
            previous_stack_tags=step.previous_stack_tags,
            implied=handler.implied_in(step.properties),
        )

    def _session(self, heard: list[Made | Asked]) -> Session:
        return Session(
            authorizer=self._authorizer,
            upstream=Listening(self.upstream, heard, self.lacking.append),
            register=self.register,
            caller=self.caller or caller(self.place),
            identity=self.place,
            problem=self.problems.append,
        )
