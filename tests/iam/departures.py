"""Where AWS's documentation says that the peer of the differential test is wrong.

Each predicate names one kind of pair that the comparison leaves out, with the sources that say so.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from tests.iam.pairs import Pair

CURRENT = "2012-10-17"
_VARIABLE = re.compile(r"\$\{([^}]*)\}")


@dataclass(frozen=True)
class Departure:
    """A kind of pair on which we follow the documentation, and what it says."""

    applies: Callable[[Pair], bool]
    sources: tuple[str, ...]


def short_arn(pair: Pair) -> bool:
    """A pattern of fewer than six fields, which the peer fills up with wildcards."""
    return any(pattern.strip("*") and pattern.count(":") < 5 for _, _, pattern in resource_patterns(pair))


def wildcard_beyond_its_segment(pair: Pair) -> bool:
    """A ``*`` that runs over a colon, or a wildcard or variable where the resource type stands."""
    resource = pair["request"]["resource"]
    return any(_in_type(pattern) or _crosses(pattern, resource) for _, _, pattern in resource_patterns(pair))


def unset_variable_negated(pair: Pair) -> bool:
    """A variable without a value in NotResource or under a negated operator: nothing equals it."""
    context = {key.lower(): value for key, value in pair["request"]["context"].items()}

    def unset(text: str) -> bool:
        names = [inside.partition(", ") for inside in _VARIABLE.findall(text) if inside not in "*?$"]
        return any(not default and not _is_set(context.get(name.lower())) for name, _, default in names)

    in_resources = any(
        element == "NotResource" and unset(text) for _, element, text in resource_patterns(pair)
    )
    in_conditions = any(
        "not" in operator.lower() and unset(value)
        for _, operator, _, values in conditions(pair)
        for value in values
    )
    return in_resources or in_conditions


def variable_in_old_version(pair: Pair) -> bool:
    """``${...}`` in a document of 2008-10-17 or without a version, where it is plain text."""
    texts = [(version, pattern) for version, _, pattern in resource_patterns(pair)]
    texts += [(version, value) for version, _, _, values in conditions(pair) for value in values]
    return any(version != CURRENT and "${" in text for version, text in texts)


def epoch_against_calendar(pair: Pair) -> bool:
    """Seconds since 1970 compared with a calendar date, which the peer takes for milliseconds."""
    for _, operator, actual, expected in conditions(pair):
        if "date" in operator.lower():
            kinds = {_is_epoch(text) for text in actual}
            if any(_is_epoch(text) != kind for text in expected for kind in kinds):
                return True
    return False


def address_range(pair: Pair) -> bool:
    """A bare address against one of the other family or another spelling, or a range of all of IPv4."""
    for _, operator, actual, expected in conditions(pair):
        if "ipaddress" not in operator.lower():
            continue
        if any(re.fullmatch(r"[\d.]+/0", text) for text in expected):
            return True
        if any(
            _is_address(text) and _is_address(value) and text != value
            for text in expected
            for value in actual
        ):
            return True
    return False


DEPARTURES = {
    "short ARN": Departure(short_arn, ("iam-missing-arn-field",)),
    "wildcard beyond its segment": Departure(
        wildcard_beyond_its_segment,
        ("iam-resource-wildcard", "iam-wildcard-resource-type", "iam-variable-first-segment"),
    ),
    "unset variable, negated": Departure(
        unset_variable_negated, ("iam-variable-no-value-resource", "iam-variable-no-value-negated")
    ),
    "variable in an old version": Departure(
        variable_in_old_version, ("iam-version-2008", "iam-version-missing")
    ),
    "epoch against calendar": Departure(epoch_against_calendar, ("iam-date-operators", "iam-epoch-seconds")),
    "address range": Departure(address_range, ("iam-ip-default-prefix", "iam-not-ip-address")),
}


def statements(pair: Pair) -> Iterator[tuple[str | None, dict[str, Any]]]:
    """Every statement of the pair, with its document's version."""
    for policy in [*pair["policies"], *([pair["boundary"]] if pair["boundary"] else [])]:
        block = policy["Statement"]
        for statement in [block] if isinstance(block, dict) else block:
            yield policy.get("Version"), statement


def resource_patterns(pair: Pair) -> Iterator[tuple[str | None, str, str]]:
    """(version, element, pattern) of every Resource and NotResource."""
    for version, statement in statements(pair):
        for element in ("Resource", "NotResource"):
            for pattern in _listed(statement.get(element, [])):
                yield version, element, pattern


def conditions(pair: Pair) -> Iterator[tuple[str | None, str, list[str], list[str]]]:
    """(version, operator, the request's values, the policy's values) of every condition."""
    context = {key.lower(): value for key, value in pair["request"]["context"].items()}
    for version, statement in statements(pair):
        for operator, keys in statement.get("Condition", {}).items():
            for key, values in keys.items():
                actual = _listed(context.get(key.lower(), []))
                yield version, operator, actual, [str(value) for value in _listed(values)]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _in_type(pattern: str) -> bool:
    """Before the first slash or colon of the resource; buckets and objects have no type."""
    fields = pattern.split(":", 5)
    if len(fields) < 6 or fields[2:5] == ["s3", "", ""]:
        return False
    kind = re.match(r"([^/:]*)[/:]", fields[5])
    return kind is not None and re.search(r"[*?]|\$\{", kind[1]) is not None


def _crosses(pattern: str, resource: str) -> bool:
    """Whether it matters that a ``*`` at the end of a field may run over colons."""
    fields = _VARIABLE.sub("*", pattern).split(":", 5)
    if len(fields) < 6:
        return False
    within, across = ([_field(field, star) for field in fields[:5]] for star in ("[^:]*", ".*"))
    tail = ":" + _field(fields[5], ".*").replace("[^:]", ".")
    fits = [
        re.fullmatch(":".join(head) + tail, resource, re.IGNORECASE) is not None for head in (within, across)
    ]
    return fits[0] != fits[1]


def _field(field: str, last_star: str) -> str:
    body, star = (field.rstrip("*"), last_star) if field.endswith("*") else (field, "")
    return re.escape(body).replace(r"\*", "[^:]*").replace(r"\?", "[^:]") + star


def _is_epoch(text: str) -> bool:
    return re.fullmatch(r"-?\d+", text) is not None


def _is_set(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
