"""Handlers' calls, made on the caller's behalf: fitted, authorized, carried out."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from botocore.exceptions import UnknownServiceError
from botocore.model import OperationNotFoundError

from verifier.authorization.authorizer import Authorizer, Call
from verifier.authorization.caller import Caller, Certainty, OnBehalfOf
from verifier.authorization.claims import UNKNOWN
from verifier.authorization.convention import PASS_ROLE
from verifier.authorization.operation import Operation, Requirement
from verifier.authorization.requirements import UnmappedOperation, requirements
from verifier.cloudformation.stack.nest import Nest
from verifier.cloudformation.template.environment import StackIdentity
from verifier.cloudformation.types.handler import HandlerError
from verifier.cloudformation.types.interface import Register
from verifier.cloudformation.types.lengths import too_long
from verifier.cloudformation.types.shapes import ShapeError, fit, service_model
from verifier.cloudformation.types.work import ServiceCall, Work
from verifier.emulator.interface import Upstream
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
    """What every call of one stack operation shares; it is the handlers' ``Carrier``.

    ``problem`` takes what is not done as on AWS; ``nest`` has the stacks, for those within this one.
    """

    authorizer: Authorizer
    upstream: Upstream
    register: Register
    caller: Caller
    identity: StackIdentity
    problem: Callable[[str], None]
    nest: Nest | None = None

    def make(self, work: Work, call: ServiceCall) -> dict[str, Any]:
        """Authorize ``call`` and carry it out; see ``Carrier.make``."""
        operation = self._authorized(work, call)
        invalid = too_long(call.service, call.operation, operation.params)
        if invalid:
            message = f"{invalid} ({_answered_by(call.service, 400)})"
            raise CallFailed(message, "InvalidRequest", refused=False)
        try:
            return self.upstream.invoke(operation)
        except AwsError as error:
            if error.code in call.tolerate:
                return {}
            message = f"{error.message} ({_answered_by(call.service, error.status)})"
            raise CallFailed(message, _handler_code(error), refused=False) from error

    def permit(self, work: Work, call: ServiceCall) -> None:
        """Authorize ``call`` alone; see ``Carrier.permit``."""
        self._authorized(work, call)

    def ask(
        self, work: Work, needed: Sequence[Requirement], certainty: Certainty, source: str | None
    ) -> None:
        """Ask for what no call is known for, without the actions that this step's calls have asked for."""
        asked = {_as_asked(one) for operation in work.made for one in _known(operation)}
        wanted = [one for one in needed if _as_asked(one) not in asked]
        step = _operation(work, ServiceCall("cloudformation", work.type, {}))
        # Which property AWS asks it for, nobody tells.
        call = Call(step, self.caller, certainty, source, _on_behalf_of(work), sure=False, because=UNKNOWN)
        self._need(call, wanted)

    def require(self, work: Work, operation: Operation, needed: Requirement) -> None:
        """Ask for one requirement as sure as a call; see ``Carrier.require``."""
        self._need(Call(operation, self.caller, on_behalf_of=_on_behalf_of(work)), [needed])

    def attempt(self, operation: Operation) -> dict[str, Any]:
        """Carry out what has been decided already; see ``Carrier.attempt``."""
        try:
            fitted = fit(operation.service, operation.name, operation.params)
            whole = replace(operation, params=fitted.params, method=fitted.method, path=fitted.path)
            return self.upstream.invoke(whole)
        except (AwsError, ShapeError, UnknownServiceError, OperationNotFoundError):
            return {}

    def _need(self, call: Call, needed: Sequence[Requirement]) -> None:
        refusal = self.authorizer.authorize_needed(call, needed)
        if refusal is not None:
            raise CallFailed(refusal.message, "AccessDenied", refused=True)

    def _authorized(self, work: Work, call: ServiceCall) -> Operation:
        """``call`` as an operation that the caller may make. Raises HandlerError."""
        asked = self._asking(work, call)
        operation = asked.operation
        try:
            refusal = self.authorizer.authorize(asked)
        except UnmappedOperation as error:
            line = f"verifier: nobody knows what {operation} needs: {error}"
            self.problem(line)
            raise HandlerError(line) from error
        if refusal is not None:
            protocol = str(service_model(call.service).metadata.get("protocol", ""))
            answered = _answered_by(call.service, 400 if protocol == "json" else 403)
            raise CallFailed(f"{refusal.message} ({answered})", "AccessDenied", refused=True)
        return operation

    def _asking(self, work: Work, call: ServiceCall) -> Call:
        """``call`` as the authorizer takes it, noted among those of ``work``. Raises HandlerError."""
        operation = self._fitted(work, call)
        work.made.append(operation)
        return Call(
            operation,
            self.caller,
            call.certainty,
            call.source,
            _on_behalf_of(work),
            sure=call.sure,
            because=call.because,
        )

    def _fitted(self, work: Work, call: ServiceCall) -> Operation:
        try:
            fitted = fit(call.service, call.operation, call.params)
        except ShapeError as error:
            raise CallFailed(f"{call.operation}: {error}", "InvalidRequest", refused=False) from error
        for path in fitted.dropped:
            # A dropped parameter is a feature that the trial does not exercise: it must show.
            self.problem(
                f"{work.type}: {call.service}:{call.operation} has no parameter {path}; it was left out"
            )
        return _operation(work, replace(call, params=fitted.params), fitted.method, fitted.path)


def _operation(work: Work, call: ServiceCall, method: str = "", path: str = "") -> Operation:
    return Operation(
        service=call.service,
        name=call.operation,
        params=call.params,
        account=work.account,
        region=work.region,
        partition=work.partition,
        method=method,
        path=path,
        implied=work.implied,
    )


def _as_asked(one: Requirement) -> tuple[str, str]:
    """What makes a second requirement superfluous: the action, of a role that is passed the role too."""
    return one.action.lower(), one.resource if one.action == PASS_ROLE else ""


def _known(operation: Operation) -> tuple[Requirement, ...]:
    """What an operation needs; nothing where nobody knows (without authorization nobody was asked)."""
    try:
        return requirements(operation)
    except UnmappedOperation:
        return ()


def _on_behalf_of(work: Work) -> OnBehalfOf:
    return OnBehalfOf(work.stack_name, work.logical_id, work.type, work.lifecycle, work.used_by)


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
    if code == "AccessDenied":
        return "AccessDenied"
    if "Throttl" in code:
        return "Throttling"
    return "ServiceInternalError" if error.status >= 500 else "InvalidRequest"
