"""What a request leaves to be understood from who sent it, and where to."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from verifier.authorization.authorizer import Call
from verifier.authorization.operation import Operation
from verifier.emulator.http import HttpRequest
from verifier.gateway.hosts import is_loopback, split_host

# IAM's operations on the caller itself, unless they name another user (source: gateway-own-user).
_OWN_USER = {"CreateAccessKey", "DeleteAccessKey", "GetUser", "ListAccessKeys", "UpdateAccessKey"}
_QUEUE_URLS = ("QueueUrl", "QueueUrls", "queueUrls")


def as_asked(call: Call) -> Operation:
    """The operation of ``call`` with what its caller implies: the upstream does not know who that is."""
    operation = call.operation
    user = call.caller.user_name if ":user/" in call.caller.arn else ""
    if operation.service != "iam" or operation.name not in _OWN_USER or not user:
        return operation
    return replace(operation, params={"UserName": user, **operation.params})


def as_answered(result: dict[str, Any], operation: Operation, request: HttpRequest) -> dict[str, Any]:
    """``result`` for a client of the plain endpoint: its queues are there, not at AWS's own host."""
    if operation.service != "sqs" or not is_loopback(split_host(request.host, 0)[0]):
        return result
    here = f"{request.scheme}://{request.host}"
    return {**result, **{name: _moved(result[name], here) for name in _QUEUE_URLS if name in result}}


def _moved(urls: Any, here: str) -> Any:
    if isinstance(urls, list):
        return [_moved(url, here) for url in urls]
    return here + urlsplit(str(urls)).path
