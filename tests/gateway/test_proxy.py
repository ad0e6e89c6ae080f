"""The port: keep-alive, bodies of every kind, TLS for AWS's hosts, tunnels, refusals."""

import http.client
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from verifier.emulator.http import HttpRequest, HttpResponse
from verifier.errors import UnavailableError
from verifier.gateway.certificates import Certificates
from verifier.gateway.proxy import ProxyServer
from verifier.gateway.tunnel import MetadataAddressError

METADATA = json.loads(
    (Path(__file__).parents[1] / "cases" / "gateway" / "metadata_hosts.json").read_text(encoding="utf-8")
)
MALFORMED = json.loads(
    (Path(__file__).parents[1] / "cases" / "gateway" / "malformed_http.json").read_text(encoding="utf-8")
)
AWS_HOST = "my-bucket.s3.eu-west-1.amazonaws.com"


class Hosts:
    """Takes the notes of hosts."""

    def __init__(self) -> None:
        self.noted: list[tuple[str, int, bool]] = []

    def host(self, host: str, port: int, *, tunnelled: bool) -> None:
        self.noted.append((host, port, tunnelled))


class Running:
    """A proxy whose answers are echoes, on a free port."""

    def __init__(self, directory: Path, allowed: frozenset[str] = frozenset()) -> None:
        self.requests: list[HttpRequest] = []
        self.hosts = Hosts()
        self.certificates = Certificates(directory)
        self.server = self.proxy(0, allowed)
        self.server.start()

    def most_bytes(self, head: HttpRequest) -> int:
        assert head.body == b""
        return 100 if head.header("X-Unknown") else 10_000_000

    def answer(self, request: HttpRequest) -> HttpResponse:
        self.requests.append(request)
        if request.path == "/empty":
            return HttpResponse(204)
        headers = (("X-Echo", request.target), ("Content-Length", "7"), ("Connection", "close"))
        return HttpResponse(200, headers, request.body or b"nothing")

    def proxy(self, port: int, allowed: frozenset[str] = frozenset()) -> ProxyServer:
        return ProxyServer(port, self, self.certificates, allowed, self.hosts)

    def said(self, sent: bytes) -> bytes:
        """What the proxy answers to bytes, until it ends the connection or has nothing more to say."""
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=10) as sock:
            sock.sendall(sent)
            sock.shutdown(socket.SHUT_WR)
            answer = b""
            while piece := sock.recv(65536):
                answer += piece
        return answer

    def connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=10)

    def tls(self, host: str = AWS_HOST) -> http.client.HTTPSConnection:
        context = ssl.create_default_context(cafile=str(self.certificates.pem_path))
        connection = http.client.HTTPSConnection("127.0.0.1", self.server.port, timeout=10, context=context)
        connection.set_tunnel(host, 443)
        return connection


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    running = Running(tmp_path)
    yield running
    running.server.stop()


def exchange(
    connection: http.client.HTTPConnection,
    method: str,
    target: str,
    body: bytes | Iterator[bytes] | None = None,
    **headers: str,
) -> tuple[int, bytes, http.client.HTTPResponse]:
    connection.request(
        method, target, body, {name.replace("_", "-"): value for name, value in headers.items()}
    )
    response = connection.getresponse()
    return response.status, response.read(), response


def test_many_requests_on_one_connection(running: Running) -> None:
    with closing(running.connection()) as connection:
        for index in range(20):
            status, body, response = exchange(connection, "POST", f"/a%2Fb/{index}?c", b"x" * index)
            assert (status, body) == (200, b"x" * index or b"nothing")
            assert response.headers["X-Echo"] == f"/a%2Fb/{index}?c"
            assert response.headers.get("Connection") is None
        assert connection.sock is not None
    assert len(running.requests) == 20


def test_leading_slashes_and_header_names_are_kept(running: Running) -> None:
    with closing(running.connection()) as connection:
        exchange(connection, "PUT", "//a//b", b"1", x_amz_meta_Key="v")
    (request,) = running.requests
    assert request.target == "//a//b"
    assert ("x-amz-meta-Key", "v") in request.headers


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_methods(running: Running, method: str) -> None:
    with closing(running.connection()) as connection:
        status, body, response = exchange(connection, method, "/")
        assert status == 200
        # An answer to HEAD has the length of what it does not send.
        assert body == (b"" if method == "HEAD" else b"nothing")
        assert response.headers["Content-Length"] == "7"
        assert exchange(connection, method, "/empty")[:2] == (204, b"")


def test_large_bodies_both_ways_at_once(running: Running) -> None:
    body = bytes(range(256)) * 4000

    def one() -> None:
        with closing(running.tls()) as connection:
            results.append(exchange(connection, "PUT", "/k", body)[1] == body)

    results: list[bool] = []
    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert results == [True] * 4


def test_chunked_body(running: Running) -> None:
    with closing(running.connection()) as connection:
        _, body, _ = exchange(connection, "POST", "/", iter([b"abc", b"", b"d" * 300_000]))
        assert body == b"abc" + b"d" * 300_000
        assert exchange(connection, "GET", "/")[0] == 200


def test_expect_100_continue(running: Running) -> None:
    for secure in (False, True):
        connection = running.tls() if secure else running.connection()
        with closing(connection):
            connection.connect()
            sock = connection.sock
            head = f"PUT /k HTTP/1.1\r\nHost: {AWS_HOST}\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
            sock.sendall(head.encode())
            assert sock.recv(1024) == b"HTTP/1.1 100 Continue\r\n\r\n"
            sock.sendall(b"abc")
            assert sock.recv(65536).endswith(b"abc")


def test_bodies_that_cannot_be_read(running: Running) -> None:
    for head in ("Content-Length: -1", "Content-Length: x", "Transfer-Encoding: chunked"):
        with socket.create_connection(("127.0.0.1", running.server.port), timeout=10) as sock:
            sock.sendall(f"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n{head}\r\n\r\nzz\r\n".encode())
            assert sock.recv(65536).startswith(b"HTTP/1.1 400 ")
    assert running.requests == []


def test_tls_is_ended_for_hosts_of_aws(running: Running) -> None:
    with closing(running.tls()) as connection:
        for _ in range(3):
            assert exchange(connection, "GET", "/k")[0] == 200
    request = running.requests[0]
    assert (request.host, request.scheme, request.target) == (AWS_HOST, "https", "/k")
    assert running.hosts.noted == []


def test_clients_that_do_not_trust_the_authority_see_a_failure(running: Running) -> None:
    connection = http.client.HTTPSConnection("127.0.0.1", running.server.port, timeout=10)
    connection.set_tunnel(AWS_HOST, 443)
    with closing(connection), pytest.raises(ssl.SSLError):
        connection.connect()
    with closing(running.connection()) as other:
        assert exchange(other, "GET", "/")[0] == 200


@pytest.mark.parametrize(
    "host", ["example.com", "api.serverless.com", "amazonaws.com.evil.example", "169.254.169.254"]
)
def test_other_hosts_are_refused_and_noted(running: Running, host: str) -> None:
    with closing(running.tls(host)) as connection, pytest.raises(OSError, match="403"):
        connection.connect()
    with closing(running.connection()) as connection:
        status, body, _ = exchange(connection, "GET", f"http://{host}/latest/meta-data/")
    assert status == 403
    assert host.encode() in body
    assert running.hosts.noted == [(host, 443, False), (host, 80, False)]
    assert running.requests == []


@pytest.mark.parametrize("host", [host for host in METADATA["never"] if ":" not in host.split("[")[0]])
def test_what_hands_out_credentials_is_never_asked_even_where_it_is_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    def reach(*_: object) -> None:
        raise AssertionError("nobody must be called")

    monkeypatch.setattr("verifier.gateway.connection.reach", reach)
    running = Running(tmp_path, frozenset({host}))
    try:
        assert refused(running, host) == 403
    finally:
        running.server.stop()
    assert running.hosts.noted == [(host, 443, False)]


def test_a_name_that_stands_for_credentials_is_refused_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reach(*_: object) -> None:
        raise MetadataAddressError("169.254.169.254")

    monkeypatch.setattr("verifier.gateway.connection.reach", reach)
    running = Running(tmp_path, frozenset({"innocent.example"}))
    try:
        assert refused(running, "innocent.example", says=b"stands for 169.254.169.254") == 403
    finally:
        running.server.stop()
    assert running.hosts.noted == [("innocent.example", 443, False)]


def refused(running: Running, host: str, says: bytes = b"hands out credentials of this machine") -> int:
    """The status that CONNECT is answered with."""
    with socket.create_connection(("127.0.0.1", running.server.port), timeout=10) as sock:
        sock.sendall(f"CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n".encode())
        answer = b""
        while piece := sock.recv(65536):
            answer += piece
    assert says in answer
    return int(answer.split()[1])


def test_absolute_form_for_aws(running: Running) -> None:
    with closing(running.connection()) as connection:
        exchange(connection, "GET", f"http://{AWS_HOST}/k?x=http://y")
    (request,) = running.requests
    assert (request.host, request.target) == (AWS_HOST, "/k?x=http://y")


def test_a_foreign_host_header_is_refused(running: Running) -> None:
    with closing(running.connection()) as connection:
        assert exchange(connection, "GET", "/", Host="rebound.example")[0] == 403


@contextmanager
def echo_server() -> Iterator[int]:
    """A host that is not AWS: says everything back, and ends when its client does."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        accepted, _ = listener.accept()
        with accepted:
            while data := accepted.recv(65536):
                accepted.sendall(data)

    thread = threading.Thread(target=serve)
    thread.start()
    yield listener.getsockname()[1]
    thread.join(10)
    listener.close()


def test_tunnels_to_allowed_hosts(tmp_path: Path) -> None:
    data = b"z" * 3_000_000
    with (
        echo_server() as port,
        running_with(tmp_path, f"127.0.0.1:{port}") as running,
        socket.create_connection(("127.0.0.1", running.server.port), timeout=10) as sock,
    ):
        sock.sendall(f"CONNECT 127.0.0.1:{port} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        assert sock.recv(1024).startswith(b"HTTP/1.1 200 ")

        def send() -> None:
            sock.sendall(data)
            sock.shutdown(socket.SHUT_WR)

        sender = threading.Thread(target=send)
        sender.start()
        received = bytearray()
        while piece := sock.recv(65536):
            received += piece
        sender.join(10)
    assert bytes(received) == data
    assert running.hosts.noted == [("127.0.0.1", port, True)]


@contextmanager
def running_with(folder: Path, *allowed: str) -> Iterator[Running]:
    running = Running(folder, frozenset(allowed))
    yield running
    running.server.stop()


def test_a_tunnel_to_nowhere(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with running_with(tmp_path, f"127.0.0.1:{port}") as running:
        assert running.said(f"CONNECT 127.0.0.1:{port} HTTP/1.1\r\n\r\n".encode()).startswith(
            b"HTTP/1.1 502 "
        )


@pytest.mark.parametrize(
    ("allowed", "asked", "status"),
    [
        ("Host.example", "host.example:443", 502),
        ("host.example", "host.example", 502),
        ("host.example", "host.example:22", 403),
        ("host.example", "host.example:80", 403),
        ("host.example:8443", "host.example:8443", 502),
        ("host.example:8443", "host.example:443", 403),
        ("host.example", "host.example:443443", 403),
        ("host.example", "other.example:443", 403),
    ],
)
def test_a_host_is_allowed_on_its_own_port_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, allowed: str, asked: str, status: int
) -> None:
    def unreachable(*_: object) -> None:
        raise OSError("there is no network")

    monkeypatch.setattr("verifier.gateway.connection.reach", unreachable)
    with running_with(tmp_path, allowed) as running:
        said = running.said(f"CONNECT {asked} HTTP/1.1\r\n\r\n".encode())
    assert int(said.split()[1]) == status
    if asked == "host.example:22":
        assert b"--allow-host host.example:22 lets requests through" in said


@pytest.mark.parametrize("case", MALFORMED, ids=lambda case: case["name"])
def test_what_is_malformed_gets_an_answer(running: Running, case: dict[str, Any]) -> None:
    said = running.said(case["sent"].encode("latin-1"))
    assert said.startswith(b"HTTP/1."), said
    assert int(said.split()[1]) == case["status"]
    assert said.count(b"\r\n\r\n") == 1, "what comes after it is not read as another request"
    assert running.requests == []
    with closing(running.connection()) as connection:
        assert exchange(connection, "GET", "/")[0] == 200


@pytest.mark.parametrize(
    ("unknown", "size", "status"), [(True, 100, 200), (True, 101, 413), (False, 101, 200)]
)
def test_a_body_is_bounded_before_it_is_read(running: Running, unknown: bool, size: int, status: int) -> None:
    header = "X-Unknown: 1\r\n" if unknown else ""
    start = f"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n{header}"
    for sent in (
        f"{start}Content-Length: {size}\r\n\r\n{'x' * size}",
        f"{start}Transfer-Encoding: chunked\r\n\r\n{size - 1:x}\r\n{'x' * (size - 1)}\r\n1\r\nx\r\n0\r\n\r\n",
    ):
        assert int(running.said(sent.encode()).split()[1]) == status
    # Nobody waits for what will not be taken.
    if status == 413:
        assert running.said(f"{start}Content-Length: 5000000\r\n\r\n".encode()).startswith(b"HTTP/1.1 413 ")


def test_a_port_in_use(running: Running) -> None:
    with pytest.raises(UnavailableError, match=f"port {running.server.port}"):
        running.proxy(running.server.port)


def test_it_listens_on_the_loopback_interface_only(running: Running) -> None:
    assert running.server.server_address[0] == "127.0.0.1"


def test_stop_ends_open_connections(running: Running) -> None:
    with closing(running.connection()) as connection:
        exchange(connection, "GET", "/")
        running.server.stop()
        assert connection.sock.recv(10) == b""
    running.server = running.proxy(0)
    running.server.start()
