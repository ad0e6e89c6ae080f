"""The file of faults: what it may say, and what is said of one that cannot be used."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from verifier.emulator.fault_file import KEYS, load_faults, parse_faults
from verifier.emulator.faults import Deviation, FaultPlan, ForbiddenAction, ResponseFault, Throttling, Wording
from verifier.errors import InputError

CASES = json.loads((Path(__file__).parents[1] / "cases" / "gateway" / "bad_faults.json").read_text())


@pytest.mark.parametrize("text", ["", "{}", "failLastWave: false", "responses: []"])
def test_nothing_to_inject(tmp_path: Path, text: str) -> None:
    (tmp_path / "f").write_text(text)
    assert load_faults(tmp_path / "f") == FaultPlan()


def test_yaml_and_json(tmp_path: Path) -> None:
    expected = FaultPlan(True, (ResponseFault("sqs", "A", "X", 3, 429, "slow down"),))
    entry = {
        "service": "sqs",
        "operation": "A",
        "times": 3,
        "status": 429,
        "code": "X",
        "message": "slow down",
    }
    (tmp_path / "f.json").write_text(json.dumps({"failLastWave": True, "responses": [entry]}))
    (tmp_path / "f.yaml").write_text(
        "failLastWave: true\nresponses:\n"
        "- {service: sqs, operation: A, times: 3, status: 429, code: X, message: slow down}\n"
    )
    assert load_faults(tmp_path / "f.json") == load_faults(tmp_path / "f.yaml") == expected


def test_everything_that_a_file_may_say(tmp_path: Path) -> None:
    (tmp_path / "f.yaml").write_text(
        """
seed: 7
propagation: 2.5
throttling: {every: 5}
wordings: [bare, old, new]
encoded: true
siblings: cancelled
enforceLikely: true
trail: 5
sessions: 60
forbidden: [{action: "a:B", by: session policy}]
required:
- {operation: "lambda:CreateFunction", action: "lambda:MadeUp"}
- {type: "AWS::Lambda::Function", step: update, action: "nosuch:MadeUp", resource: "arn:{partition}:x"}
dropped:
- {type: "Custom::Thing", step: delete, action: "iam:GetRole"}
"""
    )
    assert load_faults(tmp_path / "f.yaml") == FaultPlan(
        seed=7,
        propagation=2.5,
        throttling=Throttling(every=5),
        wordings=(Wording.BARE, Wording.OLD, Wording.NEW),
        encoded=True,
        cancel_siblings=True,
        enforce_likely=True,
        trail=5,
        sessions=60,
        forbidden=(ForbiddenAction("a:B", "session policy"),),
        required=(
            Deviation("lambda:MadeUp", operation="lambda:CreateFunction"),
            Deviation(
                "nosuch:MadeUp",
                type="AWS::Lambda::Function",
                step="update",
                resource="arn:{partition}:x",
            ),
        ),
        dropped=(Deviation("iam:GetRole", type="Custom::Thing", step="delete"),),
    )


def test_the_file_that_the_documents_show() -> None:
    text = (Path(__file__).parents[2] / "docs" / "stand-in.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    plan = yaml.safe_load(shown)
    assert set(plan) == KEYS
    assert parse_faults(plan).stands_in


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["says"])
def test_one_line_that_names_the_entry(case: dict[str, Any]) -> None:
    with pytest.raises(InputError) as caught:
        parse_faults(case["content"], "f.yaml")
    assert case["says"] in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"a: [", b"\xff\xfe\x00", b"a: b: c"])
def test_files_that_are_neither(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "f").write_bytes(content)
    with pytest.raises(InputError) as caught:
        load_faults(tmp_path / "f")
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        load_faults(tmp_path / "none")
