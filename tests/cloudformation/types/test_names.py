"""Names as CloudFormation makes them up, against real public ones.

"stack" ends in "..." where only the part that AWS kept is known: whatever follows is cut off.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from verifier.cloudformation.types.names import SUFFIX_LENGTH, compose, new_suffix

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "cases" / "generated_names.json").read_text("utf-8")
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_real_name_is_made_up_again(case: dict[str, Any]) -> None:
    suffix = case["name"].rpartition("-")[2]
    stack = case["stack"].replace("...", "x" * 40)
    name, kept = compose(stack, case["logicalId"], suffix, case["limit"], lowercase=case["lowercase"])
    assert (name, kept) == (case["name"], case["kept"])


@pytest.mark.parametrize("stack", [1, 10, 30, 80, 128])
@pytest.mark.parametrize("logical_id", [1, 10, 30, 80, 255])
@pytest.mark.parametrize("limit", [32, 63, 64, 80, 255])
def test_a_name_keeps_within_its_limit(stack: int, logical_id: int, limit: int) -> None:
    name, kept = compose("s" * stack, "l" * logical_id, "x" * SUFFIX_LENGTH, limit)
    assert len(name) == min(limit, stack + logical_id + SUFFIX_LENGTH + 2)
    assert name.startswith(f"{kept}-l") and name.endswith("-" + "x" * SUFFIX_LENGTH)


def test_suffixes_differ() -> None:
    suffixes = {new_suffix() for _ in range(100)}
    assert len(suffixes) == 100
    assert all(re.fullmatch(r"[A-Za-z0-9]{12}", suffix) for suffix in suffixes)
