"""What AWS answered: the code and the message of an error, and members where they are looked at."""

import gzip
import zlib
from dataclasses import dataclass
from typing import Any

from verifier.emulator.http import HttpResponse
from verifier.gateway.dialect import Dialect


@dataclass(frozen=True)
class Answer:
    """``code`` and ``message`` are empty for a success, ``result`` for an error and for what is not read."""

    status: int
    code: str = ""
    message: str = ""
    result: Any = None


def read_answer(
    response: HttpResponse, dialect: Dialect, model: Any = None, *, whole: bool = False
) -> Answer:
    """Read ``response`` as a client of its protocol would; a success only if it is to be ``whole``.

    The answer to a HEAD has no body: its code is its status ("403").
    """
    if response.status < 300 and not whole:
        return Answer(response.status)
    try:
        parsed = _parsed(response, dialect, model)
    except Exception:  # the parsers raise whatever a page of a proxy's makes them stumble over
        return Answer(response.status, str(response.status) if response.status >= 300 else "")
    error = parsed.get("Error", {}) if response.status >= 300 else {}
    if response.status < 300:
        return Answer(response.status, result=parsed)
    code = str(error.get("Code") or response.status)
    return Answer(response.status, code, str(error.get("Message") or parsed.get("message") or ""))


def _parsed(response: HttpResponse, dialect: Dialect, model: Any) -> dict[str, Any]:
    from botocore.awsrequest import HeadersDict
    from botocore.parsers import create_parser

    shape = model.output_shape if model is not None else None
    parts = {
        "status_code": response.status,
        "headers": HeadersDict(response.headers),
        "body": _body(response),
        "context": {"operation_name": model.name if model is not None else ""},
    }
    parsed: dict[str, Any] = create_parser(dialect.protocol).parse(parts, shape)
    return parsed


def _body(response: HttpResponse) -> bytes:
    if response.header("Content-Encoding").lower() != "gzip":
        return response.body
    try:
        return gzip.decompress(response.body)
    except (OSError, EOFError, zlib.error):
        return response.body
