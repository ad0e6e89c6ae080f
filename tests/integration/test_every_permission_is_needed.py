"""Each permission of http-api's result is needed: without it `verify` says so, and names it alone.

All of them in replayed lives, twelve of them with the real tool. None is covered by another one of the
policy: then the life would pass without it, and its test here would fail.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.support.replay import Unheard, embedded_target, recorded, replayed_trials
from tools.record_calls import FRAMEWORK, SERVICE, needs, record
from verifier.grant.evidence import Permission
from verifier.grant.generalise import Scope
from verifier.grant.pack import policy
from verifier.iam.document import PolicyDocument, to_json
from verifier.loop.converge import Verdict
from verifier.loop.journal import Journal
from verifier.loop.rounds import Bench
from verifier.loop.verify import Verification, verify
from verifier.trial.trials import Trials

pytestmark = pytest.mark.integration

CASES = Path(__file__).resolve().parents[1] / "cases"
TWELVE: list[dict[str, str]] = json.loads(
    (CASES / "needed_with_the_real_tool.json").read_text(encoding="utf-8")
)
RESULT = recorded("http-api-permissions")
PERMISSIONS = [Permission.from_dict(row) for row in RESULT["permissions"]]
SURE = [
    Permission.from_dict(row)
    for row in RESULT["permissions"]
    if row["certainty"] == "call" and not row["modelled"]
]
# What is only likely, and what only updates would need that did not run.
UNDECIDED = [permission for permission in PERMISSIONS if permission not in SURE]


@pytest.fixture(scope="module")
def trials() -> Iterator[Trials]:
    with embedded_target() as target:
        yield replayed_trials(target)


def name(permission: Permission) -> str:
    return f"{permission.action} {permission.resource.rpartition('}:')[2]}"


def without(permission: Permission) -> PolicyDocument:
    return policy([item for item in PERMISSIONS if item != permission])


def verified(trials: Trials, permission: Permission) -> Verification:
    bench = Bench(trials, Unheard(), Journal(None))
    return verify(bench, [without(permission)], Scope.SERVICE)


def permissions(findings: Sequence[Any]) -> list[Permission]:
    return [finding.permission for finding in findings]


def test_the_recording_is_what_the_real_tool_does_today() -> None:
    recording, trial = record()
    assert needs(trial) == RESULT
    stored = recorded("http-api")
    assert {key: recording[key] for key in recording if key != "runs"} == {
        key: stored[key] for key in stored if key != "runs"
    }
    for run, before in zip(recording["runs"], stored["runs"], strict=True):
        assert (run["phase"], run["command"], run["exitCode"]) == (
            before["phase"],
            before["command"],
            before["exitCode"],
        )
        assert calls(run) == calls(before)


def calls(run: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What was called and what came of it; some calls of the tool are made side by side."""
    return sorted((call["service"], call["operation"], str(call["error"])) for call in run["calls"])


def test_there_are_enough_of_them_to_mean_something() -> None:
    assert len(SURE) == 54
    assert len({permission.action.partition(":")[0] for permission in SURE}) == 6
    assert all(row["action"] != "ecr:DescribeRepositories" for row in RESULT["permissions"])


@pytest.mark.parametrize("permission", SURE, ids=name)
def test_without_it_the_policy_is_insufficient_and_it_alone_is_missing(
    trials: Trials, permission: Permission
) -> None:
    result = verified(trials, permission)
    assert result.verdict is Verdict.INSUFFICIENT, result.reason
    assert permissions(result.missing) == [permission]
    assert [finding.certainty.label for finding in result.missing] == ["call"]
    assert result.unconfirmed == ()


@pytest.mark.parametrize("permission", UNDECIDED, ids=name)
def test_any_other_one_decides_no_verdict_and_is_named(trials: Trials, permission: Permission) -> None:
    result = verified(trials, permission)
    assert result.verdict is Verdict.SUFFICIENT, result.reason
    assert result.missing == ()
    assert permissions(result.unconfirmed) == [permission]


def test_the_twelve_are_of_every_kind() -> None:
    assert len({case["action"] for case in TWELVE}) == 12
    assert {case["action"].partition(":")[0] for case in TWELVE} == {
        permission.action.partition(":")[0] for permission in SURE
    }
    assert {case["stopsIn"] for case in TWELVE} == {"deploy", "redeploy", "remove"}
    for case in TWELVE:
        by = [line for row in RESULT["asked"] if row["action"] == case["action"] for line in row["by"]]
        from_tool = ["(cli)" in line for line in by]
        asker = "cli" if all(from_tool) else "both" if any(from_tool) else "cloudformation"
        assert case["asker"] == asker, case


@pytest.mark.parametrize("case", TWELVE, ids=lambda case: str(case["action"]))
def test_with_the_real_tool_too(case: dict[str, str], tmp_path: Path) -> None:
    (permission,) = [item for item in SURE if item.action == case["action"]]
    file = tmp_path / "policy.json"
    file.write_text(to_json(without(permission)), encoding="utf-8")
    command = ["verify", str(SERVICE), "--policy", str(file), "--framework", FRAMEWORK, "--format", "json"]
    life = ("deploy", "redeploy", "remove")
    lived = life[: life.index(case["stopsIn"]) + 1]
    command += ["--phases", ",".join(lived)]
    done = subprocess.run(
        [sys.executable, "-m", "verifier", *command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 10, done.stderr
    document = json.loads(done.stdout)
    assert document["verdict"] == "insufficient"
    assert [(row["action"], row["resource"], row["condition"]) for row in document["missing"]] == [
        tuple(permission.as_dict().values())
    ]
    assert document["unconfirmed"] == []
    strict, observed = document["rounds"]
    assert strict["phases"][-1]["phase"] == case["stopsIn"]
    assert [phase["phase"] for phase in observed["phases"]] == list(lived)
