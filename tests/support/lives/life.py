"""A case lived from its creation to its deletion, once, with everything that was seen."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from tests.support.lives.account import Account
from tests.support.lives.case import Case, cases_of
from tests.support.lives.desk import STACK_TAGS, Step, Taken
from verifier.authorization.caller import Certainty
from verifier.authorization.decision import Decided
from verifier.cloudformation.template.environment import StackIdentity

CREATE, READ, SUCCESSOR = "create", "read", "create successor"
DELETE, AGAIN, GONE = "delete", "delete again", "read when gone"


@dataclass(frozen=True)
class Life:
    """A case's life: its steps as they were taken.

    ``words`` are what stands for itself nowhere else, by the name to write for it: what the setup made.
    """

    case: Case
    place: StackIdentity
    steps: tuple[Taken, ...]
    words: Mapping[str, str]
    tokens: tuple[str, ...]

    def step(self, name: str) -> Taken | None:
        """The step of that name, if the life got so far."""
        return next((one for one in self.steps if one.step.name == name), None)

    @property
    def creations(self) -> list[Taken]:
        """Both creations."""
        return [one for one in self.steps if one.step.lifecycle == "create"]

    @property
    def updates(self) -> list[tuple[Taken, str]]:
        """The updates, each with the words of the failure that is expected of it."""
        taken = [one for one in self.steps if one.step.lifecycle == "update"]
        return [(one, change.fails) for one, change in zip(taken, self.case.after, strict=True)]


@dataclass(frozen=True)
class Lives:
    """Everything that was seen of a type, in all of its cases."""

    type: str
    lives: tuple[Life, ...]
    problems: tuple[str, ...]
    lacking: tuple[str, ...]

    @property
    def steps(self) -> Iterator[tuple[Life, Taken]]:
        """Every step with its life."""
        return ((life, taken) for life in self.lives for taken in life.steps)

    @cached_property
    def decisions(self) -> list[Decided]:
        """Every decision on the type's behalf."""
        return [one for _, taken in self.steps for one in taken.decisions]

    def asked(self, lifecycle: str) -> dict[str, Certainty]:
        """Every action that is asked for in a lifecycle, with how sure it is at most."""
        found: dict[str, Certainty] = {}
        for _, taken in self.steps:
            if taken.step.lifecycle == lifecycle:
                for action, certainty in taken.certainties.items():
                    found[action] = max(certainty, found.get(action, certainty))
        return found


def live_all(account: Account, type_name: str) -> Lives:
    """Live every case of a type in ``account``."""
    problems, lacking = len(account.problems), len(account.lacking)
    lives = tuple(live(account, case) for case in cases_of(type_name))
    return Lives(
        type_name, lives, tuple(account.problems[problems:]), tuple(dict.fromkeys(account.lacking[lacking:]))
    )


def live(account: Account, case: Case) -> Life:
    """Create, read, update, make a successor, delete twice, look whether it is gone; then the successor."""
    known = len(account.register.tokens)
    set_up = account.set_up(case)
    steps = tuple(_steps(account, set_up.case))
    account.tidy(set_up)
    words = {name: set_up.kept[name] for step in case.setup for name in step.get("keep", ())}
    return Life(set_up.case, account.place, steps, words, account.register.tokens[known:])


def _steps(account: Account, case: Case) -> Iterator[Taken]:
    now = Step(CREATE, case.type, "create", case.before)
    taken = account.take(now)
    yield taken
    if not taken.physical_id:
        return
    now = replace(now, physical_id=taken.physical_id)
    yield account.take(replace(now, name=READ, lifecycle="read"))
    for number, change in enumerate(case.after, 1):
        wanted = _updated(now, number, change.properties, change.stack_tags)
        taken = account.take(wanted)
        yield taken
        now = now if taken.error else replace(wanted, previous={}, previous_stack_tags={})
    for call in case.before_replace:
        account.do(call)
    successor = Step(SUCCESSOR, case.type, "create", case.replace, stack_tags=STACK_TAGS)
    taken = account.take(successor)
    yield taken
    for name, lifecycle in ((DELETE, "delete"), (AGAIN, "delete"), (GONE, "read")):
        yield account.take(replace(now, name=name, lifecycle=lifecycle))
    if taken.physical_id:
        successor = replace(successor, physical_id=taken.physical_id)
        yield account.take(replace(successor, name="read successor", lifecycle="read"))
        yield account.take(replace(successor, name="delete successor", lifecycle="delete"))


def _updated(
    now: Step, number: int, properties: Mapping[str, Any], stack_tags: Mapping[str, str] | None
) -> Step:
    return replace(
        now,
        name=f"update {number}",
        lifecycle="update",
        properties=properties,
        previous=now.properties,
        stack_tags=now.stack_tags if stack_tags is None else stack_tags,
        previous_stack_tags=now.stack_tags,
    )
