"""How claims become a certainty: tests/cases/weights.json."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from verifier.authorization.caller import Certainty
from verifier.authorization.weights import Claim, Word, weigh

CASES: list[Mapping[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "cases" / "weights.json").read_text(encoding="utf-8")
)


def claim(text: str) -> Claim:
    """A claim, as in "weak not needed 2025-01"."""
    weak, rest = text.startswith("weak "), text.removeprefix("weak ")
    says, _, seen = rest.rpartition(" ")
    return Claim("a-source", Word(says), seen, weak)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_claims_become_a_certainty(case: Mapping[str, Any]) -> None:
    bound = Certainty[case.get("bound", "call").upper().replace(" ", "_")]
    claims = [claim(text) for text in case["claims"]]
    assert weigh(bound, claims, sure=case.get("sure", False)).label == case["gives"]
    assert weigh(bound, claims[::-1], sure=case.get("sure", False)).label == case["gives"]


def test_a_claim_says_itself() -> None:
    assert claim("weak needed 2025-01").as_dict() == {
        "source": "a-source",
        "says": "needed",
        "seen": "2025-01",
        "weak": True,
    }
