"""What is made at an endpoint, as rows of a run's journal: before it is made, once it is, once it is gone."""

import contextlib
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from verifier.authorization.operation import Operation
from verifier.emulator.endpoint.undo import Undo
from verifier.errors import UnavailableError

MAKING, MADE, GONE = "making-there", "made-there", "gone-there"
"""The kinds of its rows."""
_TELLS = re.compile(r"(name|arn|id|bucket)$", re.IGNORECASE)
# Of which the answer tells a key: found again by whose it is.
_KEYS = frozenset({"iam:CreateAccessKey"})


def _nobody(kind: str, **fields: Any) -> None:
    """Nobody keeps account of it."""


class Ledger:
    """Rows go to ``note``, as ``Journal.add`` takes them; ``url`` is where the endpoint is.

    They hold names and ids alone. Safe among threads as far as ``note`` is.
    """

    def __init__(self, note: Callable[..., None] | None = None, url: str = "") -> None:
        self._note = note or _nobody
        self._url = url
        self._named: set[str] = set()

    def is_somebodys(self, account: str) -> None:
        """``account`` is not the run's own: others may have things in it."""
        self._named.add(account)

    def is_shared(self, account: str) -> bool:
        """Whether others may have things in ``account``."""
        return account in self._named

    def making(
        self, operation: Operation, undo: Undo | None, before: Sequence[Operation] | None = None
    ) -> str:
        """``operation`` is about to make something; the number of its row.

        ``before`` takes away what is there of that name already; None: nobody looked.
        """
        number = secrets.token_hex(6)
        self._add(
            MAKING,
            number=number,
            endpoint=self._url,
            account=operation.account,
            own=operation.account not in self._named,
            region=operation.region,
            partition=operation.partition,
            service=operation.service,
            operation=operation.name,
            names=names_of(operation.params),
            **({} if before is None else {"before": [dict(one.params) for one in before]}),
            **_row_of(undo),
        )
        return number

    def made(self, number: str, operation: Operation, undo: Undo) -> None:
        """It is there."""
        if number:
            self._add(MADE, number=number, **_row_of(None if str(operation) in _KEYS else undo))

    def gone(self, number: str) -> None:
        """It is there no more, or never was."""
        if number:
            self._add(GONE, number=number)

    def _add(self, kind: str, **fields: Any) -> None:
        # A disk that is full is told by the next row of the run itself, in a thread that can end it.
        with contextlib.suppress(UnavailableError):
            self._note(kind, **fields)


def names_of(params: Mapping[str, Any]) -> dict[str, str]:
    """What of ``params`` tells one thing from others; never what may be a secret."""
    return {name: value for name, value in params.items() if isinstance(value, str) and _TELLS.search(name)}


def _row_of(undo: Undo | None) -> dict[str, Any]:
    """Where it goes by what no row can hold, it is found again as if no answer had come."""
    params = {} if undo is None else dict(undo.operation.params)
    plain = all(isinstance(value, str | int | list) for value in params.values())
    return {"undo": undo.operation.name, "with": params} if undo is not None and plain else {}
