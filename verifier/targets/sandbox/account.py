"""The administrator of a sandbox account: whose credentials they are is known before anything is made."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from verifier.errors import UnavailableError
from verifier.targets.sandbox.credentials import user_session
from verifier.targets.sandbox.trouble import unavailable

_ASKING = "asking AWS whose credentials these are"


@dataclass(frozen=True)
class AccountAdministrator:
    """Clients with the user's own rights, for the orchestrator alone; no key is in the representation."""

    arn: str
    account: str
    region: str
    _session: Any = field(repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)
    _clients: dict[tuple[str, str], Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def partition(self) -> str:
        """The partition that the account is in."""
        return self.arn.split(":")[1]

    def client(self, service: str, region: str | None = None) -> Any:
        """A boto3 client; without ``region`` in the administrator's own. Safe among threads."""
        key = (service, region or self.region)
        with self._lock:
            if key not in self._clients:
                self._clients[key] = _client(self._session, *key)
            return self._clients[key]

    def in_region(self, region: str) -> "AccountAdministrator":
        """The same administrator, at home in ``region``."""
        return replace(self, region=region)

    def client_of(self, service: str, access_key: str, secret_key: str) -> Any:
        """A client with somebody else's keys, which reaches AWS as the administrator's do."""
        from botocore.config import Config

        return self._session.client(
            service,
            region_name=self.region,
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
            # A throttled probe must not be taken for an answer.
            config=Config(
                retries={"mode": "standard", "total_max_attempts": 5}, ignore_configured_endpoint_urls=True
            ),
        )

    @property
    def authorities(self) -> str:
        """The file of certificates that AWS's are held against."""
        from botocore.httpsession import get_cert_path

        return str(get_cert_path(self._session._session.get_config_variable("ca_bundle") or True))

    def keys(self) -> tuple[str, ...]:
        """The present keys, so that whatever is written can be kept free of them."""
        found = self._session.get_credentials().get_frozen_credentials()
        return tuple(filter(None, (found.access_key, found.secret_key, found.token)))


def administrator(environment: Mapping[str, str], profile: str | None, region: str) -> AccountAdministrator:
    """Whoever ``profile`` is, or the credentials that ``environment`` and the user's files give.

    Endpoints that the configuration names are left aside: this is AWS. Raises UnavailableError, in one line,
    for a profile that is not there, for missing, wrong and expired credentials, and without a network.
    """
    from botocore.exceptions import BotoCoreError, ClientError, ProfileNotFound

    try:
        session = user_session(environment, profile)
        identity = _client(session, "sts", region, attempts=2).get_caller_identity()
    except ProfileNotFound as error:
        name = f"{'AWS_PROFILE' if profile is None else '--profile'} {error.kwargs['profile']}"
        raise UnavailableError(
            f"{name}: the AWS configuration files have no such profile; name another"
        ) from None
    except (BotoCoreError, ClientError, OSError, ValueError) as error:
        raise unavailable(error, _ASKING) from None
    return AccountAdministrator(str(identity["Arn"]), str(identity["Account"]), region, session)


def check_account(administrator: AccountAdministrator, account: str) -> None:
    """Raises UnavailableError, naming both, when ``account`` is not the administrator's."""
    if administrator.account != account:
        raise UnavailableError(
            f"--account {account}: these credentials are for account {administrator.account} "
            f"({administrator.arn}); give that one, or other credentials with --profile"
        )


def _client(session: Any, service: str, region: str, attempts: int = 5) -> Any:
    from botocore.config import Config

    return session.client(
        service,
        region_name=region,
        config=Config(
            retries={"mode": "standard", "total_max_attempts": attempts},
            connect_timeout=10,
            ignore_configured_endpoint_urls=True,
        ),
    )
