"""Tunnels: a name is looked up once, looked at, and the connection made to what was looked at."""

import socket
from contextlib import closing
from typing import Any

import pytest

from verifier.gateway.tunnel import MetadataAddressError, reach

Found = list[tuple[Any, ...]]


class Resolver:
    """Stands in for the system's: each name's answers one after the other, the last one again and again."""

    def __init__(self, **answers: list[list[str]]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def __call__(self, host: str, port: int, *rest: Any, **more: Any) -> Found:
        if host not in self.answers:  # an address: what the system makes of it
            return _system(host, port, *rest, **more)
        self.asked.append(host)
        answers = self.answers[host]
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [_entry(address, port) for address in addresses]


_system = socket.getaddrinfo


def _entry(address: str, port: int) -> tuple[Any, ...]:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return (family, socket.SOCK_STREAM, 6, "", (address, port))


@pytest.fixture
def listener() -> Any:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def use(monkeypatch: pytest.MonkeyPatch, **answers: list[list[str]]) -> Resolver:
    resolver = Resolver(**answers)
    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    return resolver


def test_a_host_is_reached(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    with closing(reach("127.0.0.1", port)) as remote:
        assert remote.getpeername() == ("127.0.0.1", port)


def test_a_name_is_looked_up_once_and_what_was_looked_at_is_reached(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Afterwards the name stands for another address: nobody must ask again.
    resolver = use(monkeypatch, rebound=[["127.0.0.1"], ["169.254.169.254"]])
    with closing(reach("rebound", listener.getsockname()[1])) as remote:
        assert remote.getpeername()[0] == "127.0.0.1"
    assert resolver.asked == ["rebound"]


@pytest.mark.parametrize(
    "addresses",
    [["169.254.169.254"], ["127.0.0.1", "169.254.169.254"], ["fd00:ec2::254"], ["::ffff:169.254.169.254"]],
)
def test_a_name_that_stands_for_credentials_is_not_reached(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch, addresses: list[str]
) -> None:
    def connect(*_: Any, **__: Any) -> None:
        raise AssertionError("nobody must be called")

    use(monkeypatch, innocent=[addresses])
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(MetadataAddressError, match=addresses[-1].replace(".", r"\.")):
        reach("innocent", listener.getsockname()[1])


def test_the_next_address_is_tried_where_the_first_does_not_answer(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, two=[["127.0.0.2", "127.0.0.1"]])
    with closing(reach("two", listener.getsockname()[1])) as remote:
        assert remote.getpeername()[0] == "127.0.0.1"


def test_what_cannot_be_reached_is_the_systems_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with pytest.raises(ConnectionRefusedError):
        reach("127.0.0.1", port)
    with pytest.raises(OSError, match="no name of a host"):
        reach("a..b", port)
    use(monkeypatch, nothing=[[]])
    with pytest.raises(OSError, match="no address"):
        reach("nothing", port)
