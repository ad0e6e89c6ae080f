"""What GitHub and pre-commit read of the repository: forms, workflows, hooks."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.test_documents import targets
from verifier.trial.phases import PHASES

ROOT = Path(__file__).resolve().parents[1]
GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").iterdir())
FORMS = sorted((GITHUB / "ISSUE_TEMPLATE").glob("[0-9]-*.yml"))
# Which schema holds for which files; those of check-jsonschema are SchemaStore's, as of its release.
SCHEMAS = {
    "github-workflows": WORKFLOWS,
    "github-issue-forms": FORMS,
    "github-issue-config": [GITHUB / "ISSUE_TEMPLATE" / "config.yml"],
    "dependabot": [GITHUB / "dependabot.yml"],
}
MANIFESTS = {
    "pip": "pyproject.toml",
    "npm": "package.json",
    "github-actions": ".github/workflows",
    "docker": "Dockerfile",
}


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


CI = read(GITHUB / "workflows" / "ci.yml")["jobs"]["ci"]


def test_every_file_is_held_against_a_schema() -> None:
    files = {path for path in GITHUB.rglob("*") if path.is_file() and path.suffix != ".md"}
    assert {path for paths in SCHEMAS.values() for path in paths} == files


@pytest.mark.parametrize("schema", SCHEMAS)
def test_the_files_fit_githubs_schemas(schema: str) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}"]
    done = subprocess.run([*command, *SCHEMAS[schema]], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_ci_runs_the_script_and_nothing_else() -> None:
    (program,) = [step["run"] for step in CI["steps"] if "run" in step]
    assert program == ".ci/run"
    assert (ROOT / program).stat().st_mode & 0o111


def test_what_ci_runs_is_there() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert set(re.findall(r"^make (\S+)$", script, re.MULTILINE)) == {"test", "test-integration"}
    assert {"test", "test-integration"} <= targets()
    for program, arguments in re.findall(r"\.venv/bin/(\w+) (.*)$", script, re.MULTILINE):
        assert shutil.which(program, path=Path(sys.executable).parent)
        # A word with a slash is a path; what lies beside the project may be missing.
        ours = [word for word in arguments.split() if "/" in word and not word.startswith("..")]
        assert ours
        assert all((ROOT / word).exists() for word in ours)


def test_ci_has_the_oldest_python_and_node_that_are_supported() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pythons = CI["strategy"]["matrix"]["python"]
    assert f">={pythons[0]}" == project["requires-python"]
    assert len(pythons) > 1
    (node,) = (step["with"]["node-version"] for step in CI["steps"] if "node-version" in step.get("with", {}))
    assert f"Node.js {node} or newer" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_dependabot_looks_after_every_manifest() -> None:
    updates = read(GITHUB / "dependabot.yml")["updates"]
    assert {update["package-ecosystem"] for update in updates} == set(MANIFESTS)
    assert all(update["directory"] == "/" for update in updates)
    assert all((ROOT / manifest).exists() for manifest in MANIFESTS.values())


def test_the_first_form_is_about_what_aws_refused_and_knows_every_phase() -> None:
    form = read(FORMS[0])
    assert form["name"] == "AWS refused something that verifier's policy lacks"
    fields = {field["id"]: field for field in form["body"] if "id" in field}
    phases = [option.split()[0] for option in fields["phase"]["attributes"]["options"]]
    assert phases[:-1] == list(PHASES)
    required = {name for name, field in fields.items() if field.get("validations", {}).get("required")}
    assert {"refusal", "action", "phase", "framework", "version", "date"} <= required
    assert fields["redacted"]["attributes"]["options"][0]["required"] is True


def test_hooks_fetch_nothing_and_run_what_setup_installs() -> None:
    config = ROOT / ".pre-commit-config.yaml"
    for repository in read(config)["repos"]:
        assert repository["repo"] == "local"
        for hook in repository["hooks"]:
            assert hook["language"] == "system"
            program = Path(hook["entry"].split()[0])
            assert program.parent == Path(".venv/bin")
            assert shutil.which(program.name, path=Path(sys.executable).parent)
    command = [sys.executable, "-m", "pre_commit", "validate-config", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
