"""Why Docker cannot be used, in one line."""

import socket
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.support.docker_daemon import fake_daemon
from tests.support.emulator_health import answering
from verifier.errors import UnavailableError
from verifier.targets.docker_daemon import _why, docker_client, is_here


def why(host: str) -> str:
    with pytest.raises(UnavailableError) as failed:
        docker_client({"DOCKER_HOST": host}, seconds=0.3)
    said = str(failed.value)
    assert said.startswith(f"Docker at {host}: ")
    return said.removeprefix(f"Docker at {host}: ")


@pytest.fixture
def silent() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield int(listener.getsockname()[1])


def test_one_that_answers_is_here(tmp_path: Path) -> None:
    with fake_daemon(tmp_path) as daemon:
        client = docker_client({"DOCKER_HOST": daemon.host})
        assert is_here(client)
        assert client.version()["Version"] == "28.2.2"
        client.close()


def test_why_there_is_none(tmp_path: Path, silent: int) -> None:
    assert why(f"unix://{tmp_path}/none.sock").startswith("there is no such socket")
    assert why(f"tcp://127.0.0.1:{silent}").startswith("it did not answer within 0.3 s")
    assert why("ftp://a").endswith("mend DOCKER_HOST, or start Docker")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    assert why(f"tcp://127.0.0.1:{port}").startswith("nobody answers")


def test_something_else_there_is_no_docker() -> None:
    with answering({}) as address:
        assert why(address.replace("http", "tcp")).endswith("mend DOCKER_HOST, or start Docker")


def test_a_forbidden_socket_is_told_however_deep_it_is_wrapped() -> None:
    wrapped = ValueError("aborted", OSError("x"))
    wrapped.__cause__ = RuntimeError(PermissionError(13, "Permission denied"))
    assert "group docker" in _why(wrapped, 1.0)


@pytest.mark.parametrize(
    ("address", "here"),
    [
        ("http+docker://localhost", True),
        ("http+docker://localnpipe", True),
        ("http+docker://ssh", False),
        ("http://127.0.0.1:2375", True),
        ("https://[::1]:2376", True),
        ("http://localhost:2375", True),
        ("https://docker.example:2376", False),
        ("http://10.0.0.5:2375", False),
    ],
)
def test_whether_it_is_this_machine(address: str, here: bool) -> None:
    assert is_here(SimpleNamespace(api=SimpleNamespace(base_url=address))) is here
