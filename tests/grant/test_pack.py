"""Statements: the case table, and that a policy says what its permissions say, no more and no less."""

import json
import re
from collections.abc import Iterable
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.grant.evidence import Permission
from verifier.grant.merge import merge
from verifier.grant.pack import policy
from verifier.grant.sids import distinct
from verifier.iam.policy import Condition, PolicyDocument, parse_policy, to_dict

TABLE = Path(__file__).parents[1] / "cases" / "packing" / "statements.json"
CASES = json.loads(TABLE.read_text(encoding="utf-8"))["cases"]

PASSED = (Condition("StringEquals", "iam:PassedToService", ("lambda.amazonaws.com",)),)
OTHER = (Condition("StringEquals", "iam:PassedToService", ("states.amazonaws.com",)),)
permissions = st.builds(
    Permission,
    st.sampled_from(("s3:GetObject", "s3:PutObject", "iam:PassRole", "iam:GetRole", "logs:TagResource")),
    st.sampled_from(
        ("*", "arn:aws:s3:::b", "arn:aws:s3:::b/*", "arn:aws:iam::{account}:role/x", "arn:aws:x:::/")
    ),
    st.sampled_from(((), PASSED, OTHER)),
)


def permission(plain: dict[str, Any]) -> Permission:
    return Permission.from_dict({"condition": {}} | plain)


def said(document: PolicyDocument) -> set[Permission]:
    """What a policy document grants, one by one."""
    return {
        Permission(action, resource, statement.conditions)
        for statement in document.statements
        for action, resource in product(statement.actions, statement.resources)
    }


def written(permissions: Iterable[Permission]) -> Any:
    """The statements as they stand in a file."""
    return to_dict(policy(permissions), lists=True)["Statement"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_statements_of_permissions(case: dict[str, Any]) -> None:
    given = [permission(each) for each in case["given"]]
    assert written(given) == case["statements"]
    assert written(reversed(given)) == case["statements"]


@given(st.lists(permissions, min_size=1))
def test_a_policy_says_what_its_permissions_say(given: list[Permission]) -> None:
    document = policy(given)
    assert said(document) == set(merge(given))
    assert list(to_dict(document)) == ["Version", "Statement"]
    assert document.version == "2012-10-17"


@given(st.lists(permissions, min_size=1))
def test_a_policy_is_one_that_aws_takes(given: list[Permission]) -> None:
    document = policy(given)
    assert parse_policy(to_dict(document, lists=True)) == document
    sids = [statement.sid or "" for statement in document.statements]
    assert len(set(sids)) == len(sids)
    assert all(re.fullmatch("[A-Za-z0-9]+", sid) for sid in sids)


@given(st.lists(permissions, min_size=1), st.randoms())
def test_the_order_of_permissions_does_not_matter(given: list[Permission], random: Any) -> None:
    shuffled = list(given)
    random.shuffle(shuffled)
    assert policy(shuffled) == policy(given)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["A", "B"], ["A", "B"]),
        (["A", "A", "A"], ["A", "A2", "A3"]),
        (["A", "A2", "A"], ["A", "A2", "A3"]),
    ],
)
def test_distinct_names(names: list[str], expected: list[str]) -> None:
    assert distinct(names) == expected
