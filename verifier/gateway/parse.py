"""From an HTTP request to the API operation that it asks for, with moto's routers and parsers."""

import gzip
import json
import zlib
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

from verifier.authorization.operation import Operation
from verifier.emulator.http import HttpRequest
from verifier.emulator.wsgi import to_environ
from verifier.gateway.credentials import Credential

# The likeliest service of a signing name first; a service of the signing name itself is the default.
_PREFERRED = {"rds": "rds", "ses": "ses", "execute-api": "apigatewaymanagementapi"}


class UnroutableError(Exception):
    """The request belongs to no operation of its service. ``service`` is the best guess, botocore's name."""

    def __init__(self, service: str, message: str) -> None:
        super().__init__(message)
        self.service = service
        self.message = message


class MalformedRequestError(UnroutableError):
    """The operation is known, its parameters cannot be read."""


@dataclass(frozen=True)
class ParsedRequest:
    """An operation, moto's model of it, and the protocol ("query") that the request speaks."""

    operation: Operation
    model: Any
    protocol: str


def parse_request(request: HttpRequest, credential: Credential, account: str) -> ParsedRequest:
    """The operation that ``request`` asks for, in ``account``.

    Raises UnroutableError.
    """
    request = _without_stage(_uncompressed(request, credential), credential)
    candidates = candidate_services(request, credential)
    for service in candidates:
        matched = _match(service, request)
        if matched is not None:
            return _parsed(service, matched, request, credential, account)
    named = (
        request.header("X-Amz-Target") or _form_value(request, "Action") or f"{request.method} {request.path}"
    )
    raise UnroutableError(candidates[0], f"{credential.signing_name} has no operation for {named}")


def candidate_services(request: HttpRequest, credential: Credential) -> tuple[str, ...]:
    """The services, in botocore's names, that sign as ``credential`` does; the likeliest first."""
    signing_name = credential.signing_name
    if signing_name == "s3":
        # S3's own paths match everything, so S3 Control has to be told apart beforehand.
        is_control = request.path.startswith("/v20180820/") and request.header("x-amz-account-id")
        return ("s3control",) if is_control else ("s3",)
    services = _signing_names().get(signing_name, (signing_name,))
    preferred = _PREFERRED.get(signing_name, signing_name)
    return tuple(sorted(services, key=lambda name: name != preferred))


@cache
def _signing_names() -> dict[str, tuple[str, ...]]:
    text = files("verifier.gateway").joinpath("signing_names.json").read_text(encoding="utf-8")
    return {name: tuple(services) for name, services in json.loads(text).items()}


@dataclass(frozen=True)
class _Match:
    """moto's request, its operation model and the parameters that stand in the URI."""

    request: Any
    model: Any
    uri_params: dict[str, Any]


def _match(service: str, request: HttpRequest) -> _Match | None:
    from botocore.exceptions import UnknownServiceError
    from moto.core.routing import get_service_router
    from werkzeug.exceptions import NotFound

    try:
        router = get_service_router(service)
    except UnknownServiceError:
        return None
    moto_request = _moto_request(request)
    try:
        model, uri_params = router.match(moto_request)
    except NotFound:
        return None
    except NotImplementedError:
        # A content type of another protocol than the service's, with an operation in its own way.
        moto_request = _moto_request(_without(request, "content-type"))
        try:
            model, uri_params = router.match(moto_request)
        except (NotFound, NotImplementedError):
            return None
    return _Match(moto_request, model, uri_params) if _right_version(model, request) else None


def _right_version(model: Any, request: HttpRequest) -> bool:
    """Query APIs of one signing name (elb, elbv2) differ in their version only."""
    version = _form_value(request, "Version")
    return not version or version == model.service_model.api_version


def _parsed(
    service: str, matched: _Match, request: HttpRequest, credential: Credential, account: str
) -> ParsedRequest:
    from moto.core.parse import PROTOCOL_PARSERS
    from moto.core.request import determine_request_protocol

    moto_request, model = matched.request, matched.model
    protocol = determine_request_protocol(model.service_model, moto_request.content_type)
    try:
        _check_json(protocol, model, moto_request.get_data())
        params = PROTOCOL_PARSERS[protocol](model).parse(
            {
                "method": moto_request.method,
                "values": moto_request.values,
                "headers": moto_request.headers,
                "body": moto_request.get_data(),
                "url_path": moto_request.path,
                "url_params": matched.uri_params,
            }
        )
    except Exception as error:  # the parsers raise whatever a malformed body makes them stumble over
        raise MalformedRequestError(service, f"{service}:{model.name}: the request cannot be read") from error
    operation = Operation(
        service=service,
        name=model.name,
        params=params or {},
        account=account,
        region=credential.region,
        partition=partition_of(credential.region),
        method=request.method,
        path=request.path,
    )
    return ParsedRequest(operation, model, protocol)


def _check_json(protocol: str, model: Any, body: bytes) -> None:
    """moto takes what is not JSON for an empty object. Raises ValueError."""
    if not body or protocol not in {"json", "rest-json"} or model.input_shape is None:
        return
    payload = model.input_shape.serialization.get("payload")
    if payload is None or model.input_shape.members[payload].type_name == "structure":
        json.loads(body)


def partition_of(region: str) -> str:
    """The partition that ``region`` is in ("aws-cn" of "cn-north-1")."""
    from moto.utilities.utils import get_partition

    return str(get_partition(region))


def protocol_of(service: str, request: HttpRequest) -> str:
    """The protocol in which to answer a request that belongs to no operation; "rest-json" if unknown."""
    from botocore.exceptions import UnknownServiceError
    from moto.core.request import determine_request_protocol
    from moto.core.utils import get_service_model

    try:
        model = get_service_model(service)
    except UnknownServiceError:
        return "rest-json"
    try:
        return str(determine_request_protocol(model, request.header("Content-Type")))
    except NotImplementedError:
        return str(model.protocol)


def _moto_request(request: HttpRequest) -> Any:
    from moto.core.request import Request

    return Request(to_environ(request))


def _form_value(request: HttpRequest, name: str) -> str:
    from urllib.parse import parse_qs

    if not request.header("Content-Type").startswith("application/x-www-form-urlencoded"):
        return request.query_values.get(name, "")
    return parse_qs(request.body.decode("utf-8", "replace")).get(name, [""])[0]


def _without(request: HttpRequest, header: str) -> HttpRequest:
    kept = tuple((name, value) for name, value in request.headers if name.lower() != header)
    return replace(request, headers=kept)


def _without_stage(request: HttpRequest, credential: Credential) -> HttpRequest:
    """API Gateway's management API stands behind the stage of the user's own API."""
    start = request.target.find("/@connections")
    return (
        replace(request, target=request.target[start:])
        if credential.signing_name == "execute-api" and start > 0
        else request
    )


def _uncompressed(request: HttpRequest, credential: Credential) -> HttpRequest:
    """SDKs compress large bodies; what S3 stores is left as it is."""
    if credential.signing_name == "s3" or request.header("Content-Encoding").lower() != "gzip":
        return request
    try:
        body = gzip.decompress(request.body)
    except (OSError, EOFError, zlib.error) as error:
        raise UnroutableError(credential.signing_name, "the body is not gzip") from error
    return replace(_without(request, "content-encoding"), body=body)
