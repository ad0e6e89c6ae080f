"""A change of the private copy's configuration that lasts for a while."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from verifier.errors import InconclusiveError
from verifier.service.enclosed import remove
from verifier.service.private_copy import PrivateCopy


@contextmanager
def put_back(copy: PrivateCopy, *beside: str) -> Iterator[Callable[[], None]]:
    """A function that makes the configuration what it is on entering, and takes the files ``beside`` away.

    It is also called at the end. Raises InconclusiveError when something else stands in the
    configuration's place.
    """
    copy.check()
    if copy.config.is_symlink() or not copy.config.is_file():
        raise InconclusiveError(f"{copy.config.name} is a file no more; a plugin of the service replaced it")
    before = copy.config.read_bytes()

    def as_before() -> None:
        for path in (copy.config, *(copy.folder / name for name in beside)):
            remove(path, copy.anchor)
        copy.config.write_bytes(before)
        copy.hand_over(copy.config)

    try:
        yield as_before
    finally:
        as_before()
