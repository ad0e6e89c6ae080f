"""One loopback port: a plain AWS endpoint, and a forward proxy that ends TLS for AWS's hosts.

``CONNECT host:443`` for a host of AWS is answered with a certificate of this run; for a host on the
allow list the bytes are passed on unseen; any other host is refused. Requests in origin form
("GET /path") are for the plain endpoint.
"""

import contextlib
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Protocol
from urllib.parse import urlsplit

from verifier.emulator.http import HttpRequest, HttpResponse
from verifier.errors import UnavailableError
from verifier.gateway.certificates import Certificates
from verifier.gateway.hosts import is_aws, is_loopback, is_metadata, split_host
from verifier.gateway.tunnel import MetadataAddressError, pass_on, reach

_LOOPBACK = "127.0.0.1"
_POLL_INTERVAL = 0.02  # seconds until a stop is seen
_MAX_BODY = 1 << 30
_NO_BODY = {204, 304}


class HostSink(Protocol):
    """Where requests for hosts that are not AWS are noted."""

    def host(self, host: str, port: int, *, tunnelled: bool) -> None:
        """A host was asked for, and tunnelled or refused."""


class ProxyServer(socketserver.ThreadingTCPServer):
    """Listens on the loopback interface; one daemon thread a connection.

    Raises UnavailableError when ``port`` is in use.
    """

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(
        self,
        port: int,
        answer: Callable[[HttpRequest], HttpResponse],
        certificates: Certificates,
        allowed_hosts: frozenset[str],
        sink: HostSink,
    ) -> None:
        self.answer = answer
        self.certificates = certificates
        self.allowed_hosts = frozenset(host.lower() for host in allowed_hosts)
        self.sink = sink
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        try:
            super().__init__((_LOOPBACK, port), _Connection)
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


class _BadBodyError(Exception):
    """The body cannot be read as its headers say."""


class _Connection(BaseHTTPRequestHandler):
    """A client's connection: many requests, perhaps inside TLS after a CONNECT."""

    server: ProxyServer
    raw_requestline: bytes
    protocol_version = "HTTP/1.1"
    server_version = "verifier"
    sys_version = ""
    tunnelled_host = ""
    """The host of the CONNECT request that this connection began with."""

    def setup(self) -> None:
        """Small answers go out at once."""
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def finish(self) -> None:
        """Close what the standard library does not know of: the TLS connection."""
        with contextlib.suppress(OSError):
            super().finish()
        if self.connection is not self.request:
            self.server.release(self.connection)

    def handle_expect_100(self) -> bool:
        """Tell a client that waits for it to send its body; at once, past any buffer."""
        self.connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        return True

    def log_message(self, *_: object) -> None:
        """The decision log is the log."""

    def _request(self) -> None:
        try:
            body = self._read_body()
        except _BadBodyError as error:
            self.close_connection = True
            self._send(_plain(400, str(error)))
            return
        request = self._as_request(body)
        if request is None:
            return
        self._send(self.server.answer(request))

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = _request  # noqa: N815

    def _as_request(self, body: bytes) -> HttpRequest | None:
        """The request for AWS; None, after an answer, when it is for another host."""
        # The standard library strips leading slashes, which an S3 key may begin with.
        target = self.raw_requestline.split()[1].decode("latin-1")
        host = self.tunnelled_host or self.headers.get("Host", "")
        if target.startswith(("http://", "https://")):
            parts = urlsplit(target)
            host = parts.netloc
            target = target.partition("://")[2][len(host) :] or "/"
        name, port = split_host(host, 443 if self.tunnelled_host else 80)
        if not (is_aws(name) or is_loopback(name)):
            self.server.sink.host(name, port, tunnelled=False)
            self._send(_plain(403, _refusal(name)))
            return None
        scheme = "https" if self.tunnelled_host else "http"
        headers = tuple((key, str(value)) for key, value in self.headers.items())
        return HttpRequest(self.command, target, host, headers, body, scheme)

    def do_CONNECT(self) -> None:
        """Open a way to a host: end TLS for AWS, tunnel to an allowed one, refuse any other."""
        host, port = split_host(self.raw_requestline.split()[1].decode("latin-1"), 443)
        if is_aws(host):
            self._end_tls(host, port)
        elif host.lower() in self.server.allowed_hosts and not is_metadata(host):
            self._tunnel(host, port)
        else:
            self._refuse(host, port, _refusal(host))

    def _refuse(self, host: str, port: int, words: str) -> None:
        self.server.sink.host(host, port, tunnelled=False)
        self.close_connection = True
        self._send(_plain(403, words))

    def _end_tls(self, host: str, port: int) -> None:
        """Be ``host`` from here on: the next requests come inside TLS."""
        self.connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        context = self.server.certificates.context(host)
        try:
            self.connection = context.wrap_socket(self.connection, server_side=True)
        except (ssl.SSLError, OSError):
            self.close_connection = True  # the client does not trust this run's authority, or went away
            return
        self.server.adopt(self.request, self.connection)
        self.tunnelled_host = host if port == 443 else f"{host}:{port}"
        self.rfile = self.connection.makefile("rb", self.rbufsize)
        self.wfile = self.connection.makefile("wb")
        self.close_connection = False

    def _tunnel(self, host: str, port: int) -> None:
        """Pass bytes on between the client and ``host`` until both have ended."""
        self.close_connection = True
        try:
            remote = reach(host, port)
        except MetadataAddressError as error:
            self._refuse(host, port, f"verifier: {host} stands for {error}. {_refusal(str(error))}")
            return
        except OSError as error:
            self._send(_plain(502, f"{host}: {error}"))
            return
        self.server.sink.host(host, port, tunnelled=True)
        with remote:
            self.connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            pass_on(self.connection, self.rfile.read1, remote)

    def _read_body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._read_chunks()
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > _MAX_BODY:
            raise _BadBodyError("Content-Length is not usable")
        return self._read_exactly(int(length))

    def _read_chunks(self) -> bytes:
        body = bytearray()
        while True:
            size_text = self.rfile.readline(1024).split(b";")[0].strip()
            try:
                size = int(size_text, 16)
            except ValueError as error:
                raise _BadBodyError("a chunk has no size") from error
            if size == 0:
                break
            if len(body) + size > _MAX_BODY:
                raise _BadBodyError("the body is too large")
            body += self._read_exactly(size)
            self.rfile.readline(16)
        while self.rfile.readline(65536).strip():
            pass  # trailers
        return bytes(body)

    def _read_exactly(self, size: int) -> bytes:
        body = self.rfile.read(size) if size else b""
        if len(body) < size:
            raise _BadBodyError("the body is shorter than its Content-Length")
        return body

    def _send(self, response: HttpResponse) -> None:
        lines = [f"HTTP/1.1 {response.status} {self.responses.get(response.status, ('',))[0]}"]
        has_length = False
        for name, value in response.headers:
            lowered = name.lower()
            if lowered in {"connection", "transfer-encoding"}:
                continue
            if lowered == "content-length":
                if self.command != "HEAD":
                    continue
                has_length = True
            lines.append(f"{name}: {value}")
        if not has_length and response.status not in _NO_BODY:
            lines.append(f"Content-Length: {0 if self.command == 'HEAD' else len(response.body)}")
        if self.close_connection:
            lines.append("Connection: close")
        head = "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n"
        body = b"" if self.command == "HEAD" or response.status in _NO_BODY else response.body
        self.connection.sendall(head + body)


def _refusal(host: str) -> str:
    if is_metadata(host):
        return f"verifier: {host} hands out credentials of this machine; it is never asked"
    return f"verifier: {host} is not AWS; --allow-host {host} lets requests through"


def _plain(status: int, text: str) -> HttpResponse:
    return HttpResponse(status, (("Content-Type", "text/plain; charset=utf-8"),), f"{text}\n".encode())
