"""What an evidence says of its own permissions, so that a change by hand shows, and of which it was.

The marks of all permissions, one over the other (exclusive or): the mark of one that was put in or taken out
is left over. That is for honest mistakes; who wants to can write another seal.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from functools import reduce
from operator import xor

from verifier.grant.evidence import Permission

_DIGITS = 32
# Of more suspects some would make up any mark by chance.
_MOST = 4 * _DIGITS - 32


def seal_of(permissions: Iterable[Permission]) -> str:
    """The seal of ``permissions``, each of them once, in any order."""
    return f"{_together(permissions):0{_DIGITS}x}"


def by_hand(seal: str, held: Iterable[Permission], suspects: Sequence[Permission]) -> frozenset[Permission]:
    """Which of ``suspects`` came into or out of ``held`` since it was sealed; empty where none tells."""
    left = int(seal, 16) ^ _together(held) if seal else 0
    # Gauss's elimination: by the highest bit of a sum of marks, the sum and whose marks are in it.
    sums: dict[int, tuple[int, frozenset[Permission]]] = {}
    for suspect in suspects:
        mark, of = _reduced(_mark(suspect), frozenset({suspect}), sums)
        if mark:
            sums[mark.bit_length()] = mark, of
    left, of = _reduced(left, frozenset(), sums)
    return frozenset() if left or len(sums) > _MOST else of


def _reduced(
    mark: int, of: frozenset[Permission], sums: dict[int, tuple[int, frozenset[Permission]]]
) -> tuple[int, frozenset[Permission]]:
    while mark and mark.bit_length() in sums:
        other, others = sums[mark.bit_length()]
        mark, of = mark ^ other, of ^ others
    return mark, of


def _together(permissions: Iterable[Permission]) -> int:
    return reduce(xor, map(_mark, set(permissions)), 0)


def _mark(permission: Permission) -> int:
    text = json.dumps(permission.as_dict(), sort_keys=True)
    return int(hashlib.sha256(text.encode()).hexdigest()[:_DIGITS], 16)
