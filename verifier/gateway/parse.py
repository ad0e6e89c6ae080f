"""From an HTTP request to the API operation that it asks for, with moto's routers and parsers."""

import json
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any
from urllib.parse import parse_qsl

from verifier.authorization.operation import Operation
from verifier.emulator.http import HttpRequest
from verifier.emulator.partitions import partition_of
from verifier.emulator.times import read_time
from verifier.gateway.bodies import UnreadableBodyError, plain, uncompressed
from verifier.gateway.credentials import Credential
from verifier.gateway.dialect import Dialect, dialect_of, service_model
from verifier.gateway.s3_address import path_style
from verifier.gateway.services import candidate_services

_FORM = "application/x-www-form-urlencoded"
_FORM_PROTOCOLS = {"query", "ec2"}


class UnroutableError(Exception):
    """The request belongs to no operation of its service, or its parameters cannot be read.

    ``dialect`` is the best guess.
    """

    def __init__(self, dialect: Dialect, message: str) -> None:
        super().__init__(message)
        self.dialect = dialect
        self.message = message


@dataclass(frozen=True)
class ParsedRequest:
    """The operation that a request asks for, in no account yet, and its model of moto's."""

    dialect: Dialect
    operation: Operation
    model: Any

    def operation_in(self, account: str) -> Operation:
        """The operation in ``account``."""
        return replace(self.operation, account=account)


def parse_request(request: HttpRequest, credential: Credential) -> ParsedRequest:
    """The operation that ``request`` asks for. Raises UnroutableError."""
    candidates = candidate_services(request, credential.signing_name)
    try:
        seen = _Seen(_as_meant(request, candidates))
    except (UnreadableBodyError, ValueError) as error:  # ValueError: a header that no header may be
        raise UnroutableError(dialect_of(candidates[0], request), str(error)) from error
    for service in candidates:
        dialect = dialect_of(service, seen.request)
        matched = _match(dialect, seen)
        if matched is not None:
            model, uri_params = matched
            params = _params(dialect, model, uri_params, seen)
            return ParsedRequest(dialect, _operation(dialect, model, params, seen, credential.region), model)
    wanted = seen.headers.get("X-Amz-Target") or seen.values.get("Action")
    message = f"{credential.signing_name} has no operation for {wanted or f'{request.method} {request.path}'}"
    raise UnroutableError(dialect_of(candidates[0], request), message)


class _Seen:
    """A request as moto's routers and parsers look at it."""

    def __init__(self, request: HttpRequest) -> None:
        from werkzeug.datastructures import Headers, MultiDict

        self.request = request
        self.method = request.method
        self.host = request.host
        self.raw_path = request.path
        self.args = MultiDict(parse_qsl(request.query, keep_blank_values=True))
        joined: dict[str, tuple[str, list[str]]] = {}
        for name, value in request.headers:
            joined.setdefault(name.lower(), (name, []))[1].append(value)
        self.headers = Headers([(name, ",".join(values)) for name, values in joined.values()])

    @cached_property
    def values(self) -> Any:
        """What the query string and a form say; of a name that stands in both, the query's comes first.

        There is no other reading of them: what is authorized is what is carried out.
        """
        from werkzeug.datastructures import MultiDict

        if not self.request.header("Content-Type").startswith(_FORM):
            return self.args
        form = parse_qsl(self.request.body.decode("utf-8", "replace"), keep_blank_values=True)
        return MultiDict([*self.args.items(multi=True), *form])


def _as_meant(request: HttpRequest, services: tuple[str, ...]) -> HttpRequest:
    """``request`` without what only carries it. What S3 stores is left as compressed as it is."""
    if services == ("s3",):
        return path_style(plain(request))
    request = uncompressed(request)
    start = request.target.find("/@connections")
    if "apigatewaymanagementapi" in services and start > 0:
        # API Gateway's management API stands behind the stage of the user's own API.
        return replace(request, target=request.target[start:])
    return request


def _match(dialect: Dialect, seen: _Seen) -> tuple[Any, dict[str, Any]] | None:
    """The operation's model and the parameters that stand in the path; None where there is no such one."""
    from werkzeug.exceptions import NotFound

    router = _router(dialect.service, dialect.protocol)
    if router is None or seen.method == "OPTIONS":  # what a browser asks before its request
        return None
    try:
        model, uri_params = router.match(seen)
    except NotFound:
        return None
    except Exception as error:  # the routers stumble over hosts, paths and names as nobody writes them
        message = f"{dialect.service}: the request cannot be read"
        raise UnroutableError(dialect, message) from error
    # Query APIs of one signing name (elb, elbv2) differ in their version only.
    version = seen.values.get("Version") if dialect.protocol in _FORM_PROTOCOLS else None
    if version and version != model.service_model.api_version:
        return None
    return model, uri_params


@cache
def _router(service: str, protocol: str) -> Any:
    from moto.core.routing import RestRouter, get_router_class

    model = service_model(service)
    # S3's own router finds buckets in hosts, for which it needs moto's S3; here they are in the path.
    kind = RestRouter if service == "s3" else get_router_class(service, protocol)
    return kind(model) if model is not None and kind is not None else None


def _params(dialect: Dialect, model: Any, uri_params: dict[str, Any], seen: _Seen) -> dict[str, Any]:
    from moto.core.parse import PROTOCOL_PARSERS

    body = seen.request.body
    try:
        _check_json(dialect.protocol, model, body)
        parser = PROTOCOL_PARSERS[dialect.protocol](model, timestamp_parser=read_time)
        params = parser.parse(
            {
                "method": seen.method,
                # A REST operation's form is a body like any other.
                "values": seen.values if dialect.protocol in _FORM_PROTOCOLS else seen.args,
                "headers": seen.headers,
                "body": body,
                "url_path": seen.raw_path,
                "url_params": uri_params,
            }
        )
    except Exception as error:  # the parsers raise whatever a malformed body makes them stumble over
        message = f"{dialect.service}:{model.name}: the request cannot be read"
        raise UnroutableError(dialect, message) from error
    given = {name: value for name, value in (params or {}).items() if value is not None}
    return {**_queue_in(uri_params, model, seen.request), **given}


def _queue_in(uri_params: dict[str, Any], model: Any, request: HttpRequest) -> dict[str, Any]:
    """A query to SQS names its queue by the URL that it is sent to (source: gateway-sqs-queue-path)."""
    if "QueueName" not in uri_params or model.service_model.service_name != "sqs":
        return {}
    if model.input_shape is None or "QueueUrl" not in model.input_shape.members:
        return {}
    path = f"{uri_params['AccountId']}/{uri_params['QueueName']}"
    return {"QueueUrl": f"{request.scheme}://{request.host}/{path}"}


def _check_json(protocol: str, model: Any, body: bytes) -> None:
    """moto takes what is not JSON for an empty object. Raises ValueError."""
    if not body or protocol not in {"json", "rest-json"} or model.input_shape is None:
        return
    payload = model.input_shape.serialization.get("payload")
    if payload is None or model.input_shape.members[payload].type_name == "structure":
        json.loads(body)


def _operation(dialect: Dialect, model: Any, params: dict[str, Any], seen: _Seen, region: str) -> Operation:
    return Operation(
        service=dialect.service,
        name=model.name,
        params=params,
        account="",
        region=region,
        partition=partition_of(region),
        method=seen.method,
        path=seen.raw_path,
    )
