"""How sure a permission is, from everything that was read about it: one table, one function.

What one source says of one permission is a ``Claim``. ``weigh`` is where claims become a certainty, and the
only place:

- A newer claim outweighs an older one, in both directions. Claims of like age (``ALIKE``) that contradict
  each other make it likely.
- ``not needed`` that nothing outweighs disproves it: it is not asked for. ``swallowed`` (AWS goes on without
  it) makes it likely.
- A weak claim (somebody published a list; nobody saw it run) decides nothing. As new as the strong ones it
  casts doubt on them: likely. Older ones don't count.
- Without any claim a read or a secondary need is likely.

Nothing makes it surer than its bound, which whoever makes the call sets: ``likely`` for a soft read, ``upper
bound`` for a list that stands in for calls. What a call surely asks (a write; a request of the tool itself)
stays at its bound.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from verifier.authorization.caller import Certainty

ALIKE = timedelta(days=183)
"""Two sources whose dates are no further apart are of like age."""


class Word(StrEnum):
    """What a source says of a permission."""

    NEEDED = "needed"
    NOT_NEEDED = "not needed"
    SWALLOWED = "swallowed"


@dataclass(frozen=True)
class Claim:
    """What one source says of one permission.

    ``source`` is its id; ``seen`` is when it was true: a day, a month, a year, or "unknown".
    """

    source: str
    says: Word
    seen: str
    weak: bool = False

    @property
    def first(self) -> date:
        """The first day on which it may have been true; what bears no date is older than all that do."""
        return date.min if self.seen == "unknown" else date.fromisoformat(f"{self.seen}-01-01"[:10])

    @property
    def last(self) -> date:
        """The last such day, near enough: of a month its 28th, of a year the 28th of December."""
        ending = {4: "-12-28", 7: "-28"}.get(len(self.seen), "")
        return date.min if self.seen == "unknown" else date.fromisoformat(self.seen + ending)

    def as_dict(self) -> dict[str, Any]:
        """The JSON form, in evidence."""
        return {"source": self.source, "says": str(self.says), "seen": self.seen, "weak": self.weak}


def weigh(bound: Certainty, claims: Sequence[Claim], *, sure: bool = False) -> Certainty:
    """How sure a permission is, at most ``bound``; ``sure`` where the call itself says that it is asked."""
    if sure:
        return bound
    strong = _decided([claim for claim in claims if not claim.weak])
    doubted = any(_doubts(claim, claims, strong) for claim in claims if claim.weak)
    return min(bound, Certainty.LIKELY if doubted else strong)


def _decided(claims: Sequence[Claim]) -> Certainty:
    """What the strong claims come to."""
    needed = [claim for claim in claims if claim.says is Word.NEEDED]
    against = [claim for claim in claims if claim.says is not Word.NEEDED]
    if needed and (not against or _newest(needed).first - _newest(against).last > ALIKE):
        return Certainty.CALL
    if against and (not needed or _newest(against).first - _newest(needed).last > ALIKE):
        newest = _newest(against)
        made = any(c.says is Word.SWALLOWED for c in against if newest.first - c.last <= ALIKE)
        return Certainty.LIKELY if made else Certainty.DISPROVED
    return Certainty.LIKELY


def _doubts(weak: Claim, claims: Iterable[Claim], decided: Certainty) -> bool:
    """Whether a weak claim contradicts what was decided and is not older than what decided it."""
    if decided is Certainty.LIKELY or (weak.says is Word.NEEDED) is (decided is Certainty.CALL):
        return False
    deciding = [c for c in claims if not c.weak and (c.says is Word.NEEDED) is (decided is Certainty.CALL)]
    return _newest(deciding).first - weak.last <= ALIKE


def _newest(claims: Sequence[Claim]) -> Claim:
    return max(claims, key=lambda claim: claim.first)
