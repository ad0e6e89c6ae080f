"""One loopback port: a plain AWS endpoint, and a forward proxy that ends TLS for AWS's hosts.

``CONNECT host:443`` for a host of AWS is answered with a certificate of this run; for a host on the
allow list, and its own port, the bytes are passed on unseen; any other is refused. Requests in origin form
("GET /path") are for the plain endpoint.
"""

import contextlib
import socket
import socketserver
import threading
from typing import Protocol

from verifier.emulator.http import HttpRequest, HttpResponse
from verifier.errors import UnavailableError
from verifier.gateway.certificates import Certificates
from verifier.gateway.connection import Connection
from verifier.gateway.hosts import HTTPS, split_host

_LOOPBACK = "127.0.0.1"
_POLL_INTERVAL = 0.02  # seconds until a stop is seen


class Door(Protocol):
    """Who answers requests for AWS."""

    def most_bytes(self, head: HttpRequest) -> int:
        """How long the body of a request may be, which has none yet."""

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The answer to a whole request."""


class HostSink(Protocol):
    """Where requests for hosts that are not AWS are noted."""

    def host(self, host: str, port: int, *, tunnelled: bool) -> None:
        """A host was asked for, and tunnelled or refused."""


class ProxyServer(socketserver.ThreadingTCPServer):
    """Listens on the loopback interface; one daemon thread a connection.

    ``allowed_hosts`` may name a port ("host:8443"); else it is HTTPS's.
    Raises UnavailableError when ``port`` is in use.
    """

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(
        self,
        port: int,
        door: Door,
        certificates: Certificates,
        allowed_hosts: frozenset[str],
        sink: HostSink,
    ) -> None:
        self.door = door
        self.certificates = certificates
        self.allowed_hosts = frozenset(split_host(host.lower(), HTTPS) for host in allowed_hosts)
        self.sink = sink
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        try:
            super().__init__((_LOOPBACK, port), Connection)
        except OSError as error:
            raise UnavailableError(
                f"port {port} on {_LOOPBACK}: {error.strerror}; give another --port"
            ) from error
        self._thread = threading.Thread(
            target=self.serve_forever, args=(_POLL_INTERVAL,), name="gateway", daemon=True
        )

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self.server_address[1])

    def start(self) -> None:
        """Serve in the background."""
        self._thread.start()

    def stop(self) -> None:
        """Serve no more, and end what connections are open."""
        self.shutdown()
        self.server_close()
        with self._lock:
            connections = list(self._open)
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def process_request(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: object
    ) -> None:
        """Remember the connection, so that ``stop`` can end it."""
        if isinstance(request, socket.socket):
            with self._lock:
                self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        """Forget the connection."""
        if isinstance(request, socket.socket):
            with self._lock:
                self._open.discard(request)
        super().shutdown_request(request)

    def adopt(self, former: socket.socket, present: socket.socket) -> None:
        """A connection goes on inside TLS: ``present`` is the one to end."""
        with self._lock:
            self._open.discard(former)
            self._open.add(present)

    def release(self, connection: socket.socket) -> None:
        """Close an adopted connection."""
        with self._lock:
            self._open.discard(connection)
        connection.close()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is no news."""
