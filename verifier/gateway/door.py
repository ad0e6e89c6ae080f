"""The front door: every client's request is parsed, authorized, carried out and noted.

The order is AWS's: who is it, may it, does the thing exist.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from verifier.authorization.authorizer import Call
from verifier.authorization.caller import Caller
from verifier.authorization.requirements import UnmappedOperation
from verifier.cloudformation.api.service import CloudFormation
from verifier.emulator.faults import FaultInjector
from verifier.emulator.http import HttpRequest, HttpResponse
from verifier.emulator.identities import Principals, UnknownKeyError
from verifier.emulator.upstream import MotoUpstream
from verifier.errors import AwsError
from verifier.gateway import respond, sts
from verifier.gateway import s3_decisions as s3
from verifier.gateway.authority import GatewayAuthorizer
from verifier.gateway.credentials import Credential, read_credential
from verifier.gateway.decisions import DecisionLog
from verifier.gateway.named_resource import name_in
from verifier.gateway.parse import (
    ParsedRequest,
    UnroutableError,
    candidate_services,
    parse_request,
    protocol_of,
)
from verifier.gateway.respond import Dialect


@dataclass
class Exchange:
    """What is known of one request so far; it is noted at the end."""

    request: HttpRequest
    dialect: Dialect
    principal: str = ""
    operation: str = ""
    resource: str = ""
    region: str = ""


@dataclass(frozen=True)
class FrontDoor:
    """Answers the requests of clients. ``cloudformation`` gives the present account's provisioner."""

    principals: Principals
    authorizer: GatewayAuthorizer
    upstream: MotoUpstream
    cloudformation: Callable[[], CloudFormation]
    log: DecisionLog
    faults: FaultInjector

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The answer to ``request``; whatever happens, in the shape of its protocol."""
        exchange = Exchange(request, Dialect("", "rest-xml", request.method))
        try:
            response = self._handle(exchange)
        except AwsError as error:
            response = respond.serialise_error(error, exchange.dialect)
            self._note(exchange, response.status, error.code, error.message)
        except Exception as error:
            # Our own fault: the client must not hang, and the log must show it.
            own = AwsError("InternalFailure", f"verifier: a bug: {_where(error)}: {error!r}", 500)
            response = respond.serialise_error(own, exchange.dialect)
            self._note(exchange, response.status, own.code, own.message)
        else:
            self._note(exchange, response.status, *respond.read_error(response))
        return response

    def _handle(self, exchange: Exchange) -> HttpResponse:
        request = exchange.request
        credential = read_credential(request)
        if credential is None:
            exchange.dialect = _unsigned_dialect(request)
            raise respond.unsigned(exchange.dialect)
        service = candidate_services(request, credential)[0]
        exchange.dialect = Dialect(service, protocol_of(service, request), request.method)
        caller = self._caller(credential, exchange)
        parsed = self._parsed(credential, caller, exchange)
        exchange.dialect = Dialect(parsed.operation.service, parsed.protocol, request.method)
        exchange.operation = parsed.operation.name
        exchange.resource = name_in(parsed.operation)
        exchange.region = parsed.operation.region if exchange.resource else ""
        return self._carry_out(parsed, Call(parsed.operation, caller), exchange)

    def _caller(self, credential: Credential, exchange: Exchange) -> Caller:
        try:
            caller = self.principals.caller(credential.access_key)
        except UnknownKeyError as error:
            raise respond.unknown_key(exchange.dialect) from error
        exchange.principal = caller.arn
        return caller

    def _parsed(self, credential: Credential, caller: Caller, exchange: Exchange) -> ParsedRequest:
        try:
            return parse_request(exchange.request, credential, caller.account)
        except UnroutableError as error:
            exchange.dialect = Dialect(
                error.service, protocol_of(error.service, exchange.request), exchange.request.method
            )
            raise respond.unroutable(exchange.dialect, error.message) from error

    def _carry_out(self, parsed: ParsedRequest, call: Call, exchange: Exchange) -> HttpResponse:
        operation = parsed.operation
        if (operation.service, operation.name) == ("s3", "DeleteObjects"):
            return self._delete_objects(parsed, call, exchange)
        self._authorize(call, exchange)
        if operation.service == "cloudformation":
            self.faults.check(operation)
            result = self.cloudformation().handle(operation, call.caller)
            return respond.serialise_result(parsed.model, parsed.protocol, result)
        if operation.service == "sts":
            if operation.name == "GetCallerIdentity":
                identity = sts.caller_identity(call.caller)
                return respond.serialise_result(parsed.model, parsed.protocol, identity)
            sts.check_session(call, self.principals)
        if self.upstream.answers_itself(operation):
            result = self.upstream.invoke(operation)
            return respond.serialise_result(parsed.model, parsed.protocol, result, exchange.request.method)
        response = self.upstream.forward(exchange.request, operation)
        return self._hide_absence(response, call, exchange)

    def _authorize(self, call: Call, exchange: Exchange) -> None:
        """Raises AwsError for a refusal, and for an operation that nobody knows the needs of."""
        try:
            refusal = self.authorizer.authorize(call)
        except UnmappedOperation as error:
            raise respond.unmapped(str(error)) from error
        if refusal is not None:
            raise respond.refused(exchange.dialect, refusal.message)

    def _delete_objects(self, parsed: ParsedRequest, call: Call, exchange: Exchange) -> HttpResponse:
        try:
            result = s3.delete_objects(call, self.authorizer, self.upstream)
        except UnmappedOperation as error:
            raise respond.unmapped(str(error)) from error
        return respond.serialise_result(parsed.model, parsed.protocol, result)

    def _hide_absence(self, response: HttpResponse, call: Call, exchange: Exchange) -> HttpResponse:
        if response.status != 404 or call.operation.service != "s3":
            return response
        error = AwsError(*respond.read_error(response), status=response.status)
        refusal = s3.hidden_absence(call, error, self.authorizer, self.upstream)
        if refusal is not None:
            raise respond.refused(exchange.dialect, refusal.message)
        return response

    def _note(self, exchange: Exchange, status: int, code: str, message: str) -> None:
        self.log.responded(
            principal=exchange.principal,
            service=exchange.dialect.service,
            operation=exchange.operation,
            status=status,
            code=code,
            message=message,
            resource=exchange.resource,
            region=exchange.region,
        )


def _where(error: BaseException) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "unknown place"


def _unsigned_dialect(request: HttpRequest) -> Dialect:
    """The host tells the service of a request that nobody signed."""
    labels = request.host.partition(":")[0].lower().split(".")
    if "s3" in labels or any(label.startswith("s3-") for label in labels):
        return Dialect("s3", "rest-xml", request.method)
    credential = Credential("", "us-east-1", labels[0])
    service = candidate_services(request, credential)[0]
    return Dialect(service, protocol_of(service, request), request.method)
