"""What CloudFormation takes a value for."""

from typing import Any

import pytest

from verifier.cloudformation.types.casts import TYPES, as_number, is_same

# Each value with the types that it can be taken for.
TAKEN: list[tuple[Any, set[str]]] = [
    ("text", {"string"}),
    ("", {"string"}),
    ("30", {"string", "integer", "number"}),
    ("30.0", {"string", "integer", "number"}),
    ("-1.5", {"string", "number"}),
    ("inf", {"string"}),
    ("1e400", {"string"}),
    (30, {"string", "integer", "number"}),
    (30.0, {"string", "integer", "number"}),
    (30.5, {"string", "number"}),
    (True, {"string", "boolean"}),
    ("True", {"string", "boolean"}),
    ("yes", {"string"}),
    ([], {"array"}),
    ({}, {"object"}),
]


@pytest.mark.parametrize(("value", "types"), TAKEN, ids=[repr(value) for value, _ in TAKEN])
def test_types(value: Any, types: set[str]) -> None:
    assert {name for name, takes in TYPES.items() if takes(None, value)} == types


def test_numbers() -> None:
    values: list[Any] = ["7", 7, 7.5, True, "x", [], 10**400]
    assert [as_number(value) for value in values] == [7, 7, 7.5, *[None] * 4]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("1", 1, True),
        ("1.0", 1, True),
        (True, "true", True),
        (True, 1, False),
        ("a", "b", False),
        ([1], [1], True),
        ({"a": 1}, {"a": 2}, False),
        ([], "", False),
    ],
)
def test_same(one: Any, other: Any, same: bool) -> None:
    assert is_same(one, other) is same
