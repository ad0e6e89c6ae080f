"""One policy as several managed policies, each within AWS's size limit.

The limits are IAM's quotas: 6,144 characters a managed policy, white space not counted, and ten
managed policies attached to a user.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from verifier.errors import InputError
from verifier.grant.sids import distinct

Statement = dict[str, Any]
MANAGED_POLICY_LIMIT = 6144
MOST_POLICIES = 10
# Halving one of these lists splits a statement into two that say the same together.
_DIVISIBLE = ("Resource", "Action")


def size(policy: Mapping[str, Any]) -> int:
    """The characters that AWS counts: those of the JSON text without white space."""
    return len(json.dumps(policy, separators=(",", ":"), ensure_ascii=False))


def split(
    policy: Mapping[str, Any],
    limit: int = MANAGED_POLICY_LIMIT,
    measure: Callable[[Mapping[str, Any]], int] = size,
) -> tuple[dict[str, Any], ...]:
    """``policy`` in at most ten documents of at most ``limit`` characters, by service where that fits.

    A policy with its placeholders filled is longer: fill them first, or give a ``measure`` (from a
    document to its characters) that counts what will stand there. Raises InputError where it does not fit.
    """
    if measure(policy) <= limit:
        return (dict(policy),)
    given = policy["Statement"]
    whole: list[Statement] = [dict(given)] if isinstance(given, Mapping) else list(given)
    room = _Room({key: value for key, value in policy.items() if key != "Statement"}, limit, measure)
    pieces = _renamed([piece for statement in whole for piece in _pieces(statement, room)])
    bins = _by_service(pieces, room)
    if len(bins) > MOST_POLICIES:
        bins = _dense(pieces, room)
    if len(bins) > MOST_POLICIES:
        raise InputError(
            f"policy: {measure(policy)} characters need {len(bins)} managed policies of {limit}; "
            f"IAM attaches at most {MOST_POLICIES} to a user"
        )
    return tuple(room.document(statements) for statements in bins)


@dataclass(frozen=True)
class _Room:
    """What one managed policy has room for; ``envelope`` is what every part repeats."""

    envelope: Mapping[str, Any]
    limit: int
    measure: Callable[[Mapping[str, Any]], int]

    def document(self, statements: Sequence[Statement]) -> dict[str, Any]:
        return {**self.envelope, "Statement": statements}

    def fits(self, statements: Sequence[Statement]) -> bool:
        return self.measure(self.document(statements)) <= self.limit


def _pieces(statement: Statement, room: _Room) -> list[Statement]:
    if room.fits([statement]):
        return [statement]
    halves = _halves(statement)
    if not halves:
        name = statement.get("Sid", "without a Sid")
        raise InputError(
            f"policy: statement {name} alone is longer than a managed policy of {room.limit} characters"
        )
    return [piece for half in halves for piece in _pieces(half, room)]


def _halves(statement: Statement) -> list[Statement]:
    divisible = [
        key for key in _DIVISIBLE if isinstance(statement.get(key), list) and len(statement[key]) > 1
    ]
    if not divisible:
        return []
    key = max(divisible, key=lambda each: sum(map(len, statement[each])))
    middle = len(statement[key]) // 2
    return [statement | {key: part} for part in (statement[key][:middle], statement[key][middle:])]


def _by_service(pieces: Sequence[Statement], room: _Room) -> list[list[Statement]]:
    """In order; a service that fits into one policy is never torn apart."""
    bins: list[list[Statement]] = [[]]
    for _, group in groupby(pieces, key=_service):
        together = list(group)
        if room.fits(bins[-1] + together):
            bins[-1] += together
            continue
        if bins[-1]:
            bins.append([])
        for piece in together:
            if not room.fits([*bins[-1], piece]):
                bins.append([])
            bins[-1].append(piece)
    return bins


def _dense(pieces: Sequence[Statement], room: _Room) -> list[list[Statement]]:
    """As few policies as first fit finds, the longest statements first."""
    bins: list[list[Statement]] = []
    for piece in sorted(pieces, key=lambda statement: -room.measure(statement)):
        home = next((each for each in bins if room.fits([*each, piece])), None)
        if home is None:
            bins.append([piece])
        else:
            home.append(piece)
    return bins


def _service(statement: Statement) -> str:
    actions = statement.get("Action") or statement.get("NotAction") or ""
    first = actions if isinstance(actions, str) else str(actions[0])
    return first.partition(":")[0].lower()


def _renamed(pieces: Sequence[Statement]) -> list[Statement]:
    """Pieces of one statement get ids of their own."""
    names = iter(distinct([piece["Sid"] for piece in pieces if "Sid" in piece]))
    return [{**piece, "Sid": next(names)} if "Sid" in piece else piece for piece in pieces]
