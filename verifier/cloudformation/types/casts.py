"""What CloudFormation takes a value for, whatever a template spells it as.

"30" is as good as 30 and "true" as true, and either will do as text (sources: cfn-casts-to-strings,
cfn-numbers-and-strings, cfn-booleans-and-strings).
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.template.intrinsics import to_text


@dataclass(frozen=True)
class Unknown:
    """A value that nobody knows yet, by the text that stands for it: nothing can be said against it."""

    text: str


def is_scalar(value: Any) -> bool:
    """Whether ``value`` is text, a number or a boolean: each can be text."""
    return isinstance(value, str | int | float)


def as_number(value: Any) -> float | None:
    """The number that ``value`` is or spells, if any."""
    if isinstance(value, bool) or not is_scalar(value):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def is_same(one: Any, other: Any) -> bool:
    """Whether two values are the same once cast."""
    if is_scalar(one) and is_scalar(other):
        number = as_number(one)
        return to_text(one) == to_text(other) or (number is not None and number == as_number(other))
    return bool(one == other)


def _is_integer(value: Any) -> bool:
    number = as_number(value)
    return number is not None and number.is_integer()


def _is_boolean(value: Any) -> bool:
    return is_scalar(value) and to_text(value).lower() in ("true", "false")


TYPES: Mapping[str, Callable[[Any, Any], bool]] = {
    "array": lambda _, value: isinstance(value, list),
    "boolean": lambda _, value: _is_boolean(value),
    "integer": lambda _, value: _is_integer(value),
    "null": lambda _, value: False,
    "number": lambda _, value: as_number(value) is not None,
    "object": lambda _, value: isinstance(value, Mapping),
    "string": lambda _, value: is_scalar(value),
}
"""For each of JSON's types whether a value can be taken for one; the first argument is jsonschema's own."""
