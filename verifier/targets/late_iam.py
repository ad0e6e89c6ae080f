"""IAM is eventually consistent: what was just made or undone is not known everywhere at once.

A call that follows may be answered as if that had not happened (sources: iam-user-late, iam-detach-late).
"""

from collections.abc import Callable
from typing import Any

from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential

_TRIES = 10
"""With the waits between them they take 28 seconds."""


def until_made(call: Callable[..., Any], **arguments: Any) -> Any:
    """``call`` for something that was made just before, until IAM knows that it is there.

    Raises botocore's error: any other at once, that one after half a minute.
    """
    return _again_on("NoSuchEntity")(call, **arguments)


def until_undone(call: Callable[..., Any], **arguments: Any) -> Any:
    """``call``, which deletes what something was detached from just before, until IAM has seen that.

    Raises as ``until_made`` does.
    """
    return _again_on("DeleteConflict")(call, **arguments)


def _again_on(code: str) -> Retrying:
    def told(error: BaseException) -> bool:
        return bool(getattr(error, "response", {}).get("Error", {}).get("Code") == code)

    return Retrying(
        retry=retry_if_exception(told),
        stop=stop_after_attempt(_TRIES),
        wait=wait_exponential(multiplier=0.25, max=5),
        reraise=True,
    )
