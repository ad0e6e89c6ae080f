"""One client's connection: requests for AWS answered, TLS ended for AWS's hosts, tunnels to allowed ones."""

import contextlib
import re
import socket
import ssl
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING

from verifier.emulator.http import HttpRequest, HttpResponse
from verifier.gateway.hosts import HTTPS, is_aws, is_loopback, is_metadata, split_host
from verifier.gateway.tunnel import MetadataAddressError, pass_on, reach
from verifier.gateway.wire import BadRequestError, check_headers, read_body, target_of, written

if TYPE_CHECKING:
    from verifier.gateway.proxy import ProxyServer

_ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"


class Connection(BaseHTTPRequestHandler):
    """A client's connection: many requests, perhaps inside TLS after a CONNECT."""

    server: "ProxyServer"
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

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """The standard library's own refusals, of what is no request at all, in our form."""
        self._end(code, message or explain or "")

    def log_message(self, *_: object) -> None:
        """The decision log is the log."""

    def _request(self) -> None:
        try:
            check_headers(self.headers)
            head = self._head()
            if head is None:
                return
            body = read_body(self.rfile, self.headers, self.server.door.most_bytes(head))
        except BadRequestError as error:
            self._end(error.status, str(error))
            return
        self._send(self.server.door.answer(replace(head, body=body)))

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = _request  # noqa: N815

    def _head(self) -> HttpRequest | None:
        """The request for AWS, without its body; None, after an answer, when it is for another host.

        Raises BadRequestError.
        """
        # The standard library strips leading slashes, which an S3 key may begin with.
        target = target_of(self.raw_requestline)
        host = self.tunnelled_host or self.headers.get("Host", "")
        if target.startswith(("http://", "https://")):
            host = re.split("[/?#]", target.partition("://")[2], maxsplit=1)[0]
            target = target.partition("://")[2][len(host) :] or "/"
        elif not target.startswith("/") and target != "*":
            raise BadRequestError("the target is neither a path nor a URL")
        name, port = split_host(host, 443 if self.tunnelled_host else 80)
        if not (is_aws(name) or is_loopback(name)):
            self._refuse(name, port, _refusal(name, port))
            return None
        scheme = "https" if self.tunnelled_host else "http"
        headers = tuple((key, str(value)) for key, value in self.headers.items())
        return HttpRequest(self.command, target, host, headers, scheme=scheme)

    def do_CONNECT(self) -> None:
        """Open a way to a host: end TLS for AWS, tunnel to an allowed one, refuse any other."""
        try:
            host, port = split_host(target_of(self.raw_requestline), 443)
        except BadRequestError as error:
            self._end(error.status, str(error))
            return
        if is_aws(host):
            self._end_tls(host, port)
        elif (host.lower(), port) in self.server.allowed_hosts and not is_metadata(host):
            self._tunnel(host, port)
        else:
            self._refuse(host, port, _refusal(host, port))

    def _refuse(self, host: str, port: int, words: str) -> None:
        self.server.sink.host(host, port, tunnelled=False)
        self._end(403, words)

    def _end(self, status: int, words: str) -> None:
        """Answer, and hear no more: what else comes may be the rest of what was not read."""
        self.close_connection = True
        self._send(_plain(status, words))

    def _end_tls(self, host: str, port: int) -> None:
        """Be ``host`` from here on: the next requests come inside TLS."""
        try:
            context = self.server.certificates.context(host)
        except ValueError:  # what no certificate can be made out to
            self._end(400, f"{host} is no name of a host")
            return
        self.connection.sendall(_ESTABLISHED)
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
            self._refuse(host, port, f"verifier: {host} stands for {error}. {_refusal(str(error), port)}")
            return
        except OSError as error:
            self._send(_plain(502, f"{host}: {error}"))
            return
        self.server.sink.host(host, port, tunnelled=True)
        with remote:
            self.connection.sendall(_ESTABLISHED)
            pass_on(self.connection, self.rfile.read1, remote)

    def _send(self, response: HttpResponse) -> None:
        self.connection.sendall(written(response, self.command, last=self.close_connection))


def _refusal(host: str, port: int) -> str:
    if is_metadata(host):
        return f"verifier: {host} hands out credentials of this machine; it is never asked"
    named = host if port == HTTPS else f"{host}:{port}"
    return f"verifier: {named} is not AWS; --allow-host {named} lets requests through"


def _plain(status: int, text: str) -> HttpResponse:
    return HttpResponse(status, (("Content-Type", "text/plain; charset=utf-8"),), f"{text}\n".encode())
