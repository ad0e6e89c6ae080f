"""Who signed a request, in the account that the gateway has at present."""

from dataclasses import dataclass, field, replace

from verifier.authorization.caller import Caller
from verifier.emulator.interface import Identities, SigningSecret, UnknownKeyError


@dataclass(frozen=True)
class RootKeys:
    """An access key of the account's root, made up for one run."""

    access_key: str
    secret: str = field(repr=False)


class Callers:
    """Looks callers up. ``root_keys`` stand for ``account``'s root; without them no key does."""

    def __init__(self, identities: Identities, account: str, root_keys: RootKeys | None = None) -> None:
        self.account = account
        self._identities = identities
        self._root_keys = root_keys
        self._assumed_by: dict[str, str] = {}

    def root(self) -> Caller:
        """The account's root, who needs no key within this process."""
        return self._identities.root(self.account)

    def caller(self, access_key: str) -> Caller:
        """Whoever holds ``access_key``. Raises UnknownKeyError, or AwsError for an unreadable policy."""
        if self._root_keys and access_key == self._root_keys.access_key:
            return self.root()
        caller = self._identities.caller(access_key, self.account)
        return replace(caller, assumed_by=self._assumed_by.get(access_key, ""))

    def secret(self, access_key: str) -> SigningSecret:
        """What requests in the name of ``access_key`` are signed with. Raises UnknownKeyError."""
        if self._root_keys and access_key == self._root_keys.access_key:
            return SigningSecret(self._root_keys.secret)
        return self._identities.secret(access_key, self.account)

    def knows(self, access_key: str) -> bool:
        """Whether somebody holds ``access_key``."""
        try:
            self.secret(access_key)
        except UnknownKeyError:
            return False
        return True

    def assumed(self, access_key: str, caller: Caller) -> None:
        """``caller`` got the keys of a role's session: what is done with them is its own doing."""
        self._assumed_by[access_key] = caller.origin
