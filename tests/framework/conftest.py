"""A machine of the tests' own, and a stand-in for npm on its PATH: a shell script."""

from collections.abc import Callable
from pathlib import Path

import pytest

from verifier.framework.machine import Machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Its programs are the system's and those in ``tmp_path/path``; home and cache are in there too."""
    (tmp_path / "path").mkdir()
    environment = {"PATH": f"{tmp_path / 'path'}:/usr/bin:/bin", "XDG_CACHE_HOME": str(tmp_path / "cache")}
    return Machine(environment, tmp_path / "home")


@pytest.fixture
def fake_npm(tmp_path: Path, machine: Machine) -> Callable[[str], Path]:
    """Put a script of the given body in npm's place; the file where it notes each of its runs."""
    runs = tmp_path / "runs.txt"

    def put(body: str) -> Path:
        script = tmp_path / "path" / "npm"
        script.write_text(f"#!/bin/sh\necho \"$PWD $*\" >> '{runs}'\n{body}\n", encoding="utf-8")
        script.chmod(0o755)
        return runs

    return put
