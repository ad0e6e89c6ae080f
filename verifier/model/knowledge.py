"""What is known of a resource type: the calls of each step of its life, what they need, and how surely.

It is told by the type's handler and the rules themselves: the life is played (``plays.py``), and what was
asked for is gathered here.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache

from verifier.authorization.caller import Certainty
from verifier.authorization.claims import published_lists
from verifier.authorization.decision import Decided
from verifier.cloudformation.handlers import handlers
from verifier.cloudformation.stack.builtin import is_fallback, own_types, provisioner_of
from verifier.cloudformation.template.definitions import ResourceDefinition
from verifier.cloudformation.types import registry
from verifier.cloudformation.types.example_texts import ACCOUNT, REGION
from verifier.cloudformation.types.handler import Handler
from verifier.cloudformation.types.registry import RegistryEntry
from verifier.errors import InputError
from verifier.model.dry_run import LOGICAL_ID, PlayedScene, Stage
from verifier.model.plays import Play, Properties
from verifier.model.words import Words, named

LIFECYCLES = ("create", "read", "update", "delete")
# Where given properties are taken to be: in no place that they name themselves.
_GIVEN_ACCOUNT, _GIVEN_REGION = "000000000000", "mx-central-1"
_PLACE = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True)
class Said:
    """What one source says of a need: ``source`` is an id, ``says`` as in sources.yaml."""

    source: str
    says: str
    weak: bool


@dataclass(frozen=True)
class Need:
    """One action on one resource; both may hold places (``words.py``)."""

    action: str
    resource: str
    condition: Mapping[str, str | list[str]]
    certainty: Certainty
    said: tuple[Said, ...]


@dataclass
class KnownCall:
    """One call of a step and what it needs. ``operation`` is empty for what is asked for without a call.

    ``unmapped`` tells why nobody knows what it needs.
    """

    operation: str
    needs: list[Need] = field(default_factory=list)
    unmapped: str = ""


@dataclass(frozen=True)
class KnownType:
    """One type. ``calls`` are by lifecycle, in their order; ``ended`` tells what stopped a step.

    ``is_bound``: it has no handler, and all is an upper bound but for its own call. ``unreached`` are calls
    that the handler has and that no step of this life made.
    """

    type: str
    handler: Handler
    is_bound: bool
    calls: Mapping[str, Sequence[KnownCall]]
    ended: Mapping[str, str]
    unreached: tuple[str, ...]

    @property
    def entry(self) -> RegistryEntry | None:
        """What the registry says of it."""
        return registry.entry(self.type)

    def asked(self, lifecycle: str) -> frozenset[str]:
        """The actions that a step asks for by more than an upper bound."""
        needs = (need for call in self.calls[lifecycle] for need in call.needs)
        return frozenset(one.action for one in needs if one.certainty is not Certainty.UPPER_BOUND)


def modelled() -> tuple[str, ...]:
    """The types that are provisioned by calls: those with a handler, and CloudFormation's own."""
    return tuple(sorted({**handlers(), **own_types()}))


def handler_of(type_name: str) -> Handler:
    """What provisions ``type_name`` ("Custom::Thing" too). Raises InputError where nothing is known of it."""
    definition = ResourceDefinition(LOGICAL_ID, type_name, {})
    found = own_types().get(type_name) or provisioner_of(definition)
    if found is not None:
        return found
    if registry.entry(type_name) is not None:
        raise InputError(
            f"{type_name}: the registry knows it, but neither a handler here nor a list of permissions there "
            "tells how it is provisioned"
        )
    near = nearest(type_name, registry.type_names())
    raise InputError(f"{type_name}: no resource type of CloudFormation's registry{near}")


def nearest(name: str, names: Iterable[str]) -> str:
    """Words that name those of ``names`` that are most like ``name``; none where nothing is."""
    plain = {one.lower(): one for one in sorted(names)}
    found = [plain[one] for one in get_close_matches(name.lower(), plain, 3)]
    return f"; nearest: {', '.join(found)}" if found else ""


def known(type_name: str, handler: Handler, properties: Properties | None = None) -> KnownType:
    """What is known of ``type_name``: with ``properties`` of such a resource, else all there is."""
    place = (ACCOUNT, REGION) if properties is None else (_GIVEN_ACCOUNT, _GIVEN_REGION)
    stage = Stage(handler, type_name, *place, either_way=properties is None)
    life = Play(stage, _entry(type_name))
    if properties is None:
        life.play_most()
    else:
        life.play_given(properties)
    texts = named(outcome.scene.properties for outcome in life.outcomes) if properties is None else {}
    tokens = frozenset(token for outcome in life.outcomes for token in outcome.tokens)
    words = Words(*place, texts, tokens)
    steps = {one: [o for o in life.outcomes if o.scene.lifecycle == one] for one in LIFECYCLES}
    calls = {lifecycle: _gathered(outcomes, words) for lifecycle, outcomes in steps.items()}
    made = {call.operation for several in calls.values() for call in several}
    mentioned = handler.mentioned_calls if handler.type in handlers() else frozenset()
    return KnownType(
        type_name,
        handler,
        is_fallback(handler),
        calls,
        {one: words.of(ended) for one, outcomes in steps.items() if (ended := _ended(outcomes))},
        tuple(sorted(mentioned - made)) if properties is None else (),
    )


def _entry(type_name: str) -> RegistryEntry:
    found = registry.entry(type_name) or registry.entry("AWS::CloudFormation::CustomResource")
    assert found is not None
    return found


def _ended(outcomes: Sequence[PlayedScene]) -> str:
    """What stopped a step wherever it was played."""
    return outcomes[0].ended if outcomes and all(one.ended for one in outcomes) else ""


def _gathered(outcomes: Sequence[PlayedScene], words: Words) -> tuple[KnownCall, ...]:
    """Every call of a step, however often it was played, with all that it ever needed."""
    found: dict[str, KnownCall] = {}
    unmapped: dict[str, str] = {}
    for outcome in outcomes:
        for played in outcome.calls:
            name = str(played.operation) if played.is_call else ""
            call = found.setdefault(name, KnownCall(name))
            if played.unmapped:
                unmapped[name] = words.of(played.unmapped)
            for decided in played.decided:
                _add(call.needs, _need(decided, words))
    for name, why in unmapped.items():
        if not found[name].needs:
            found[name].unmapped = why
    return tuple(found.values())


def _need(decided: Decided, words: Words) -> Need:
    one = decided.requirement
    claims = (claim for claim in decided.claims if claim.source not in _published())
    said = [Said(claim.source, str(claim.says), claim.weak) for claim in claims]
    if decided.source and decided.source not in {row.source for row in said}:
        said.append(Said(decided.source, "", weak=False))
    condition = {key: words.of_value(value) for key, value in one.context.items()}
    return Need(one.action, words.of(one.resource), condition, decided.certainty, tuple(said))


@cache
def _published() -> frozenset[str]:
    """The lists that people were told to deploy with: they say little, and of nearly every action."""
    return frozenset(one.id for one in published_lists())


def _add(needs: list[Need], new: Need) -> None:
    """``new``, unless it is there; the surer of two stays."""
    for index, one in enumerate(needs):
        if one.action == new.action and _same(one.resource, new.resource):
            needs[index] = max(one, new, key=_telling)
            return
    needs.append(new)


def _telling(need: Need) -> tuple[Certainty, bool, int]:
    """The surest first, then what a template names, then what has the most conditions."""
    return need.certainty, "{name}" not in need.resource, len(need.condition)


def _same(one: str, other: str) -> bool:
    """Whether both are one resource, which a template names in the one and not in the other."""
    if one == other:
        return True
    return "{name}" in one + other and _PLACE.sub("{}", one) == _PLACE.sub("{}", other)
