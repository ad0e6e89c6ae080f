"""Each family of wordings in a case of its own, and what the gateway itself says."""

import json
from pathlib import Path
from typing import Any

import pytest

from verifier.denial.denial import Denial
from verifier.denial.parse import denials_of

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "cases" / "denials" / "families.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_family(case: dict[str, Any]) -> None:
    rows = [denial.as_dict() for denial in denials_of(case["text"])]
    assert len(rows) == len(case["denials"]), rows
    for row, wanted in zip(rows, case["denials"], strict=True):
        assert {name: row[name] for name in wanted} == wanted


def test_the_table_names_each_case_once() -> None:
    names = [case["name"] for case in CASES]
    assert len(names) == len(set(names))


def test_a_denial_is_made_again_of_its_json() -> None:
    for denial in (denial for case in CASES for denial in denials_of(case["text"])):
        assert Denial.from_dict(json.loads(json.dumps(denial.as_dict()))) == denial
