"""One policy as several managed policies, each within AWS's size limit.

The limits are IAM's quotas: 6,144 characters a managed policy, white space not counted, and ten
managed policies attached to a user.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from verifier.errors import InputError
from verifier.grant.sids import distinct, service
from verifier.iam.policy import PolicyDocument, Statement, size

MANAGED_POLICY_LIMIT = 6144
MOST_POLICIES = 10


def split(
    policy: PolicyDocument,
    limit: int = MANAGED_POLICY_LIMIT,
    measure: Callable[[PolicyDocument], int] = size,
) -> tuple[PolicyDocument, ...]:
    """``policy`` in at most ten documents of at most ``limit`` characters, by service where that fits.

    A policy with its placeholders filled is longer: fill them first, or give a ``measure`` (from a
    document to its characters) that counts what will stand there. Raises InputError where it does not fit.
    """
    if measure(policy) <= limit:
        return (policy,)
    room = _Room(replace(policy, statements=()), limit, measure)
    pieces = _renamed([piece for statement in policy.statements for piece in _pieces(statement, room)])
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

    envelope: PolicyDocument
    limit: int
    measure: Callable[[PolicyDocument], int]

    def document(self, statements: Iterable[Statement]) -> PolicyDocument:
        numbered = (replace(statement, index=index) for index, statement in enumerate(statements, start=1))
        return replace(self.envelope, statements=tuple(numbered))

    def fits(self, statements: Sequence[Statement]) -> bool:
        return self.length(statements) <= self.limit

    def length(self, statements: Sequence[Statement]) -> int:
        return self.measure(replace(self.envelope, statements=tuple(statements)))


def _pieces(statement: Statement, room: _Room) -> list[Statement]:
    if room.fits([statement]):
        return [statement]
    halves = _halves(statement)
    if not halves:
        name = statement.sid or "without a Sid"
        raise InputError(
            f"policy: statement {name} alone is longer than a managed policy of {room.limit} characters"
        )
    return [piece for half in halves for piece in _pieces(half, room)]


def _halves(statement: Statement) -> list[Statement]:
    """Two statements that say the same together; NotAction and NotResource cannot be divided so."""
    actions, resources = statement.actions, statement.resources
    if len(resources) > 1 and (len(actions) < 2 or _characters(resources) >= _characters(actions)):
        middle = len(resources) // 2
        return [replace(statement, resources=half) for half in (resources[:middle], resources[middle:])]
    if len(actions) > 1:
        middle = len(actions) // 2
        return [replace(statement, actions=half) for half in (actions[:middle], actions[middle:])]
    return []


def _characters(texts: Iterable[str]) -> int:
    return sum(map(len, texts))


def _by_service(pieces: Sequence[Statement], room: _Room) -> list[list[Statement]]:
    """In order; a service that fits into one policy is never torn apart."""
    bins: list[list[Statement]] = [[]]
    for _, group in groupby(pieces, key=service):
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
    for piece in sorted(pieces, key=lambda statement: -room.length([statement])):
        home = next((each for each in bins if room.fits([*each, piece])), None)
        if home is None:
            bins.append([piece])
        else:
            home.append(piece)
    return bins


def _renamed(pieces: Sequence[Statement]) -> list[Statement]:
    """Pieces of one statement get ids of their own."""
    names = iter(distinct([piece.sid for piece in pieces if piece.sid]))
    return [replace(piece, sid=next(names)) if piece.sid else piece for piece in pieces]
