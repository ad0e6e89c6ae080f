"""The programs that every target needs, real ones on a PATH of the test's own."""

import json
from pathlib import Path

import pytest

from verifier.doctor import tools
from verifier.framework import find
from verifier.framework.machine import Machine


def machine(folder: Path, **programs: str) -> Machine:
    """One whose PATH has ``programs``, shell scripts; ``SECRET`` is in its environment."""
    for name, script in programs.items():
        path = folder / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
    environment = {"PATH": f"{folder}:/usr/bin:/bin", "SECRET": "s", "XDG_CACHE_HOME": str(folder / "cache")}
    return Machine(environment, folder)


@pytest.mark.parametrize(
    ("script", "ok", "words"),
    [
        ("echo v20.9.0", True, "v20.9.0 ("),
        ("echo v26.0.0-nightly", True, "v26.0.0-nightly ("),
        ("echo v18.20.4", False, "v18.20.4 is too old"),
        ("echo hello", False, "--version says hello"),
        ("exit 3", False, "--version says nothing"),
        ('test -z "$SECRET" && echo v22.0.0', True, "v22.0.0"),
        ('test "$HOME" = "$PWD" && test -z "$(ls -A "$HOME")" && echo v22.0.0', True, "v22.0.0"),
    ],
)
def test_node(script: str, ok: bool, words: str, tmp_path: Path) -> None:
    found = tools.node(machine(tmp_path, node=script))
    assert (found.name, found.ok) == ("node", ok)
    assert words in found.says
    assert str(tmp_path) in found.says
    assert found.mend == ("" if ok else "install Node.js 20 or newer")


def test_a_program_that_hangs_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "_SECONDS", 0.2)
    found = tools.npm(machine(tmp_path, npm="exec sleep 60"))
    assert (found.ok, found.mend) == (False, "install npm; it comes with Node.js")
    assert "says nothing in time" in found.says


def test_what_is_not_there(tmp_path: Path) -> None:
    found = tools.node(Machine({"PATH": str(tmp_path)}, tmp_path))
    assert (found.ok, found.says) == (False, "not found on PATH")


def test_python() -> None:
    assert tools.python().ok
    old = tools.python((3, 10, 4))
    assert (old.ok, old.says, old.mend) == (False, "3.10.4", "use 3.11 or newer")


def package(folder: Path, name: str, version: str) -> Path:
    """An installed package whose program is there."""
    folder.mkdir(parents=True)
    (folder / "package.json").write_text(json.dumps({"name": name, "version": version, "bin": "run.js"}))
    (folder / "run.js").touch()
    return folder


@pytest.fixture
def nothing_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find, "_PROJECT_MODULES", tmp_path / "project" / "node_modules")


@pytest.mark.usefixtures("nothing_of_ours")
def test_the_framework_that_is_here(tmp_path: Path) -> None:
    here = machine(tmp_path)
    older = package(tmp_path / "cache/verifier/osls@3.77.1/node_modules/osls", "osls", "3.77.1")
    assert tools.framework(here, False, tmp_path).says == f"osls 3.77.1 in {older}"
    newer = package(tmp_path / "project/node_modules/osls", "osls", "4.3.1")
    found = tools.framework(here, False, tmp_path)
    assert (found.ok, found.says) == (True, f"osls 4.3.1 in {newer}")


@pytest.mark.usefixtures("nothing_of_ours")
def test_a_framework_that_is_not_here_comes_through_npm_or_not_at_all(tmp_path: Path) -> None:
    with_npm = tools.framework(machine(tmp_path), True, tmp_path)
    assert with_npm.ok
    assert "npm gets it at the first run" in with_npm.says
    without = tools.framework(machine(tmp_path), False, tmp_path)
    assert (without.ok, without.mend) == (False, "install npm")
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize(
    ("name", "version", "words"),
    [
        ("serverless", "3.40.0", "this folder has its own serverless 3.40.0"),
        ("serverless", "4.17.1", "the serverless 4.17.1 of this folder needs a login"),
    ],
)
def test_what_the_folder_has_is_told(name: str, version: str, words: str, tmp_path: Path) -> None:
    package(tmp_path / "node_modules" / name, name, version)
    assert words in tools.framework(machine(tmp_path), True, tmp_path).says
