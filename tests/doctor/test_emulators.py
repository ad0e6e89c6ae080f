"""Docker and emulators, as real servers on this machine that run nothing."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.docker_daemon import FakeContainer, FakeDaemon, fake_daemon
from tests.support.emulator_health import LOCALSTACK, answering
from verifier.doctor import emulators
from verifier.doctor.check import Check
from verifier.scratch import scratch
from verifier.targets.container import IMAGE, LABEL


def looked(daemon: FakeDaemon, folder: Path, **variables: str) -> list[Check]:
    with fake_daemon(folder, daemon):
        checks = list(emulators.docker({"DOCKER_HOST": daemon.host, **variables}))
    assert all(call.startswith("GET ") for call in daemon.calls), "looking starts nothing"
    return checks


def test_a_daemon_with_and_without_the_image(tmp_path: Path) -> None:
    [found] = looked(FakeDaemon({IMAGE}), tmp_path)
    assert (found.ok, found.says) == (True, f"28.2.2; {IMAGE} is here")
    [found] = looked(FakeDaemon(), tmp_path)
    assert (found.ok, found.says) == (True, f"28.2.2; {IMAGE} is not here, and is pulled when it is needed")
    [found] = looked(FakeDaemon(), tmp_path, LOCALSTACK_IMAGE="localstack/localstack:9")
    assert "localstack/localstack:9 is not here" in found.says


def test_no_daemon(tmp_path: Path) -> None:
    [found] = emulators.docker({"DOCKER_HOST": f"unix://{tmp_path}/none.sock"})
    assert not found.ok
    assert found.says.endswith("there is no such socket")
    assert found.mend == "start Docker, or set DOCKER_HOST"


def test_one_on_another_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emulators, "is_here", lambda client: False)
    [found] = looked(FakeDaemon({IMAGE}), tmp_path)
    assert (found.ok, found.mend) == (False, "start an emulator there, and name it with --endpoint")


def test_one_that_breaks(tmp_path: Path) -> None:
    class Broken(FakeDaemon):
        def answer(self, method: str, path: str, query: dict[str, list[str]], body: Any) -> tuple[int, Any]:
            if path == "/containers/json":
                return 500, {"message": "database is\nlocked"}
            return super().answer(method, path, query, body)

    *_, found = looked(Broken({IMAGE}), tmp_path)
    assert (found.name, found.ok, found.mend) == ("docker", False, "restart Docker")
    assert found.says.endswith("database is locked")


def test_what_killed_runs_left_is_named_with_how_to_remove_it(tmp_path: Path) -> None:
    runs = {"living": scratch(), "b": tmp_path / "x", "a": tmp_path / "y"}
    containers = {
        name: FakeContainer(name, {"Labels": {LABEL: str(run)}, "HostConfig": {}}, "running")
        for name, run in runs.items()
    }
    docker, left = looked(FakeDaemon({IMAGE}, containers=containers), tmp_path)
    assert docker.ok
    assert left == Check(
        "containers", False, "left by runs that were killed: a, b", "remove them: docker rm -f a b"
    )


MINISTACK = {"/_ministack/health": {"services": {"s3": "available"}, "version": "1.5.33", "auth": "enabled"}}


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (LOCALSTACK, "localstack 4.14.0 at {url}; it enforces no IAM itself"),
        (MINISTACK, "ministack 1.5.33 at {url}; it enforces IAM itself"),
    ],
)
def test_an_emulator_that_answers(answers: Mapping[str, Any], words: str) -> None:
    with answering(answers) as url:
        found = emulators.emulator({}, url)
        assert found.ok
        assert found.says.startswith(words.format(url=url))
        assert emulators.emulator({"AWS_ENDPOINT_URL": url}, None) == found


@pytest.mark.parametrize("url", ["box:4566", "http://[1", "http://a:b", "ftp://a"])
def test_settings_that_are_no_address(url: str) -> None:
    found = emulators.emulator({"AWS_ENDPOINT_URL": url}, None)
    assert (found.ok, found.says) == (False, f"{url} is no address")
    assert "AWS_ENDPOINT_URL" in found.mend


def test_none_that_answers() -> None:
    with answering({}) as url:
        found = emulators.emulator({"LOCALSTACK_HOST": url.removeprefix("http://")}, None)
    assert (found.ok, found.says) == (False, f"nobody answers at {url}")


def test_a_host_that_is_no_address() -> None:
    found = emulators.emulator({"LOCALSTACK_HOST": "box:x"}, None)
    assert (found.ok, found.says) == (False, "LOCALSTACK_HOST=box:x is no address")
