"""What AWS does not let the administrator do, and what keeps AWS from being asked, in a line each."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from verifier.errors import InconclusiveError, UnavailableError, VerifierError
from verifier.targets.sandbox.trouble import Trouble, is_of_the_network, trouble_of, unavailable

_HOPELESS = (Trouble.EXPIRED, Trouble.UNKNOWN_KEY, Trouble.NOT_ENABLED, Trouble.USED_UP)


def _nothing() -> str:
    return ""


@contextmanager
def in_plain_words(who: str, left: Callable[[], str] = _nothing) -> Iterator[None]:
    """``who`` is how a person would name the administrator: "profile sandbox".

    ``left`` says what is not taken away. Raises UnavailableError for rights that it lacks, for keys that AWS
    takes no more or that cannot be had, and for what the account does not give, InconclusiveError for
    whatever else AWS or the way to it answers.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as last:
        error = _line(_first(last), who)
        stays = left()
        raise type(error)(f"{error}; {stays}" if stays else str(error)) from None


def _line(error: Any, who: str) -> VerifierError:
    if is_of_the_network(error):
        return InconclusiveError(str(unavailable(error, who)))
    answer = getattr(error, "response", None)
    if answer is None or trouble_of(error) in _HOPELESS:
        return unavailable(error, who if answer is None else f"{who}: {error.operation_name}")
    message = answer["Error"].get("Message", "")
    if trouble_of(error) is Trouble.REFUSED:
        return UnavailableError(
            f"{who} may not do what the verifier needs: {error.operation_name}: {message}"
        )
    return InconclusiveError(f"AWS: {error.operation_name}: {answer['Error']['Code']}: {message}")


def _first(error: Any) -> Any:
    """The one that everything began with: what is cleaned up after it may fail, too."""
    from botocore.exceptions import BotoCoreError, ClientError

    while isinstance(error.__context__, BotoCoreError | ClientError):
        error = error.__context__
    return error
