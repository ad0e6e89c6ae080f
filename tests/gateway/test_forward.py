"""Requests sent on: through a proxy and TLS, with nothing of them changed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from verifier.emulator.http import HttpRequest, HttpResponse
from verifier.errors import InputError
from verifier.gateway.certificates import Certificates
from verifier.gateway.forward import Forwarder, Proxy, UnreachableError, proxy_of
from verifier.gateway.proxy import ProxyServer

HOST = "b.s3.eu-west-1.amazonaws.com"


class Upstream:
    """Stands in for a proxy and for AWS behind it; remembers what came."""

    def __init__(self, folder: Path) -> None:
        self.requests: list[HttpRequest] = []
        self.response = HttpResponse(200, (("X-One", "1"), ("X-One", "2")), b"\x1f\x8bnot unpacked")
        self.certificates = Certificates(folder)
        self.server = ProxyServer(0, self, self.certificates, frozenset(), self)
        self.server.start()

    def most_bytes(self, head: HttpRequest) -> int:
        return 1000

    def answer(self, request: HttpRequest) -> HttpResponse:
        self.requests.append(request)
        return self.response

    def host(self, host: str, port: int, *, tunnelled: bool) -> None: ...

    def forwarder(self, no_proxy: str = "") -> Forwarder:
        proxy = Proxy("127.0.0.1", self.server.port)
        return Forwarder(str(self.certificates.pem_path), proxy, no_proxy)


@pytest.fixture
def upstream(tmp_path: Path) -> Iterator[Upstream]:
    upstream = Upstream(tmp_path)
    yield upstream
    upstream.server.stop()


def test_a_request_goes_on_as_it_came_and_so_does_the_answer(upstream: Upstream) -> None:
    headers = (
        ("Host", HOST),
        ("Authorization", "AWS4-HMAC-SHA256 Credential=A/d/r/s3/aws4_request, Signature=1"),
        ("X-Amz-Date", "20260101T000000Z"),
        ("Accept-Encoding", "gzip, br"),
        ("Expect", "100-continue"),
        ("Connection", "keep-alive"),
        ("Transfer-Encoding", "chunked"),
    )
    sent = HttpRequest("PUT", "//a%2Fb/../c?x=%20&y", HOST, headers, b"body", "https")
    answer = upstream.forwarder().send(sent)
    [came] = upstream.requests
    assert (came.method, came.target, came.host, came.body, came.scheme) == (
        "PUT",
        "//a%2Fb/../c?x=%20&y",
        HOST,
        b"body",
        "https",
    )
    assert came.headers == (*headers[:4], ("Content-Length", "4"))
    assert answer.status == 200
    assert answer.headers[:2] == (("X-One", "1"), ("X-One", "2"))
    assert answer.body == b"\x1f\x8bnot unpacked"


def test_a_head_has_no_body_and_redirects_are_the_clients(upstream: Upstream) -> None:
    upstream.response = HttpResponse(301, (("Location", "https://elsewhere.amazonaws.com/"),))
    answer = upstream.forwarder().send(HttpRequest("HEAD", "/", HOST, (("Host", HOST),), scheme="https"))
    assert (answer.status, answer.body) == (301, b"")
    assert len(upstream.requests) == 1


def test_a_certificate_of_nobody_known_is_not_trusted(upstream: Upstream, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    stranger = Forwarder(str(Certificates(other).pem_path), Proxy("127.0.0.1", upstream.server.port))
    with pytest.raises(UnreachableError, match=f"{HOST} cannot be reached: SSL"):
        stranger.send(HttpRequest("GET", "/", HOST, (("Host", HOST),), scheme="https"))
    assert upstream.requests == []


def test_nobody_there_is_an_error_of_its_own(tmp_path: Path) -> None:
    forwarder = Forwarder(str(Certificates(tmp_path).pem_path), Proxy("127.0.0.1", 1))
    with pytest.raises(UnreachableError, match="cannot be reached"):
        forwarder.send(HttpRequest("GET", "/", HOST, (("Host", HOST),), scheme="https"))


def test_no_certificates_are_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "none.pem").write_text("nothing")
    with pytest.raises(InputError, match="no file of certificates"):
        Forwarder(str(tmp_path / "none.pem"))


@pytest.mark.parametrize(
    ("variables", "proxy"),
    [
        ({}, None),
        ({"HTTPS_PROXY": "http://proxy.corp:3128"}, Proxy("proxy.corp", 3128)),
        ({"https_proxy": "proxy.corp:3128"}, Proxy("proxy.corp", 3128)),
        ({"HTTPS_PROXY": "http://proxy.corp"}, Proxy("proxy.corp", 80)),
        (
            {"HTTPS_PROXY": "http://me:p%40ss@proxy.corp:1"},
            Proxy("proxy.corp", 1, {"Proxy-Authorization": "Basic bWU6cEBzcw=="}),
        ),
    ],
)
def test_the_users_own_proxy(variables: dict[str, str], proxy: Proxy | None) -> None:
    assert proxy_of(variables) == proxy


@pytest.mark.parametrize(
    "url", ["https://proxy.corp:3128", "http://:3128", "http://proxy.corp:99999", "socks5://a"]
)
def test_a_proxy_that_cannot_be_spoken_to_is_one_line_without_its_password(url: str) -> None:
    with pytest.raises(InputError, match="HTTPS_PROXY"):
        proxy_of({"HTTPS_PROXY": url})


def test_no_secret_of_a_proxy_is_shown() -> None:
    assert "bWU6" not in repr(proxy_of({"HTTPS_PROXY": "http://me:pass@proxy.corp:1"}))


@pytest.mark.parametrize(
    ("no_proxy", "direct"),
    [
        ("", False),
        ("*", True),
        (".amazonaws.com", True),
        ("other.com, amazonaws.com", True),
        ("aws.com", False),
    ],
)
def test_hosts_that_need_no_proxy(upstream: Upstream, no_proxy: str, direct: bool) -> None:
    connection = upstream.forwarder(no_proxy)._connection(HOST, 443)
    assert (connection.host == HOST) is direct
