"""The user's own ways to credentials: whatever goes wrong in them is said in one of botocore's errors.

Programs, files and addresses of the user's give what they like, and botocore takes it as it comes.
"""

from collections.abc import Callable
from typing import Any

from verifier.targets.sandbox.programs import PATIENCE_SECONDS, ProgramTooSlowError

_STILL_EXPIRED = "still expired"


class GuardedResolver:
    """In the place of botocore's resolver of credentials."""

    def __init__(self, resolver: Any) -> None:
        self._resolver = resolver

    def __getattr__(self, name: str) -> Any:
        return getattr(self._resolver, name)

    def load_credentials(self) -> "_Guarded | None":
        """The credentials, None where there are none. Raises botocore's errors."""
        found = _guarded(self._resolver.load_credentials, "a configured way")
        return None if found is None else _Guarded(found)


class _Guarded:
    """In the place of botocore's credentials; they may have to be got anew at any time."""

    def __init__(self, credentials: Any) -> None:
        self._credentials = credentials

    def __getattr__(self, name: str) -> Any:
        return getattr(self._credentials, name)

    def get_frozen_credentials(self) -> Any:
        """The present keys. Raises botocore's errors, PartialCredentialsError for what can be no key."""
        from botocore.exceptions import PartialCredentialsError

        method = str(self._credentials.method)
        found = _guarded(self._credentials.get_frozen_credentials, method)
        if not all(map(_is_key, (found.access_key, found.secret_key, found.token or "none"))):
            raise PartialCredentialsError(provider=method, cred_var="key")
        return found


def _guarded(get: Callable[[], Any], method: str) -> Any:
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        CredentialRetrievalError,
        UnauthorizedSSOTokenError,
    )

    try:
        return get()
    except (BotoCoreError, ClientError):
        raise
    except Exception as error:
        if _STILL_EXPIRED in str(error):
            raise UnauthorizedSSOTokenError from None
        if isinstance(error, ProgramTooSlowError):
            raise _too_slow(method) from None
        raise CredentialRetrievalError(provider=method, error_msg=type(error).__name__) from None


def _too_slow(method: str) -> Exception:
    from botocore.exceptions import CredentialRetrievalError

    class CredentialProcessTooSlowError(CredentialRetrievalError):  # type: ignore[misc]
        """Known by its name where it is put into words."""

    return CredentialProcessTooSlowError(provider=method, error_msg=f"nothing within {PATIENCE_SECONDS:g} s")


def _is_key(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and value.isprintable() and " " not in value
