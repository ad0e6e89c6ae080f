"""The names of condition operators: set prefix, base operator, IfExists."""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class Quantifier(StrEnum):
    """How the values of a multi-valued key are counted."""

    ONE = ""
    ALL = "ForAllValues"
    ANY = "ForAnyValue"


# Each negated operator by the operator that it negates; the others negate nothing.
_NEGATIONS = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
}
_ORDERS = ("LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
NULL = "Null"
BASE_OPERATORS = (
    *_NEGATIONS.values(),
    *_NEGATIONS,
    *(f"{kind}{order}" for kind in ("Numeric", "Date") for order in _ORDERS),
    "Bool",
    "BinaryEquals",
    NULL,
)
_BY_LOWER_NAME = {name.lower(): name for name in BASE_OPERATORS}
_QUANTIFIERS = {quantifier.lower(): quantifier for quantifier in Quantifier if quantifier}


@dataclass(frozen=True)
class Operator:
    """An operator taken apart. ``test`` is the comparison ("StringLike"), which ``negated`` turns round."""

    test: str
    negated: bool
    if_exists: bool
    quantifier: Quantifier


@lru_cache(maxsize=1024)
def parse_operator(text: str) -> Operator | None:
    """``text`` ("ForAnyValue:StringNotLikeIfExists") taken apart, in any case; None if AWS has no such one.

    ``NullIfExists`` is none (source: iam-null-with-if-exists).
    """
    prefix, colon, name = text.lower().rpartition(":")
    quantifier = _QUANTIFIERS.get(prefix) if colon else Quantifier.ONE
    base = _BY_LOWER_NAME.get(name.removesuffix("ifexists"))
    if_exists = name.endswith("ifexists")
    if quantifier is None or base is None or (base == NULL and if_exists):
        return None
    return Operator(_NEGATIONS.get(base, base), base in _NEGATIONS, if_exists, quantifier)
