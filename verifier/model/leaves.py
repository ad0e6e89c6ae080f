"""The texts within a property's value: where they stand, and values with another one there."""

from collections.abc import Iterator, Mapping
from typing import Any

Path = tuple[str | int, ...]
_ENDS = "0123456789"


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every text with its path."""
    match value:
        case Mapping():
            for name, inner in value.items():
                yield from leaves(inner, (*path, name))
        case list() | tuple():
            for index, inner in enumerate(value):
                yield from leaves(inner, (*path, index))
        case str():
            yield path, value


def at(value: Any, path: Path) -> Any:
    """What stands at ``path``."""
    for part in path:
        value = value[part]
    return value


def put(value: Any, path: Path, wanted: Any) -> Any:
    """A copy of ``value`` with ``wanted`` at ``path``."""
    if not path:
        return wanted
    first, *rest = path
    items = value.items() if isinstance(value, Mapping) else enumerate(value)
    copied = {key: put(one, tuple(rest), wanted) if key == first else one for key, one in items}
    return copied if isinstance(value, Mapping) else list(copied.values())


def without(value: Any, *names: str) -> Any:
    """``value`` without what stands at ``names``, in every item of lists on the way; None for all of it."""
    if not names:
        return None
    first, *rest = names
    if isinstance(value, list | tuple):
        return [without(one, *names) for one in value]
    if not isinstance(value, Mapping) or first not in value:
        return value
    inner = without(value[first], *rest) if rest else None
    others = {key: one for key, one in value.items() if key != first}
    return others if inner is None else {**value, first: inner}


def likes(text: str) -> Iterator[str]:
    """Texts that differ from ``text`` in the last character: numbers, which ids and names may end in."""
    if text:
        yield from (text[:-1] + end for end in _ENDS if end != text[-1])
