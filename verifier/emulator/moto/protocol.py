"""moto is spoken to in HTTP: an operation becomes a request in its service's protocol, the answer its output.

botocore's serializers and parsers do it, without its clients: those would change parameters (add
checksums, tokens, encodings) and outputs (decode policies), and take longer than moto itself.
"""

import uuid
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any
from urllib.parse import urlencode

from verifier.authorization.operation import Operation
from verifier.emulator.http import HttpRequest, HttpResponse
from verifier.emulator.partitions import dns_suffix
from verifier.emulator.times import read_time
from verifier.errors import AwsError

_ACCESS_KEY = "AKIAVERIFIERUPSTREAM"
# What an error's own body makes of these says nothing of the thing that was asked for.
_OF_THE_BODY = {"ContentLength", "ContentType"}


def operation_model(operation: Operation) -> Any:
    """moto's model of an operation: botocore's, and what moto adds. Raises AwsError when there is none."""
    from botocore.exceptions import UnknownServiceError
    from botocore.model import OperationNotFoundError
    from moto.core.utils import get_service_model

    try:
        return get_service_model(operation.service).operation_model(operation.name)
    except (UnknownServiceError, OperationNotFoundError) as error:
        raise AwsError("InvalidAction", f"{operation}: no such operation", 400) from error


def request_of(operation: Operation, model: Any) -> HttpRequest:
    """The request that says ``operation``. Raises AwsError for parameters that it cannot have."""
    from botocore.exceptions import ParamValidationError
    from botocore.utils import percent_encode_sequence

    # A client makes up the tokens that tell a repeated request from a second one; handlers leave it to us.
    tokens = {name: str(uuid.uuid4()) for name in model.idempotent_members if name not in operation.params}
    try:
        made = _serializer(_protocol(model)).serialize_to_request({**operation.params, **tokens}, model)
    except ParamValidationError as error:
        raise AwsError("ValidationException", " ".join(str(error).split()), 400) from error
    query = percent_encode_sequence(made["query_string"]) if made["query_string"] else ""
    target = made["url_path"]
    if query:
        target += ("&" if "?" in target else "?") + query
    service = model.service_model
    return HttpRequest(
        method=made["method"],
        target=target,
        host=f"{service.endpoint_prefix}.{operation.region}.{dns_suffix(operation.region)}",
        headers=(
            *((name, str(value)) for name, value in made["headers"].items()),
            ("Authorization", _authorization(service.signing_name, operation.region)),
        ),
        body=_body(made["body"]),
        scheme="https",
    )


def output_of(response: HttpResponse, model: Any) -> dict[str, Any]:
    """What an answer says, by the names of the operation's output. Raises AwsError for an error answer."""
    from botocore.parsers import ResponseParserError

    if response.status >= 301:
        raise _error(response, model)
    try:
        output = _parsed(response, model, model.output_shape)
        if model.name == "GetBucketLocation":
            # The answer is nothing but the value, which no shape can say.
            output["LocationConstraint"] = _root_text(response.body)
    except (ResponseParserError, ValueError, KeyError) as error:
        message = f"{model.service_model.service_name}:{model.name}: the emulator's answer cannot be read"
        raise AwsError("InternalFailure", message, 500) from error
    return output


def _parsed(response: HttpResponse, model: Any, shape: Any) -> dict[str, Any]:
    streamed, events = _streamed(shape)
    body: Any = response.body
    if streamed:
        body = b""
    elif events:
        body = _Stream(response.body)
    elif not body and _protocol(model) in {"query", "ec2"}:
        return {}
    raw = {
        "status_code": response.status,
        "headers": _headers(response),
        "body": body,
        "context": {"operation_name": model.name},
    }
    output: dict[str, Any] = _parser(_protocol(model)).parse(raw, shape)
    output.pop("ResponseMetadata", None)
    if streamed:
        output[streamed] = response.body
    elif events:
        output[events] = list(output[events])
    return output


def _streamed(shape: Any) -> tuple[str, str]:
    """The output's member that is a body of bytes, and the one that is a stream of events."""
    if shape is None or "exception" in shape.metadata:
        return "", ""
    payload = shape.serialization.get("payload", "")
    is_blob = payload and shape.members[payload].type_name == "blob"
    return (payload if is_blob else ""), shape.event_stream_name or ""


def _error(response: HttpResponse, model: Any) -> AwsError:
    """An error answer: its code and message, and whatever else it says."""
    from botocore.parsers import ResponseParserError

    raw = {"status_code": response.status, "headers": _headers(response), "body": response.body}
    parser = _parser(_protocol(model))
    try:
        parsed = parser.parse(raw, None)
        found = parsed["Error"]
    except (ResponseParserError, ValueError, KeyError, AttributeError):
        text = response.body.decode("utf-8", "replace")
        return AwsError(str(response.status), text, response.status)
    code = str(found.get("Code") or response.status)
    shape = model.service_model.shape_for_error_code(found.get("QueryErrorCode") or code)
    members = {} if shape is None else dict(parser.parse(raw, shape))
    members |= {name: value for name, value in found.items() if isinstance(value, str)}
    members |= _header_members(response, model)
    for name in ("Code", "Message", "message", "Type", "QueryErrorCode", "ResponseMetadata"):
        members.pop(name, None)
    return AwsError(code, str(found.get("Message") or ""), response.status, members)


def _header_members(response: HttpResponse, model: Any) -> dict[str, Any]:
    """What the headers of an error answer say of the thing itself: the ETag of one that is not modified."""
    shape = model.output_shape
    if shape is None or not _protocol(model).startswith("rest"):
        return {}
    names = {
        name
        for name, member in shape.members.items()
        if member.serialization.get("location") == "header" and name not in _OF_THE_BODY
    }
    bare = _parsed(HttpResponse(200, response.headers), model, shape) if names else {}
    return {name: value for name, value in bare.items() if name in names}


def _protocol(model: Any) -> str:
    """The one of a service's protocols that moto speaks."""
    from moto.core.parse import PROTOCOL_PARSERS

    metadata = model.service_model.metadata
    return next(
        (name for name in metadata.get("protocols", ()) if name in PROTOCOL_PARSERS),
        str(metadata["protocol"]),
    )


@cache
def _serializer(protocol: str) -> Any:
    from botocore.serialize import create_serializer

    return create_serializer(protocol)


@cache
def _parser(protocol: str) -> Any:
    from botocore.parsers import ResponseParserFactory

    factory = ResponseParserFactory()
    factory.set_parser_defaults(timestamp_parser=read_time)
    return factory.create_parser(protocol)


def _headers(response: HttpResponse) -> Mapping[str, str]:
    from botocore.awsrequest import HeadersDict

    headers: Mapping[str, str] = HeadersDict(response.headers)
    return headers


def _body(made: Any) -> bytes:
    if isinstance(made, Mapping):
        return urlencode(made, doseq=True).encode()
    if hasattr(made, "read"):
        made = made.read()
    return made.encode() if isinstance(made, str) else bytes(made)


def _root_text(body: bytes) -> str | None:
    from xml.etree import ElementTree as Tree

    return Tree.fromstring(body).text if body else None


def _authorization(signing_name: str, region: str) -> str:
    """moto finds the service and the region of a request here; the signature is nobody's."""
    scope = f"{_ACCESS_KEY}/20250101/{region}/{signing_name}/aws4_request"
    return f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none"


class _Stream:
    """What botocore reads an event stream from."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self) -> Iterator[bytes]:
        """Everything, in one piece."""
        yield self._body

    def close(self) -> None:
        """Nothing will be read any more."""
