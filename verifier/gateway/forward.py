"""Requests sent on to the real AWS, over TLS, as they came."""

import ssl
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPSConnection
from urllib.parse import unquote, urlsplit

from verifier.emulator.http import HttpRequest, HttpResponse
from verifier.errors import InputError
from verifier.gateway.hosts import HTTPS, split_host

_TIMEOUT = 120.0  # seconds without a byte
_MOST_BYTES = 512 << 20
# They are about one connection, not about the request; a body comes without its transfer encoding.
_OF_THE_CONNECTION = frozenset(
    {
        "connection",
        "content-length",
        "expect",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)


class UnreachableError(Exception):
    """AWS did not answer, or its answer was cut off: the message says why."""


@dataclass(frozen=True)
class Proxy:
    """The user's own proxy: "host", a port, and what it is told of who asks."""

    host: str
    port: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


def proxy_of(environment: Mapping[str, str]) -> Proxy | None:
    """The proxy that ``HTTPS_PROXY`` names. Raises InputError for one that cannot be used."""
    written = environment.get("https_proxy") or environment.get("HTTPS_PROXY") or ""
    if not written:
        return None
    parts = urlsplit(written if "://" in written else f"http://{written}")
    try:
        port = parts.port or 80
    except ValueError:
        port = 0
    if parts.scheme != "http" or not parts.hostname or not port:
        raise InputError("HTTPS_PROXY: give the URL of a proxy that is spoken to over http://")
    return Proxy(parts.hostname, port, _authorization(parts.username, parts.password))


def _authorization(user: str | None, password: str | None) -> dict[str, str]:
    if user is None:
        return {}
    told = f"{unquote(user)}:{unquote(password or '')}".encode()
    return {"Proxy-Authorization": f"Basic {b64encode(told).decode()}"}


def _is_direct(host: str, no_proxy: str) -> bool:
    """Whether ``NO_PROXY``, names and domains separated by commas, takes in ``host``."""
    lowered = host.lower()
    names = [name.strip().lower().lstrip(".") for name in no_proxy.split(",")]
    return any(name and (name == "*" or f".{lowered}".endswith(f".{name}")) for name in names)


class Forwarder:
    """Sends requests on: through ``proxy`` if there is one, but for hosts that ``no_proxy`` lists.

    ``authorities`` is the file of certificates that AWS's is held against. Safe among threads. There are
    no retries and no redirects: the client sees what AWS says.
    """

    def __init__(self, authorities: str, proxy: Proxy | None = None, no_proxy: str = "") -> None:
        """Raises InputError for a file that holds no certificates."""
        try:
            self._context = ssl.create_default_context(cafile=authorities)
        except (OSError, ssl.SSLError) as error:
            raise InputError(f"{authorities}: no file of certificates; see AWS_CA_BUNDLE") from error
        self._proxy = proxy
        self._no_proxy = no_proxy

    def send(self, request: HttpRequest) -> HttpResponse:
        """The answer to ``request``. Raises UnreachableError."""
        host, port = split_host(request.host, HTTPS)
        try:
            connection = self._connection(host, port)
            try:
                return _exchange(connection, request)
            finally:
                connection.close()
        except (OSError, HTTPException, ValueError) as error:  # ValueError: what no request may hold
            raise UnreachableError(f"{host} cannot be reached: {type(error).__name__}") from error

    def _connection(self, host: str, port: int) -> HTTPSConnection:
        proxy = self._proxy
        if proxy is not None and _is_direct(host, self._no_proxy):
            proxy = None
        if proxy is None:
            return HTTPSConnection(host, port, timeout=_TIMEOUT, context=self._context)
        connection = HTTPSConnection(proxy.host, proxy.port, timeout=_TIMEOUT, context=self._context)
        connection.set_tunnel(host, port, headers=dict(proxy.headers))
        return connection


def _exchange(connection: HTTPSConnection, request: HttpRequest) -> HttpResponse:
    connection.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
    for name, value in request.headers:
        if name.lower() not in _OF_THE_CONNECTION:
            connection.putheader(name, value)
    if request.body or request.method in ("POST", "PUT", "PATCH"):
        connection.putheader("Content-Length", str(len(request.body)))
    connection.endheaders(request.body or None)
    response = connection.getresponse()
    body = response.read(_MOST_BYTES + 1)
    if len(body) > _MOST_BYTES:
        raise UnreachableError(f"{request.host}: the answer is longer than {_MOST_BYTES} bytes")
    return HttpResponse(response.status, tuple(response.getheaders()), body)
