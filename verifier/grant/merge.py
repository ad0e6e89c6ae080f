"""Permissions without what another one of them says already."""

import re
from collections.abc import Iterable
from functools import cache

from verifier.grant.evidence import Permission
from verifier.iam.placeholders import NAMES
from verifier.iam.policy import Condition

# A placeholder is one symbol of no fixed length: only "*" covers it, never "?".
_PLACEHOLDERS = {f"{{{name}}}": chr(0xE000 + index) for index, name in enumerate(NAMES)}
_ONE_CHARACTER = f"[^:*{''.join(_PLACEHOLDERS.values())}]"


def merge(permissions: Iterable[Permission]) -> tuple[Permission, ...]:
    """``permissions`` sorted, without duplicates and without those that a wider one covers."""
    groups: dict[tuple[object, ...], list[Permission]] = {}
    for permission in sorted(set(permissions), key=order):
        groups.setdefault((permission.action, permission.conditions), []).append(permission)
    kept = (
        permission
        for group in groups.values()
        for permission in group
        if not any(_makes_superfluous(other, permission) for other in group)
    )
    return tuple(sorted(kept, key=order))


def covers(wide: Permission, narrow: Permission) -> bool:
    """Whether ``wide`` has the same action and condition, and its resources include those of ``narrow``."""
    return (
        wide.action == narrow.action
        and wide.conditions == narrow.conditions
        and covers_resource(wide.resource, narrow.resource)
    )


def covers_resource(wide: str, narrow: str) -> bool:
    """Whether the resource pattern ``wide`` matches everything that the pattern ``narrow`` matches.

    On the safe side: an inner ``*`` is not taken to cross a colon, so a few true covers are missed.
    """
    return _matcher(wide).fullmatch(_as_symbols(narrow)) is not None


def order(permission: Permission) -> tuple[str, str, tuple[Condition, ...]]:
    """The order of permissions wherever they are listed."""
    return permission.action, permission.resource, permission.conditions


def _makes_superfluous(other: Permission, permission: Permission) -> bool:
    if other == permission or not covers(other, permission):
        return False
    # Of two that cover each other ("a*" and "a**") the first in order stays.
    return not covers(permission, other) or order(other) < order(permission)


@cache
def _as_symbols(pattern: str) -> str:
    for placeholder, symbol in _PLACEHOLDERS.items():
        pattern = pattern.replace(placeholder, symbol)
    return pattern


@cache
def _matcher(pattern: str) -> re.Pattern[str]:
    symbols = _as_symbols(pattern)
    parts = [{"*": "[^:]*", "?": _ONE_CHARACTER}.get(symbol, re.escape(symbol)) for symbol in symbols]
    if pattern.endswith("*"):
        parts[-1] = ".*"
    return re.compile("".join(parts), re.DOTALL)
