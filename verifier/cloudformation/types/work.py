"""One resource at one step of its life, and everything that its handler may do there."""

from collections.abc import Callable, Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any, Protocol

from verifier.authorization.caller import Certainty
from verifier.authorization.operation import Operation, Requirement
from verifier.cloudformation.template.environment import StackIdentity
from verifier.cloudformation.types.interface import Register
from verifier.cloudformation.types.names import compose, new_suffix
from verifier.grant.evidence import GeneratedName


@dataclass(frozen=True)
class ServiceCall:
    """One API call on a resource's behalf, as a handler words it.

    ``params`` are coerced to botocore's shapes: names without regard to case, "30" to 30, "true" to
    True. An error whose code is in ``tolerate`` gives {}. ``certainty`` is how sure the call is at most;
    one that is not ``sure`` is as sure as what was read about it. ``because`` is the property that makes
    AWS's handler read.
    """

    service: str
    operation: str
    params: Mapping[str, Any]
    certainty: Certainty = Certainty.CALL
    source: str | None = None
    tolerate: Collection[str] = ()
    sure: bool = True
    because: str = ""


class Carrier(Protocol):
    """Makes handlers' calls with the rights of whoever asked for the stack operation."""

    @property
    def identity(self) -> StackIdentity:
        """The stack, and where it is."""

    @property
    def register(self) -> Register:
        """Takes everything random that is made up."""

    def make(self, work: "Work", call: ServiceCall) -> dict[str, Any]:
        """Authorize ``call`` and carry it out. Raises HandlerError for a refusal or any other error."""

    def permit(self, work: "Work", call: ServiceCall) -> None:
        """Authorize ``call`` and leave it at that. Raises HandlerError for a refusal."""

    def ask(
        self, work: "Work", needed: Sequence[Requirement], certainty: Certainty, source: str | None
    ) -> None:
        """Authorize what no call is known for. Raises HandlerError for a refusal."""

    def require(self, work: "Work", operation: Operation, needed: Requirement) -> None:
        """Authorize one requirement of ``operation``. Raises HandlerError for a refusal."""

    def attempt(self, operation: Operation) -> dict[str, Any]:
        """Carry ``operation`` out as well as it can be, asking nobody; {} where it cannot."""


@dataclass
class Work:
    """What a handler is given: the resource, what is wanted of it, and the ways to get there."""

    carrier: Carrier
    logical_id: str
    type: str
    lifecycle: str
    """create, read, update or delete."""
    physical_id: str = ""
    """Empty until ``created``."""
    new_name: str = ""
    """The name that the creation is going to give, where the type has one."""
    properties: Mapping[str, Any] = field(default_factory=dict)
    """The resolved properties wanted now (the old ones again when an update is rolled back)."""
    previous: Mapping[str, Any] = field(default_factory=dict)
    """On update, the resolved properties so far; else empty."""
    stack_tags: Mapping[str, str] = field(default_factory=dict)
    """The stack's tags wanted now."""
    previous_stack_tags: Mapping[str, str] = field(default_factory=dict)
    used_by: str | None = None
    """The resource whose Fn::GetAtt makes CloudFormation read this one."""
    on_created: Callable[[str], None] | None = None
    wrote: bool = False
    """A call that changes something has succeeded."""
    implied: Mapping[str, Any] = field(default_factory=dict)
    """What is part of the resource's ARN although most of its requests leave it out (a role's Path)."""
    made: list[Operation] = field(default_factory=list)
    """The calls of this step so far."""
    origin: "Work | None" = None
    """The work that this one is a part of; see ``elsewhere``."""
    stack_name: str = field(init=False)
    stack_id: str = field(init=False)
    account: str = field(init=False)
    region: str = field(init=False)
    partition: str = field(init=False)

    def __post_init__(self) -> None:
        identity = self.carrier.identity
        self.stack_name, self.stack_id = identity.stack_name, identity.stack_id
        self.account, self.region, self.partition = identity.account, identity.region, identity.partition

    def call(
        self,
        service: str,
        operation: str,
        params: Mapping[str, Any],
        *,
        source: str | None = None,
        tolerate: Collection[str] = (),
    ) -> dict[str, Any]:
        """Make a call that changes something (or is surely made) with the caller's rights.

        Raises HandlerError with AWS's status reason for a refusal or any other error.
        """
        call = ServiceCall(service, operation, params, source=source, tolerate=tolerate)
        answer = self.carrier.make(self, call)
        self.wrote = True
        if self.origin is not None:
            self.origin.wrote = True
        return answer

    def read(
        self,
        service: str,
        operation: str,
        params: Mapping[str, Any],
        *,
        source: str | None = None,
        soft: bool = False,
        tolerate: Collection[str] = (),
        because: str = "",
    ) -> dict[str, Any]:
        """Read back with the caller's rights: as sure as sources make it (authorization/weights.py).

        A ``soft`` read is one whose refusal AWS's handler swallows: at most ``likely``. ``because`` is the
        property that makes AWS read; empty, it always does.
        """
        bound = Certainty.LIKELY if soft else Certainty.CALL
        call = ServiceCall(service, operation, params, bound, source, tolerate, sure=False, because=because)
        return self.carrier.make(self, call)

    def permit(
        self,
        service: str,
        operation: str,
        params: Mapping[str, Any],
        *,
        source: str | None = None,
        sure: bool = True,
        because: str = "",
    ) -> None:
        """Ask for a call without making it: what it would set going is not ours to run.

        One that is not ``sure`` is as sure as sources make it. Raises HandlerError for a refusal.
        """
        call = ServiceCall(service, operation, params, source=source, sure=sure, because=because)
        self.carrier.permit(self, call)

    def ask(self, actions: Sequence[str], certainty: Certainty, source: str | None = None) -> None:
        """Ask for bare IAM actions on ``*``: a step of which only the permissions are known, not the calls.

        They are at most as sure as ``certainty``, and as sources make them. Nothing is called. Raises
        HandlerError for an enforced refusal.
        """
        self.ask_for([Requirement(action, "*") for action in actions], certainty, source)

    def ask_for(self, needed: Sequence[Requirement], certainty: Certainty, source: str | None = None) -> None:
        """As ``ask``, for actions of which the resources are known too."""
        self.carrier.ask(self, needed, certainty, source)

    def require(self, operation: Operation, needed: Requirement) -> None:
        """Ask for what ``operation`` itself needs, as sure as a call, without making it.

        Raises HandlerError for a refusal.
        """
        self.carrier.require(self, operation, needed)

    def attempt(self, operation: Operation) -> dict[str, Any]:
        """Make a call whose needs have been asked for: as far as its parameters fit, and {} if it fails."""
        return self.carrier.attempt(operation)

    def elsewhere(self, region: str, properties: Mapping[str, Any], previous: Mapping[str, Any]) -> "Work":
        """The part of this work that is in ``region``, with properties of its own and without stack tags."""
        there = copy(self)
        there.origin, there.region = self, region
        there.properties, there.previous = properties, previous
        there.stack_tags, there.previous_stack_tags = {}, {}
        return there

    def created(self, physical_id: str) -> None:
        """The resource exists from now on; say it right after the main call: a rollback then deletes it."""
        self.physical_id = physical_id
        if self.origin is not None:
            self.origin.physical_id = physical_id
        if self.on_created is not None:
            self.on_created(physical_id)

    def token(self, value: str) -> str:
        """Register ``value`` as random (an id that the service made up) and return it."""
        self.carrier.register.token(value)
        return value

    def generate_name(self, limit: int, *, lowercase: bool = False, ending: str = "") -> str:
        """A physical name as CloudFormation makes them up, at most ``limit`` characters, registered.

        ``ending`` is what names of the kind end in (".fifo"); it counts towards the limit.
        """
        return self.make_up_name(limit, lowercase=lowercase, ending=ending).name

    def make_up_name(self, limit: int, *, lowercase: bool = False, ending: str = "") -> GeneratedName:
        """As ``generate_name``; what is kept of a nested stack's name is what that keeps of its root's."""
        suffix = new_suffix().lower() if lowercase else new_suffix()
        room = limit - len(ending)
        name, kept = compose(self.stack_name, self.logical_id, suffix, room, lowercase=lowercase)
        name += ending
        self.token(suffix)
        stack, own = self.stack_name, self.carrier.identity.made_up
        if own is not None:
            stack, kept = own.stack, kept[: len(own.kept)]
        made_up = GeneratedName(name=name, type=self.type, stack=stack, kept=kept)
        self.carrier.register.generated(made_up)
        return made_up

    def name_of_logical_id(self, limit: int) -> str:
        """A name of the logical id and a random ending, at most ``limit`` characters."""
        suffix = new_suffix()
        return f"{self.logical_id[: limit - len(suffix) - 1]}-{self.token(suffix)}"

    def changed(self, *names: str) -> bool:
        """Whether any of these properties differs between ``previous`` and ``properties``."""
        return any(self.previous.get(name) != self.properties.get(name) for name in names)
