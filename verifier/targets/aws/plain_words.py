"""What AWS does not let the administrator do, and what keeps AWS from being asked, in a line each."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from verifier.errors import InconclusiveError, UnavailableError
from verifier.targets.sandbox.trouble import Trouble, trouble_of, unavailable

_NOT_TAKEN = (Trouble.EXPIRED, Trouble.UNKNOWN_KEY)


@contextmanager
def in_plain_words(who: str) -> Iterator[None]:
    """``who`` is how a person would name the administrator: "profile sandbox".

    Raises UnavailableError for rights that it lacks and for keys that AWS takes no more, InconclusiveError
    for whatever else AWS or the way to it answers.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as last:
        error = _first(last)
        code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
        trouble = trouble_of(error)
        if trouble in _NOT_TAKEN:
            raise unavailable(error, who) from None
        if trouble is Trouble.REFUSED:
            raise UnavailableError(
                f"{who} may not do what the verifier needs: {error.operation_name}: {message}"
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
