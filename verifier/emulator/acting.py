"""On whose behalf an operation is carried out, for an emulator that decides itself, too."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_key: ContextVar[str] = ContextVar("acting", default="")


@contextmanager
def acting(access_key: str) -> Iterator[None]:
    """What this thread has carried out in here, the holder of ``access_key`` asked for by itself."""
    before = _key.set(access_key)
    try:
        yield
    finally:
        _key.reset(before)


def acting_key() -> str:
    """The access key of whoever asked; empty for the administrator, and for what CloudFormation does."""
    return _key.get()
