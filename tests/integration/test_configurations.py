"""Every kind of configuration file, without overlays: the redeploy is no skipped one. The real tool."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.integration

SERVICES = Path(__file__).resolve().parents[1] / "fixtures" / "services"


def files(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def converge(service: Path, *options: str) -> dict[str, Any]:
    before = files(SERVICES)
    run = subprocess.run(
        [sys.executable, "-m", "verifier", "converge", str(service), "--format", "json", *options],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert files(SERVICES) == before, "something was left in the folder"
    document: dict[str, Any] = json.loads(run.stdout)
    assert document["verdict"] == "sufficient"
    return document


def updates(document: dict[str, Any], action: str) -> set[str]:
    """The phases in which ``action`` was asked for."""
    return {
        item["phase"]
        for permission in document["permissions"]
        if permission["action"] == action
        for item in permission["evidence"]
    }


@pytest.mark.parametrize("name", ["config-ts", "config-js", "config-json", "shared-files/app"])
def test_code_and_configuration_of_the_function_are_updated(name: str) -> None:
    document = converge(SERVICES / name, "--phases", "deploy,redeploy,rollback-update,remove")
    for action in ("lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration"):
        assert updates(document, action) == {"redeploy", "rollback-update"}
    assert "AWS::Lambda::Function" not in {item["type"] for item in document["notExercised"]}


def test_a_service_without_functions_is_updated_too() -> None:
    document = converge(SERVICES / "no-functions", "--phases", "deploy,redeploy,remove")
    # An output more is an update of the stack, and of no resource.
    assert document["rounds"][-1]["phases"][1]["proof"]["status"] == "UPDATE_COMPLETE"
    assert document["notExercised"] == []
    modelled = {one["action"]: one for one in document["permissions"] if one["modelled"]}
    assert modelled["sns:SetTopicAttributes"]["certainty"] == "call"
    assert {row["phase"] for one in modelled.values() for row in one["evidence"]} == {"redeploy"}


def test_a_policy_for_the_updates_that_were_made_alone() -> None:
    options = ("--phases", "deploy,redeploy,remove", "--updates", "changed")
    document = converge(SERVICES / "no-functions", *options)
    [topic] = document["notExercised"]
    assert (topic["type"], topic["properties"]) == ("AWS::SNS::Topic", ["DisplayName"])
    assert "sns:SetTopicAttributes" in topic["actions"]
    assert not any(one["modelled"] for one in document["permissions"])


def test_a_configuration_of_another_name(tmp_path: Path) -> None:
    for path in (SERVICES / "config-json").iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "serverless.json").rename(tmp_path / "other.json")
    document = converge(tmp_path, "--config", "other.json", "--phases", "deploy,redeploy,remove")
    assert updates(document, "lambda:UpdateFunctionCode") == {"redeploy"}
