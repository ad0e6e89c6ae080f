"""--allow-host: hosts that hand out credentials of this machine are refused, others reach the proxy."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.trial.rooms import write_service
from verifier.cli import main
from verifier.errors import ExitCode, UnavailableError
from verifier.redaction import Redaction

HOSTS: dict[str, list[str]] = json.loads(
    (Path(__file__).parents[1] / "cases" / "gateway" / "metadata_hosts.json").read_text(encoding="utf-8")
)
ALLOWED = ["registry.example", "127.0.0.1", "registry.example:8443"]
OPTIONS = [part for host in ALLOWED for part in ("--allow-host", host)]


class MadeError(UnavailableError):
    """Ends a command where its target would be made."""


def made_of(monkeypatch: pytest.MonkeyPatch, command: list[str]) -> tuple[ExitCode, list[Any]]:
    """The exit code of ``command``, and what it would make a target or a gateway of."""
    given: list[Any] = []

    def make(*args: Any, **more: Any) -> None:
        given.append(args[0] if args else more)
        raise MadeError("no further")

    monkeypatch.setattr("verifier.targets.embedded.EmbeddedTarget", make)
    monkeypatch.setattr("verifier.gateway.server.Gateway", make)
    return main(command), given


@pytest.mark.parametrize("host", [*HOSTS["never"], "169.254.169.254:80", "[fd00:ec2::254]:80"])
@pytest.mark.parametrize("command", [["converge", "service"], ["verify", "service"], ["serve"]])
def test_what_hands_out_credentials_is_refused_in_one_line(
    command: list[str], host: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--allow-host", "registry.example", "--allow-host", host]
    assert made_of(monkeypatch, [*command, *options]) == (ExitCode.USAGE, [])
    assert capsys.readouterr() == (
        "",
        f"verifier: --allow-host {host}: it hands out credentials of this machine and is never asked; "
        "leave it out\n",
    )


@pytest.mark.parametrize("host", ["registry.example:70000", "https://registry.example", "a:b", ":443", "::2"])
@pytest.mark.parametrize("command", [["converge", "service"], ["serve"]])
def test_what_is_no_host_is_refused_in_one_line(
    command: list[str], host: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert made_of(monkeypatch, [*command, "--allow-host", host]) == (ExitCode.USAGE, [])
    assert capsys.readouterr().err == (
        f"verifier: --allow-host {host}: give a host, or host:port with a port up to 65535\n"
    )


def test_others_reach_the_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_service(tmp_path / "shop")
    place = ["--region", "cn-north-1", "--partition", "aws-cn", "--enforce-likely"]
    command = ["converge", str(folder), *OPTIONS, *place]
    monkeypatch.delenv("NODE_EXTRA_CA_CERTS", raising=False)
    code, [given] = made_of(monkeypatch, command)
    assert code == ExitCode.UNAVAILABLE
    assert isinstance(given.pop("redaction"), Redaction)
    assert given == {
        "more_authorities": None,
        "region": "cn-north-1",
        "partition": "aws-cn",
        "enforce_likely": True,
        "allow_hosts": tuple(ALLOWED),
    }


def test_others_reach_the_gateway_that_is_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    faults = tmp_path / "faults.json"
    faults.write_text('{"failLastWave": true}', encoding="utf-8")
    command = ["serve", *OPTIONS, "--account", "111122223333", "--region", "cn-north-1", "--port", "8080"]
    command += ["--decision-log", "log.jsonl", "--faults", str(faults)]
    code, [config] = made_of(monkeypatch, command)
    assert code == ExitCode.UNAVAILABLE
    assert config.allow_hosts == tuple(ALLOWED)
    assert (config.account, config.region, config.partition) == ("111122223333", "cn-north-1", "aws-cn")
    assert (config.port, config.decision_log) == (8080, Path("log.jsonl"))
    assert config.faults.fail_last_wave
