"""HTTP/1.1 as it stands on the wire: targets and bodies read, answers written."""

import re
from email.message import Message
from http import HTTPStatus
from io import BufferedIOBase

from verifier.emulator.http import HttpResponse

_LENGTH = re.compile(r"[0-9]{1,15}")
_CHUNK_SIZE = re.compile(rb"[0-9a-fA-F]{1,12}")
_NO_BODY = {204, 304}
_REASONS = {status.value: status.phrase for status in HTTPStatus}


class BadRequestError(Exception):
    """What a client sent is no request of HTTP's, or longer than it may be; ``status`` is the answer's."""

    def __init__(self, words: str, status: int = 400) -> None:
        super().__init__(words)
        self.status = status


def target_of(request_line: bytes) -> str:
    """What stands between the method and the version, as it was sent. Raises BadRequestError."""
    parts = request_line.split()
    if len(parts) not in (2, 3):
        raise BadRequestError("the request line is not usable")
    return parts[1].decode("latin-1")


def check_headers(headers: "Message[str, str]") -> None:
    """Raises BadRequestError for headers that can be read in more than one way."""
    lengths, hosts = headers.get_all("Content-Length", []), headers.get_all("Host", [])
    if headers.defects or len(lengths) > 1 or len(hosts) > 1:
        raise BadRequestError("the headers are not usable")
    if lengths and "Transfer-Encoding" in headers:
        raise BadRequestError("Content-Length and Transfer-Encoding exclude each other")


def read_body(stream: BufferedIOBase, headers: "Message[str, str]", most: int) -> bytes:
    """The body that follows ``headers``, without its transfer encoding; at most ``most`` bytes.

    Raises BadRequestError.
    """
    encoding = headers.get("Transfer-Encoding", "").strip().lower()
    if encoding == "chunked":
        return _read_chunks(stream, most)
    length = headers.get("Content-Length", "0").strip()
    if encoding or not _LENGTH.fullmatch(length):
        raise BadRequestError("Content-Length is not usable")
    return _read_exactly(stream, _bounded(int(length), most))


def _bounded(size: int, most: int) -> int:
    if size > most:
        raise BadRequestError(f"the body is longer than {most} bytes", 413)
    return size


def _read_chunks(stream: BufferedIOBase, most: int) -> bytes:
    body = bytearray()
    while True:
        size_text = stream.readline(1024).split(b";")[0].strip()
        if not _CHUNK_SIZE.fullmatch(size_text):
            raise BadRequestError("a chunk has no size")
        size = int(size_text, 16)
        if size == 0:
            break
        _bounded(len(body) + size, most)
        body += _read_exactly(stream, size)
        stream.readline(16)
    while stream.readline(65536).strip():
        pass  # trailers
    return bytes(body)


def _read_exactly(stream: BufferedIOBase, size: int) -> bytes:
    body = stream.read(size) if size else b""
    if len(body) < size:
        raise BadRequestError("the body is shorter than its Content-Length")
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
