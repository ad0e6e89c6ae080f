"""What was made at an endpoint, and how each of it is taken away again.

Nobody lists what an account has; so whatever is made there is written down as it passes, with the operation
that deletes it. What is deleted meanwhile is crossed out. Nothing else in the account is touched. A ledger
has it too, before it is made: what a killed run left is found by that (``left.py``).
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from verifier.authorization.operation import Operation
from verifier.emulator.endpoint.ledger import Ledger, names_of
from verifier.emulator.endpoint.listing import look_for
from verifier.emulator.endpoint.undo import (
    NotThereError,
    Undo,
    crossed_out,
    known_before,
    makes_something,
    take_away,
    undo_of,
)
from verifier.emulator.interface import Upstream

PASSES = 3
"""How often what depends on others is tried."""


@dataclass(frozen=True)
class _Kept:
    """What takes something away, and its number in the ledger."""

    undo: Undo
    number: str


class Made:
    """What was made in each account. Safe among threads."""

    def __init__(self, upstream: Upstream, ledger: Ledger | None = None) -> None:
        self._upstream = upstream
        self._ledger = ledger or Ledger()
        self._lock = threading.Lock()
        self._kept: dict[str, dict[str, _Kept]] = {}

    def begins(self, operation: Operation) -> str:
        """``operation`` is about to be carried out; its number in the ledger, empty if it makes nothing."""
        if not makes_something(operation):
            return ""
        undo = known_before(operation)
        # What it goes by only its answer tells. Should that not come, it is what was not there now.
        looks = undo is None and self._ledger.is_shared(operation.account)
        named = replace(operation, params=names_of(operation.params))
        return self._ledger.making(operation, undo, look_for(named, self._upstream) if looks else None)

    def failed(self, number: str) -> None:
        """What had begun under ``number`` made nothing."""
        self._ledger.gone(number)

    def heard(self, operation: Operation, result: Mapping[str, Any], number: str = "") -> None:
        """``operation``, which had begun under ``number``, was carried out."""
        with self._lock:
            kept = self._kept.setdefault(operation.account, {})
            crossed = [kept.pop(key) for key in crossed_out(operation) if key in kept]
            undo = undo_of(operation, result)
            new = undo is not None and undo.key not in kept
            if undo is not None and new:
                kept[undo.key] = _Kept(undo, number)
        for one in crossed:
            self._ledger.gone(one.number)
        if undo is not None and new:
            self._ledger.made(number, operation, undo)
        else:
            self._ledger.gone(number)

    @property
    def accounts(self) -> tuple[str, ...]:
        """Those in which something was made that is not taken away."""
        with self._lock:
            return tuple(account for account, kept in self._kept.items() if kept)

    def take_away(self, account: str) -> tuple[str, ...]:
        """Take away what is left of what was made in ``account``, the latest first; what could not be."""
        with self._lock:
            left = [*reversed(self._kept.pop(account, {}).values())]
        said: tuple[str, ...] = ()
        for _ in range(PASSES):
            failed = [(one, why) for one in left if (why := self._away(one))]
            left = [one for one, _ in failed]
            said = tuple(f"{one.undo.key}: {why}" for one, why in failed)
            if not left:
                break
        return said

    def _away(self, one: _Kept) -> str:
        """Why it is there still; empty when it is gone."""
        try:
            why = take_away(one.undo.operation, self._upstream)
        except NotThereError:
            why = ""
        if not why:
            self._ledger.gone(one.number)
        return why
