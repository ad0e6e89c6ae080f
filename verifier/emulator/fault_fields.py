"""Single values of the file of faults; each error is one line that names where it is."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from verifier.errors import InputError

_LONGEST = 600.0  # seconds; AWS takes far less

T = TypeVar("T")


def each(top: Mapping[str, Any], key: str, where: str, parse: Callable[[object, str], T]) -> tuple[T, ...]:
    """Each entry of the list at ``key``, parsed with where it stands. Raises InputError."""
    entries = top.get(key, [])
    if not isinstance(entries, list):
        raise InputError(f"{where}: {key} must be a list")
    return tuple(parse(entry, f"{where}: {key}[{index}]") for index, entry in enumerate(entries))


def seconds(top: Mapping[str, Any], key: str, where: str) -> float:
    """A duration in seconds; 0 where it is not given. Raises InputError."""
    value = top.get(key, 0)
    if not is_number(value) or not 0 <= value <= _LONGEST:
        raise InputError(f"{where}: {key} must be seconds, a number from 0 to {_LONGEST:g}")
    return float(value)


def flag(top: Mapping[str, Any], key: str, where: str) -> bool:
    """True or false; false where it is not given. Raises InputError."""
    value = top.get(key, False)
    if not isinstance(value, bool):
        raise InputError(f"{where}: {key} must be true or false")
    return value


def text(values: Mapping[str, Any], key: str, where: str) -> str:
    """A text that has to be there. Raises InputError."""
    value = values.get(key)
    if not isinstance(value, str) or not value:
        raise InputError(f"{where}: {key} must be given, as text")
    return value


def mapping(value: object, where: str, known: set[str]) -> Mapping[str, Any]:
    """``value`` as an object with no other keys than those ``known``. Raises InputError."""
    if not isinstance(value, dict):
        raise InputError(f"{where}: must be an object with {', '.join(sorted(known))}")
    unknown = sorted(str(key) for key in value if key not in known)
    if unknown:
        raise InputError(f"{where}: unknown key {unknown[0]}; known are {', '.join(sorted(known))}")
    return value


def is_integer(value: object) -> bool:
    """Whether it is a whole number, and no flag."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: object) -> bool:
    """Whether it is a number, and no flag."""
    return isinstance(value, int | float) and not isinstance(value, bool)
