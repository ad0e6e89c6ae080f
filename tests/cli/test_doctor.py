"""``verifier doctor``: lines, JSON, exit codes."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import verifier
from tests.support.emulator_health import LOCALSTACK, answering
from tests.support.sandbox import ACCOUNT, Sandbox, sandbox
from verifier.cli import main
from verifier.errors import ExitCode

NO_KEYS = {
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Sandbox]:
    with sandbox(tmp_path) as made:
        yield made


@pytest.fixture(autouse=True)
def no_docker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker.sock")
    monkeypatch.setenv("LOCALSTACK_HOST", "127.0.0.1:1")


def test_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"], NO_KEYS) is ExitCode.OK
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert err == ""
    marks = [line.split()[:2] for line in lines[:-1]]
    assert marks == [
        *(["ok", name] for name in ("python", "node", "npm", "framework")),
        *(["no", name] for name in ("docker", "localstack", "aws")),
    ]
    assert lines[-1] == "targets: embedded yes, localstack no, aws no"


def test_the_same_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    with answering(LOCALSTACK) as url:
        assert main(["doctor", "--format", "json", "--endpoint", url], NO_KEYS) is ExitCode.OK
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {"checks", "targets"}
    assert found["targets"] == {"embedded": True, "localstack": True, "aws": False}
    assert all(set(one) == {"name", "ok", "says", "mend"} for one in found["checks"])
    [emulator] = [one for one in found["checks"] if one["name"] == "localstack"]
    assert (emulator["ok"], emulator["mend"]) == (True, "")
    assert all(one["mend"] for one in found["checks"] if not one["ok"])


def test_without_node_nothing_can_be_used(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with answering(LOCALSTACK) as url:
        assert main(["doctor", "--endpoint", url], NO_KEYS) is ExitCode.UNAVAILABLE
    out = capsys.readouterr().out
    assert "no  node       not found on PATH; install Node.js 20 or newer" in out.splitlines()
    assert out.endswith("targets: embedded no, localstack no, aws no\n")


@pytest.mark.parametrize("url", ["localhost:4566", "ftp://a", "http://", "http://a:b", "http://[1"])
def test_an_address_that_is_none(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--endpoint", url]) is ExitCode.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"verifier: --endpoint {url}: give an address")


def test_passwords_are_not_shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("DOCKER_HOST", "tcp://me:docker-password@127.0.0.1:1")
    users = NO_KEYS | {"AWS_ENDPOINT_URL": "http://me:endpoint-password@127.0.0.1:1"}
    given = "--endpoint=http://x:given-password@127.0.0.1:1"
    for arguments in (["doctor"], ["doctor", "--format=json", given]):
        assert main(arguments, users) is ExitCode.UNAVAILABLE
    out = capsys.readouterr().out
    assert "password" not in out
    assert out.count("[hidden]") >= 4


def test_the_users_own_settings_reach_the_question(account: Sandbox, tmp_path: Path) -> None:
    """As a process: it forgets AWS's variables, and still knows whose they were."""
    users = account.environment(ci=account.user("operator")) | {"AWS_PROFILE": "ci"}
    done = subprocess.run(
        [sys.executable, "-m", "verifier", "doctor", "--format", "json"],
        env=os.environ
        | users
        | {"PYTHONPATH": str(Path(verifier.__file__).parents[1]), "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (ExitCode.UNAVAILABLE, "")
    [aws] = [one for one in json.loads(done.stdout)["checks"] if one["name"] == "aws"]
    assert (aws["ok"], aws["says"]) == (True, f"arn:aws:iam::{ACCOUNT}:user/operator")
