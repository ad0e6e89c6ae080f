"""Services that need something beforehand: declared, missing, made up. The real tool, the real emulator."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.integration

SERVICES = Path(__file__).resolve().parents[1] / "fixtures" / "services"
SHORT = ("--phases", "deploy,redeploy,remove")


def converge(service: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "verifier", "converge", str(service), "--format", "json", *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def document(run: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert run.returncode == 0, run.stderr
    parsed: dict[str, Any] = json.loads(run.stdout)
    assert parsed["verdict"] == "sufficient"
    return parsed


def pairs(found: dict[str, Any]) -> set[tuple[str, str]]:
    return {(item["action"], item["resource"]) for item in found["permissions"]}


@pytest.fixture
def undeclared(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A service without its verifier.yml."""
    folder = tmp_path / str(request.param)
    shutil.copytree(SERVICES / str(request.param), folder, ignore=shutil.ignore_patterns("verifier.yml"))
    return folder


def test_a_parameter_is_read_and_its_name_stays_literal() -> None:
    found = document(converge(SERVICES / "ssm-variable", *SHORT))
    asked = {pair for pair in pairs(found) if pair[0].startswith("ssm:")}
    where = "arn:{partition}:ssm:{region}:{account}:parameter"
    assert asked == {
        ("ssm:GetParameter", f"{where}/shared/{{stage}}/key"),
        ("ssm:GetParameter", f"{where}/shared/optional"),
    }
    assert found["seeded"] == []


def test_outputs_of_other_stacks_and_a_template() -> None:
    found = document(converge(SERVICES / "stack-output", *SHORT))
    stack = "arn:{partition}:cloudformation:{region}:{account}:stack"
    others = {pair for pair in pairs(found) if pair[1].startswith(stack) and "/stack-output-" not in pair[1]}
    assert others == {
        ("cloudformation:DescribeStacks", f"{stack}/network-{{stage}}/*"),
        ("cloudformation:DescribeStacks", f"{stack}/verifier-fixtures/*"),
    }
    assert not any(action.startswith("sns:") for action, _ in pairs(found))


def test_a_bucket_of_the_users_own_in_a_whole_life() -> None:
    found = document(converge(SERVICES / "custom-bucket"))
    bucket = "arn:{partition}:s3:::custom-bucket-artefacts"
    assert {resource.split("/")[0] for action, resource in pairs(found) if action.startswith("s3:")} == {
        bucket
    }
    assert not {"s3:CreateBucket", "s3:DeleteBucket"} & {action for action, _ in pairs(found)}


MISSING = [
    ("ssm-variable", ["ssm: {/shared/dev/key: VALUE}"]),
    (
        "stack-output",
        [
            "stackOutputs: {network-dev: {VpcId: VALUE}}",
            "stackOutputs: {network-dev: {ZoneId: VALUE}}",
            "stackOutputs: {verifier-fixtures: {TopicArn: VALUE}}",
        ],
    ),
    ("custom-bucket", ["buckets: [custom-bucket-artefacts]"]),
]


@pytest.mark.parametrize(("undeclared", "entries"), MISSING, indirect=["undeclared"])
def test_a_missing_prerequisite_is_one_line_that_names_the_entry(
    undeclared: Path, entries: list[str]
) -> None:
    run = converge(undeclared, "--phases", "deploy")
    assert (run.returncode, run.stdout) == (4, "")
    last = run.stderr.strip().splitlines()[-1]
    assert last.startswith("verifier: deploy: a prerequisite is missing; add to verifier.yml: ")
    for entry in entries:
        assert entry in last


SEEDED = [
    ("ssm-variable", [("ssm", "/shared/dev/key")]),
    (
        "stack-output",
        [
            ("stackOutputs", "network-dev.VpcId"),
            ("stackOutputs", "network-dev.ZoneId"),
            ("stackOutputs", "verifier-fixtures.TopicArn"),
        ],
    ),
    ("custom-bucket", [("buckets", "custom-bucket-artefacts")]),
]


@pytest.mark.parametrize(("undeclared", "made"), SEEDED, indirect=["undeclared"])
def test_made_up_and_told(undeclared: Path, made: list[tuple[str, str]]) -> None:
    run = converge(undeclared, "--seed", "auto", "--phases", "deploy,remove")
    found = document(run)
    seeded = [(item["entry"], item["name"]) for item in found["seeded"]]
    # What has a default is made up as well: whether the service can do without it, nobody knows beforehand.
    assert [item for item in seeded if item[1] != "/shared/optional"] == made
    for entry, name in made:
        assert f"made up, as it was missing: {entry}: {name}" in run.stderr


def test_an_output_that_the_other_stack_lacks(tmp_path: Path) -> None:
    folder = tmp_path / "stack-output"
    shutil.copytree(SERVICES / "stack-output", folder)
    text = (folder / "verifier.yml").read_text()
    (folder / "verifier.yml").write_text(
        "\n".join(line for line in text.splitlines() if "ZoneId" not in line)
    )
    run = converge(folder, "--phases", "deploy")
    assert run.returncode == 4
    assert "verifier.yml: stackOutputs: {network-dev: {ZoneId: VALUE}} (" in run.stderr


def test_with_a_service_role_the_user_needs_only_to_pass_it() -> None:
    found = document(converge(SERVICES / "deployment-role", *SHORT))
    by_cloudformation = {"iam:CreateRole", "lambda:CreateFunction", "logs:CreateLogGroup", "s3:CreateBucket"}
    assert not by_cloudformation & {action for action, _ in pairs(found)}
    passed = [item for item in found["permissions"] if item["action"] == "iam:PassRole"]
    assert [(item["resource"], item["condition"]) for item in passed] == [
        (
            "arn:{partition}:iam::{account}:role/deploy-role",
            {"StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}},
        )
    ]


def test_what_a_service_role_lacks_is_not_granted_to_the_user(tmp_path: Path) -> None:
    folder = tmp_path / "deployment-role"
    shutil.copytree(SERVICES / "deployment-role", folder)
    template = folder / "fixtures.yml"
    template.write_text(template.read_text().replace("AdministratorAccess", "ReadOnlyAccess"))
    run = converge(folder, *SHORT)
    assert run.returncode == 12, run.stderr
    assert json.loads(run.stdout)["verdict"] == "ungrantable"
    assert "assumed-role/deploy-role" in run.stderr
