"""Every type's whole life on the emulator: nothing fails, nothing is lacking, the calls are the known ones.

The calls stand in tests/cases/handlers/calls, a call a line: `python -m tools.record_handler_calls TYPE`
writes them again and shows what has changed. Whatever is changed in a handler shows there: a parameter, a
default, a tag, a source, a soft read made hard, a name.
"""

import difflib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from tests.support import problems
from tests.support.lives.case import cases
from tests.support.lives.desk import Taken
from tests.support.lives.life import GONE, Life, Lives
from tests.support.lives.watch import Made
from tests.support.lives.written import CALLS, written
from verifier.cloudformation.handlers import handlers

TYPES = sorted(handlers())


def test_every_type_has_a_case_and_every_case_a_type() -> None:
    with_case = {case.type for case in cases()}
    lacking = [f"{name}: add one" for name in sorted(set(TYPES) - with_case)]
    lost = [f"{name}: there is one, and no handler" for name in sorted(with_case - set(TYPES))]
    problems.none("tests/cases/handlers", [*lacking, *lost])


@pytest.mark.parametrize("type_name", TYPES)
def test_a_whole_life_passes(type_name: str, lives: Callable[[str], Lives]) -> None:
    problems.none(type_name, _problems(lives(type_name)))


def _problems(seen: Lives) -> Iterator[str]:
    yield from seen.lacking
    yield from seen.problems
    for life in seen.lives:
        for taken in life.steps:
            if taken.step.name != GONE:
                yield from (f"{life.case.name}: {taken.step.name}: {one}" for one in _wrong(life, taken))


@pytest.mark.parametrize("type_name", TYPES)
def test_what_is_called_is_mentioned(type_name: str, lives: Callable[[str], Lives]) -> None:
    mentions = {f"{one.service}:{one.operation}" for one in handlers()[type_name].mentions()}
    heard = (one for _, taken in lives(type_name).steps for one in taken.heard)
    made = {one.name for one in heard if isinstance(one, Made)}
    problems.none(type_name, (f"calls {name} and does not mention it" for name in sorted(made - mentions)))
    problems.none(type_name, (f"mentions {name}: no case calls it" for name in sorted(mentions - made)))


@pytest.mark.parametrize("type_name", TYPES)
def test_roles_are_passed_to_a_service_and_made_for_one(
    type_name: str, lives: Callable[[str], Lives]
) -> None:
    problems.none(type_name, _for_any_service(lives(type_name)))


# To which service these are passed is not told by anything that was read (authorization/test_roles.py).
_FOR_NO_SERVICE = {"AWS::Cognito::IdentityPoolRoleAttachment", "AWS::Cognito::UserPoolGroup"}
_ROLE_KEYS = {"iam:PassRole": "iam:PassedToService", "iam:CreateServiceLinkedRole": "iam:AWSServiceName"}


def _for_any_service(seen: Lives) -> Iterator[str]:
    for decided in seen.decisions:
        needed = decided.requirement
        key = _ROLE_KEYS.get(needed.action)
        if key and key not in needed.context and seen.type not in _FOR_NO_SERVICE:
            yield f"{decided.operation}: {needed.action} on {needed.resource} without {key}"


def _wrong(life: Life, taken: Taken) -> Iterator[str]:
    expected = next((words for one, words in life.updates if one is taken), "")
    if expected and expected not in taken.failure:
        yield f"should fail with {expected!r}, not {taken.failure!r}"
    elif taken.failure and not expected:
        yield f"fails: {taken.failure}"
    for one in taken.heard:
        if isinstance(one, Made):
            yield from _flattened(one.call.params, one.params, one.name)


def _flattened(given: Any, fitted: Any, path: str) -> Iterator[str]:
    """Where the handler gives a structure and the API takes a text: nobody has said how it is written."""
    if isinstance(given, Mapping | list) and isinstance(fitted, str):
        yield f"{path} is text in the API, and is given {type(given).__name__}: give it a shape"
    elif isinstance(given, Mapping) and isinstance(fitted, Mapping):
        known = {name.lower(): value for name, value in fitted.items()}
        for name, value in given.items():
            yield from _flattened(value, known.get(str(name).lower()), f"{path}.{name}")
    elif isinstance(given, list) and isinstance(fitted, list):
        for one, other in zip(given, fitted, strict=False):
            yield from _flattened(one, other, path)


@pytest.mark.parametrize("type_name", TYPES)
def test_the_calls_are_the_known_ones(type_name: str, lives: Callable[[str], Lives]) -> None:
    differences = [line for life in lives(type_name).lives for line in _difference(life)]
    hint = f"if this is meant: python -m tools.record_handler_calls {type_name}"
    problems.none(type_name, [*differences, hint] if differences else [])


def _difference(life: Life) -> Iterator[str]:
    file = CALLS / f"{life.case.name}.json"
    known = file.read_text(encoding="utf-8") if file.exists() else ""
    yield from difflib.unified_diff(
        known.splitlines(), written(life).splitlines(), str(file.name), "now", lineterm="", n=1
    )


def test_no_calls_are_known_of_a_case_that_is_not_there() -> None:
    assert {file.stem for file in CALLS.glob("*.json")} <= {case.name for case in cases()}
