"""Who signed a request, in the account that the gateway has at present."""

from dataclasses import replace

from verifier.authorization.caller import Caller
from verifier.emulator.interface import Identities


class Callers:
    """Looks callers up; the administrator's key is this run's own, and stands for ``account``'s root."""

    def __init__(self, identities: Identities, account: str, admin_access_key: str) -> None:
        self.account = account
        self._identities = identities
        self._admin_access_key = admin_access_key
        self._assumed_by: dict[str, str] = {}

    def caller(self, access_key: str) -> Caller:
        """Whoever holds ``access_key``. Raises UnknownKeyError, or AwsError for an unreadable policy."""
        if access_key == self._admin_access_key:
            return self._identities.root(self.account)
        caller = self._identities.caller(access_key, self.account)
        return replace(caller, assumed_by=self._assumed_by.get(access_key, ""))

    def assumed(self, access_key: str, caller: Caller) -> None:
        """``caller`` got the keys of a role's session: what is done with them is its own doing."""
        self._assumed_by[access_key] = caller.origin
