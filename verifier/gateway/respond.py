"""Which error each service answers with, and how."""

import json
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from xml.sax.saxutils import escape

from verifier.emulator.http import Headers, HttpResponse
from verifier.errors import AwsError
from verifier.gateway.dialect import Dialect
from verifier.gateway.serialise import (
    error_members,
    error_shape,
    header_members,
    id_headers,
    new_request_id,
)

_NO_MATCH = "The request signature we calculated does not match the signature you provided."
_XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def refused(dialect: Dialect, message: str) -> AwsError:
    """The error for a request that the caller has no permission for.

    (sources: gateway-sns-refusal-code, gateway-sqs-refusal-status)
    """
    if dialect.service == "sns":
        return AwsError("AuthorizationError", message, 403)
    if dialect.was_query:
        # A header for older clients turns the code into AccessDenied.
        return AwsError("AccessDeniedException", message, 403)
    if dialect.protocol == "ec2":
        return AwsError("UnauthorizedOperation", message, 403)
    if dialect.protocol == "json":
        return AwsError("AccessDeniedException", message, 400)
    if dialect.protocol == "rest-json":
        return AwsError("AccessDeniedException", message, 403)
    return AwsError("AccessDenied", message, 403)


def unknown_key(dialect: Dialect) -> AwsError:
    """The error for an access key that does not exist or is not active.

    (sources: gateway-unknown-key-s3, gateway-unknown-key-ec2, gateway-unknown-key-json,
    gateway-unknown-key-rest-json, gateway-unknown-key-query, gateway-unknown-key-sqs)
    """
    if dialect.service == "s3":
        text = "The AWS Access Key Id you provided does not exist in our records."
        return AwsError("InvalidAccessKeyId", text, 403)
    if dialect.protocol == "ec2":
        text = "AWS was not able to validate the provided access credentials"
        return AwsError("AuthFailure", text, 401)
    text = "The security token included in the request is invalid."
    if dialect.protocol == "json" and not dialect.was_query:
        return AwsError("UnrecognizedClientException", text, 400)
    if dialect.protocol == "rest-json":
        return AwsError("UnrecognizedClientException", text, 403)
    return AwsError("InvalidClientTokenId", text, 403)


def expired_key(dialect: Dialect) -> AwsError:
    """The error for the key of a session that is over.

    (sources: gateway-expired-key-query, gateway-expired-key-rest-json, gateway-expired-key-json,
    gateway-expired-key-ec2, gateway-expired-key-s3)
    """
    if dialect.service == "s3":
        return AwsError("ExpiredToken", "The provided token has expired.", 400)
    if dialect.protocol == "ec2":
        return AwsError("RequestExpired", "Request has expired.", 400)
    text = "The security token included in the request is expired"
    if dialect.protocol == "json" and not dialect.was_query:
        return AwsError("ExpiredTokenException", text, 400)
    if dialect.protocol == "rest-json":
        return AwsError("ExpiredTokenException", text, 403)
    return AwsError("ExpiredToken", text, 403)


def wrong_signature(dialect: Dialect, message: str = "") -> AwsError:
    """The error for a signature that the key's secret does not give; ``message`` says what else is wrong.

    (sources: gateway-signature-query, gateway-signature-json, gateway-signature-was-query,
    gateway-signature-rest-json, gateway-signature-rest-xml, gateway-signature-s3, gateway-signature-ec2)
    """
    if dialect.service == "s3":
        text = f"{_NO_MATCH} Check your key and signing method."
        return AwsError("SignatureDoesNotMatch", message or text, 403)
    text = message or (
        f"{_NO_MATCH} Check your AWS Secret Access Key and signing method. "
        "Consult the service documentation for details."
    )
    if dialect.protocol in {"json", "rest-json"}:
        is_json = dialect.protocol == "json" and not dialect.was_query
        return AwsError("InvalidSignatureException", text, 400 if is_json else 403)
    return AwsError("SignatureDoesNotMatch", text, 403)


def skewed(stamp: str, now: str, tolerance: timedelta) -> AwsError:
    """S3's error for a request that was made long before, or after, ``now``."""
    members = {
        "RequestTime": stamp,
        "ServerTime": now,
        "MaxAllowedSkewMilliseconds": str(int(tolerance.total_seconds() * 1000)),
    }
    text = "The difference between the request time and the current time is too large."
    return AwsError("RequestTimeTooSkewed", text, 403, members)


def unsigned(dialect: Dialect) -> AwsError:
    """The error for a request without a signature."""
    if dialect.service == "s3":
        return AwsError("AccessDenied", "Access Denied", 403)
    code = (
        "MissingAuthenticationTokenException" if "json" in dialect.protocol else "MissingAuthenticationToken"
    )
    return AwsError(code, "Missing Authentication Token", 400 if dialect.protocol == "json" else 403)


def unroutable(dialect: Dialect, message: str) -> AwsError:
    """The error for a request that belongs to no operation."""
    if dialect.protocol in {"query", "ec2"}:
        return AwsError("InvalidAction", message, 400)
    if dialect.service == "s3":
        return AwsError("MethodNotAllowed", message, 405)
    return AwsError("UnknownOperationException", message, 400 if dialect.protocol == "json" else 404)


def unmapped(message: str) -> AwsError:
    """The error for an operation of which nobody knows what it needs."""
    return AwsError("VerifierUnmappedOperation", message, 501)


def serialise_error(error: AwsError, dialect: Dialect, model: Any = None) -> HttpResponse:
    """``error`` as the service would answer it; a HEAD request gets no body, nor does a 304.

    ``model`` is the operation's, where it is known: an error may tell in headers what its output does.
    """
    request_id = new_request_id(dialect.service)
    content_type, body, headers = _error_body(error, dialect, request_id)
    ids = id_headers(dialect, request_id)
    told = () if model is None else header_members(model, dialect, error.members)
    if dialect.method == "HEAD" or error.status == 304:
        # The client sees no more than the status and headers.
        return HttpResponse(error.status, (*ids, *headers, *told))
    return HttpResponse(error.status, (("Content-Type", content_type), *ids, *headers, *told), body.encode())


def _error_body(error: AwsError, dialect: Dialect, request_id: str) -> tuple[str, str, Headers]:
    if dialect.protocol in {"json", "rest-json"}:
        return _json_error(error, dialect)
    shape = error_shape(dialect, error.code)
    code = escape(error.code if shape is None else shape.error_code)
    message = f"<Code>{code}</Code><Message>{escape(error.message)}</Message>{_xml(error.members)}"
    if dialect.protocol == "ec2":
        inner = f"<Errors><Error>{message}</Error></Errors>"
        body = f"{_XML_DECLARATION}<Response>{inner}<RequestID>{request_id}</RequestID></Response>"
        return "text/xml;charset=UTF-8", body, ()
    if dialect.service == "s3":
        ids = f"<RequestId>{request_id}</RequestId><HostId>{secrets.token_urlsafe(56)}</HostId>"
        return "application/xml", f"{_XML_DECLARATION}<Error>{message}{ids}</Error>", ()
    inner = f"<Error><Type>{_fault(error)}</Type>{message}</Error>"
    namespace = str(dialect.metadata.get("xmlNamespace", ""))
    opening = f'<ErrorResponse xmlns="{escape(namespace)}">' if namespace else "<ErrorResponse>"
    return "text/xml", f"{opening}{inner}<RequestId>{request_id}</RequestId></ErrorResponse>", ()


def _xml(members: Mapping[str, Any]) -> str:
    return "".join(
        f"<{name}>{escape(value)}</{name}>" for name, value in members.items() if isinstance(value, str)
    )


def _json_error(error: AwsError, dialect: Dialect) -> tuple[str, str, Headers]:
    shape = error_shape(dialect, error.code)
    name = error.code if shape is None else str(shape.name)
    body = json.dumps(
        {**error_members(dialect, error), "__type": name, _message_member(shape, error): error.message}
    )
    headers: Headers = (("x-amzn-ErrorType", name),)
    if "awsQueryCompatible" in dialect.metadata:
        legacy = "AccessDenied" if name == "AccessDeniedException" else error.code
        legacy = legacy if shape is None else str(shape.error_code)
        headers = (*headers, ("x-amzn-query-error", f"{legacy};{_fault(error)}"))
    if dialect.protocol == "json":
        return f"application/x-amz-json-{dialect.metadata.get('jsonVersion', '1.0')}", body, headers
    return "application/json", body, headers


def _message_member(shape: Any, error: AwsError) -> str:
    """AWS spells it "Message" in refusals and "message" elsewhere, unless the error's shape says."""
    for name in () if shape is None else shape.members:
        if name.lower() == "message":
            return str(name)
    return "Message" if error.status == 403 or error.code.startswith("AccessDenied") else "message"


def _fault(error: AwsError) -> str:
    return "Sender" if error.status < 500 else "Receiver"
