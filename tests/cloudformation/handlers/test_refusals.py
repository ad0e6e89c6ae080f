"""What a refusal does to a handler: whoever may do nothing makes nothing, and each certain action is needed.

Steps are taken again from their record, now by a caller whose refusals are real.
"""

from collections.abc import Callable, Iterator

import pytest

from tests.support import problems
from tests.support.lives.answers import again
from tests.support.lives.desk import Taken, caller
from tests.support.lives.life import Life, Lives
from verifier.authorization.authorizer import Mode
from verifier.authorization.caller import Certainty
from verifier.cloudformation.handlers import handlers

TYPES = sorted(handlers())


@pytest.mark.parametrize("type_name", TYPES)
def test_who_may_do_nothing_makes_nothing(type_name: str, lives: Callable[[str], Lives]) -> None:
    problems.none(
        type_name,
        (
            f"{life.case.name}: {taken.step.name}: {problem}"
            for life in lives(type_name).lives
            for taken in life.creations
            for problem in _made_without_rights(life, taken)
        ),
    )


def _made_without_rights(life: Life, taken: Taken) -> Iterator[str]:
    refused = again(life, taken, mode=Mode.ENFORCE)
    if not refused.refused:
        yield f"is not refused: {refused.failure or 'it passes'}"
    if refused.physical_id:
        yield "is made all the same"
    for one in refused.made:
        if one.meant == "call":
            yield f"{one.name} is made before the refusal"


@pytest.mark.parametrize("type_name", TYPES)
def test_every_certain_action_is_needed(type_name: str, lives: Callable[[str], Lives]) -> None:
    problems.none(type_name, _not_needed(lives(type_name)))


@pytest.mark.parametrize("type_name", TYPES)
def test_no_likely_action_is_needed(type_name: str, lives: Callable[[str], Lives]) -> None:
    problems.none(type_name, _needed(lives(type_name)))


def _not_needed(seen: Lives) -> Iterator[str]:
    """Everything is allowed but one action: each step that surely asks for it must be refused."""
    for life, taken, action, refused in _without_one(seen, Certainty.CALL):
        if not refused.refused:
            yield (
                f"{life.case.name}: {taken.step.name}: without {action} it is not refused: "
                f"{refused.failure or 'it passes'}"
            )


def _needed(seen: Lives) -> Iterator[str]:
    for life, taken, action, refused in _without_one(seen, Certainty.LIKELY):
        if refused.refused:
            yield f"{life.case.name}: {taken.step.name}: without {action} it is refused: {refused.failure}"


def _without_one(seen: Lives, certainty: Certainty) -> Iterator[tuple[Life, Taken, str, Taken]]:
    """Each step taken without each of the actions that it asks for with at most this certainty."""
    for life, taken in seen.steps:
        for action, highest in taken.certainties.items():
            if highest is certainty:
                but_one = caller(life.place, but=action)
                yield life, taken, action, again(life, taken, mode=Mode.ENFORCE, caller=but_one)
