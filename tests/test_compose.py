"""docker-compose.yml: emulators by hand, pinned, and on this machine alone."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from verifier.emulator.endpoint.adapters import adapters
from verifier.targets.container import IMAGE

PATH = Path(__file__).resolve().parents[1] / "docker-compose.yml"
TEXT = PATH.read_text(encoding="utf-8")
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(TEXT)["services"]
# What would give a container more of this machine than a port.
NEVER = {"privileged", "network_mode", "volumes", "pid", "ipc", "cap_add", "env_file", "build"}


def test_it_is_a_compose_file() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(PATH)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", SERVICES)
def test_each_is_started_by_its_own_name_and_only_then(name: str) -> None:
    assert SERVICES[name]["profiles"] == [name]


@pytest.mark.parametrize("name", SERVICES)
def test_each_is_reached_from_this_machine_alone(name: str) -> None:
    service = SERVICES[name]
    assert service["ports"] == ["127.0.0.1:4566:4566"]
    assert not NEVER & set(service)


@pytest.mark.parametrize("name", SERVICES)
def test_each_image_is_pinned_and_has_its_sources(name: str) -> None:
    repository, _, tag = SERVICES[name]["image"].partition(":")
    assert re.fullmatch(r"[a-z]+/[a-z]+", repository)
    assert re.fullmatch(r"\d+\.\d+\.\d+", tag)
    above = TEXT.partition(f"\n  {name}:\n")[0].rpartition("\n\n")[2]
    assert f"github.com/{repository.partition('/')[0]}" in above.replace("floci-io", "floci")
    assert "Sources:" in above


def test_the_first_is_the_one_that_a_run_starts_itself() -> None:
    assert SERVICES["localstack"]["image"] == IMAGE


def test_each_has_an_adapter() -> None:
    known = {one.name for one in adapters()}
    assert {name.removesuffix("-token") for name in SERVICES} <= known


def test_a_token_comes_from_the_environment_to_the_one_that_needs_it() -> None:
    held = {name for name, service in SERVICES.items() if "LOCALSTACK_AUTH_TOKEN" in service["environment"]}
    assert held == {"localstack-token"}
    assert (
        SERVICES["localstack-token"]["environment"]["LOCALSTACK_AUTH_TOKEN"] == "${LOCALSTACK_AUTH_TOKEN:-}"
    )
