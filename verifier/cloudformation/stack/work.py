"""The calls that a handler makes, on the caller's behalf: fitted, authorized, carried out."""

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from verifier.authorization.authorizer import Authorizer, Call
from verifier.authorization.caller import Caller, Certainty, OnBehalfOf
from verifier.authorization.operation import Operation, Requirement
from verifier.authorization.requirements import UnmappedOperation, requirements
from verifier.cloudformation.handlers import handler_for
from verifier.cloudformation.template.environment import Facts
from verifier.cloudformation.types.handler import HandlerError
from verifier.cloudformation.types.interface import GeneratedName, Register, Upstream
from verifier.cloudformation.types.names import compose, new_suffix
from verifier.cloudformation.types.shapes import ShapeError, fit, service_model
from verifier.errors import AwsError


class CallFailed(HandlerError):  # noqa: N818 - a refusal is no error of ours
    """A call failed; ``message`` is the service's own sentence, ``reason`` CloudFormation's around it."""

    def __init__(self, message: str, code: str, *, refused: bool) -> None:
        super().__init__(
            f'Resource handler returned message: "{message}" (RequestToken: {uuid.uuid4()}, '
            f"HandlerErrorCode: {code})",
            refused=refused,
        )
        self.message = message


@dataclass(frozen=True)
class Session:
    """What every call of one stack operation shares. ``problem`` takes what is not done as on AWS."""

    authorizer: Authorizer
    upstream: Upstream
    register: Register
    caller: Caller
    facts: Facts
    problem: Callable[[str], None]


@dataclass
class ResourceWork:
    """One resource at one step of its life (``handlers.base.Work``)."""

    session: Session
    logical_id: str
    type: str
    lifecycle: str
    physical_id: str = ""
    properties: Mapping[str, Any] = field(default_factory=dict)
    previous: Mapping[str, Any] = field(default_factory=dict)
    stack_tags: Mapping[str, str] = field(default_factory=dict)
    previous_stack_tags: Mapping[str, str] = field(default_factory=dict)
    used_by: str | None = None
    on_created: Callable[[str], None] | None = None
    wrote: bool = False
    """A call that changes something has succeeded."""
    stack_name: str = field(init=False)
    stack_id: str = field(init=False)
    account: str = field(init=False)
    region: str = field(init=False)
    partition: str = field(init=False)
    _made: list[Operation] = field(default_factory=list)

    def __post_init__(self) -> None:
        facts = self.session.facts
        self.stack_name, self.stack_id = facts.stack_name, facts.stack_id
        self.account, self.region, self.partition = facts.account, facts.region, facts.partition

    def call(
        self, service: str, operation: str, params: Mapping[str, Any], *, tolerate: Collection[str] = ()
    ) -> dict[str, Any]:
        """Make a call with the caller's rights; see ``Work.call``."""
        answer = self._make(service, operation, params, certainty=Certainty.CALL, tolerate=tolerate)
        self.wrote = True
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
    ) -> dict[str, Any]:
        """Read back with the caller's rights; see ``Work.read``."""
        certainty = Certainty.CALL if source and not soft else Certainty.LIKELY
        return self._make(service, operation, params, certainty=certainty, source=source, tolerate=tolerate)

    def ask(self, actions: Sequence[str], certainty: Certainty, source: str | None = None) -> None:
        """Ask for bare actions on ``*``, without those that this step's calls have asked for already."""
        asked = {one.action.lower() for operation in self._made for one in self._known(operation)}
        wanted = [action for action in actions if action.lower() not in asked]
        step = self._operation("cloudformation", self.type, {}, "", "")
        call = Call(step, self.session.caller, certainty, source, self._on_behalf_of())
        refusal = self.session.authorizer.authorize_actions(call, wanted)
        if refusal is not None:
            raise CallFailed(refusal.message, "AccessDenied", refused=True)

    def permit(self, service: str, operation: str, params: Mapping[str, Any]) -> None:
        """Ask for a call without making it: what it would set going is not ours to run.

        Raises HandlerError for a refusal.
        """
        prepared = self._prepared(service, operation, params)
        self._made.append(prepared)
        self._authorize(prepared, Certainty.CALL, None)

    def created(self, physical_id: str) -> None:
        """The resource exists from now on."""
        self.physical_id = physical_id
        if self.on_created is not None:
            self.on_created(physical_id)

    def token(self, value: str) -> str:
        """Register ``value`` as random and return it."""
        self.session.register.token(value)
        return value

    def generate_name(self, limit: int, *, lowercase: bool = False) -> str:
        """A physical name as CloudFormation makes them up, registered with its suffix."""
        suffix = new_suffix().lower() if lowercase else new_suffix()
        name, kept = compose(self.stack_name, self.logical_id, suffix, limit, lowercase=lowercase)
        self.session.register.token(suffix)
        self.session.register.generated(
            GeneratedName(
                name=name, type=self.type, stack=self.stack_name, logical_id=self.logical_id, kept=kept
            )
        )
        return name

    def changed(self, *names: str) -> bool:
        """Whether any of these properties differs between ``previous`` and ``properties``."""
        return any(self.previous.get(name) != self.properties.get(name) for name in names)

    def _make(
        self,
        service: str,
        operation: str,
        params: Mapping[str, Any],
        *,
        certainty: Certainty,
        source: str | None = None,
        tolerate: Collection[str] = (),
    ) -> dict[str, Any]:
        prepared = self._prepared(service, operation, params)
        self._made.append(prepared)
        self._authorize(prepared, certainty, source)
        try:
            return self.session.upstream.invoke(prepared)
        except AwsError as error:
            if error.code in tolerate:
                return {}
            message = f"{error.message} ({_answered_by(service, error.status)})"
            raise CallFailed(message, _handler_code(error), refused=False) from error

    def _prepared(self, service: str, operation: str, params: Mapping[str, Any]) -> Operation:
        try:
            fitted = fit(service, operation, params)
        except ShapeError as error:
            raise CallFailed(f"{operation}: {error}", "InvalidRequest", refused=False) from error
        for path in fitted.dropped:
            # A dropped parameter is a feature that the trial does not exercise: it must show.
            self.session.problem(
                f"{self.type}: {service}:{operation} has no parameter {path}; it was left out"
            )
        return self._operation(service, operation, fitted.params, fitted.method, fitted.path)

    def _operation(
        self, service: str, name: str, params: Mapping[str, Any], method: str, path: str
    ) -> Operation:
        return Operation(
            service=service,
            name=name,
            params=params,
            account=self.account,
            region=self.region,
            partition=self.partition,
            method=method,
            path=path,
            implied=self._implied(),
        )

    def _implied(self) -> dict[str, Any]:
        handler = handler_for(self.type)
        names = handler.implied if handler else ()
        return {name: self.properties[name] for name in names if name in self.properties}

    def _authorize(self, operation: Operation, certainty: Certainty, source: str | None) -> None:
        call = Call(operation, self.session.caller, certainty, source, self._on_behalf_of())
        try:
            refusal = self.session.authorizer.authorize(call)
        except UnmappedOperation as error:
            line = f"verifier: nobody knows what {operation} needs: {error}"
            self.session.problem(line)
            raise HandlerError(line) from error
        if refusal is not None:
            protocol = str(service_model(operation.service).metadata.get("protocol", ""))
            answered = _answered_by(operation.service, 400 if protocol == "json" else 403)
            raise CallFailed(f"{refusal.message} ({answered})", "AccessDenied", refused=True)

    @staticmethod
    def _known(operation: Operation) -> tuple[Requirement, ...]:
        """What an operation needs; nothing where nobody knows (without authorization nobody was asked)."""
        try:
            return requirements(operation)
        except UnmappedOperation:
            return ()

    def _on_behalf_of(self) -> OnBehalfOf:
        return OnBehalfOf(self.stack_name, self.logical_id, self.type, self.lifecycle, self.used_by)


def _answered_by(service: str, status: int) -> str:
    """How AWS's handlers end a service's message: "Service: Lambda, Status Code: 403, Request ID: ..."."""
    words = str(service_model(service).metadata.get("serviceId", service)).split()
    name = "".join(word.capitalize() if word.isupper() and len(word) > 2 else word for word in words)
    return f"Service: {name}, Status Code: {status}, Request ID: {uuid.uuid4()}"


def _handler_code(error: AwsError) -> str:
    """The registry's handler error code for a service's error."""
    code = error.code
    if "AlreadyExist" in code or "AlreadyOwned" in code or code == "ResourceConflictException":
        return "AlreadyExists"
    if "NotFound" in code or code.startswith("NoSuch"):
        return "NotFound"
    if "Throttl" in code:
        return "Throttling"
    return "ServiceInternalError" if error.status >= 500 else "InvalidRequest"
