"""An operation, said to an emulator in HTTP.

botocore's serializers do it, without its clients: those would change parameters (add checksums, encodings,
queues' hosts) and take longer than an emulator itself.
"""

import uuid
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import urlencode

from verifier.authorization.operation import Operation
from verifier.emulator.http import HttpRequest
from verifier.emulator.partitions import dns_suffix
from verifier.errors import AwsError


def request_of(operation: Operation, model: Any, protocol: str) -> HttpRequest:
    """The request that says ``operation`` in one of AWS's protocols; nobody has signed it.

    Raises AwsError for parameters that it cannot have.
    """
    from botocore.exceptions import ParamValidationError
    from botocore.utils import percent_encode_sequence

    # A client makes up the tokens that tell a repeated request from a second one; handlers leave it to us.
    tokens = {name: str(uuid.uuid4()) for name in model.idempotent_members if name not in operation.params}
    try:
        made = _serializer(protocol).serialize_to_request({**operation.params, **tokens}, model)
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
        headers=tuple((name, str(value)) for name, value in made["headers"].items()),
        body=_body(made["body"]),
        scheme="https",
    )


@cache
def _serializer(protocol: str) -> Any:
    from botocore.serialize import create_serializer

    return create_serializer(protocol)


def _body(made: Any) -> bytes:
    if isinstance(made, Mapping):
        return urlencode(made, doseq=True).encode()
    if hasattr(made, "read"):
        made = made.read()
    return made.encode() if isinstance(made, str) else bytes(made)
