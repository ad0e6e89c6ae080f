"""Whether a resource is there, on the emulator's own state: after its creation, and after its deletion."""

from collections.abc import Callable, Iterator

import pytest

from tests.support import problems
from tests.support.lives.desk import Taken
from tests.support.lives.life import AGAIN, DELETE, GONE, READ, Life, Lives
from tests.support.lives.stack import can_be_deleted, can_be_read
from verifier.cloudformation.handlers import handlers
from verifier.cloudformation.types.kind import Kind
from verifier.errors import AwsError

TYPES = sorted(handlers())
_GONE_SOON = ("PendingDeletion", "DeletedDate", "'State': 'deleted'")
_NOT_THERE = ("notfound", "nosuch", "notexist", "nonexist", "404", "unknown")


@pytest.mark.parametrize("type_name", TYPES)
def test_it_is_there_and_then_it_is_gone(type_name: str, lives: Callable[[str], Lives]) -> None:
    problems.none(
        type_name,
        (
            f"{life.case.name}: {problem}"
            for life in lives(type_name).lives
            for problem in (*_absent(life), *_left(life))
        ),
    )


def _absent(life: Life) -> Iterator[str]:
    """After the creation every read answers; none finds that something is not there."""
    for taken in life.steps:
        if taken.step.lifecycle == "read" and taken.step.name != GONE:
            for one in taken.made:
                if one.error is not None:
                    yield f"{taken.step.name}: {one.name} answers {one.error}"
    read = life.step(READ)
    if read is not None and not read.made and can_be_read(life.case.type):
        yield "read: nothing is read"


def _left(life: Life) -> Iterator[str]:
    """After the deletion a read says so; to delete once more is no error, whatever is answered."""
    again, gone, before = life.step(AGAIN), life.step(GONE), life.step(READ)
    if again is not None and again.error is not None:
        yield f"{AGAIN}: {again.failure}; tolerate the error of what is gone"
    if (
        gone is None
        or before is None
        or not can_be_read(life.case.type)
        or not can_be_deleted(life.case.type)
        or _says_gone(gone, _tolerated(life))
    ):
        return
    kind = handlers()[life.case.type]
    if isinstance(kind, Kind) and kind.delete_by == kind.create_by:
        # What is set with the call that takes it back again is part of something that stays.
        if [one.answer for one in gone.made] == [one.answer for one in before.made]:
            yield f"{GONE}: the answers are what they were"
        return
    # A list answers all the same: without what is gone.
    if not _is_mentioned(before) or _is_mentioned(gone):
        answers = ", ".join(f"{one.name}: {one.error or dict(one.answer)}" for one in gone.made)
        yield f"{GONE}: nothing says that it is gone ({answers})"


def _is_mentioned(taken: Taken) -> bool:
    # An answer may know by the last part what Ref knows by an ARN, or by an id of two parts.
    own = taken.physical_id.rpartition("|" if "|" in taken.physical_id else "/")[2]
    return any(own in str(one.answer) for one in taken.made)


def _tolerated(life: Life) -> set[str]:
    """The codes that the handler itself takes for gone on a deletion."""
    return {
        code
        for name in (DELETE, AGAIN)
        for taken in [life.step(name)]
        if taken is not None
        for one in taken.made
        for code in one.call.tolerate
    }


def _says_gone(taken: Taken, tolerated: set[str]) -> bool:
    """A key or a secret that waits for its deletion counts as gone, and what is still shown as deleted."""
    if any(word in str(one.answer) for word in _GONE_SOON for one in taken.made):
        return True
    return any(one.error is not None and _is_gone(one.error, tolerated) for one in taken.made)


def _is_gone(error: AwsError, tolerated: set[str]) -> bool:
    return error.code in tolerated or any(word in error.code.lower() for word in _NOT_THERE)


@pytest.mark.parametrize(
    ("code", "gone"),
    [("ResourceNotFoundException", True), ("NoSuchEntity", True), ("Own", True), ("AccessDenied", False)],
)
def test_what_says_gone(code: str, gone: bool) -> None:
    assert _is_gone(AwsError(code, "words", 400), {"Own"}) is gone


def test_what_is_only_read_at_its_deletion_stays() -> None:
    assert [name for name in TYPES if not can_be_deleted(name)] == ["AWS::ApiGateway::Account"]
