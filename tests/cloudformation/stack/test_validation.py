"""What CloudFormation refuses before it touches anything, and how it words it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cloudformation.cloud import Cloud
from verifier.errors import AwsError

FOLDER = Path(__file__).parents[2] / "cases" / "cloudformation"
INVALID: list[dict[str, Any]] = json.loads((FOLDER / "invalid_templates.json").read_text("utf-8"))
FAILED: list[dict[str, Any]] = json.loads((FOLDER / "failed_change_sets.json").read_text("utf-8"))


def submit(cloud: Cloud, operation: str, case: dict[str, Any], **params: Any) -> dict[str, Any]:
    return cloud.call(
        operation,
        StackName="shop-dev",
        TemplateBody=case.get("text") or json.dumps(case["template"]),
        Parameters=[
            {"ParameterKey": key, "ParameterValue": value}
            for key, value in case.get("parameters", {}).items()
        ],
        Capabilities=case.get("capabilities", []),
        **params,
    )


@pytest.mark.parametrize("case", INVALID, ids=lambda case: case["name"])
@pytest.mark.parametrize("operation", ["CreateStack", "CreateChangeSet"])
def test_a_wrong_template_is_refused_at_once(cloud: Cloud, operation: str, case: dict[str, Any]) -> None:
    more = {"ChangeSetName": "first", "ChangeSetType": "CREATE"} if operation == "CreateChangeSet" else {}
    with pytest.raises(AwsError) as caught:
        submit(cloud, operation, case, **more)
    assert caught.value.message.startswith(case["message"])
    assert (caught.value.code, caught.value.status) == (case.get("code", "ValidationError"), 400)
    assert cloud.call("DescribeStacks") == {"Stacks": []}


@pytest.mark.parametrize("case", FAILED, ids=lambda case: case["name"])
def test_what_cannot_be_provisioned_fails_the_change_set(cloud: Cloud, case: dict[str, Any]) -> None:
    case = {**case, "capabilities": ["CAPABILITY_AUTO_EXPAND"]}
    submit(cloud, "CreateChangeSet", case, ChangeSetName="first", ChangeSetType="CREATE")
    described = cloud.call("DescribeChangeSet", StackName="shop-dev", ChangeSetName="first")
    assert (described["Status"], described["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert case["reason"] in described["StatusReason"]


def test_validate_template_tells_parameters_and_capabilities(cloud: Cloud) -> None:
    template = {
        "Description": "d",
        "Parameters": {"P": {"Type": "String", "NoEcho": True, "Default": 1}},
        "Resources": {
            "U": {"Type": "AWS::IAM::User"},
            "M": {
                "Type": "AWS::IAM::ManagedPolicy",
                "Properties": {"ManagedPolicyName": "m", "PolicyDocument": {}},
            },
        },
    }
    assert cloud.call("ValidateTemplate", TemplateBody=json.dumps(template)) == {
        "Description": "d",
        "Parameters": [{"ParameterKey": "P", "DefaultValue": "1", "NoEcho": True}],
        "Capabilities": ["CAPABILITY_NAMED_IAM"],
        "CapabilitiesReason": (
            "The following resource(s) require capabilities: [AWS::IAM::ManagedPolicy, AWS::IAM::User]"
        ),
    }


def test_a_type_that_nobody_knows_is_one_line_with_what_to_do(cloud: Cloud) -> None:
    project = {"Type": "AWS::CodeBuild::Project", "Properties": {}}
    with pytest.raises(
        AwsError, match=r"how AWS::CodeBuild::Project is provisioned; leave it out .*--config"
    ):
        cloud.create({"Resources": {"Project": project}})
