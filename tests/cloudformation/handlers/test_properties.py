"""Each property that a handler supports reaches a call, with everything that is inside it.

Steps are taken again from their record and compared with what they were: a creation without the property,
and with another value for each value in it; an update that leaves it as it was, and one that changes
nothing else. So the cases must use every property: at a creation, and in updates that change and drop it.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from tests.support import problems
from tests.support.lives.answers import again
from tests.support.lives.desk import Taken
from tests.support.lives.life import Life, Lives
from tests.support.lives.written import Rows, calls
from verifier.cloudformation.handlers import handlers
from verifier.cloudformation.types import registry
from verifier.cloudformation.types.handler import Handler, HandlerError
from verifier.cloudformation.types.kind import Kind
from verifier.cloudformation.types.params import used as used_by
from verifier.cloudformation.types.registry import RegistryEntry

TYPES = sorted(handlers())
Properties = Mapping[str, Any]


@pytest.mark.parametrize("type_name", TYPES)
def test_the_cases_use_every_property(type_name: str, lives: Callable[[str], Lives]) -> None:
    problems.none(type_name, _unused(lives(type_name)))


@pytest.mark.parametrize("type_name", TYPES)
def test_every_property_reaches_a_call(type_name: str, lives: Callable[[str], Lives]) -> None:
    seen = lives(type_name)
    problems.none(
        type_name, [*_unreached_at_creation(seen), *_unreached(seen), *_unreached_at_deletion(seen)]
    )


def _unused(seen: Lives) -> Iterator[str]:
    handler, entry = _facts(seen.type)
    created, changed, dropped, refused = set(), set(), set(), set()
    for life in seen.lives:
        created |= {name for taken in life.creations for name in taken.step.properties}
        for taken, fails in life.updates:
            before, after = taken.step.previous, taken.step.properties
            differ = _differing(before, after)
            refused |= differ if fails else set()
            changed |= {name for name in differ if name in after}
            dropped |= {name for name in differ if name not in after}
    in_place = handler.supported - entry.create_only if entry.has_update else frozenset()
    yield from (f"{name}: no case creates it with this" for name in sorted(handler.supported - created))
    yield from (f"{name}: no update changes it" for name in sorted(in_place - changed))
    droppable = in_place - entry.required - refused
    yield from (f"{name}: no update drops it" for name in sorted(droppable - dropped))
    if entry.taggable and entry.has_update and not any(_retagged(one) for one in _updates(seen)):
        yield "no update changes the stack's tags (stackTags)"


def _unreached_at_creation(seen: Lives) -> Iterator[str]:
    handler, entry = _facts(seen.type)
    later = _at_deletion(handler) | (handler.late if isinstance(handler, Kind) else set())
    used, reached, broken = set(), set(), {}
    for life in seen.lives:
        for taken in life.creations:
            step_calls = _Calls(life, taken)
            where = f"{life.case.name}: {taken.step.name}"
            for name in handler.supported & taken.step.properties.keys() - entry.required - later:
                used.add(name)
                without = step_calls.of(properties=_without(taken.step.properties, name))
                if step_calls.stumbled:
                    broken[name] = step_calls.stumbled
                elif without != step_calls.as_they_were:
                    reached.add(name)
            for path in _leaves(_without_all(taken.step.properties, later)):
                if step_calls.of(properties=_varied(taken.step.properties, path)) == step_calls.as_they_were:
                    yield f"{where}: {'.'.join(path)}: another value makes no other call"
            if entry.taggable and step_calls.of(stack_tags={}) == step_calls.as_they_were:
                yield f"{where}: the stack's tags reach no call"
    for name in sorted(used - reached):
        yield f"{name}: {broken.get(name, 'left out, the calls of a creation are the same')}"


def _unreached_at_deletion(seen: Lives) -> Iterator[str]:
    """Properties that only the main call of delete takes: another value makes another call there."""
    handler, _ = _facts(seen.type)
    for life, taken in seen.steps:
        if taken.step.lifecycle != "delete":
            continue
        step_calls = _Calls(life, taken)
        for name in sorted(_at_deletion(handler) & taken.step.properties.keys()):
            varied = _varied(taken.step.properties, (name,))
            if step_calls.of(properties=varied) == step_calls.as_they_were:
                yield f"{life.case.name}: {taken.step.name}: {name}: another value makes no other call"


def _at_deletion(handler: Handler) -> set[str]:
    """The properties that nothing but the main call of delete takes."""
    if not isinstance(handler, Kind):
        return set()
    return {*used_by(handler.at_delete)} - {*used_by(handler.members), *used_by(handler.fixed)}


def _without_all(properties: Properties, names: set[str]) -> dict[str, Any]:
    return {key: value for key, value in properties.items() if key not in names}


def _unreached(seen: Lives) -> Iterator[str]:
    handler, _ = _facts(seen.type)
    for life in seen.lives:
        for (taken, _), change in zip(life.updates, life.case.after, strict=True):
            where, step = f"{life.case.name}: {taken.step.name}", taken.step
            step_calls = _Calls(life, taken)
            tags = {"stack_tags": step.previous_stack_tags}
            nothing = step_calls.of(properties=step.previous, **tags)
            for name in sorted(_differing(step.previous, step.properties) & handler.supported):
                all_but = step_calls.of(properties=_with(step.properties, name, step.previous))
                if step_calls.stumbled:
                    yield f"{where}: {name} left as it was, {step_calls.stumbled}"
                alone = step_calls.of(properties=_with(step.previous, name, step.properties), **tags)
                found = (all_but != step_calls.as_they_were, alone != nothing)
                ignored, together = name in change.ignored, name in change.together
                if found != (not ignored, not (ignored or together)):
                    yield f"{where}: {name}: {_FOUND[found]}"
            if _retagged(taken) and step_calls.of(**tags) == step_calls.as_they_were:
                yield f"{where}: the stack's tags are changed and reach no call"


_FOUND = {
    (True, True): "its change makes a call; it is neither to be ignored nor only together with others",
    (True, False): 'its change makes no call when nothing else changes (or is in "together")',
    (False, True): "its change makes a call alone, and not together with the others",
    (False, False): 'its change makes no call (or is in "ignored")',
}


class _Calls:
    """The calls of a step that is taken again and again.

    What was random in the life, and what is random now, is of no account. ``stumbled`` tells how the
    handler broke at last, if it did.
    """

    def __init__(self, life: Life, taken: Taken) -> None:
        self._life, self._taken = life, taken
        self.stumbled = ""
        self.as_they_were = self.of()

    def of(self, **wanted: Any) -> Rows:
        """The calls with other members of the step."""
        taken = again(self._life, self._taken, **wanted)
        broke = taken.error is not None and not isinstance(taken.error, HandlerError)
        self.stumbled = taken.failure if broke else ""
        return calls(taken, self._life.tokens)


def _facts(type_name: str) -> tuple[Handler, RegistryEntry]:
    entry = registry.entry(type_name)
    assert entry is not None
    return handlers()[type_name], entry


def _updates(seen: Lives) -> Iterator[Taken]:
    return (taken for life in seen.lives for taken, _ in life.updates)


def _retagged(taken: Taken) -> bool:
    return taken.step.stack_tags != taken.step.previous_stack_tags


def _differing(before: Properties, after: Properties) -> set[str]:
    return {name for name in {*before, *after} if before.get(name) != after.get(name)}


def _without(properties: Properties, name: str) -> dict[str, Any]:
    return {key: value for key, value in properties.items() if key != name}


def _with(properties: Properties, name: str, others: Properties) -> dict[str, Any]:
    """``properties``, with one as it is in ``others``: its value, or none."""
    return _without(properties, name) | ({name: others[name]} if name in others else {})


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The path to every plain value."""
    items = (
        value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, inner in items:
        yield from _leaves(inner, (*path, str(key)))
    if not isinstance(value, Mapping | list):
        yield path


def _varied(value: Any, path: tuple[str, ...]) -> Any:
    """``value`` with another one at ``path``."""
    if path and isinstance(value, list):
        return [_varied(one, path[1:]) if str(at) == path[0] else one for at, one in enumerate(value)]
    if path:
        return {**value, path[0]: _varied(value[path[0]], path[1:])}
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int | float) else f"{value}-other"


def test_every_plain_value_is_varied() -> None:
    value = {"A": [True, {"B": 3}], "C": "x", "D": {}}
    assert list(_leaves(value)) == [("A", "0"), ("A", "1", "B"), ("C",)]
    varied = [_varied(value, path) for path in _leaves(value)]
    assert [one["A"] for one in varied] == [[False, {"B": 3}], [True, {"B": 4}], [True, {"B": 3}]]
    assert [one["C"] for one in varied] == ["x", "x", "x-other"]
