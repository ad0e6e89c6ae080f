import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from verifier.framework.framework import Framework, child_environment
from verifier.service.private_copy import PrivateCopy, private_copy
from verifier.service.service import load_service


def test_the_child_gets_no_keys_of_ours(tmp_path: Path) -> None:
    users = {"AWS_ACCESS_KEY_ID": "AKIAADMIN", "AWS_PROFILE": "admin", "GITHUB_TOKEN": "secret", "TZ": "UTC"}
    environment = child_environment(users, tmp_path, {"AWS_SECRET_ACCESS_KEY": "restricted"})
    assert environment["TZ"] == "UTC"
    assert environment["AWS_SECRET_ACCESS_KEY"] == "restricted"
    assert environment["AWS_CONFIG_FILE"] == os.devnull
    assert not {"AWS_ACCESS_KEY_ID", "AWS_PROFILE", "GITHUB_TOKEN"} & set(environment)
    assert environment["HOME"] == str(tmp_path / "home")


def test_the_users_options_of_node_go_with_those_of_the_run(tmp_path: Path) -> None:
    users, ours = {"NODE_OPTIONS": "--no-warnings"}, {"NODE_OPTIONS": '--require "a.cjs"'}
    assert child_environment(users, tmp_path, ours)["NODE_OPTIONS"] == '--no-warnings --require "a.cjs"'
    assert child_environment({}, tmp_path, ours)["NODE_OPTIONS"] == '--require "a.cjs"'
    assert "NODE_OPTIONS" not in child_environment({}, tmp_path, {})


def test_nothing_of_ours_changes_how_the_child_reaches_aws(tmp_path: Path) -> None:
    # With a proxy only NODE_EXTRA_CA_CERTS works; HTTPS_CAFILE and cafile take the trust in ours away.
    names = ("HTTPS_CAFILE", "cafile", "ca", "NO_PROXY", "AWS_ENDPOINT_URL", "SERVERLESS_ACCESS_KEY")
    environment = child_environment(
        dict.fromkeys(names, "ours"), tmp_path, {"HTTPS_PROXY": "http://127.0.0.1:1"}
    )
    assert "ours" not in environment.values()
    assert environment["HTTPS_PROXY"] == "http://127.0.0.1:1"


def test_the_child_polls_often_and_calls_nobody_else(tmp_path: Path) -> None:
    environment = child_environment({}, tmp_path, {})
    assert int(environment["SLS_AWS_MONITORING_FREQUENCY"]) < 1000
    assert environment["SLS_TELEMETRY_DISABLED"] == "1"
    assert environment["SLS_NOTIFICATIONS_MODE"] == "off"
    assert environment["SLS_DISABLE_AUTO_UPDATE"] == "1"
    assert environment["SLS_GEO_LOCATION"] == "no-cn"


def test_a_run_hands_on_the_users_path_and_not_this_processes_keys(
    service_copy: PrivateCopy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAADMIN")
    users = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "GITHUB_TOKEN": "secret"}
    framework = Framework("osls", "4.3.1", ("/usr/bin/env",), users)
    done = framework.run((), service_copy, {"AWS_REGION": "eu-west-1"}, timeout=60)
    seen = dict(line.split("=", 1) for line in done.output.splitlines())
    assert (seen["PATH"], seen["LC_ALL"], seen["AWS_REGION"]) == ("/usr/bin:/bin", "C", "eu-west-1")
    assert not {"GITHUB_TOKEN", "AWS_ACCESS_KEY_ID"} & set(seen)
    assert "secret" not in repr(framework)


@pytest.fixture
def service_copy(tmp_path: Path) -> Iterator[PrivateCopy]:
    (tmp_path / "serverless.yml").write_text("service: x\nprovider: aws\n")
    with private_copy(load_service(tmp_path)) as copy:
        yield copy
