"""Dynamic references, one case a line in tests/cases/cloudformation/dynamic_references.json."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cloudformation.cloud import Cloud, queue
from verifier.authorization.operation import Operation
from verifier.cloudformation.template.dynamic import check_references
from verifier.errors import AwsError

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "cases" / "cloudformation" / "dynamic_references.json").read_text("utf-8")
)
PARAMETERS = {
    "/key": ("String", "text"),
    "key": ("String", "text"),
    "key:2": ("String", "old"),
    "/list": ("StringList", "a,b, c"),
    "/secure": ("SecureString", "hidden"),
}
SECRETS = {
    ("plain", None): "whole",
    ("db", None): '{"password": "p2"}',
    ("db", "AWSPREVIOUS"): '{"password": "p1"}',
    ("arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf", None): '{"password": "p2"}',
}


class Store:
    """An upstream with parameters and secrets; it remembers the keys of queues."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    def invoke(self, operation: Operation) -> dict[str, Any]:
        params = operation.params
        if operation.name == "GetParameters":
            found = [(name, *PARAMETERS[name]) for name in params["Names"] if name in PARAMETERS]
            return {
                "Parameters": [{"Name": name, "Type": kind, "Value": value} for name, kind, value in found]
            }
        if operation.name == "GetSecretValue":
            return {"SecretString": SECRETS[params["SecretId"], params.get("VersionStage")]}
        return {}


def template(value: Any) -> dict[str, Any]:
    return {
        "Parameters": {
            "Name": {"Type": "String", "Default": "key"},
            "Versioned": {"Type": "String", "Default": "{{resolve:ssm:key:2}}"},
        },
        "Resources": {"A": queue("a", properties={"KmsMasterKeyId": value})},
        "Outputs": {"O": {"Value": value}},
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_reference(cloud: Cloud, case: dict[str, Any]) -> None:
    cloud.service._launcher.__dict__["upstream"] = Store()
    if "refused" in case:
        with pytest.raises(AwsError) as caught:
            cloud.create(template(case["value"]))
        assert caught.value.message == case["refused"]
        assert cloud.sink.decided_all == []
        return
    status = cloud.create(template(case["value"]))
    if "fails" in case:
        assert status == "ROLLBACK_COMPLETE"
        assert cloud.reason("A CREATE_FAILED") == case["fails"]
        return
    assert status == "CREATE_COMPLETE"
    asked = [
        f"{one.requirement.action} {one.requirement.resource}"
        for one in cloud.sink.decided_all
        if one.requirement.action.startswith(("ssm:", "secretsmanager:"))
    ]
    assert list(dict.fromkeys(asked)) == case["calls"]
    (stack,) = cloud.service._store.of("111122223333")
    assert stack.resources["A"].properties["KmsMasterKeyId"] == case["gives"]
    assert stack.outputs[0].value == case.get("output", case["gives"])


def test_a_secure_reference_has_its_places() -> None:
    login = {"LoginProfile": {"Password": "{{resolve:ssm-secure:/secure:1}}"}}
    check_references("AWS::IAM::User", login)
    with pytest.raises(AwsError, match=r"\[AWS::IAM::Group/Properties/LoginProfile/Password\]$"):
        check_references("AWS::IAM::Group", login)
    databases = {"RdsDbInstances": [{"DbPassword": "{{resolve:ssm-secure:/secure:1}}"}]}
    check_references("AWS::OpsWorks::Stack", databases)


def test_the_default_of_a_parameter_names_a_version(cloud: Cloud) -> None:
    given = template("x")
    given["Parameters"]["P"] = {"Type": "String", "Default": "{{resolve:ssm:/key}}"}
    with pytest.raises(AwsError, match=r"parameter P should not contain ssm versionless resolver$"):
        cloud.create(given)
