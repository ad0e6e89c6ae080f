"""What an emulator that enforces IAM itself says to requests that the verifier has decided."""

import threading
from dataclasses import dataclass

from verifier.authorization.operation import Operation
from verifier.authorization.wording import REFUSALS
from verifier.errors import AwsError

# A HEAD has no words.
_REFUSALS = REFUSALS | {"403"}
_LONGEST = 300


@dataclass(frozen=True)
class Opinion:
    """Whether ``operation`` ("lambda:Invoke") was allowed to who asked for it; ``message`` if not."""

    operation: str
    allowed: bool
    message: str = ""


class Opinions:
    """All of them, account by account. Safe among threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told: dict[str, set[Opinion]] = {}

    def allowed(self, operation: Operation) -> None:
        """It was carried out, or failed for no want of a permission."""
        self._add(operation.account, Opinion(str(operation), True))

    def refused(self, operation: Operation, error: AwsError) -> None:
        """It was refused with ``error``."""
        self._add(operation.account, Opinion(str(operation), False, error.message[:_LONGEST]))

    def of(self, account: str) -> frozenset[Opinion]:
        """What was said in ``account``."""
        with self._lock:
            return frozenset(self._told.get(account, ()))

    def forget(self, account: str) -> None:
        """Whatever was said in ``account``."""
        with self._lock:
            self._told.pop(account, None)

    def _add(self, account: str, opinion: Opinion) -> None:
        with self._lock:
            self._told.setdefault(account, set()).add(opinion)


def is_refusal(error: AwsError) -> bool:
    """Whether ``error`` says that a policy does not allow it."""
    return error.code in _REFUSALS
