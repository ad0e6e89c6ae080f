"""What each condition operator compares: one value of a policy with one value of a request.

A comparison answers None where one of the two is not of the operator's type: then neither the
operator nor its negation holds.
"""

import operator
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from verifier.iam.arn import arn_matches
from verifier.iam.variables import Variables, as_text, matches, resolve

Comparison = Callable[[str, str, Variables], bool | None]
_Order = Callable[[float, float], bool]

_INTEGER = re.compile(r"\s*([+-]?\d+)")
_DECIMAL = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)")
_EPOCH = re.compile(r"-?\d+")
_DATE = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)"
    r"(?:T(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.(?P<fraction>\d+))?)?(?P<zone>Z|[+-]\d\d:?\d\d)?)?)?)?"
)
_PREFIX_LENGTH = re.compile(r"0|[1-9]\d{0,2}")


def _string_equals(policy: str, value: str, variables: Variables) -> bool:
    pieces = resolve(policy, variables)
    return pieces is not None and as_text(pieces) == value


def _string_equals_ignore_case(policy: str, value: str, variables: Variables) -> bool:
    pieces = resolve(policy, variables)
    return pieces is not None and as_text(pieces).lower() == value.lower()


def _string_like(policy: str, value: str, variables: Variables) -> bool:
    pieces = resolve(policy, variables)
    return pieces is not None and matches(pieces, value)


def _bool(policy: str, value: str, variables: Variables) -> bool | None:
    """The policy's side may be a variable (source: iam-bool-variable)."""
    pieces = resolve(policy, variables)
    expected = as_text(pieces).lower() if pieces is not None else ""
    actual = value.lower()
    if not {expected, actual} <= {"true", "false"}:
        return None
    return expected == actual


def _binary_equals(policy: str, value: str, _: Variables) -> bool:
    """Both are base64 texts: the policy's by AWS's definition, the request's because JSON has no bytes.

    (source: iam-binary-equals)
    """
    return policy == value


def _ip_address(policy: str, value: str, _: Variables) -> bool | None:
    """A range in CIDR's form (source: iam-ip-cidr)."""
    network, address = _network(policy), _address(value)
    if network is None or address is None:
        return None
    return address in network


def _ordered(read: Callable[[str], float | None], order: _Order) -> Comparison:
    """``value order policy``: "NumericLessThan 10" holds for 9."""

    def compare(policy: str, value: str, _: Variables) -> bool | None:
        expected, actual = read(policy), read(value)
        if expected is None or actual is None:
            return None
        return order(actual, expected)

    return compare


def number(text: str) -> float | None:
    """The number that ``text`` begins with, or None.

    AWS does not say what it makes of "10 GB"; the digits it begins with count, and an exponent only
    after a decimal point.
    """
    found = (_DECIMAL if "." in text else _INTEGER).match(text)
    return float(found[1]) if found else None


@lru_cache(maxsize=4096)
def moment(text: str) -> float | None:
    """Seconds since 1970 of a W3C date or of epoch time (source: iam-date-operators), or None.

    An integer is epoch time; a time without a zone is taken as UTC.
    """
    if _EPOCH.fullmatch(text):
        return float(text)
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    try:
        return datetime(
            int(found["year"]),
            int(found["month"] or 1),
            int(found["day"] or 1),
            int(found["hour"] or 0),
            int(found["minute"] or 0),
            int(found["second"] or 0),
            int((found["fraction"] or "0")[:6].ljust(6, "0")),
            _zone(found["zone"]),
        ).timestamp()
    except ValueError:
        return None


def _zone(text: str | None) -> timezone:
    if text in (None, "Z"):
        return UTC
    assert text is not None
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


@lru_cache(maxsize=4096)
def _network(text: str) -> IPv4Network | IPv6Network | None:
    """The range that a policy names; a bare address is a range of one (source: iam-ip-default-prefix)."""
    _, slash, length = text.partition("/")
    if "%" in text or (slash and not _PREFIX_LENGTH.fullmatch(length)):
        return None
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return None if "%" in text else ip_address(text)
    except ValueError:
        return None


_ORDERS: dict[str, _Order] = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
}
COMPARISONS: dict[str, Comparison] = {
    "StringEquals": _string_equals,
    "StringEqualsIgnoreCase": _string_equals_ignore_case,
    "StringLike": _string_like,
    "Bool": _bool,
    "BinaryEquals": _binary_equals,
    "IpAddress": _ip_address,
    "ArnEquals": arn_matches,
    "ArnLike": arn_matches,
    **{f"Numeric{name}": _ordered(number, order) for name, order in _ORDERS.items()},
    **{f"Date{name}": _ordered(moment, order) for name, order in _ORDERS.items()},
}
