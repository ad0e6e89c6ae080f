"""A LocalStack of our own in a container, on a daemon that runs nothing."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docker.api.client import APIClient

from tests.support.docker_daemon import FakeContainer, FakeDaemon, fake_daemon
from tests.support.emulator_health import LOCALSTACK, answering
from tests.support.emulators import free_port
from verifier.cli.interrupts import interrupts
from verifier.emulator.endpoint.about import probe
from verifier.errors import UnavailableError
from verifier.scratch import scratch
from verifier.targets import container as module
from verifier.targets import pulling
from verifier.targets.container import (
    IMAGE,
    LABEL,
    endpoint_or_container,
    left_containers,
    localstack_container,
)
from verifier.targets.docker_daemon import docker_client

LAYERS: list[dict[str, Any]] = [
    {"status": "Pulling from localstack/localstack", "id": "4.14.0"},
    {"status": "Already exists", "id": "aaa"},
    {"status": "Pulling fs layer", "progressDetail": {}, "id": "bbb"},
    {"status": "Downloading", "progressDetail": {"current": 1, "total": 9}, "id": "bbb"},
    {"status": "Pull complete", "progressDetail": {}, "id": "bbb"},
    {"status": "Status: Downloaded newer image for localstack/localstack:4.14.0"},
]
TOKEN = "ls-secret-token-1"


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[FakeDaemon]:
    with fake_daemon(tmp_path, FakeDaemon(images={IMAGE})) as daemon:
        yield daemon


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LOOK_SECONDS", 0.02)
    monkeypatch.setattr(module, "HEALTHY_SECONDS", 0.3)


def test_it_is_started_and_gone_afterwards(daemon: FakeDaemon, port: int) -> None:
    said: list[str] = []
    with localstack_container(said.append, {"DOCKER_HOST": daemon.host}, port=port) as (url, _):
        about = probe(url)
        assert about is not None
        assert (url, about.adapter) == (f"http://127.0.0.1:{port}", "localstack")
        [made] = daemon.made
    assert daemon.containers == {}
    assert not any("images/create" in call for call in daemon.calls)
    assert made["Image"] == IMAGE
    assert made["HostConfig"]["AutoRemove"] is True
    assert made["HostConfig"]["PortBindings"] == {
        "4566/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(port)}]
    }
    assert made["Labels"] == {LABEL: str(scratch())}
    assert "Binds" not in made["HostConfig"]
    assert said == [f"{IMAGE}: started, and waited for at {url}"]


def test_an_image_that_is_not_there_is_pulled_and_told_of(
    tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulling, "_EVERY_SECONDS", 0.0)
    said: list[str] = []
    with (
        fake_daemon(tmp_path, FakeDaemon(pull=LAYERS)) as daemon,
        localstack_container(said.append, {"DOCKER_HOST": daemon.host}, port=port),
    ):
        assert daemon.calls.count("POST /images/create") == 1
    counted = [f"{IMAGE}: {done} of {known} layers" for done, known in ((1, 1), (1, 2), (2, 2))]
    assert said[:-1] == [f"{IMAGE}: is pulled, once", *counted]


NO_HOST = "Get https://registry-1.docker.io/v2/: dial tcp: lookup registry-1.docker.io: no such host"
FULL = "failed to register layer: write /opt/code/x: no space left on device"
BUSY = (
    "driver failed programming external connectivity on endpoint x: "
    "Bind for 127.0.0.1:4566 failed: port is already allocated"
)


@pytest.mark.parametrize(
    ("daemon", "image", "words"),
    [
        (FakeDaemon(pull=(500, {"message": NO_HOST})), None, "check the network and the proxy"),
        (FakeDaemon(pull=[*LAYERS[:4], {"error": FULL}]), None, "free some space"),
        (
            FakeDaemon(pull=(404, {"message": "manifest for localstack/localstack:9 not found"})),
            "localstack/localstack:9",
            "name an image that there is in LOCALSTACK_IMAGE",
        ),
        (FakeDaemon(pull=(429, {"message": "toomanyrequests: You have reached"})), None, "docker login"),
        (FakeDaemon(pull=[{"error": "unauthorized: who are you"}]), "ghcr.io/a/b:1", "docker login"),
        (FakeDaemon(pull=[{"error": "something\nnew"}]), None, f"something new; try docker pull {IMAGE}"),
        (FakeDaemon({IMAGE}, start=(500, {"message": BUSY})), None, "is taken by something"),
        (FakeDaemon({IMAGE}, start=(500, {"message": "no such cgroup"})), None, "no such cgroup"),
        (FakeDaemon({IMAGE}, ends="starting\nLocalStack has quit.\n"), None, "LocalStack has quit."),
        (FakeDaemon({IMAGE}, deaf=True), None, "does not answer within 0 s; it said: Ready."),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_fails_is_one_line_and_nothing_is_left(
    daemon: FakeDaemon, image: str | None, words: str, tmp_path: Path, port: int
) -> None:
    with fake_daemon(tmp_path, daemon):
        environment = {"DOCKER_HOST": daemon.host} | ({"LOCALSTACK_IMAGE": image} if image else {})
        with (
            pytest.raises(UnavailableError) as failed,
            localstack_container(lambda _: None, environment, port=port),
        ):
            raise AssertionError("it is not there")
        assert words in str(failed.value)
        assert "\n" not in str(failed.value)
        assert str(failed.value).startswith(image or IMAGE)
        assert daemon.containers == {}


@pytest.mark.parametrize(
    ("image", "told"),
    [
        (None, False),
        ("localstack/localstack:2026.08.3", True),
        ("mirror.example:5000/localstack/localstack-pro@sha256:1", True),
        ("floci/floci:1.7.0", False),
    ],
)
def test_only_a_localstack_that_the_user_named_gets_the_token(
    image: str | None, told: bool, tmp_path: Path, port: int
) -> None:
    said: list[str] = []
    named = image or IMAGE
    with fake_daemon(tmp_path, FakeDaemon({named}, ends=f"bad token {TOKEN}")) as daemon:
        environment = {"DOCKER_HOST": daemon.host, "LOCALSTACK_AUTH_TOKEN": TOKEN}
        if image is not None:
            environment["LOCALSTACK_IMAGE"] = image
        # What docker-py asks for by digest.
        daemon.images.add(named.partition("@")[0])
        with (
            pytest.raises(UnavailableError) as failed,
            localstack_container(said.append, environment, port=port),
        ):
            pass
        [made] = daemon.made
    assert (f"LOCALSTACK_AUTH_TOKEN={TOKEN}" in made["Env"]) is told
    if told:
        assert TOKEN not in f"{failed.value} {said}"


def test_what_the_body_raises_is_its_own(daemon: FakeDaemon, port: int) -> None:
    with (
        pytest.raises(ConnectionError, match="mine"),
        localstack_container(lambda _: None, {"DOCKER_HOST": daemon.host}, port=port),
    ):
        raise ConnectionError("mine")
    assert daemon.containers == {}


@pytest.mark.parametrize("call", ["/start", "/json"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_it_starts_leaves_nothing(
    number: signal.Signals, call: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, port: int
) -> None:
    monkeypatch.setattr(module, "HEALTHY_SECONDS", 30.0)

    def send(came: str) -> None:
        if came.startswith(("POST /containers/verifier-", "GET /containers/verifier-")) and call in came:
            os.kill(os.getpid(), number)

    with fake_daemon(tmp_path, FakeDaemon({IMAGE}, deaf=True, meanwhile=send)) as daemon:
        with (
            pytest.raises(KeyboardInterrupt),
            interrupts(),
            localstack_container(lambda _: None, {"DOCKER_HOST": daemon.host}, port=port),
        ):
            raise AssertionError("it is not there")
        assert daemon.made
        assert daemon.containers == {}


def test_what_was_running_before_is_left_alone(daemon: FakeDaemon, port: int) -> None:
    other = FakeContainer("theirs", {"Labels": {}, "HostConfig": {}}, "running")
    daemon.containers["theirs"] = other
    with localstack_container(lambda _: None, {"DOCKER_HOST": daemon.host}, port=port):
        pass
    assert daemon.containers == {"theirs": other}
    assert other.status == "running"


def test_a_container_that_cannot_be_removed_is_named(tmp_path: Path, port: int) -> None:
    said: list[str] = []
    daemon = FakeDaemon({IMAGE}, remove=(500, {"message": "device is busy"}))
    with (
        fake_daemon(tmp_path, daemon),
        localstack_container(said.append, {"DOCKER_HOST": daemon.host}, port=port),
    ):
        pass
    [name] = daemon.containers
    assert said[-1] == (
        f"container {name} could not be removed: device is busy; remove it: docker rm -f {name}"
    )


def test_one_that_removes_itself_meanwhile_is_no_trouble(tmp_path: Path, port: int) -> None:
    said: list[str] = []
    daemon = FakeDaemon({IMAGE}, remove=(409, {"message": "removal of container x is already in progress"}))
    with (
        fake_daemon(tmp_path, daemon),
        localstack_container(said.append, {"DOCKER_HOST": daemon.host}, port=port),
    ):
        pass
    assert "could not" not in said[-1]


def test_an_interrupt_while_it_is_removed_is_put_off(
    daemon: FakeDaemon, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    remove = APIClient.remove_container
    came: list[bool] = []

    def interrupted(*arguments: Any, **named: Any) -> None:
        if not came:
            came.append(True)
            raise KeyboardInterrupt
        remove(*arguments, **named)

    monkeypatch.setattr(APIClient, "remove_container", interrupted)
    with (
        pytest.raises(KeyboardInterrupt),
        localstack_container(lambda _: None, {"DOCKER_HOST": daemon.host}, port=port),
    ):
        pass
    assert daemon.containers == {}


def test_what_answers_already_is_used(daemon: FakeDaemon) -> None:
    with (
        answering(LOCALSTACK) as there,
        endpoint_or_container(there, lambda _: None, {"DOCKER_HOST": daemon.host}) as (url, about),
    ):
        assert (url, about) == (there, probe(there))
    assert daemon.calls == []


def test_where_nothing_answers_one_is_started(daemon: FakeDaemon, port: int) -> None:
    there = f"http://localhost:{port}"
    with endpoint_or_container(there, lambda _: None, {"DOCKER_HOST": daemon.host}) as (url, about):
        assert about == probe(url)
        assert url == f"http://127.0.0.1:{port}"
    assert daemon.containers == {}


def test_why_there_is_nothing_is_one_line(tmp_path: Path, port: int) -> None:
    docker = {"DOCKER_HOST": f"unix://{tmp_path}/none.sock"}
    for url, words in (
        (f"http://localhost:{port}", "or set DOCKER_HOST; or start one by hand (docs/targets.md)"),
        ("http://emulator.invalid:4566", "start it there, or name another with --endpoint"),
    ):
        with (
            pytest.raises(UnavailableError) as failed,
            endpoint_or_container(url, lambda _: None, docker),
        ):
            pass
        assert str(failed.value).startswith(f"--target localstack: nothing at {url} answers")
        assert words in str(failed.value)


def test_a_daemon_elsewhere_is_not_used(daemon: FakeDaemon, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "is_here", lambda client: False)
    with (
        pytest.raises(UnavailableError, match="start LocalStack there, and name it with --endpoint"),
        localstack_container(lambda _: None, {"DOCKER_HOST": daemon.host}),
    ):
        pass
    assert daemon.made == []


def test_what_dead_runs_left_is_told_from_what_lives(daemon: FakeDaemon, tmp_path: Path) -> None:
    def labelled(run: Path) -> FakeContainer:
        return FakeContainer(f"of-{run.name}", {"Labels": {LABEL: str(run)}}, "running")

    for run in (scratch(), tmp_path / "verifier-run-gone"):
        daemon.containers[run.name] = labelled(run)
    client = docker_client({"DOCKER_HOST": daemon.host})
    assert left_containers(client) == ("of-verifier-run-gone",)
    client.close()
