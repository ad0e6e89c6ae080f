"""How to speak to a client: its service, and the protocol in which it asks and is answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from verifier.emulator.http import HttpRequest


@dataclass(frozen=True)
class Dialect:
    """botocore's name of a service, a protocol of it ("query") and the request's method."""

    service: str
    protocol: str
    method: str = "POST"

    @property
    def metadata(self) -> Mapping[str, Any]:
        """What the service's model says of the service; nothing for one that nobody knows."""
        model = service_model(self.service)
        metadata: Mapping[str, Any] = {} if model is None else model.metadata
        return metadata

    @property
    def was_query(self) -> bool:
        """SQS and others moved from the query protocol to JSON, and kept the former's codes and statuses."""
        return self.protocol == "json" and "awsQueryCompatible" in self.metadata


UNKNOWN = Dialect("", "rest-xml")


def dialect_of(service: str, request: HttpRequest) -> Dialect:
    """The dialect in which ``request`` speaks to ``service``: some services know several protocols."""
    from moto.core.request import determine_request_protocol

    model = service_model(service)
    if model is None:
        return Dialect(service, "rest-json", request.method)
    try:
        protocol = determine_request_protocol(model, request.header("Content-Type"))
    except NotImplementedError:
        # A content type of another protocol than the service's.
        protocol = model.protocol
    return Dialect(service, str(protocol), request.method)


def service_model(service: str) -> Any:
    """botocore's model of ``service`` as moto's parsers and serialisers need it; None if unknown."""
    from botocore.exceptions import UnknownServiceError
    from moto.core.utils import get_service_model

    try:
        return get_service_model(service)
    except UnknownServiceError:
        return None
