"""The administrator of a sandbox account: the user's own profile, which no child process ever sees."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from verifier.errors import InconclusiveError, UnavailableError

# Credentials of the machine are nobody's profile: a profile that has none must not find them.
_OF_THE_MACHINE = ("env", "boto-config", "container-role", "iam-role")
_EXPIRED = ("ExpiredToken", "ExpiredTokenException", "RequestExpired")
_UNKNOWN = (
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "SignatureDoesNotMatch",
    "InvalidAccessKeyId",
    "AuthFailure",
)


@dataclass(frozen=True)
class OwnSettings:
    """The user's AWS configuration: a profile, and the variables that say where its files are.

    ``variables`` are AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE and AWS_CA_BUNDLE, where they are set.
    """

    profile: str
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    home: Path = Path("~")

    @property
    def shown(self) -> str:
        """How a person would name it."""
        return f"profile {self.profile}"


class Administrator:
    """Clients with a profile's rights, after ``check``. ``keys`` are secrets as long as the run goes on."""

    def __init__(self, settings: OwnSettings, region: str) -> None:
        """Raises UnavailableError for a profile that cannot be used."""
        from botocore.exceptions import BotoCoreError

        self.region = region
        self.settings = settings
        self._clients: dict[tuple[str, str], Any] = {}
        try:
            self._session = _session(settings)
            found = self._session.get_credentials()
            self.keys = tuple(filter(None, found.get_frozen_credentials())) if found else ()
        except BotoCoreError as error:
            raise UnavailableError(f"{settings.shown}: {error}") from None
        if not self.keys:
            raise UnavailableError(
                f"{settings.shown}: it has no credentials; log in, or give another --profile"
            )

    @property
    def authorities(self) -> str:
        """The file of certificates that AWS's are held against."""
        from botocore.httpsession import get_cert_path

        return str(get_cert_path(self._session.get_config_variable("ca_bundle") or True))

    def check(self, account: str) -> str:
        """The ARN of the administrator, once AWS says that ``account`` is the profile's.

        Raises UnavailableError for another account, and for credentials that AWS does not take.
        """
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            identity = self.client("sts").get_caller_identity()
        except ClientError as error:
            raise UnavailableError(_not_taken(self.settings, error)) from None
        except BotoCoreError as error:
            raise UnavailableError(f"{self.settings.shown}: AWS cannot be asked: {error}") from None
        if identity["Account"] != account:
            raise UnavailableError(
                f"--account {account}: {self.settings.shown} is of account {identity['Account']}; "
                "nothing was made"
            )
        return str(identity["Arn"])

    def client(self, service: str, region: str | None = None) -> Any:
        """A client of botocore's with the profile's rights."""
        from botocore.config import Config

        key = (service, region or self.region)
        if key not in self._clients:
            self._clients[key] = self._session.create_client(
                service, region_name=key[1], config=Config(retries={"mode": "standard", "max_attempts": 6})
            )
        return self._clients[key]

    def client_of(self, service: str, access_key: str, secret_key: str) -> Any:
        """A client with somebody else's keys, which reaches AWS as the administrator's do."""
        from botocore.config import Config

        return self._session.create_client(
            service,
            region_name=self.region,
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
            config=Config(retries={"total_max_attempts": 1}),
        )


def _session(settings: OwnSettings) -> Any:
    """A session that knows the files and the profile by these settings alone, not by the environment."""
    import botocore.session
    from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES

    variables = {
        name: (setting, None, default, kind)
        for name, (setting, _, default, kind) in BOTOCORE_DEFAUT_SESSION_VARIABLES.items()
    }
    own = settings.home / ".aws"
    places = {
        "config_file": settings.variables.get("AWS_CONFIG_FILE", str(own / "config")),
        "credentials_file": settings.variables.get("AWS_SHARED_CREDENTIALS_FILE", str(own / "credentials")),
    }
    for name, place in places.items():
        variables[name] = (None, None, place, None)
    session = botocore.session.Session(session_vars=variables, profile=settings.profile)
    if settings.variables.get("AWS_CA_BUNDLE"):
        session.set_config_variable("ca_bundle", settings.variables["AWS_CA_BUNDLE"])
    resolver = session.get_component("credential_provider")
    for provider in _OF_THE_MACHINE:
        resolver.remove(provider)
    return session


@contextmanager
def in_plain_words(settings: OwnSettings) -> Iterator[None]:
    """What AWS does not let the administrator do, and what keeps AWS from being asked, in a line each.

    Raises UnavailableError for the former, InconclusiveError for the latter.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as last:
        error = _first(last)
        code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
        if code in (*_EXPIRED, *_UNKNOWN):
            raise UnavailableError(_not_taken(settings, error)) from None
        if code in ("AccessDenied", "AccessDeniedException"):
            raise UnavailableError(
                f"{settings.shown} may not do what the verifier needs: {error.operation_name}: {message}"
            ) from None
        raise InconclusiveError(f"AWS: {error.operation_name}: {code}: {message}") from None
    except BotoCoreError as error:
        raise InconclusiveError(f"AWS cannot be asked: {error}") from None


def _first(error: Any) -> Any:
    """The refusal that everything began with: what is cleaned up after it may be refused, too."""
    from botocore.exceptions import ClientError

    while isinstance(error.__context__, ClientError):
        error = error.__context__
    return error


def _not_taken(settings: OwnSettings, error: Any) -> str:
    code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
    if code in _EXPIRED:
        return f"{settings.shown}: its credentials have expired; log in again, then start anew"
    if code in _UNKNOWN:
        return f"{settings.shown}: AWS does not know its credentials ({code}); log in, or mend the profile"
    return f"{settings.shown}: AWS did not say whose it is: {code}: {message}"
