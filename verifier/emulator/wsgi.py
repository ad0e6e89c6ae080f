"""HTTP messages to and from WSGI, in which moto's application speaks."""

import io
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

from verifier.emulator.http import HttpRequest, HttpResponse

Environ = dict[str, Any]
StartResponse = Callable[..., Callable[[bytes], object]]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

# Hop-by-hop headers, and those that only the gateway itself may set.
_DROPPED = {"connection", "expect", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"}
_DROPPED_PREFIXES = ("proxy-", "x-moto-")


def to_environ(request: HttpRequest, added: Mapping[str, str] | None = None) -> Environ:
    """The WSGI environment of ``request``, without hop-by-hop headers, with ``added`` ones."""
    host, _, port = request.host.partition(":")
    environ: Environ = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(request.path).decode("latin-1"),
        "RAW_URI": request.target,
        "REQUEST_URI": request.target,
        "QUERY_STRING": request.query,
        "SERVER_NAME": host,
        "SERVER_PORT": port or ("443" if request.scheme == "https" else "80"),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": request.host,
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": request.scheme,
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    environ |= _header_environ(request)
    environ |= {_key(name): value for name, value in (added or {}).items()}
    return environ


def call(application: Application, environ: Environ) -> HttpResponse:
    """Run ``application``; whatever it raises comes through."""
    started: list[tuple[str, list[tuple[str, str]]]] = []
    written: list[bytes] = []

    def start_response(
        status: str, headers: list[tuple[str, str]], _error: object = None
    ) -> Callable[[bytes], object]:
        started[:] = [(status, headers)]
        return written.append

    parts = application(environ, start_response)
    try:
        body = b"".join(parts)
    finally:
        close = getattr(parts, "close", None)
        if close:
            close()
    status, headers = started[0]
    return HttpResponse(int(status.split(" ", 1)[0]), tuple(headers), b"".join(written) + body)


def _header_environ(request: HttpRequest) -> Environ:
    from moto.core.request import PRESERVED_HEADER_NAMES_ENVIRON_KEY, should_preserve_original_header_name

    found: Environ = {}
    # WSGI folds "-" and "_" together; moto keeps the spelling of S3 metadata keys beside the header.
    preserved: dict[str, str] = {}
    for name, value in request.headers:
        lowered = name.lower()
        if (
            lowered in _DROPPED
            or lowered.startswith(_DROPPED_PREFIXES)
            or lowered in {"host", "content-length"}
        ):
            continue
        if should_preserve_original_header_name(name):
            preserved.setdefault(_key(name), name)
        elif "_" in name:
            continue  # it could pass for the header with a dash
        key = _key(name)
        found[key] = f"{found[key]},{value}" if key in found else value
    return {**found, PRESERVED_HEADER_NAMES_ENVIRON_KEY: preserved}


def _key(name: str) -> str:
    key = name.upper().replace("-", "_")
    return key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"
