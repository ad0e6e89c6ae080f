"""Sessions of roles that end sooner than AWS ever lets them, so that keys can be seen to expire."""

import time
from collections.abc import Callable
from typing import Any

from verifier.authorization.caller import Caller
from verifier.authorization.operation import Operation
from verifier.emulator.interface import ExpiredKeyError, Identities, SigningSecret


class ShortSessions:
    """``identities`` whose sessions end after ``seconds``; it has to ``hear`` of each that begins."""

    def __init__(
        self, identities: Identities, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._identities = identities
        self._seconds = seconds
        self._clock = clock
        self._ends: dict[str, float] = {}

    def caller(self, access_key: str, account: str) -> Caller:
        """Whoever holds ``access_key``. Raises ExpiredKeyError for a session that is over."""
        self._refuse_after_the_end(access_key)
        return self._identities.caller(access_key, account)

    def secret(self, access_key: str, account: str) -> SigningSecret:
        """What requests are signed with. Raises ExpiredKeyError for a session that is over."""
        self._refuse_after_the_end(access_key)
        return self._identities.secret(access_key, account)

    def root(self, account: str) -> Caller:
        """The root of ``account``."""
        return self._identities.root(account)

    def role(self, role_arn: str, session: str) -> Caller:
        """A session of a role."""
        return self._identities.role(role_arn, session)

    def trust_policy(self, role_arn: str) -> str | None:
        """Who may assume a role."""
        return self._identities.trust_policy(role_arn)

    def hear(self, operation: Operation, result: dict[str, Any]) -> None:
        """``operation`` was carried out; AssumeRole begins a session."""
        if str(operation) == "sts:AssumeRole":
            self._ends[str(result["Credentials"]["AccessKeyId"])] = self._clock() + self._seconds

    def _refuse_after_the_end(self, access_key: str) -> None:
        end = self._ends.get(access_key)
        if end is not None and end < self._clock():
            raise ExpiredKeyError(access_key)
