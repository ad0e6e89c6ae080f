"""HTTP/1.1 as it stands on the wire: bodies read, answers written."""

from email.message import Message
from http import HTTPStatus
from io import BufferedIOBase

from verifier.emulator.http import HttpResponse

_MAX_BODY = 1 << 30
_NO_BODY = {204, 304}
_REASONS = {status.value: status.phrase for status in HTTPStatus}


class BadBodyError(Exception):
    """The body cannot be read as its headers say."""


def read_body(stream: BufferedIOBase, headers: "Message[str, str]") -> bytes:
    """The body that follows ``headers``, without its transfer encoding. Raises BadBodyError."""
    if "chunked" in headers.get("Transfer-Encoding", "").lower():
        return _read_chunks(stream)
    length = headers.get("Content-Length", "0")
    if not length.isdigit() or int(length) > _MAX_BODY:
        raise BadBodyError("Content-Length is not usable")
    return _read_exactly(stream, int(length))


def _read_chunks(stream: BufferedIOBase) -> bytes:
    body = bytearray()
    while True:
        size_text = stream.readline(1024).split(b";")[0].strip()
        try:
            size = int(size_text, 16)
        except ValueError as error:
            raise BadBodyError("a chunk has no size") from error
        if size == 0:
            break
        if len(body) + size > _MAX_BODY:
            raise BadBodyError("the body is too large")
        body += _read_exactly(stream, size)
        stream.readline(16)
    while stream.readline(65536).strip():
        pass  # trailers
    return bytes(body)


def _read_exactly(stream: BufferedIOBase, size: int) -> bytes:
    body = stream.read(size) if size else b""
    if len(body) < size:
        raise BadBodyError("the body is shorter than its Content-Length")
    return body


def written(response: HttpResponse, method: str, *, last: bool) -> bytes:
    """``response`` to a request of ``method``, as bytes; ``last`` says that the connection ends with it."""
    lines = [f"HTTP/1.1 {response.status} {_REASONS.get(response.status, '')}"]
    has_length = False
    for name, value in response.headers:
        lowered = name.lower()
        if lowered in {"connection", "transfer-encoding"}:
            continue
        if lowered == "content-length":
            if method != "HEAD":
                continue
            has_length = True
        lines.append(f"{name}: {value}")
    if not has_length and response.status not in _NO_BODY:
        lines.append(f"Content-Length: {0 if method == 'HEAD' else len(response.body)}")
    if last:
        lines.append("Connection: close")
    head = "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n"
    return head if method == "HEAD" or response.status in _NO_BODY else head + response.body
