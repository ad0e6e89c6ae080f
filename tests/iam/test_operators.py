"""The names of condition operators."""

import pytest

from verifier.iam.comparisons import COMPARISONS
from verifier.iam.operators import BASE_OPERATORS, NULL, Operator, Quantifier, parse_operator


def test_every_operator_of_aws_is_there() -> None:
    assert len(BASE_OPERATORS) == len(set(BASE_OPERATORS)) == 27
    for name in BASE_OPERATORS:
        operator = parse_operator(name)
        assert operator is not None
        assert operator.test in {*COMPARISONS, NULL}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("StringEquals", Operator("StringEquals", False, False, Quantifier.ONE)),
        ("StringNotLike", Operator("StringLike", True, False, Quantifier.ONE)),
        ("NotIpAddressIfExists", Operator("IpAddress", True, True, Quantifier.ONE)),
        ("ForAllValues:StringEquals", Operator("StringEquals", False, False, Quantifier.ALL)),
        ("ForAnyValue:ArnNotLikeIfExists", Operator("ArnLike", True, True, Quantifier.ANY)),
        ("foranyvalue:booLIFEXISTS", Operator("Bool", False, True, Quantifier.ANY)),
        ("Null", Operator(NULL, False, False, Quantifier.ONE)),
    ],
)
def test_taken_apart(text: str, expected: Operator) -> None:
    assert parse_operator(text) == expected


@pytest.mark.parametrize(
    "text", ["", "IfExists", "NullIfExists", ":Bool", "ForAllValues", "A:Bool", "BoolIfExist"]
)
def test_no_operator(text: str) -> None:
    assert parse_operator(text) is None
