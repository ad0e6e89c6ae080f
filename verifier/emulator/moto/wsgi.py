"""HTTP messages to and from WSGI, in which moto's application speaks."""

import io
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

from verifier.emulator.http import HttpRequest, HttpResponse

Environ = dict[str, Any]
StartResponse = Callable[..., Callable[[bytes], object]]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]


def to_environ(request: HttpRequest, added: Mapping[str, str]) -> Environ:
    """The WSGI environment of ``request``, a whole one of our own making, and of the ``added`` headers."""
    environ: Environ = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(request.path).decode("latin-1"),
        "RAW_URI": request.target,
        "REQUEST_URI": request.target,
        "QUERY_STRING": request.query,
        "SERVER_NAME": request.host,
        "SERVER_PORT": "443" if request.scheme == "https" else "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": request.host,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": request.scheme,
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    environ |= _header_environ(request)
    environ |= {_key(name): value for name, value in added.items()}
    # Whatever a client claimed, the body is as long as it is.
    return environ | {"CONTENT_LENGTH": str(len(request.body))}


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
        found[_key(name)] = value
        if should_preserve_original_header_name(name):
            preserved[_key(name)] = name
    return {**found, PRESERVED_HEADER_NAMES_ENVIRON_KEY: preserved}


def _key(name: str) -> str:
    key = name.upper().replace("-", "_")
    return key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"
