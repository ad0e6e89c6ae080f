"""Who signed a request, in the account that the gateway has at present."""

from verifier.authorization.caller import Caller
from verifier.emulator.interface import Identities


class Callers:
    """Looks callers up; the administrator's key is this run's own, and stands for ``account``'s root."""

    def __init__(self, identities: Identities, account: str, admin_access_key: str) -> None:
        self.account = account
        self._identities = identities
        self._admin_access_key = admin_access_key

    def caller(self, access_key: str) -> Caller:
        """Whoever holds ``access_key``. Raises UnknownKeyError, or AwsError for an unreadable policy."""
        if access_key == self._admin_access_key:
            return self._identities.root(self.account)
        return self._identities.caller(access_key, self.account)
