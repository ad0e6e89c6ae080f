"""A stranger's repository: `verifier init` there, and then each command of action.yml as GitHub runs it."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[2]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
# What of this repository the action's own checkout must have.
CHECKOUT = ("verifier", "action.yml", "constraints.txt", "pyproject.toml", "README.md", "LICENSE")
SERVICE = """\
service: mailer

provider:
  name: aws
  runtime: nodejs22.x

functions:
  send:
    handler: handler.send
"""
MORE = """
resources:
  Resources:
    Outbox:
      Type: AWS::SQS::Queue
"""


@dataclass(frozen=True)
class Step:
    """How a step ended, and what it left for GitHub."""

    code: int
    summary: str
    outputs: dict[str, str]
    said: str


@dataclass(frozen=True)
class Runner:
    """A machine of GitHub's: a checkout of the stranger's, one of the action, and a temporary folder."""

    folder: Path

    @property
    def workspace(self) -> Path:
        return self.folder / "work" / "shop"

    @property
    def environment(self) -> dict[str, str]:
        """What a job has; nothing of ours, so what runs is what was installed."""
        kept = {name: os.environ[name] for name in ("HOME", "TMPDIR") if name in os.environ}
        return kept | {
            "PATH": os.pathsep.join([str(self.folder / "bin"), os.environ["PATH"]]),
            "LANG": "C.UTF-8",
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKSPACE": str(self.workspace),
            "GITHUB_ACTION_PATH": str(self.folder / "action"),
            "RUNNER_TEMP": str(self.folder / "temp"),
            # The dependencies of the package and the framework are those of this test's own machine.
            "PIP_NO_DEPS": "1",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            **{
                f"GIT_{who}_{what}": "stranger"
                for who in ("AUTHOR", "COMMITTER")
                for what in ("NAME", "EMAIL")
            },
        }

    def run(self, *command: str, **more: str) -> "subprocess.CompletedProcess[str]":
        """Run a program in the stranger's checkout."""
        return subprocess.run(
            command,
            cwd=self.workspace,
            env={**self.environment, **more},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def git(self, *arguments: str) -> str:
        done = self.run("git", *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def step(self, step: Mapping[str, Any], inputs: Mapping[str, str]) -> Step:
        """Run a step of the composite action: its script with bash, its inputs by the environment alone."""
        assert step["shell"] == "bash"
        files = {name: self.folder / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV")}
        for path in files.values():
            path.write_text("", encoding="utf-8")
        script = self.folder / "temp" / "step.sh"
        script.write_text(step["run"], encoding="utf-8")
        words = {name: _filled(value, inputs) for name, value in step.get("env", {}).items()}
        bash = ("bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script))
        done = self.run(*bash, **{name: str(path) for name, path in files.items()}, **words)
        lines = files["GITHUB_OUTPUT"].read_text(encoding="utf-8").splitlines()
        summary = files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
        outputs = dict(line.split("=", 1) for line in lines)
        return Step(done.returncode, summary, outputs, done.stdout + done.stderr)

    def action(self, **inputs: str) -> Step:
        """Each script of the action but what installs; the last one is what it ends with."""
        known = {name: value["default"] for name, value in ACTION["inputs"].items()}
        assert inputs.keys() <= known.keys()
        ended = [self.step(step, {**known, **inputs}) for step in _scripts() if step["name"] != "Install"]
        return ended[-1]


def _scripts() -> list[dict[str, Any]]:
    return [step for step in ACTION["runs"]["steps"] if "run" in step]


def _filled(words: str, inputs: Mapping[str, str]) -> str:
    return re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: inputs[found[1]], words)


def write_mailer(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "serverless.yml").write_text(SERVICE, encoding="utf-8")
    (folder / "handler.js").write_text("exports.send = async () => 'sent';\n", encoding="utf-8")


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Runner:
    """Where the action is installed as it installs itself, and a service lies committed in a repository."""
    runner = Runner(tmp_path_factory.mktemp("stranger"))
    for name in ("temp", "bin", "action", "cache/verifier/osls@4.3.1", "work/shop"):
        (runner.folder / name).mkdir(parents=True)
    for name in CHECKOUT:
        copied = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copied(ROOT / name, runner.folder / "action" / name)
    python = runner.folder / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    (runner.folder / "cache/verifier/osls@4.3.1/node_modules").symlink_to(ROOT / "node_modules")
    (install,) = [step for step in _scripts() if step["name"] == "Install"]
    installed = runner.step(install, {})
    assert installed.code == 0, installed.said
    (packages,) = (runner.folder / "temp" / "verifier" / "lib").glob("python3.*/site-packages")
    (packages / "lent.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")

    write_mailer(runner.workspace / "services" / "mailer")
    runner.git("init", "--quiet")
    runner.git("add", "--all")
    runner.git("commit", "--quiet", "--message", "A mailer")
    return runner


def test_a_strangers_repository_keeps_its_policy_true(runner: Runner) -> None:
    verifier = str(runner.folder / "temp" / "verifier" / "bin" / "verifier")
    python = str(Path(verifier).with_name("python"))
    where = runner.run(python, "-c", "import verifier; print(verifier.__file__)")
    assert Path(where.stdout).is_relative_to(runner.folder / "temp"), "what was installed is what runs"

    begun = runner.run(verifier, "init", "services/mailer")
    assert begun.returncode == 0, begun.stderr
    written = re.findall(r"^written: (.+)$", begun.stdout, re.MULTILINE)
    added = runner.git("status", "--porcelain", "--untracked-files=all").splitlines()
    assert {line.removeprefix("?? ") for line in added} == {
        (runner.workspace / path).relative_to(runner.workspace).as_posix() for path in written
    }
    runner.git("add", "--all")
    runner.git("commit", "--quiet", "--message", "Its deploy policy")

    true = runner.action()
    assert (true.code, true.outputs) == (0, {"exit-code": "0"}), true.said
    assert "| `services/mailer` | no drift |" in true.summary

    path = runner.workspace / "services" / "mailer" / "serverless.yml"
    path.write_text(SERVICE + MORE, encoding="utf-8")
    runner.git("commit", "--quiet", "--all", "--message", "An outbox")
    drifted = runner.action(services="services/mailer\n")
    assert (drifted.code, drifted.outputs) == (11, {"exit-code": "11"}), drifted.said
    assert "The committed policy is **not enough** for a deploy." in drifted.summary
    assert "Changed since: the service's configuration." in drifted.summary
    (row,) = [line for line in drifted.summary.splitlines() if "`sqs:CreateQueue`" in line]
    assert re.fullmatch(r"\| came \| `sqs:CreateQueue` \| `arn:\S+` \| service \| .*Outbox.* \|", row)
    assert drifted.summary in drifted.said

    assert runner.git("status", "--porcelain") == "", "a check writes nothing into the repository"


@pytest.mark.long
def test_a_further_service_joins_whatever_its_folder_is_called(runner: Runner) -> None:
    verifier = str(runner.folder / "temp" / "verifier" / "bin" / "verifier")
    odd = "-a \"b\" 'ü'"
    write_mailer(runner.workspace / odd)
    begun = runner.run(verifier, "init", "--", odd)
    assert begun.returncode == 0, begun.stderr
    workflow = runner.workspace / ".github" / "workflows" / "verifier.yml"
    assert f"added to: {workflow}" in begun.stdout
    (check,) = [
        step
        for step in yaml.safe_load(workflow.read_text(encoding="utf-8"))["jobs"]["deploy-policy"]["steps"]
        if step.get("name") == "Check"
    ]
    path = os.pathsep.join([str(Path(verifier).parent), runner.environment["PATH"]])
    both = runner.step({**check, "shell": "bash", "env": {**check["env"], "PATH": path}}, {})
    assert both.code == 11, both.said
    assert "| `services/mailer` | drift: " in both.summary
    assert f"| `{odd}` | no drift |" in both.summary

    named = runner.action(services=f"{odd}\nnowhere\n", frameworks="osls@4.3.1")
    assert (named.code, named.outputs) == (2, {"exit-code": "2"}), named.said
    assert f"| `{odd}` | no drift |" in named.summary
    assert "| `nowhere` | bad input: " in named.summary
