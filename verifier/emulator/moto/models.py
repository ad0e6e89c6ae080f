"""What moto knows of each operation, and the protocol in which it is spoken to."""

from typing import Any

from verifier.authorization.operation import Operation
from verifier.errors import AwsError

_ACCESS_KEY = "AKIAVERIFIERUPSTREAM"


def operation_model(operation: Operation) -> Any:
    """moto's model of an operation: botocore's, and what moto adds. Raises AwsError when there is none."""
    from botocore.exceptions import UnknownServiceError
    from botocore.model import OperationNotFoundError
    from moto.core.utils import get_service_model

    try:
        return get_service_model(operation.service).operation_model(operation.name)
    except (UnknownServiceError, OperationNotFoundError) as error:
        raise AwsError("InvalidAction", f"{operation}: no such operation", 400) from error


def protocol_of(model: Any) -> str:
    """The one of a service's protocols that moto speaks."""
    from moto.core.parse import PROTOCOL_PARSERS

    metadata = model.service_model.metadata
    return next(
        (name for name in metadata.get("protocols", ()) if name in PROTOCOL_PARSERS),
        str(metadata["protocol"]),
    )


def authorization(model: Any, region: str) -> str:
    """moto finds the service and the region of a request here; the signature is nobody's."""
    scope = f"{_ACCESS_KEY}/20250101/{region}/{model.service_model.signing_name}/aws4_request"
    return f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none"
