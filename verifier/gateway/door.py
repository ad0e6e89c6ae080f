"""The front door: every client's request is parsed, authorized, carried out and noted.

The order is AWS's: who is it, may it, does the thing exist.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from verifier.authorization.authorizer import Call
from verifier.authorization.caller import Caller
from verifier.authorization.operation import Operation
from verifier.authorization.requirements import UnmappedOperation
from verifier.cloudformation.api.service import CloudFormation
from verifier.emulator.acting import acting
from verifier.emulator.faults import FaultInjector
from verifier.emulator.http import HttpRequest, HttpResponse
from verifier.emulator.interface import Emulator, ExpiredKeyError, UnknownKeyError
from verifier.errors import AwsError
from verifier.gateway import respond, sts
from verifier.gateway import s3_decisions as s3
from verifier.gateway.authentication import authenticate
from verifier.gateway.authority import GatewayAuthorizer
from verifier.gateway.callers import Callers
from verifier.gateway.credentials import Credential, read_credential
from verifier.gateway.decisions import DecisionLog
from verifier.gateway.dialect import UNKNOWN, Dialect, dialect_of
from verifier.gateway.implicit import as_answered, as_asked
from verifier.gateway.named_resource import name_in
from verifier.gateway.parse import ParsedRequest, UnroutableError, parse_request
from verifier.gateway.serialise import serialise_result
from verifier.gateway.services import likeliest_service

# Bytes of a body. A package of code may be large; whoever names no key that is known has nothing to send.
_MOST_OF_THE_KNOWN = 512 << 20
_MOST_OF_ANYBODY = 1 << 20


@dataclass
class Exchange:
    """What is known of one request so far: in the end ``response``, and ``result`` or ``error``."""

    request: HttpRequest
    from_within: bool = False
    """Whether it is the administrator's, handed over in this process: nobody else can."""
    dialect: Dialect = UNKNOWN
    caller: Caller | None = None
    operation: Operation | None = None
    model: Any = None
    result: dict[str, Any] = field(default_factory=dict)
    error: AwsError | None = None
    response: HttpResponse = field(default_factory=lambda: HttpResponse(500))


@dataclass(frozen=True)
class FrontDoor:
    """Answers the requests of clients. ``cloudformation`` gives the present account's provisioner.

    Where it does not provision, CloudFormation's operations are the emulator's, too.
    """

    callers: Callers
    authorizer: GatewayAuthorizer
    emulator: Emulator
    cloudformation: Callable[[], CloudFormation]
    log: DecisionLog
    faults: FaultInjector
    provisions: bool = True

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The answer to a ``request`` of anybody; whatever happens, in the shape of its protocol."""
        return self.exchange(request).response

    def answer_administrator(self, request: HttpRequest) -> HttpResponse:
        """The answer to a ``request`` of this process's own: the account's root makes it, whoever signed."""
        return self.exchange(request, from_within=True).response

    def most_bytes(self, head: HttpRequest) -> int:
        """How long the body of ``head`` may be: before it is read nobody knows who signed it."""
        credential = read_credential(head)
        known = credential is not None and self.callers.knows(credential.access_key)
        return _MOST_OF_THE_KNOWN if known else _MOST_OF_ANYBODY

    def exchange(self, request: HttpRequest, *, from_within: bool = False) -> Exchange:
        """Everything that becomes of ``request``."""
        exchange = Exchange(request, from_within)
        try:
            exchange.result = self._handle(exchange)
            exchange.response = serialise_result(exchange.model, exchange.dialect, exchange.result)
        except AwsError as error:
            exchange.error = error
        except Exception as error:
            # Our own fault: the client must not hang, and the log must show it.
            text = f"verifier: a bug: {_where(error)}: {error!r}"
            exchange.error = AwsError("InternalFailure", text, 500)
            if exchange.dialect == UNKNOWN:
                exchange.dialect = dialect_of(likeliest_service(request), request)
        if exchange.error is not None:
            exchange.response = respond.serialise_error(exchange.error, exchange.dialect, exchange.model)
        self._note(exchange)
        return exchange

    def _handle(self, exchange: Exchange) -> dict[str, Any]:
        """What the request is answered, by the names of its operation's output. Raises AwsError."""
        request = exchange.request
        credential = read_credential(request)
        if credential is None:
            exchange.dialect = dialect_of(likeliest_service(request), request)
            raise respond.unsigned(exchange.dialect)
        parsed = _parsed(request, credential)
        exchange.dialect = parsed.dialect
        caller = self._caller(credential, exchange)
        if isinstance(parsed, UnroutableError):
            raise respond.unroutable(parsed.dialect, parsed.message) from parsed
        exchange.model = parsed.model
        exchange.operation = parsed.operation_in(caller.account)
        return self._carry_out(Call(exchange.operation, caller), exchange)

    def _caller(self, credential: Credential, exchange: Exchange) -> Caller:
        exchange.caller = self.callers.root() if exchange.from_within else self._signer(credential, exchange)
        return exchange.caller

    def _signer(self, credential: Credential, exchange: Exchange) -> Caller:
        """Whoever signed the request. Nobody is known by an access key's id alone."""
        try:
            caller = self.callers.caller(credential.access_key)
            secret = self.callers.secret(credential.access_key)
        except ExpiredKeyError as error:
            raise respond.expired_key(exchange.dialect) from error
        except UnknownKeyError as error:
            raise respond.unknown_key(exchange.dialect) from error
        authenticate(exchange.request, credential, secret, exchange.dialect)
        return caller

    def _carry_out(self, call: Call, exchange: Exchange) -> dict[str, Any]:
        operation = call.operation
        if (operation.service, operation.name) == ("s3", "DeleteObjects"):
            return self._delete_objects(call)
        self._authorize(call, exchange)
        if operation.service == "cloudformation" and self.provisions:
            self.faults.check(operation)
            return self.cloudformation().handle(operation, call.caller)
        if operation.service == "sts":
            if operation.name == "GetCallerIdentity":
                return sts.caller_identity(call.caller)
            sts.check_session(call, self.emulator.identities)
        try:
            with acting(self._key(exchange)):
                result = self.emulator.upstream.invoke(as_asked(call))
        except AwsError as error:
            self._hide_absence(error, call, exchange)
            raise
        if (operation.service, operation.name) == ("sts", "AssumeRole"):
            self.callers.assumed(result["Credentials"]["AccessKeyId"], call.caller)
        return as_answered(result, operation, exchange.request)

    def _key(self, exchange: Exchange) -> str:
        """The access key of whoever asks; none of the administrator within this process."""
        credential = None if exchange.from_within else read_credential(exchange.request)
        return "" if credential is None else credential.access_key

    def _authorize(self, call: Call, exchange: Exchange) -> None:
        """Raises AwsError for a refusal, and for an operation that nobody knows the needs of."""
        try:
            refusal = self.authorizer.authorize(call)
        except UnmappedOperation as error:
            raise respond.unmapped(str(error)) from error
        if refusal is not None:
            raise respond.refused(exchange.dialect, refusal.message)

    def _delete_objects(self, call: Call) -> dict[str, Any]:
        try:
            return s3.delete_objects(call, self.authorizer, self.emulator.upstream)
        except UnmappedOperation as error:
            raise respond.unmapped(str(error)) from error

    def _hide_absence(self, error: AwsError, call: Call, exchange: Exchange) -> None:
        if call.operation.service != "s3":
            return
        refusal = s3.hidden_absence(call, error, self.authorizer, self.emulator.upstream)
        if refusal is not None:
            raise respond.refused(exchange.dialect, refusal.message) from error

    def _note(self, exchange: Exchange) -> None:
        operation, error = exchange.operation, exchange.error
        resource = name_in(operation) if operation else ""
        self.log.responded(
            principal=exchange.caller.arn if exchange.caller else "",
            origin=exchange.caller.origin if exchange.caller else "",
            service=exchange.dialect.service,
            operation=operation.name if operation else "",
            status=exchange.response.status,
            code=error.code if error else "",
            message=error.message if error else "",
            resource=resource,
            region=operation.region if operation and resource else "",
        )


def _parsed(request: HttpRequest, credential: Credential) -> ParsedRequest | UnroutableError:
    try:
        return parse_request(request, credential)
    except UnroutableError as error:
        return error


def _where(error: BaseException) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "unknown place"
