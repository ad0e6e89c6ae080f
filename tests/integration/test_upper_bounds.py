"""A type that nobody has modelled, with the real tool: its upper bound is marked, and stands on ARNs."""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.integration.lab import ROOT

pytestmark = pytest.mark.integration

TYPE = "AWS::QBusiness::Application"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "qbusiness.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
SERVICE = {
    "service": "library",
    "provider": {"name": "aws", "runtime": "nodejs22.x"},
    "functions": {"hello": {"handler": "handler.handler"}},
    "resources": {
        "Resources": {
            "DeskRole": {
                "Type": "AWS::IAM::Role",
                "Properties": {"RoleName": "library-desk", "AssumeRolePolicyDocument": TRUST},
            },
            "Desk": {
                "Type": TYPE,
                "Properties": {"DisplayName": "Desk", "RoleArn": {"Fn::GetAtt": ["DeskRole", "Arn"]}},
            },
        }
    },
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("library")
    (folder / "serverless.json").write_text(json.dumps(SERVICE), encoding="utf-8")
    (folder / "handler.js").write_text("exports.handler = async () => 1;\n", encoding="utf-8")
    command = [sys.executable, "-m", "verifier", "converge", str(folder), "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert f"upper bound, more than needed: {TYPE}" in done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def bounds(document: dict[str, Any]) -> dict[str, set[str]]:
    """The resources of each action that is only an upper bound."""
    rows: dict[str, set[str]] = {}
    for row in document["permissions"]:
        if row["certainty"] == "upper bound":
            rows.setdefault(row["action"], set()).add(row["resource"])
    return rows


def test_it_stands_on_arns(found: dict[str, Any]) -> None:
    rows = bounds(found)
    application = "arn:{partition}:qbusiness:{region}:{account}:application/*"
    assert rows["qbusiness:GetApplication"] == rows["qbusiness:TagResource"] == {application}
    assert rows["kms:CreateGrant"] == {"arn:{partition}:kms:{region}:{account}:key/*"}
    assert rows["qbusiness:CreateApplication"] == {"*"}, "AWS gives it no ARN"
    assert rows["iam:PassRole"] == {"arn:{partition}:iam::{account}:role/library-desk"}


def test_the_policy_holds_it(found: dict[str, Any]) -> None:
    statements = found["policy"]["Statement"]
    passing = [one for one in statements if "iam:PassRole" in one["Action"]]
    assert passing
    assert all(one["Resource"] != "*" for one in passing)
    assert any("qbusiness:DeleteApplication" in one["Action"] for one in statements)
