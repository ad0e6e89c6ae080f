"""Where trials run: an embedded emulator, LocalStack or a sandbox account.

A target gives rooms: a clean account each, which an administrator can prepare and which reports what
was asked for and what happened in it.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from verifier.authorization.authorizer import Mode
from verifier.emulator.endpoint.conditions import LeftOut
from verifier.errors import InputError
from verifier.grant.evidence import Asked, GeneratedName
from verifier.iam.policy import PolicyDocument
from verifier.targets.unenforced import Unenforced


@dataclass(frozen=True)
class StackEvent:
    """One stack event, as DescribeStackEvents tells it; ``is_stack`` for the stack's own."""

    stack: str
    logical_id: str
    type: str
    status: str
    reason: str
    is_stack: bool
    injected: bool = False
    """The failure that the verifier made itself."""
    region: str = ""
    by_user: bool = False
    """The restricted user's own request began the operation that this is an event of."""
    compiled: bool = False
    """That operation is for the compiled service template, not for an empty stack to begin with."""
    looked_at: bool = False
    """The user has asked how the stack stands since its status last changed."""


@dataclass(frozen=True)
class Absent:
    """Something that the tool asked for by name and that is not there: a parameter, a stack, "bucket/key".

    An image is "account/repository:tag".
    """

    service: str
    """botocore's name."""
    name: str
    region: str


@dataclass(frozen=True)
class Facts:
    """What happened in a room while one command-line run went on."""

    asked: tuple[Asked, ...] = ()
    events: tuple[StackEvent, ...] = ()
    stacks: Mapping[str, str] = field(default_factory=dict)
    """Name -> status of every stack that still exists."""
    regions: Mapping[str, str] = field(default_factory=dict)
    """Name -> region of the same."""
    problems: tuple[str, ...] = ()
    """What went wrong that is no refusal: an operation whose permissions nobody knows."""
    notes: tuple[str, ...] = ()
    """Worth knowing when something failed: a host that was refused, a parameter not carried out."""
    absent: tuple[Absent, ...] = ()
    """What the tool itself asked for in vain."""
    requests: int = 0
    """How many requests of the restricted user were answered."""
    answered: frozenset[str] = frozenset()
    """The operations ("lambda:Invoke") that were carried out on the restricted user's own requests."""
    decisions: int | None = 0
    """How often a permission of the restricted user was asked for; None in a lap, where none ever is."""
    strangers: tuple[str, ...] = ()
    """What somebody else than the user changed, since the phase before was over: who, and the operation."""
    rights: tuple[str, ...] = ()
    """What changed the user's own rights, since the phase before was over: who, and the operation."""


@dataclass(frozen=True)
class Left:
    """A resource that outlives its place in a stack, because the template says so."""

    stack: str
    logical_id: str
    type: str
    physical_id: str
    region: str


@dataclass(frozen=True)
class Glance:
    """What can be seen of a room while a command-line run goes on in it."""

    failure: str | None
    """Why a stack operation failed that has ended; None while one is in progress, or when all went well."""
    looks: int
    """How many requests only looked whether a stack goes on (DescribeStackEvents, DescribeStacks)."""
    requests: int
    """How many there were of all others."""


@dataclass(frozen=True)
class Traces:
    """What a trial made that no other trial will make again."""

    tokens: frozenset[str]
    generated: tuple[GeneratedName, ...]


@dataclass(frozen=True)
class NotExercised:
    """A type of the compiled template: what of it an update may change, and no update in the trial did.

    ``actions`` are those that such updates would surely need, beside what the trial asked for.
    """

    type: str
    logical_ids: tuple[str, ...]
    properties: tuple[str, ...]
    actions: tuple[str, ...]


class Room(ABC):
    """A clean account for one trial. Phases in it follow one another, never side by side."""

    account: str
    region: str
    partition: str
    about_invoking: tuple[str, ...] = ()
    """What is worth knowing of a function that was invoked here; nothing where its code is run."""
    is_empty: bool = True
    """Nothing is in it, and all of it is ours: what must be there beforehand is made in it."""
    tags: Mapping[str, str] = {}
    """What a user that is made in it is tagged with."""
    makes_fail: bool = True
    """``begin`` can make a compiled template fail; else the service has to bring the failure along."""
    boundary: str | None = None
    """The ARN of the policy that limits a user that is made in it."""
    unenforced: str = ""
    """Why no life in it proves a policy sufficient: what is done in it for the user, and not asked for."""

    @abstractmethod
    def environment(self) -> dict[str, str]:
        """What a child process needs to reach AWS here; no keys."""

    @abstractmethod
    def admin(self, service: str, region: str | None = None) -> Any:
        """A boto3 client with the administrator's rights; ``region`` None is the room's."""

    @abstractmethod
    def client(self, service: str, access_key: str, secret_key: str) -> Any:
        """A boto3 client with somebody's own keys, under the same enforcement as a deploy."""

    def place_layer(self, arn: str) -> None:
        """Make a version of somebody else's layer be there. Raises InputError where that cannot be done."""
        raise InputError(f"verifier.yml: layers: {arn}: cannot be made on this target; leave it out")

    @abstractmethod
    def belongs_to(self, user: str) -> None:
        """The trial is that of ``user``, an ARN: whoever else does something in the room is a stranger."""

    def announce(self, creating: Callable[[str, str], None]) -> None:  # noqa: B027 - see creating
        """Tell ``creating`` kind and name of what the user is about to make, where it outlives a run."""

    def wait_for_grants(self, access_key: str, secret_key: str) -> None:  # noqa: B027 - at once, mostly
        """Wait until what was granted to the user with these keys holds, as far as a probe shows."""

    def grant_at_once(  # noqa: B027 - refusals are real at once, mostly
        self, granting: Callable[[Sequence[Asked]], Sequence[PolicyDocument]]
    ) -> None:
        """Ask ``granting`` what it has granted whenever the user's own request was refused; then try again.

        It is given all that the one request lacks, in any thread, and grants nothing where it wants the
        refusal to be.
        """

    def told(self, output: str) -> tuple[Asked, ...]:
        """Refusals that only the tool's own words tell of, in the present phase."""
        return ()

    @abstractmethod
    def begin(self, phase: str, *, fail_last_wave: bool = False) -> None:
        """From now on everything is booked under ``phase``; if asked, the next compiled template fails.

        Where the room does not make it fail (``makes_fail``), the failure of its template's own is the one
        that is told as injected.
        """

    def rehearse(self) -> None:  # noqa: B027 - a room that cannot tell books nothing
        """Book what in-place updates would need that have not run, as ``modelled``, under the present phase.

        Raises InconclusiveError when stacks do not settle.
        """

    def glance(self) -> Glance:
        """How things are since ``begin``; may be asked often, from any thread.

        In a room that does not let itself be watched nothing is ever seen.
        """
        return Glance(None, 0, 0)

    @abstractmethod
    def finish(self) -> Facts:
        """Wait until every stack has settled; what happened since ``begin``. Raises InconclusiveError."""

    def left_behind(self) -> tuple[Left, ...]:
        """What stacks have left because their templates say so, those first that depend on others.

        A room that does not know says nothing.
        """
        return ()

    def take_away(self, left: Left) -> bool:
        """Delete one of ``left_behind`` as the administrator; whether it surely was there still.

        Raises InconclusiveError when that fails.
        """
        raise NotImplementedError

    @abstractmethod
    def hear(self, denied: Callable[[Asked], None]) -> None:
        """From now on tell ``denied`` of each refusal when it is decided, from whatever thread that is."""

    @abstractmethod
    def traces(self) -> Traces:
        """The random tokens and generated names of the trial so far."""

    @abstractmethod
    def not_exercised(self) -> tuple[NotExercised, ...]:
        """The compiled templates' types of which updates would need more than was asked for."""


@dataclass(frozen=True)
class Disagreement:
    """An operation that the target itself decides otherwise than the verifier; ``message`` is its refusal.

    ``why`` is empty where that is not known.
    """

    operation: str
    ours: bool
    theirs: bool
    message: str = ""
    why: str = ""

    def as_dict(self) -> dict[str, str]:
        """The JSON form."""
        words = {True: "allowed", False: "refused"}
        return {
            "operation": self.operation,
            "ours": words[self.ours],
            "theirs": words[self.theirs],
            "message": self.message,
            **({"why": self.why} if self.why else {}),
        }


class Target(ABC):
    """Somewhere trials can run."""

    name: str

    @abstractmethod
    def room(self, mode: Mode, region: str, account: str | None = None) -> AbstractContextManager[Room]:
        """A clean account; another one each time unless ``account`` names it."""

    def answered_here(self) -> tuple[str, ...] | None:
        """What the target lacks and the embedded emulator was asked instead; None where nothing can be."""
        return None

    def differences(self) -> tuple[Disagreement, ...] | None:
        """What the target itself decides otherwise than the verifier; None where it decides nothing."""
        return None

    def left_out(self) -> tuple[LeftOut, ...] | None:
        """Conditions that policies went without, as the target cannot read them; None where nobody knows.

        Of meaning only where ``differences`` is not None.
        """
        return None

    def not_enforced(self) -> tuple[Unenforced, ...] | None:
        """What was done on users' behalf and not asked for; None where everything is."""
        return None

    def remarks(self) -> tuple[str, ...]:
        """What is worth saying of it before anything is run."""
        return ()

    def left(self) -> tuple[str, ...]:
        """What the trials have left behind, and why; told once the target is closed."""
        return ()

    @abstractmethod
    def close(self) -> None:
        """Let everything go."""
