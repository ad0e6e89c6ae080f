"""The tool's other commands, run as the restricted user on a stack that stands."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.integration.lab import converge
from verifier.trial.commands import COMMANDS

pytestmark = pytest.mark.integration

SERVICES = Path(__file__).resolve().parents[1] / "fixtures" / "services"
PHASES = "deploy,redeploy,info,logs,invoke,deploy-function,rollback-command,remove"
PROOFS = {
    "info": "cloudformation:ListStackResources",
    "logs": "logs:FilterLogEvents",
    "invoke": "lambda:Invoke",
    "deploy-function": "lambda:UpdateFunctionCode",
}
CALLS: list[dict[str, Any]] = json.loads(
    (SERVICES.parents[1] / "cases" / "cli_calls.json").read_text(encoding="utf-8")
)


def test_each_command_does_its_work_under_the_policy_and_is_proven() -> None:
    exit_code, document = converge(SERVICES / "commands", "--phases", PHASES)
    assert (exit_code, document["verdict"]) == (0, "sufficient"), document["reason"]
    phases = {phase["phase"]: phase for phase in document["rounds"][-1]["phases"]}
    assert list(phases) == PHASES.split(",")
    assert {name: phases[name]["proof"]["call"] for name in PROOFS} == PROOFS
    assert phases["rollback-command"]["proof"]["status"] == "UPDATE_COMPLETE"
    asked = {
        (item["operation"], permission["action"])
        for permission in document["permissions"]
        for item in permission["evidence"]
        if item["phase"] in COMMANDS and not item["onBehalfOf"]
    }
    wanted = {
        (row["operation"], requirement.partition(" ")[0])
        for row in CALLS
        if row.get("run") == "commands"
        for requirement in row["requires"]
    }
    assert wanted
    assert wanted <= asked
    said = " ".join(document["notes"])
    assert "no function is run here" in said
    assert "a log stream in /aws/lambda/hotline-dev-ask" in said
