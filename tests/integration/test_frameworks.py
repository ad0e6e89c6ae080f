"""The frameworks beside osls 4, for real: a service needs the same permissions.

What osls 4 needs of http-api is recorded (test_every_permission_is_needed.py holds that it is true today).
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.replay import recorded

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[2]
HTTP_API = ROOT / "sample_services" / "http-api"
NEWEST = "osls@4.3.1"
OLDER = (pytest.param("osls@3.77.1", marks=pytest.mark.long), "serverless@3.40.0")
# A function that reads another one's log: osls stops where serverless 3 goes on.
LOG_WATCHER = """
service: log-watcher
provider:
  name: aws
  runtime: nodejs22.x
functions:
  source:
    handler: handler.hello
  watcher:
    handler: handler.hello
    events:
      - cloudwatchLog: /aws/lambda/log-watcher-dev-source
"""


def converge(folder: Path, *options: str) -> tuple[dict[str, Any], str]:
    """The result of a run that must be sufficient, and what it said to a person."""
    done = subprocess.run(
        [sys.executable, "-m", "verifier", "converge", str(folder), "--format", "json", *options],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    assert document["verdict"] == "sufficient"
    return document, done.stderr


def permissions(document: dict[str, Any]) -> dict[tuple[str, str, str], str]:
    """What is granted, and how certain it is."""
    return {
        (item["action"], item["resource"], json.dumps(item["condition"], sort_keys=True)): item["certainty"]
        for item in document["permissions"]
    }


def copy_of_http_api(folder: Path, framework_version: str | None) -> Path:
    """The sample without overlays, with another ``frameworkVersion``, or with none."""
    folder.mkdir()
    (folder / "handler.js").write_text((HTTP_API / "handler.js").read_text())
    lines = (HTTP_API / "serverless.yml").read_text().splitlines(keepends=True)
    kept = "".join(line for line in lines if not line.startswith("frameworkVersion"))
    head = f"frameworkVersion: '{framework_version}'\n" if framework_version else ""
    (folder / "serverless.yml").write_text(head + kept)
    return folder


@pytest.fixture(scope="module")
def log_watcher(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("service") / "log-watcher"
    folder.mkdir()
    (folder / "serverless.yml").write_text(LOG_WATCHER)
    (folder / "handler.js").write_text((HTTP_API / "handler.js").read_text())
    return {
        name: converge(folder, "--framework", name, "--phases", "deploy,remove")[0]
        for name in (NEWEST, "serverless@3.40.0")
    }


@pytest.mark.parametrize("framework", OLDER)
def test_the_whole_life_of_http_api_needs_the_same(framework: str) -> None:
    document, _ = converge(HTTP_API, "--framework", framework)
    assert "@".join(document["framework"].values()) == framework
    assert [item["mode"] for item in document["rounds"]] == ["observe", "strict"]
    assert permissions(document) == permissions(recorded("http-api-permissions"))
    for permission in document["permissions"]:
        assert all(item["frameworks"] == [framework] for item in permission["evidence"])


def test_they_need_the_same_also_where_serverless_3_goes_on(log_watcher: dict[str, dict[str, Any]]) -> None:
    """It takes every error for "no subscription filters"; osls stops. CloudFormation asks the same."""
    newest, oldest = (permissions(document) for document in log_watcher.values())
    assert len(newest) > 40
    assert newest == oldest


def test_what_serverless_3_goes_on_without_is_no_evidence(log_watcher: dict[str, dict[str, Any]]) -> None:
    """CloudFormation asks for it too, so it is granted; it is the tool's need only where the tool stops."""
    askers = {
        name: {
            (item["onBehalfOf"] or {"service": "the tool"})["service"]
            for permission in document["permissions"]
            if permission["action"] == "logs:DescribeSubscriptionFilters"
            for item in permission["evidence"]
        }
        for name, document in log_watcher.items()
    }
    assert askers == {NEWEST: {"the tool", "cloudformation"}, "serverless@3.40.0": {"cloudformation"}}
    for document in log_watcher.values():
        assert [row["action"] for row in document["tolerated"]] == ["ecr:DescribeRepositories"]


def test_a_service_of_another_major_is_pinned_in_its_copy(tmp_path: Path) -> None:
    folder = copy_of_http_api(tmp_path / "svc", "4")
    _, said = converge(folder, "--framework", "osls@3.77.1", "--phases", "deploy")
    assert "note: serverless.yml has frameworkVersion '4'; for this run its private copy says 3.77.1" in said
    assert "frameworkVersion: '4'" in (folder / "serverless.yml").read_text()


def test_the_services_own_packages_bring_its_framework(tmp_path: Path) -> None:
    folder = copy_of_http_api(tmp_path / "svc", None)
    (folder / "package.json").write_text(json.dumps({"private": True, "devDependencies": {"osls": "3.77.1"}}))
    before = sorted(path.name for path in folder.iterdir())
    document, said = converge(folder, "--phases", "deploy")
    assert document["framework"] == {"name": "osls", "version": "3.77.1"}
    assert "npm install: installing the service's packages for this run" in said
    assert sorted(path.name for path in folder.iterdir()) == before
