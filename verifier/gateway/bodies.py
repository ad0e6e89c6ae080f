"""Bodies as they were meant: without the compression and the frames that SDKs put around them."""

import gzip
import io
import zlib
from collections.abc import Mapping
from dataclasses import replace

from verifier.emulator.http import Headers, HttpRequest

_FRAMED = "aws-chunked"
_CHECKSUM = "x-amz-checksum-"


class UnreadableBodyError(Exception):
    """The body is not what its headers say."""


def plain(request: HttpRequest) -> HttpRequest:
    """``request`` with its body as the service is to see it. Raises UnreadableBodyError."""
    if request.header("x-amz-content-sha256").startswith("STREAMING-"):
        return _unframed(request)
    return request


def uncompressed(request: HttpRequest) -> HttpRequest:
    """``request`` with its body as it was before an SDK compressed it. Raises UnreadableBodyError."""
    if request.header("Content-Encoding").lower() != "gzip":
        return request
    try:
        body = gzip.decompress(request.body)
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableBodyError("the body is not gzip") from error
    return replace(request, headers=_changed(request.headers, {"content-encoding": ""}), body=body)


def _unframed(request: HttpRequest) -> HttpRequest:
    """S3's signed chunks, put together; the checksums that trail them become headers."""
    stream, body = io.BytesIO(request.body), bytearray()
    try:
        while size := _size(stream.readline()):
            chunk = stream.read(min(size, len(request.body)))  # no more can be asked for
            if len(chunk) < size:
                raise UnreadableBodyError("a chunk is shorter than it says")
            body += chunk
            stream.readline()
    except ValueError as error:
        raise UnreadableBodyError("a chunk does not say its size") from error
    encodings = [one.strip() for one in request.header("Content-Encoding").split(",")]
    changes = {
        "content-encoding": ",".join(one for one in encodings if one != _FRAMED),
        "content-length": str(len(body)),
        "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
        **_trailers(stream),
    }
    return replace(request, headers=_changed(request.headers, changes), body=bytes(body))


def _size(line: bytes) -> int:
    """What a chunk says that its size is. Raises ValueError."""
    text = line.split(b";")[0].strip()
    if not text.isalnum():  # a sign, or an underscore, which Python takes
        raise ValueError(text)
    return int(text, 16)


def _trailers(stream: io.BytesIO) -> Mapping[str, str]:
    """Nothing but checksums may come after the body: what else a header says has been signed before it."""
    lines = (line.decode("latin-1").partition(":") for line in stream)
    return {
        name.strip().lower(): value.strip()
        for name, _, value in lines
        if name.strip().lower().startswith(_CHECKSUM)
    }


def _changed(headers: Headers, changes: Mapping[str, str]) -> Headers:
    """``headers`` with the values of ``changes``, by small names; an empty one takes a header away."""
    kept = tuple((name, value) for name, value in headers if name.lower() not in changes)
    return kept + tuple((name, value) for name, value in changes.items() if value)
