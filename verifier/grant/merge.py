"""Permissions without what another one of them says already."""

import re
from collections.abc import Iterable
from functools import cache

from verifier.evidence import Permission
from verifier.iam.placeholders import NAMES

# A placeholder stands for any number of characters: only "*" covers it, never "?".
_SYMBOL = re.compile(r"\{(?:" + "|".join(NAMES) + r")\}|.", re.DOTALL)


def merge(permissions: Iterable[Permission]) -> tuple[Permission, ...]:
    """``permissions`` sorted, without duplicates and without those that a wider one covers.

    A wider one has the same action and the same condition.
    """
    groups: dict[tuple[str, tuple[tuple[str, str, str], ...]], list[Permission]] = {}
    for permission in sorted(set(permissions), key=_order):
        groups.setdefault((permission.action.lower(), permission.condition), []).append(permission)
    kept = [
        permission
        for group in groups.values()
        for permission in group
        if not any(_is_wider(other, permission) for other in group)
    ]
    return tuple(sorted(kept, key=_order))


def covers(wide: str, narrow: str) -> bool:
    """Whether the resource pattern ``wide`` matches everything that the pattern ``narrow`` matches.

    On the safe side: an inner ``*`` is not taken to cross a colon, so a few true covers are missed.
    """
    symbols = tuple(_SYMBOL.findall(narrow))
    pattern = tuple(_SYMBOL.findall(wide))

    @cache
    def matches(at: int, position: int) -> bool:
        if at == len(pattern):
            return position == len(symbols)
        if pattern[at] == "*":
            if at == len(pattern) - 1:
                return True
            if matches(at + 1, position):
                return True
            return position < len(symbols) and symbols[position] != ":" and matches(at, position + 1)
        if position == len(symbols):
            return False
        symbol = symbols[position]
        same = symbol == pattern[at] or (pattern[at] == "?" and symbol not in "*:" and len(symbol) == 1)
        return same and matches(at + 1, position + 1)

    return matches(0, 0)


def _is_wider(other: Permission, permission: Permission) -> bool:
    if other == permission or not covers(other.resource, permission.resource):
        return False
    # Of two that cover each other ("a*" and "a**") the first in order stays.
    return not covers(permission.resource, other.resource) or _order(other) < _order(permission)


def _order(permission: Permission) -> tuple[str, str, tuple[tuple[str, str, str], ...], str]:
    return permission.action.lower(), permission.resource, permission.condition, permission.action
