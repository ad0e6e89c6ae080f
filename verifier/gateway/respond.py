"""Answers in each protocol's own shape."""

import json
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from verifier.emulator.http import Headers, HttpResponse
from verifier.errors import AwsError

_XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


@dataclass(frozen=True)
class Dialect:
    """How to speak to one client: botocore's service name, its protocol and the request's method."""

    service: str
    protocol: str
    method: str = "POST"


def refused(dialect: Dialect, message: str) -> AwsError:
    """The error for a request that the caller has no permission for."""
    if dialect.service == "sns":
        return AwsError("AuthorizationError", message, 403)
    if _was_query(dialect):
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
    """The error for an access key that does not exist or is not active."""
    if dialect.service == "s3":
        text = "The AWS Access Key Id you provided does not exist in our records."
        return AwsError("InvalidAccessKeyId", text, 403)
    if dialect.protocol == "ec2":
        text = "AWS was not able to validate the provided access credentials"
        return AwsError("AuthFailure", text, 401)
    text = "The security token included in the request is invalid."
    if dialect.protocol == "json" and not _was_query(dialect):
        return AwsError("UnrecognizedClientException", text, 400)
    if dialect.protocol == "rest-json":
        return AwsError("UnrecognizedClientException", text, 403)
    return AwsError("InvalidClientTokenId", text, 403)


def _was_query(dialect: Dialect) -> bool:
    """SQS and others moved from the query protocol to JSON, and kept the former's codes and statuses."""
    return dialect.protocol == "json" and "awsQueryCompatible" in _metadata(dialect.service)


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


def serialise_error(error: AwsError, dialect: Dialect) -> HttpResponse:
    """``error`` as the service would answer it; a HEAD request gets no body."""
    request_id = new_request_id(dialect.service)
    content_type, body, headers = _error_body(error, dialect, request_id)
    if dialect.method == "HEAD":
        # An answer to HEAD has no body, so the client sees no more than the status.
        return HttpResponse(error.status, (*_id_headers(dialect, request_id), *headers))
    all_headers = (("Content-Type", content_type), *_id_headers(dialect, request_id), *headers)
    return HttpResponse(error.status, all_headers, body.encode())


def _error_body(error: AwsError, dialect: Dialect, request_id: str) -> tuple[str, str, Headers]:
    if dialect.protocol in {"json", "rest-json"}:
        return _json_error(error, dialect)
    code, message = escape(error.code), escape(error.message)
    if dialect.protocol == "ec2":
        inner = f"<Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>"
        body = f"{_XML_DECLARATION}<Response>{inner}<RequestID>{request_id}</RequestID></Response>"
        return "text/xml;charset=UTF-8", body, ()
    if dialect.service == "s3":
        inner = f"<Code>{code}</Code><Message>{message}</Message>"
        ids = f"<RequestId>{request_id}</RequestId><HostId>{secrets.token_urlsafe(56)}</HostId>"
        return "application/xml", f"{_XML_DECLARATION}<Error>{inner}{ids}</Error>", ()
    fault = "Sender" if error.status < 500 else "Receiver"
    inner = f"<Error><Type>{fault}</Type><Code>{code}</Code><Message>{message}</Message></Error>"
    namespace = _namespace(dialect.service)
    opening = f'<ErrorResponse xmlns="{escape(namespace)}">' if namespace else "<ErrorResponse>"
    return "text/xml", f"{opening}{inner}<RequestId>{request_id}</RequestId></ErrorResponse>", ()


def _json_error(error: AwsError, dialect: Dialect) -> tuple[str, str, Headers]:
    metadata = _metadata(dialect.service)
    # AWS spells the member "Message" in refusals and "message" elsewhere; clients read either.
    name = "Message" if error.status == 403 or error.code.startswith("AccessDenied") else "message"
    body = json.dumps({"__type": error.code, name: error.message})
    headers: Headers = (("x-amzn-ErrorType", error.code),)
    if "awsQueryCompatible" in metadata:
        legacy = error.code.removesuffix("Exception") if error.code == "AccessDeniedException" else error.code
        fault = "Sender" if error.status < 500 else "Receiver"
        headers = (*headers, ("x-amzn-query-error", f"{legacy};{fault}"))
    if dialect.protocol == "json":
        return f"application/x-amz-json-{metadata.get('jsonVersion', '1.0')}", body, headers
    return "application/json", body, headers


def serialise_result(
    model: Any, protocol: str, result: Mapping[str, Any], method: str = "POST"
) -> HttpResponse:
    """``result``, botocore's output members, as the answer to the operation of moto's ``model``."""
    from moto.core.serialize import SerializationContext, get_serializer_class

    service = str(model.service_model.service_name)
    request_id = new_request_id(service)
    serializer_class = get_serializer_class(service, protocol)
    serialised = serializer_class(model, SerializationContext(request_id)).serialize(without_none(result))
    body = serialised["body"]
    headers = (*serialised["headers"].items(), *_id_headers(Dialect(service, protocol), request_id))
    encoded = body.encode() if isinstance(body, str) else bytes(body)
    return HttpResponse(int(serialised["status_code"]), headers, b"" if method == "HEAD" else encoded)


def without_none(value: Any) -> Any:
    """``value`` without members that are None: the serializers would print them."""
    if isinstance(value, Mapping):
        return {key: without_none(member) for key, member in value.items() if member is not None}
    if isinstance(value, list | tuple):
        return [without_none(member) for member in value]
    return value


def read_error(response: HttpResponse) -> tuple[str, str]:
    """The code and the message of an error answer; of a HEAD request's, the status as code.

    Both are empty for a success.
    """
    if response.status < 400:
        return "", ""
    text = response.body.decode("utf-8", "replace")
    code, message = _read_json(text) if text.lstrip().startswith("{") else _read_xml(text)
    code = code or response.header("x-amzn-ErrorType") or str(response.status)
    return code.partition(":")[0].rpartition("#")[2], message


def _read_json(text: str) -> tuple[str, str]:
    try:
        body = json.loads(text)
    except ValueError:
        return "", ""
    code = body.get("__type") or body.get("code") or body.get("Code") or ""
    return str(code), str(body.get("message") or body.get("Message") or "")


def _read_xml(text: str) -> tuple[str, str]:
    from xml.etree import ElementTree as Tree

    try:
        root = Tree.fromstring(text)
    except Tree.ParseError:
        return "", ""
    found = {"Code": "", "Message": ""}
    for element in root.iter():
        name = element.tag.rpartition("}")[2]
        if name in found and not found[name]:
            found[name] = element.text or ""
    return found["Code"], found["Message"]


def new_request_id(service: str) -> str:
    """A request id in the service's form: S3's is shorter than a UUID."""
    return secrets.token_hex(8).upper() if service == "s3" else str(uuid.uuid4())


def _id_headers(dialect: Dialect, request_id: str) -> Headers:
    if dialect.service == "s3":
        return (("x-amz-request-id", request_id), ("x-amz-id-2", secrets.token_urlsafe(56)))
    return (("x-amzn-RequestId", request_id),)


def _namespace(service: str) -> str:
    return str(_metadata(service).get("xmlNamespace", ""))


def _metadata(service: str) -> Mapping[str, Any]:
    from botocore.exceptions import UnknownServiceError
    from moto.core.utils import get_service_model

    try:
        metadata: Mapping[str, Any] = get_service_model(service).metadata
    except UnknownServiceError:
        return {}
    return metadata
