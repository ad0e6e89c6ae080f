import os
from pathlib import Path

import pytest

from verifier.framework.framework import child_environment


def test_the_child_gets_no_keys_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAADMIN")
    monkeypatch.setenv("AWS_PROFILE", "admin")
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    environment = child_environment(tmp_path, {"AWS_SECRET_ACCESS_KEY": "restricted"})
    assert environment["AWS_SECRET_ACCESS_KEY"] == "restricted"
    assert environment["AWS_CONFIG_FILE"] == os.devnull
    assert not {"AWS_ACCESS_KEY_ID", "AWS_PROFILE", "GITHUB_TOKEN"} & set(environment)
    assert environment["HOME"] == str(tmp_path / "home")


def test_nothing_of_ours_changes_how_the_child_reaches_aws(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # With a proxy only NODE_EXTRA_CA_CERTS works; HTTPS_CAFILE and cafile take the trust in ours away.
    for name in ("HTTPS_CAFILE", "cafile", "ca", "NO_PROXY", "AWS_ENDPOINT_URL", "SERVERLESS_ACCESS_KEY"):
        monkeypatch.setenv(name, "ours")
    environment = child_environment(tmp_path, {"HTTPS_PROXY": "http://127.0.0.1:1"})
    assert "ours" not in environment.values()
    assert environment["HTTPS_PROXY"] == "http://127.0.0.1:1"


def test_the_child_polls_often_and_calls_nobody_else(tmp_path: Path) -> None:
    environment = child_environment(tmp_path, {})
    assert int(environment["SLS_AWS_MONITORING_FREQUENCY"]) < 1000
    assert environment["SLS_TELEMETRY_DISABLED"] == "1"
    assert environment["SLS_NOTIFICATIONS_MODE"] == "off"
    assert environment["SLS_DISABLE_AUTO_UPDATE"] == "1"
    assert environment["SLS_GEO_LOCATION"] == "no-cn"
