"""The door before the real AWS: each request of the user goes on unchanged, each answer is noted.

AWS decides. What is kept of an answer is operation, status, code and message (DESIGN.md, rule 8), and of
stacks their ids and statuses. Requests that the user did not sign are sent to nobody.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any

from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_exponential

from verifier.authorization.caller import Caller
from verifier.authorization.decision import Decided
from verifier.authorization.operation import Operation
from verifier.authorization.paths import KnownPaths
from verifier.authorization.requirements import UnmappedOperation
from verifier.emulator.http import HttpRequest, HttpResponse
from verifier.errors import AwsError
from verifier.gateway import respond
from verifier.gateway.answer_reading import Answer, read_answer
from verifier.gateway.credentials import Credential, read_credential
from verifier.gateway.decisions import DecisionLog
from verifier.gateway.dialect import Dialect, dialect_of
from verifier.gateway.forward import UnreachableError
from verifier.gateway.hosts import is_aws, split_host
from verifier.gateway.named_resource import name_in
from verifier.gateway.parse import UnroutableError, parse_request
from verifier.gateway.refusals import UNKNOWN_KEY, asked, believed_granted, is_refusal, refused
from verifier.gateway.services import likeliest_service
from verifier.gateway.stack_requests import StackRequests
from verifier.gateway.told_secrets import TELLING, secrets_told
from verifier.iam.policy import PolicyDocument

_MOST_OF_THE_USER = 512 << 20
_MOST_OF_ANYBODY = 1 << 20
# The requests of a deploy that make something by themselves: kind, and the parameter with the name.
_MAKES = {
    "cloudformation:CreateStack": ("stack", "StackName"),
    "cloudformation:CreateChangeSet": ("stack", "StackName"),
    "s3:CreateBucket": ("bucket", "Bucket"),
    "logs:CreateLogGroup": ("log group", "logGroupName"),
}
PATIENCE_SECONDS = 60.0
"""So long a refusal of what is granted is taken for a grant that AWS has not spread yet."""


def _nobody(*_: str) -> None:
    """Nobody keeps anything secret."""


@dataclass(frozen=True)
class KeyHolder:
    """Whose requests go on: the restricted user with its policies, by its access key."""

    caller: Caller
    access_key: str = field(repr=False)


@dataclass(frozen=True)
class _Read:
    """A request as far as it could be read: ``operation`` None for one of no known operation."""

    dialect: Dialect
    operation: Operation | None = None
    model: Any = None

    @property
    def is_looked_into(self) -> bool:
        """Whether a success is read too: stacks' ids and statuses, secrets, what was refused key by key."""
        operation = self.operation
        if operation is None:
            return False
        return operation.service == "cloudformation" or str(operation) in TELLING | {"s3:DeleteObjects"}


class PassThroughDoor:
    """Sends requests on with ``send`` and notes the answers in ``log``; nobody is let through at first.

    ``stacks`` is what the requests did with stacks; ``waited`` names the actions that were granted and yet
    refused for a while. ``creating`` is told kind and name of a stack or bucket before it is asked for.
    ``granting`` is asked what was granted for a refusal just now; with that the request is sent again.
    """

    def __init__(
        self,
        send: Callable[[HttpRequest], HttpResponse],
        log: DecisionLog,
        patience: float = PATIENCE_SECONDS,
        decode: Callable[[str], str] = str,
        hide: Callable[..., None] = _nobody,
    ) -> None:
        """``decode`` turns what AWS encoded in a message into words; ``patience`` is in seconds.

        ``hide`` is given each secret that the user is told, before the user is.
        """
        self.log = log
        self.user: KeyHolder | None = None
        self.stacks = StackRequests()
        self.waited: dict[str, None] = {}
        self.creating: Callable[[str, str], None] | None = None
        self.granting: Callable[[tuple[Decided, ...]], tuple[PolicyDocument, ...]] | None = None
        self._grants = Lock()
        self._send = send
        self._patience = patience
        self._decode = decode
        self._hide = hide
        self._paths = KnownPaths()
        self._given_up: set[tuple[str, str]] = set()

    def begin_trial(self, user: KeyHolder | None) -> None:
        """From now on the requests of ``user`` go on, and nobody else's."""
        self.user = user
        self.stacks = StackRequests()
        self.waited = {}
        self.creating = None
        self.granting = None
        self._paths = KnownPaths()
        self._given_up = set()

    def most_bytes(self, head: HttpRequest) -> int:
        """How long the body of ``head`` may be: before it is read nobody knows who signed it."""
        return _MOST_OF_THE_USER if self._is_the_users(read_credential(head)) else _MOST_OF_ANYBODY

    def answer(self, request: HttpRequest) -> HttpResponse:
        """AWS's answer to a request of the user; ours to any other."""
        credential = read_credential(request)
        if not self._is_for_aws(request) or credential is None or not self._is_the_users(credential):
            return self._turned_away(request)
        assert self.user is not None
        caller = self.user.caller
        read = self._read(request, credential, caller)
        self._announce(read.operation)
        try:
            response, answer, found = self._answered(request, read, caller)
        except UnreachableError as error:
            return self._unreachable(read, caller, str(error))
        self._note(read, answer, found, caller)
        return response

    def _announce(self, operation: Operation | None) -> None:
        made = _MAKES.get(str(operation)) if operation is not None else None
        if operation is not None and made is not None and self.creating is not None:
            what, parameter = made
            self.creating(what, str(operation.params.get(parameter, "")))

    def _is_the_users(self, credential: Credential | None) -> bool:
        return (
            self.user is not None and credential is not None and credential.access_key == self.user.access_key
        )

    def _is_for_aws(self, request: HttpRequest) -> bool:
        return request.scheme == "https" and is_aws(split_host(request.host, 443)[0])

    def _turned_away(self, request: HttpRequest) -> HttpResponse:
        dialect = dialect_of(likeliest_service(request), request)
        text = "verifier: only requests that the restricted user signed go to AWS, over https"
        error = AwsError("VerifierTurnedAway", text, 403)
        self.log.responded(
            principal="",
            service=dialect.service,
            operation="",
            status=error.status,
            code=error.code,
            message=error.message,
        )
        return respond.serialise_error(error, dialect)

    def _unreachable(self, read: _Read, caller: Caller, words: str) -> HttpResponse:
        error = AwsError("ServiceUnavailable", f"verifier: {words}", 503)
        self._responded(read, Answer(error.status, error.code, error.message), caller)
        return respond.serialise_error(error, read.dialect, read.model)

    def _read(self, request: HttpRequest, credential: Credential, caller: Caller) -> _Read:
        try:
            parsed = parse_request(request, credential)
        except UnroutableError as error:
            return _Read(error.dialect)
        operation = parsed.operation_in(caller.account)
        self._paths.learn(operation)
        return _Read(parsed.dialect, self._paths.complete(operation), parsed.model)

    def _answered(
        self, request: HttpRequest, read: _Read, caller: Caller
    ) -> tuple[HttpResponse, Answer, tuple[Decided, ...]]:
        """The answer, and what it refuses: not believed at once where the user has been granted it."""

        def once() -> tuple[HttpResponse, Answer, tuple[Decided, ...]]:
            response = self._send(request)
            answer = read_answer(response, read.dialect, read.model, whole=read.is_looked_into)
            return response, answer, self._refused(request, read, answer, self._as_granted(caller))

        def is_early(outcome: tuple[HttpResponse, Answer, tuple[Decided, ...]]) -> bool:
            if outcome[1].code in UNKNOWN_KEY:
                return True  # the user is known, but not yet to everybody
            if not believed_granted(outcome[2], self._as_granted(caller)):
                return self._granted(outcome[2], caller)
            if _keys(outcome[2]) <= self._given_up:
                return False
            self.waited.update(dict.fromkeys(one.requirement.action for one in outcome[2]))
            return True

        retrying = Retrying(
            retry=retry_if_result(is_early),
            stop=stop_after_delay(self._patience),
            wait=wait_exponential(multiplier=0.25, max=5),
        )
        try:
            return retrying(once)
        except RetryError as error:
            response, answer, found = error.last_attempt.result()
            self._given_up |= _keys(found)
            for one in found:
                self.waited.pop(one.requirement.action, None)
            return response, answer, self._refused(request, read, answer, self._as_granted(caller))

    def _as_granted(self, caller: Caller) -> Caller:
        """``caller`` with all that was granted to it since."""
        user = self.user
        return user.caller if user is not None and user.caller.arn == caller.arn else caller

    def _granted(self, found: tuple[Decided, ...], caller: Caller) -> bool:
        """Whether what was refused is granted by now. Then it is noted as a refusal that was let through."""
        with self._grants:
            user = self.user
            if not found or self.granting is None or user is None or user.caller.arn != caller.arn:
                return False
            if not believed_granted(found, user.caller):
                documents = self.granting(found)
                if not documents:
                    return False
                policies = (*user.caller.policies, *documents)
                self.user = replace(user, caller=replace(user.caller, policies=policies))
        for one in found:
            self.log.decided(replace(one, enforced=False))
        return True

    def _refused(
        self, request: HttpRequest, read: _Read, answer: Answer, caller: Caller
    ) -> tuple[Decided, ...]:
        operation = read.operation
        if operation is None:
            return ()
        message = answer.message
        if not is_refusal(answer, request.method):
            by_key = [one for one in _errors(answer) if one.get("Code") == "AccessDenied"]
            if not by_key:
                return ()
            message = str(by_key[0].get("Message", ""))
        words = self._decode(message)
        try:
            found = refused(operation, words, caller)
            lasts = _keys(found) <= self._given_up
            return refused(operation, words, caller, lasting=True) if lasts else found
        except UnmappedOperation:
            return ()

    def _note(self, read: _Read, answer: Answer, found: tuple[Decided, ...], caller: Caller) -> None:
        operation = read.operation
        if operation is not None and answer.result:
            self._hide(*secrets_told(operation, answer.result))
        if operation is not None and operation.service == "cloudformation":
            self.stacks.note(operation, answer)
        if not found and operation is not None:
            if is_refusal(answer, operation.method):
                words = f"{operation}: AWS refused it without saying what is missing, and no rule knows"
                self.log.unmapped(caller.arn, operation.service, operation.name, words)
            else:
                found = asked(operation, caller)
        for decided in found:
            self.log.decided(decided)
        self._responded(read, answer, caller)

    def _responded(self, read: _Read, answer: Answer, caller: Caller) -> None:
        operation = read.operation
        resource = name_in(operation) if operation else ""
        self.log.responded(
            principal=caller.arn,
            origin=caller.arn,
            service=read.dialect.service,
            operation=operation.name if operation else "",
            status=answer.status,
            code=answer.code,
            message=answer.message,
            resource=resource,
            region=operation.region if operation and resource else "",
        )


def _errors(answer: Answer) -> list[dict[str, Any]]:
    """What S3 did not delete, in a success (source: gateway-s3-delete-objects)."""
    return list((answer.result or {}).get("Errors") or ())


def _keys(found: tuple[Decided, ...]) -> set[tuple[str, str]]:
    return {(one.requirement.action, one.requirement.resource) for one in found}
