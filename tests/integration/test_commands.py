"""The tool's other commands, run as the restricted user on a stack that stands."""

from pathlib import Path

import pytest

from tests.integration.lab import converge

pytestmark = pytest.mark.integration

SERVICES = Path(__file__).resolve().parents[1] / "fixtures" / "services"
PHASES = "deploy,redeploy,info,logs,invoke,deploy-function,rollback-command,remove"
PROOFS = {
    "info": "cloudformation:ListStackResources",
    "logs": "logs:FilterLogEvents",
    "invoke": "lambda:Invoke",
    "deploy-function": "lambda:UpdateFunctionCode",
}
# What only they ask for themselves: the tool's own calls, on functions of the service.
OWN = {
    "logs": {"logs:DescribeLogStreams", "logs:FilterLogEvents"},
    "invoke": {"lambda:InvokeFunction"},
    "deploy-function": {
        "lambda:GetFunction",
        "lambda:UpdateFunctionCode",
        "lambda:UpdateFunctionConfiguration",
    },
    "rollback-command": {"s3:ListBucket", "s3:GetObject", "cloudformation:CreateChangeSet"},
}


def test_each_command_does_its_work_under_the_policy_and_is_proven() -> None:
    exit_code, document = converge(SERVICES / "commands", "--phases", PHASES)
    assert (exit_code, document["verdict"]) == (0, "sufficient"), document["reason"]
    phases = {phase["phase"]: phase for phase in document["rounds"][-1]["phases"]}
    assert list(phases) == PHASES.split(",")
    assert {name: phases[name]["proof"]["call"] for name in PROOFS} == PROOFS
    assert phases["rollback-command"]["proof"]["status"] == "UPDATE_COMPLETE"
    for phase, actions in OWN.items():
        asked = {
            permission["action"]
            for permission in document["permissions"]
            for item in permission["evidence"]
            if item["phase"] == phase and not item["onBehalfOf"]
        }
        assert actions <= asked
    said = " ".join(document["notes"])
    assert "no function is run here" in said
    assert "a log stream in /aws/lambda/hotline-dev-ask" in said
