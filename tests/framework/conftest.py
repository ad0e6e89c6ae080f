"""A stand-in for npm: a shell script that is first on PATH."""

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def fake_npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Put a script of the given body in npm's place; the file where it notes each of its runs."""
    folder = tmp_path / "path"
    folder.mkdir()
    runs = tmp_path / "runs.txt"

    def put(body: str) -> Path:
        script = folder / "npm"
        script.write_text(f"#!/bin/sh\necho \"$PWD $*\" >> '{runs}'\n{body}\n", encoding="utf-8")
        script.chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
        return runs

    return put
