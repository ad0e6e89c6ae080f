"""Merging: the case table, and properties."""

import json
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.grant.evidence import Permission
from verifier.grant.merge import covers, covers_resource, merge
from verifier.iam.arn import resource_matches
from verifier.iam.policy import Condition
from verifier.iam.variables import Variables

TABLE = Path(__file__).parents[1] / "cases" / "packing" / "merge.json"
CASES = json.loads(TABLE.read_text(encoding="utf-8"))["cases"]

patterns = st.text(alphabet="ab:/*?", min_size=1, max_size=8).map("arn:aws:s3:::".__add__)
concrete = st.text(alphabet="ab:/", max_size=8).map("arn:aws:s3:::".__add__)


def permission(plain: dict[str, Any]) -> Permission:
    return Permission.from_dict({"condition": {}} | plain)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_what_stays(case: dict[str, Any]) -> None:
    given = [permission(each) for each in case["given"]]
    kept = tuple(permission(each) for each in case["kept"])
    for order in permutations(given):
        assert merge(order) == kept
    assert merge(kept) == kept


def test_covering_needs_action_and_condition_too() -> None:
    wide = Permission("s3:GetObject", "*")
    assert covers(wide, Permission("s3:GetObject", "x"))
    assert covers(wide, wide)
    assert not covers(wide, Permission("s3:PutObject", "x"))
    assert not covers(wide, Permission("s3:GetObject", "x", (Condition("StringEquals", "a:b", ("c",)),)))


@given(patterns, patterns, concrete)
def test_a_cover_is_never_claimed_wrongly(wide: str, narrow: str, resource: str) -> None:
    variables = Variables({}, True)
    if covers_resource(wide, narrow) and resource_matches(narrow, resource, variables):
        assert resource_matches(wide, resource, variables)


@given(st.lists(st.tuples(st.sampled_from(("s3:GetObject", "s3:PutObject")), patterns), max_size=6))
def test_nothing_is_lost(pairs: list[tuple[str, str]]) -> None:
    permissions = [Permission(*pair) for pair in pairs]
    kept = merge(permissions)
    assert set(kept) <= set(permissions)
    assert all(any(covers(wide, each) for wide in kept) for each in permissions)
    assert not any(covers(wide, each) for wide in kept for each in kept if wide != each)
