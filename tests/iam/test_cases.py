"""Every case of tests/cases/iam/*.json: what policies say of one request."""

import json
from pathlib import Path
from typing import Any

import pytest

from verifier.iam.evaluate import Decision
from verifier.iam.simulate import simulation_from_json

CASES = Path(__file__).parents[1] / "cases" / "iam"


def load() -> list[Any]:
    return [
        pytest.param(case, id=f"{path.stem}: {case['name']}")
        for path in sorted(CASES.glob("*.json"))
        for case in json.loads(path.read_text(encoding="utf-8"))
        if path.stem != "parse_errors"
    ]


@pytest.mark.parametrize("case", load())
def test_case(case: dict[str, Any]) -> None:
    decision = decide(case)
    assert decision.outcome.value == case["decision"]
    if "policyType" in case:
        assert decision.policy_type == case["policyType"]
    if "by" in case:
        assert [_reference(decision, index) for index in range(len(decision.statements))] == case["by"]


def test_there_are_enough_cases() -> None:
    names = [case.id for case in load()]
    assert len(set(names)) == len(names) >= 200


def decide(case: dict[str, Any]) -> Decision:
    return simulation_from_json(
        {key: case[key] for key in ("request", "policies", "boundary")}, "case"
    ).decide()


def _reference(decision: Decision, index: int) -> str:
    """``policy1/Sid`` or ``boundary/2``."""
    statement = decision.statements[index]
    policy = statement.policy.removeprefix("case: ").replace(" ", "")
    return f"{policy}/{statement.sid or statement.index}"
