"""botocore's models of operations, and the protocol in which an endpoint is spoken to."""

import threading
from functools import cache
from typing import Any

from verifier.emulator.session import isolated_session
from verifier.errors import AwsError

# Of a service's protocols, those that emulators have spoken for long.
_PROTOCOLS = ("json", "rest-json", "query", "ec2", "rest-xml")
_reading = threading.Lock()


def operation_model(service: str, name: str) -> Any:
    """The model of an operation. Raises AwsError when there is none."""
    from botocore.exceptions import UnknownServiceError
    from botocore.model import OperationNotFoundError

    try:
        with _reading:
            return _service(service).operation_model(name)
    except (UnknownServiceError, OperationNotFoundError) as error:
        raise AwsError("InvalidAction", f"{service}:{name}: no such operation", 400) from error


def protocol_of(model: Any) -> str:
    """The one of a service's protocols that is spoken."""
    metadata = model.service_model.metadata
    spoken = (name for name in metadata.get("protocols", ()) if name in _PROTOCOLS)
    return next(spoken, str(metadata["protocol"]))


@cache
def _service(name: str) -> Any:
    return _session().get_service_model(name)


@cache
def _session() -> Any:
    return isolated_session()
