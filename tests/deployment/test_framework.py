import os
from pathlib import Path

import pytest

from verifier.deployment.framework import child_environment


def test_the_child_gets_no_keys_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAADMIN")
    monkeypatch.setenv("AWS_PROFILE", "admin")
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    environment = child_environment(tmp_path, {"AWS_SECRET_ACCESS_KEY": "restricted"})
    assert environment["AWS_SECRET_ACCESS_KEY"] == "restricted"
    assert environment["AWS_CONFIG_FILE"] == os.devnull
    assert not {"AWS_ACCESS_KEY_ID", "AWS_PROFILE", "GITHUB_TOKEN"} & set(environment)
    assert environment["HOME"] == str(tmp_path / "home")
