"""A step taken once more, without the emulator: it is answered as it was when the life was lived.

That is honest where only the handler's own doing is in question: which calls it makes of which
properties, and what it does when it is refused.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tests.support.lives.desk import Desk, Step, Taken
from tests.support.lives.life import Life
from tests.support.lives.watch import Made
from verifier.authorization.authorizer import Mode
from verifier.authorization.caller import Caller
from verifier.authorization.operation import Operation
from verifier.cloudformation.template.environment import StackIdentity

Swaps = Mapping[str, str]


class Answers:
    """An upstream that answers an operation as it did in a step, else as it did anywhere in the life.

    An operation that the life never made is answered with nothing.
    """

    def __init__(self, life: Life, step: str, swaps: Swaps) -> None:
        self._own: dict[str, list[Made]] = {}
        self._any: dict[str, Made] = {}
        self._swaps = swaps
        for taken in life.steps:
            for one in taken.made:
                if taken.step.name == step:
                    self._own.setdefault(one.name, []).append(one)
                if one.error is None:
                    self._any.setdefault(one.name, one)

    def invoke(self, operation: Operation) -> dict[str, Any]:
        """The next answer to this operation."""
        own = self._own.get(str(operation))
        one = own.pop(0) if own else self._any.get(str(operation))
        if one is None:
            return {}
        if one.error is not None:
            raise one.error
        answer: dict[str, Any] = swapped(dict(one.answer), self._swaps)
        return answer


def again(
    life: Life,
    taken: Taken,
    *,
    mode: Mode = Mode.OFF,
    caller: Caller | None = None,
    place: StackIdentity | None = None,
    swaps: Swaps | None = None,
    **wanted: Any,
) -> Taken:
    """Take the step again with other members of ``Step`` (``wanted``); ``swaps`` replace text in answers."""
    answers = Answers(life, taken.step.name, swaps or {})
    step: Step = replace(taken.step, **wanted)
    return Desk(answers, place or life.place, mode, caller).take(step)


def swapped(value: Any, swaps: Swaps) -> Any:
    """``value`` with every text replaced."""
    if isinstance(value, Mapping):
        return {key: swapped(one, swaps) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(swapped(one, swaps) for one in value)
    if isinstance(value, str):
        for old, new in swaps.items():
            value = value.replace(old, new)
    return value
