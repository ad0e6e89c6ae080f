"""The cases as one template: what each makes at its creation, and what its updates make of it.

A resource of a case's setup is a resource of the template too. What an API call of a setup made is not at
hand there: a property that needs it is left out, and a case whose required property does is not in it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tests.support.lives.account import setup_id
from tests.support.lives.case import PLACEHOLDER, Case
from verifier.cloudformation.types import registry
from verifier.iam import catalog

Template = dict[str, Any]
# How the attributes that are lists are called.
_LISTS = ("Arns", "Associations", "Blocks", "States")
# AWS takes 200, and a framework has some of its own.
_MOST_OUTPUTS = 150
_PSEUDO = {"account": "AWS::AccountId", "region": "AWS::Region", "partition": "AWS::Partition"}


class _NotAtHand(Exception):  # noqa: N818 - what a value needs is not at hand
    """A value needs what an API call of a setup has made."""


@dataclass(frozen=True)
class InStack:
    """A case's resources in each state of the stack: as created, and after each update that AWS takes."""

    case: Case
    states: tuple[Mapping[str, Any], ...]

    @property
    def is_updated(self) -> bool:
        """Whether a redeploy or the update after it changes anything."""
        return any(one != other for one, other in pairwise(map(self.at, range(3))))

    def at(self, number: int) -> Mapping[str, Any]:
        """The resources in state ``number``, or in the last one."""
        return self.states[min(number, len(self.states) - 1)]


def in_stack(cases: Iterable[Case]) -> tuple[InStack, ...]:
    """Those of the cases that can be in a template."""
    found = ((case, tuple(_states(case))) for case in cases)
    return tuple(InStack(case, states) for case, states in found if states)


def template(parts: Iterable[InStack], number: int = 0) -> Template:
    """The resources of all cases in state ``number``, and an attribute of each in an output."""
    resources = {name: definition for part in parts for name, definition in part.at(number).items()}
    attributes = ((name, attribute_of(definition["Type"])) for name, definition in resources.items())
    given = [(name, attribute) for name, attribute in attributes if attribute]
    return {"Resources": resources, "Outputs": dict(_outputs(given))}


def _outputs(given: Sequence[tuple[str, str]]) -> Iterator[tuple[str, Any]]:
    """Each attribute as an output, or a few of them together where AWS would not take so many."""
    together = max(1, -(-len(given) // _MOST_OUTPUTS))
    for start in range(0, len(given), together):
        values = [{"Fn::GetAtt": list(one)} for one in given[start : start + together]]
        yield given[start][0], {"Value": values[0] if len(values) == 1 else {"Fn::Join": [" ", values]}}


def attribute_of(type_name: str) -> str | None:
    """An attribute that Fn::GetAtt gives as text, as an output has to be; None where there is none."""
    entry = registry.entry(type_name)
    known = entry.read_only if entry else ()
    return min((name for name in known if "." not in name and not name.endswith(_LISTS)), default=None)


def can_be_read(type_name: str) -> bool:
    """Whether AWS's handler reads at all: of a topic's policy it does not."""
    entry = registry.entry(type_name)
    return entry is None or "read" in entry.handlers


def can_be_deleted(type_name: str) -> bool:
    """Whether AWS's handler deletes anything: what every account has once stays, and is only read."""
    entry = registry.entry(type_name)
    named = entry.handlers.get("delete", ()) if entry else ()
    return not named or any(catalog.access_level(action) not in ("Read", "List") for action in named)


def _states(case: Case) -> Iterator[Template]:
    entry = registry.entry(case.type)
    assert entry is not None
    name = _logical_id(case.name)
    known: dict[str, Any] = {"case": case.name.lower().replace("_", "-")}
    setup = dict(_setup(case, name, known))
    now = _properties(case.before, {}, known)
    if entry.required - now.keys():
        return
    made = [step for step in case.setup if "resource" in step]
    # What it needs and names in words only.
    first = [name + setup_id(step, number) for number, step in enumerate(made) if step.get("first")]
    one = {"Type": case.type} | ({"DependsOn": first} if first else {})
    yield setup | {name: one | {"Properties": now}}
    for change in case.after:
        if not change.fails:
            now = _properties(change.properties, now, known)
            yield setup | {name: one | {"Properties": now}}


def _setup(case: Case, name: str, known: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The resources of the setup; ``known`` then has what gives their values."""
    number = 0
    for step in case.setup:
        if "resource" in step:
            logical_id = name + setup_id(step, number)
            number += 1
            for kept, what in step.get("keep", {}).items():
                known[kept] = {"Ref": logical_id} if what == "Ref" else {"Fn::GetAtt": [logical_id, what]}
            properties = _properties(step["properties"], {}, known)
            yield logical_id, {"Type": step["resource"], "Properties": properties}


def _properties(
    wanted: Mapping[str, Any], before: Mapping[str, Any], known: Mapping[str, Any]
) -> dict[str, Any]:
    """``wanted`` as a template says it; what cannot be said stays as it was before, or is left out."""
    found: dict[str, Any] = {}
    for name, value in wanted.items():
        try:
            found[name] = _value(value, known)
        except _NotAtHand:
            if name in before:
                found[name] = before[name]
    return found


def _value(value: Any, known: Mapping[str, Any]) -> Any:
    if isinstance(value, Mapping):
        return {key: _value(one, known) for key, one in value.items()}
    if isinstance(value, list):
        return [_value(one, known) for one in value]
    return _text(value, known) if isinstance(value, str) else value


def _text(text: str, known: Mapping[str, Any]) -> Any:
    """A text, put together from its pieces where it has placeholders."""
    pieces: list[Any] = []
    end = 0
    for match in PLACEHOLDER.finditer(text):
        name = match[1]
        if name not in _PSEUDO and name not in known:
            raise _NotAtHand(name)
        pieces += [text[end : match.start()], {"Ref": _PSEUDO[name]} if name in _PSEUDO else known[name]]
        end = match.end()
    pieces = [piece for piece in (*pieces, text[end:]) if piece != ""]
    if not any(isinstance(piece, Mapping) for piece in pieces):
        return "".join(pieces)
    return pieces[0] if len(pieces) == 1 else {"Fn::Join": ["", pieces]}


def _logical_id(name: str) -> str:
    words = name.removeprefix("AWS_").split("_")
    return "".join(word[:1].upper() + word[1:] for word in words)
