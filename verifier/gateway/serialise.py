"""From an operation's output to the answer in its protocol, with moto's serialisers."""

import json
import secrets
import uuid
from collections.abc import Mapping
from functools import cache
from typing import Any

from verifier.emulator.http import Headers, HttpResponse
from verifier.errors import AwsError
from verifier.gateway.dialect import Dialect, service_model


def serialise_result(model: Any, dialect: Dialect, result: Mapping[str, Any]) -> HttpResponse:
    """``result``, botocore's output members, as the answer to the operation of moto's ``model``."""
    request_id = new_request_id(dialect.service)
    made = _serialised(model, dialect, without_none(result), request_id)
    body = made["body"] or b""
    encoded = body.encode() if isinstance(body, str) else bytes(body)
    headers = (*made["headers"].items(), *id_headers(dialect, request_id))
    status = _status(model, result) or int(made["status_code"])
    return HttpResponse(status, headers, b"" if dialect.method == "HEAD" else encoded)


def header_members(model: Any, dialect: Dialect, members: Mapping[str, Any]) -> Headers:
    """The headers that ``members`` of an operation's output are put into."""
    located = _located(model.output_shape, "header")
    result = {name: value for name, value in members.items() if name in located}
    if not result:
        return ()
    made = _serialised(model, dialect, result, "")["headers"]
    names = {located[name].lower() for name in result}
    return tuple((name, value) for name, value in made.items() if name.lower() in names)


def error_shape(dialect: Dialect, code: str) -> Any:
    """What the service's model says of an error: its name, its code, its members; None where nothing."""
    return _errors(dialect.service).get(code)


def error_members(dialect: Dialect, error: AwsError) -> dict[str, Any]:
    """What a JSON error answer says beside code and message."""
    from moto.core.model import OperationModel

    shape = error_shape(dialect, error.code)
    if shape is None or not error.members:
        return {}
    # An error is serialised like the output of an operation whose output has its shape.
    model = OperationModel({"output": {"shape": shape.name}}, service_model(dialect.service), shape.name)
    members: dict[str, Any] = json.loads(_serialised(model, dialect, error.members, "")["body"] or "{}")
    return members


@cache
def _errors(service: str) -> dict[str, Any]:
    """The error shapes of a service by their codes and by their names."""
    model = service_model(service)
    shapes = () if model is None else model.error_shapes
    return {name: shape for shape in shapes for name in (shape.error_code, shape.name)}


def _serialised(model: Any, dialect: Dialect, result: Mapping[str, Any], request_id: str) -> dict[str, Any]:
    from moto.core.serialize import SerializationContext

    streamed = _streamed(model.output_shape)
    told = {name: value for name, value in result.items() if name != streamed}
    serialiser = _serialiser(dialect.service, dialect.protocol)
    made: dict[str, Any] = serialiser(model, SerializationContext(request_id)).serialize(told)
    if streamed:
        # moto would encode the bytes, and give every body its protocol's content type.
        made["body"] = result.get(streamed, b"")
        made["headers"].setdefault("Content-Type", serialiser.CONTENT_TYPE)
    return made


@cache
def _serialiser(service: str, protocol: str) -> Any:
    """moto's serialiser, without its search for other names that an object may have for a member."""
    from moto.core.serialize import get_serializer_class

    kind = get_serializer_class(service, protocol)
    return type(kind.__name__, (kind,), {"get_value": lambda _self, value, key, _shape: value.get(key)})


def _streamed(shape: Any) -> str:
    """The member of an output that is the body itself, as bytes."""
    payload = shape.serialization.get("payload", "") if shape is not None else ""
    return str(payload) if payload and shape.members[payload].type_name == "blob" else ""


def _status(model: Any, result: Mapping[str, Any]) -> int | None:
    """The status that the result itself tells; None where it is the operation's usual one."""
    if model.service_model.service_name == "s3" and result.get("ContentRange"):
        return 206
    return next(
        (int(result[name]) for name in _located(model.output_shape, "statusCode") if name in result), None
    )


def _located(shape: Any, location: str) -> dict[str, str]:
    """The members of an output that do not stand in its body, and the names of their headers."""
    if shape is None:
        return {}
    return {
        name: str(member.serialization.get("name", name))
        for name, member in shape.members.items()
        if member.serialization.get("location") == location
    }


def without_none(value: Any) -> Any:
    """``value`` without members that are None: the serialisers would print them."""
    if isinstance(value, Mapping):
        return {key: without_none(member) for key, member in value.items() if member is not None}
    if isinstance(value, list | tuple):
        return [without_none(member) for member in value]
    return value


def new_request_id(service: str) -> str:
    """A request id in the service's form: S3's is shorter than a UUID."""
    return secrets.token_hex(8).upper() if service == "s3" else str(uuid.uuid4())


def id_headers(dialect: Dialect, request_id: str) -> Headers:
    """The headers that name an answer."""
    if dialect.service == "s3":
        return (("x-amz-request-id", request_id), ("x-amz-id-2", secrets.token_urlsafe(56)))
    return (("x-amzn-RequestId", request_id),)
