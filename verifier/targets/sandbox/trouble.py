"""What AWS, or the way to it, gave instead of an answer: in one line, without any secret."""

from collections.abc import Mapping
from enum import Enum, auto

from verifier.errors import UnavailableError
from verifier.targets.sandbox.programs import PATIENCE_SECONDS


class Trouble(Enum):
    """What kind of trouble an error answer of AWS's is."""

    EXPIRED = auto()
    UNKNOWN_KEY = auto()
    REFUSED = auto()
    NOT_ENABLED = auto()
    USED_UP = auto()
    THROTTLED = auto()
    OTHER = auto()


_CODES: Mapping[str, Trouble] = {
    **dict.fromkeys(
        ("ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired"), Trouble.EXPIRED
    ),
    **dict.fromkeys(
        (
            *("InvalidClientTokenId", "InvalidAccessKeyId", "UnrecognizedClientException", "InvalidToken"),
            *("AuthFailure", "SignatureDoesNotMatch", "InvalidSignatureException", "IncompleteSignature"),
        ),
        Trouble.UNKNOWN_KEY,
    ),
    **dict.fromkeys(
        (
            *("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError"),
            *("AuthorizationErrorException", "NotAuthorizedException", "403"),
        ),
        Trouble.REFUSED,
    ),
    **dict.fromkeys(("OptInRequired", "RegionDisabledException"), Trouble.NOT_ENABLED),
    **dict.fromkeys(
        ("LimitExceeded", "LimitExceededException", "ServiceQuotaExceededException"), Trouble.USED_UP
    ),
    **dict.fromkeys(
        (
            *("Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "SlowDown"),
            *("TooManyRequestsException", "RequestLimitExceeded", "RequestThrottledException", "429"),
        ),
        Trouble.THROTTLED,
    ),
}
_ANSWERS: Mapping[Trouble, str] = {
    Trouble.EXPIRED: "these AWS credentials have expired; log in again, or get new ones",
    # Nor does it take them in a region that the account has not enabled (source: region-not-enabled).
    Trouble.UNKNOWN_KEY: "AWS does not take these credentials; check the key, its secret and the region",
    Trouble.REFUSED: "was refused; give these credentials what `verifier setup-account` prints",
    Trouble.NOT_ENABLED: "is not enabled for this account; enable the region, or give another --region",
    Trouble.USED_UP: "a quota of the account is used up; remove some, or ask AWS for more",
    Trouble.THROTTLED: "was throttled; wait a while and try again",
    Trouble.OTHER: "failed",
}
# What boto3 raises without an answer, by the names of its classes. What programs and files of the user's say
# stays out of it: a secret may be in their words.
_NO_KEY = "no AWS credentials were found; name a profile that has some: --profile NAME"
_NOT_HAD = "these AWS credentials could not be got; log in, and see what `aws sts get-caller-identity` says"
_TOO_SLOW = f"their credential_process gave nothing within {PATIENCE_SECONDS:g} s; run it by hand"
_LOGGED_OUT = "the login behind these AWS credentials has expired; log in again"
_FILES = "the AWS configuration files cannot be read; check what they say"
_SETTING = "a setting of the AWS configuration, in its files or variables, cannot be used; mend it"
_NETWORK = "AWS cannot be reached; check the network, the region, HTTPS_PROXY and AWS_CA_BUNDLE"
_RAISED: Mapping[str, str] = {
    "NoCredentialsError": _NO_KEY,
    "PartialCredentialsError": "these AWS credentials are not whole; a key has an id and a secret",
    "CredentialProcessTooSlowError": _TOO_SLOW,
    "CredentialRetrievalError": _NOT_HAD,
    "MetadataRetrievalError": _NOT_HAD,
    "TokenRetrievalError": _LOGGED_OUT,
    "UnauthorizedSSOTokenError": _LOGGED_OUT,
    "SSOTokenLoadError": _LOGGED_OUT,
    "LoginError": _LOGGED_OUT,
    "ConfigParseError": _FILES,
    "InvalidConfigError": _FILES,
    "ValueError": _FILES,
    "InvalidRegionError": "there is no region of that name; check --region and the AWS configuration",
    "MissingDependencyException": "these AWS credentials need what is not installed; pip install boto3[crt]",
    **dict.fromkeys(
        (
            *("InvalidDefaultsMode", "InvalidChecksumConfigError", "InvalidS3AddressingStyleError"),
            *(
                "InvalidSTSRegionalEndpointsConfigError",
                "InvalidRetryConfigurationError",
                "DataNotFoundError",
            ),
            *("InvalidRetryModeError", "InvalidMaxRetryAttemptsError", "InvalidProxiesConfigError"),
        ),
        _SETTING,
    ),
    "HTTPClientError": _NETWORK,
    "ConnectionError": _NETWORK,
    "OSError": "a file that the AWS configuration names cannot be read; check AWS_CA_BUNDLE",
    "BotoCoreError": "boto3 cannot do it",
}


def code_of(error: BaseException) -> str:
    """The error code of an answer of AWS's; empty for anything else."""
    return str(_answer(error).get("Code", ""))


def trouble_of(error: BaseException) -> Trouble:
    """What kind of trouble it is."""
    return _CODES.get(code_of(error), Trouble.OTHER)


def unavailable(error: Exception, doing: str) -> UnavailableError:
    """The line for what boto3 raised for ``doing`` ("reading the stack x"), with exit code 3."""
    answer = _answer(error)
    if answer:
        said = _short(": ".join(str(answer[name]) for name in ("Code", "Message") if answer.get(name)))
        return UnavailableError(f"{doing}: {_ANSWERS[trouble_of(error)]} ({said})")
    return UnavailableError(f"{doing}: {_RAISED[_kind(error)]} ({type(error).__name__})")


def is_of_the_network(error: Exception) -> bool:
    """Whether AWS could not be asked at all, which may pass by itself."""
    return not _answer(error) and _RAISED[_kind(error)] == _NETWORK


def _kind(error: Exception) -> str:
    return next(kind.__name__ for kind in type(error).__mro__ if kind.__name__ in _RAISED)


def _answer(error: BaseException) -> Mapping[str, object]:
    # An error without an answer has None in its place.
    return (getattr(error, "response", None) or {}).get("Error") or {}


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 300 else f"{line[:300]}..."
