"""Watches a handler: every call that it makes, how it means the call, and what came of it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from verifier.authorization.authorizer import Authorizer, Call
from verifier.authorization.caller import Certainty
from verifier.authorization.decision import Refusal
from verifier.authorization.operation import Operation, Requirement
from verifier.authorization.requirements import UnmappedOperation
from verifier.cloudformation.stack.session import Session
from verifier.cloudformation.template.environment import StackIdentity
from verifier.cloudformation.types.interface import Register
from verifier.cloudformation.types.work import ServiceCall, Work
from verifier.emulator.interface import Upstream
from verifier.errors import AwsError

_GAPS = "verifier/emulator/moto/gaps.yaml"


@dataclass
class Made:
    """A call as a handler made it.

    ``meant`` is "call", "read", "soft read" or "permit". ``operation`` has the fitted parameters; None
    for a call that could not be worded. ``reached`` tells that the upstream was asked.
    """

    meant: str
    call: ServiceCall
    operation: Operation | None = None
    reached: bool = False
    answer: Mapping[str, Any] = field(default_factory=dict)
    error: AwsError | None = None

    @property
    def name(self) -> str:
        """As in ``s3:CreateBucket``."""
        return f"{self.call.service}:{self.call.operation}"

    @property
    def params(self) -> Mapping[str, Any]:
        """The parameters, fitted to botocore's shapes."""
        return self.operation.params if self.operation else self.call.params


@dataclass(frozen=True)
class Asked:
    """Bare actions that a handler asked for."""

    actions: tuple[str, ...]
    certainty: Certainty
    source: str | None


@dataclass
class Watch:
    """The carrier of a watched work; ``heard`` holds calls and bare actions in their order."""

    session: Session
    heard: list[Made | Asked]
    meaning: str = "call"

    @property
    def identity(self) -> StackIdentity:
        """The session's."""
        return self.session.identity

    @property
    def register(self) -> Register:
        """The session's."""
        return self.session.register

    def make(self, work: Work, call: ServiceCall) -> dict[str, Any]:
        """As the session does it, written down."""
        one, before = Made(self.meaning, call), len(work.made)
        self.heard.append(one)
        try:
            return self.session.make(work, call)
        finally:
            one.operation = work.made[-1] if len(work.made) > before else None

    def permit(self, work: Work, call: ServiceCall) -> None:
        """As the session does it, written down."""
        self.session.permit(work, call)
        self.heard.append(Made("permit", call, work.made[-1]))

    def ask(
        self, work: Work, needed: Sequence[Requirement], certainty: Certainty, source: str | None
    ) -> None:
        """As the session does it, written down."""
        self.heard.append(Asked(tuple(one.action for one in needed), certainty, source))
        self.session.ask(work, needed, certainty, source)

    def require(self, work: Work, operation: Operation, needed: Requirement) -> None:
        """As the session does it."""
        self.session.require(work, operation, needed)

    def attempt(self, operation: Operation) -> dict[str, Any]:
        """As the session does it, written down."""
        self.heard.append(Made("attempt", ServiceCall(operation.service, operation.name, operation.params)))
        return self.session.attempt(operation)


class WatchedWork(Work):
    """A work whose carrier is told whether a call is a read, and whether a soft one."""

    def call(
        self,
        service: str,
        operation: str,
        params: Mapping[str, Any],
        *,
        source: str | None = None,
        tolerate: Collection[str] = (),
    ) -> dict[str, Any]:
        """See ``Work.call``."""
        self._means("call")
        return super().call(service, operation, params, source=source, tolerate=tolerate)

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
        """See ``Work.read``."""
        self._means("soft read" if soft else "read")
        return super().read(
            service, operation, params, source=source, soft=soft, tolerate=tolerate, because=because
        )

    def _means(self, meaning: str) -> None:
        assert isinstance(self.carrier, Watch)
        self.carrier.meaning = meaning


@dataclass(frozen=True)
class Listening:
    """An upstream that writes answers down beside their calls.

    What the emulator lacks is noted (``lacking``) and answered with nothing, so that a life goes on and
    everything that is lacking shows at once.
    """

    upstream: Upstream
    heard: list[Made | Asked]
    lacking: Callable[[str], None]

    def invoke(self, operation: Operation) -> dict[str, Any]:
        """Ask the upstream."""
        one = self.heard[-1]
        assert isinstance(one, Made)
        one.reached = True
        try:
            answer = self.upstream.invoke(operation)
        except AwsError as error:
            missing = _missing(operation, error)
            if missing is None:
                one.error = error
                raise
            self.lacking(missing)
            return {}
        # A stream can be read once; the answer is given again when the life is lived again.
        whole = {name: value.read() if hasattr(value, "read") else value for name, value in answer.items()}
        one.answer = whole
        return dict(whole)


def _missing(operation: Operation, error: AwsError) -> str | None:
    """What to do about an error of the emulator's own; None for one that the service would answer too."""
    if error.code == "NotImplemented":
        entry = f"service: {operation.service}, operation: {operation.name}, answer: {{}}, why: no handler"
        return f"the emulator lacks {operation}; add to {_GAPS}: - {{{entry}}}"
    if error.code == "InternalFailure":
        return f"the emulator stumbles over {operation} ({error.message}); change the case, or {_GAPS}"
    return None


class Patient(Authorizer):
    """Notes what nobody knows the needs of, and lets it through, so that all of it shows at once."""

    def __init__(self, problem: Callable[[str], None], *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._problem = problem

    def authorize(self, call: Call) -> Refusal | None:
        """See ``Authorizer.authorize``."""
        try:
            return super().authorize(call)
        except UnmappedOperation as error:
            self._problem(f"{error} (verifier/authorization/rules)")
            return None
