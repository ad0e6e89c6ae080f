"""What an emulator answers in HTTP, by the names of the operation's output.

botocore's parsers do it, without its clients: those would decode policies, and take longer than an emulator.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from verifier.emulator.http import HttpResponse
from verifier.emulator.times import read_time
from verifier.errors import AwsError

# What an error's own body makes of these says nothing of the thing that was asked for.
_OF_THE_BODY = {"ContentLength", "ContentType"}


def output_of(response: HttpResponse, model: Any, protocol: str) -> dict[str, Any]:
    """What an answer in one of AWS's protocols says, by the names of the operation's output.

    Raises AwsError for an error answer.
    """
    from botocore.parsers import ResponseParserError

    if response.status >= 301:
        raise _error(response, model, protocol)
    try:
        output = _parsed(response, model, model.output_shape, protocol)
        if model.name == "GetBucketLocation":
            # The answer is nothing but the value, which no shape can say.
            output["LocationConstraint"] = _root_text(response.body)
    except (ResponseParserError, ValueError, KeyError) as error:
        message = f"{model.service_model.service_name}:{model.name}: the emulator's answer cannot be read"
        raise AwsError("InternalFailure", message, 500) from error
    return output


def _parsed(response: HttpResponse, model: Any, shape: Any, protocol: str) -> dict[str, Any]:
    streamed, events = _streamed(shape)
    body: Any = response.body
    if streamed:
        body = b""
    elif events:
        body = _Stream(response.body)
    elif not body and protocol in {"query", "ec2"}:
        return {}
    raw = {
        "status_code": response.status,
        "headers": _headers(response),
        "body": body,
        "context": {"operation_name": model.name},
    }
    output: dict[str, Any] = _parser(protocol).parse(raw, shape)
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


def _error(response: HttpResponse, model: Any, protocol: str) -> AwsError:
    """An error answer: its code and message, and whatever else it says."""
    from botocore.parsers import ResponseParserError

    raw = {"status_code": response.status, "headers": _headers(response), "body": response.body}
    parser = _parser(protocol)
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
    members |= _header_members(response, model, protocol)
    for name in ("Code", "Message", "message", "Type", "QueryErrorCode", "ResponseMetadata"):
        members.pop(name, None)
    return AwsError(code, str(found.get("Message") or ""), response.status, members)


def _header_members(response: HttpResponse, model: Any, protocol: str) -> dict[str, Any]:
    """What the headers of an error answer say of the thing itself: the ETag of one that is not modified."""
    shape = model.output_shape
    if shape is None or not protocol.startswith("rest"):
        return {}
    names = {
        name
        for name, member in shape.members.items()
        if member.serialization.get("location") == "header" and name not in _OF_THE_BODY
    }
    bare = _parsed(HttpResponse(200, response.headers), model, shape, protocol) if names else {}
    return {name: value for name, value in bare.items() if name in names}


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


def _root_text(body: bytes) -> str | None:
    from xml.etree import ElementTree as Tree

    return Tree.fromstring(body).text if body else None


class _Stream:
    """What botocore reads an event stream from."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self) -> Iterator[bytes]:
        """Everything, in one piece."""
        yield self._body

    def close(self) -> None:
        """Nothing will be read any more."""
