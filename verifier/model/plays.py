"""A type's whole life, played on given properties, or on the most that its schema takes.

No one set of properties goes everywhere that a handler can go: some exclude each other, some changes AWS
refuses. So a step is played with everything at once, and where that comes to an early end one by one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from verifier.cloudformation.stack.builtin import is_fallback
from verifier.cloudformation.types import registry
from verifier.cloudformation.types.examples import Examples
from verifier.cloudformation.types.kind import Kind
from verifier.cloudformation.types.registry import RegistryEntry
from verifier.cloudformation.types.values import contains
from verifier.model.answers import Answers
from verifier.model.dry_run import PlayedScene, Scene, Stage
from verifier.model.leaves import at, leaves, likes, put, without

Properties = Mapping[str, Any]
_TAGS, _OTHER_TAGS = {"first": "1"}, {"second": "1"}
_UNKNOWN_ID = "PhysicalId"
_WHOLE = 4  # so many levels of an example's objects are whole


@dataclass
class Play:
    """Plays a type's steps and keeps what came of each."""

    stage: Stage
    entry: RegistryEntry
    outcomes: list[PlayedScene] = field(default_factory=list)

    def play_given(self, properties: Properties) -> None:
        """The life of one resource; what an update changes are the properties that it has."""
        identifier = self._play(Scene("create", properties, stack_tags=_TAGS)).physical_id or _UNKNOWN_ID
        self._updates(properties, self._changed(properties), identifier)
        self._rest(properties, identifier)

    def play_most(self) -> None:
        """The life of a resource with all of its properties, and of those that have fewer or others."""
        wanted = self.stage.handler.supported or self.entry.properties
        if is_fallback(self.stage.handler):
            self.play_given(self._examples(wanted, 0))
            return
        one, other = self._examples(wanted, 0), self._examples(wanted, 1)
        (whole, identifier), (changed, second) = self._made(one), self._made(other)
        for properties in self._by_origin(one):
            self._play(Scene("create", properties, stack_tags=_TAGS))
        least = self._picked(one, self.entry.required)
        self._play(Scene("create", least, stack_tags=_TAGS))
        alone = sorted(one.keys() - (whole.keys() & changed.keys()))
        for name in alone:
            self._play(Scene("create", {**least, name: one[name]}))
        self._updates(whole, changed, identifier)
        for name in alone:
            if name in self._in_place and name not in whole:
                more = {**least, name: one[name]}
                self._play_update(least, more, identifier)
                self._play_update(more, least, identifier)
        for properties, known in ((whole, identifier), (changed, second), (least, identifier)):
            self._rest(properties, known)

    def _made(self, properties: Properties) -> tuple[Properties, str]:
        """The properties of a creation that comes to its end, as many as go together, and its id."""
        made = self._play(Scene("create", properties, stack_tags=_TAGS))
        if not made.failed:
            return properties, made.physical_id or _UNKNOWN_ID
        fitting = self._picked(properties, self.entry.required)
        made = self._play(Scene("create", fitting, stack_tags=_TAGS))
        for name in sorted(properties.keys() - fitting.keys()):
            tried = self._play(Scene("create", {**fitting, name: properties[name]}, stack_tags=_TAGS))
            if made.failed or not tried.failed:
                fitting, made = {**fitting, name: properties[name]}, tried
        return fitting, made.physical_id or _UNKNOWN_ID

    def _by_origin(self, properties: Properties) -> Iterator[Properties]:
        """The same made of nothing, and of each alone that it may be made of."""
        handler = self.stage.handler
        origins = handler.origins if isinstance(handler, Kind) else ()
        named = {name for one in origins for name in one.of}
        for kept in ("", *sorted(named)) if named else ():
            yield self._picked(properties, properties.keys() - (named - {kept}))

    def _updates(self, whole: Properties, other: Properties, identifier: str) -> None:
        """The tags, and every property that can be changed in place: changed, dropped and added."""
        if self.entry.handlers and not self.entry.has_update:
            return
        changed = {**whole, **self._picked(other, self._in_place & whole.keys())}
        least = self._picked(whole, self.entry.required | self.entry.create_only)
        self._play(Scene("update", whole, whole, _OTHER_TAGS, _TAGS, identifier))
        if self.entry.tag_property in whole:
            tagged = {**least, **self._picked(whole, [str(self.entry.tag_property)])}
            self._play(Scene("update", least, tagged, physical_id=identifier))
        for before, after in ((whole, changed), (changed, whole), (whole, least), (least, whole)):
            if before != after and self._play_update(before, after, identifier).failed:
                for name in sorted(before.keys() | after.keys()):
                    if before.get(name) != after.get(name):
                        self._play_update(before, _with(before, name, after.get(name)), identifier)

    def _rest(self, properties: Properties, identifier: str) -> None:
        self._play(Scene("read", properties, physical_id=identifier))
        self._play(Scene("delete", properties, physical_id=identifier))

    def _play_update(self, before: Properties, after: Properties, identifier: str) -> PlayedScene:
        return self._play(Scene("update", after, before, _TAGS, _TAGS, identifier))

    def _play(self, scene: Scene) -> PlayedScene:
        """Play it where all is there, and a creation and what has failed where nothing is."""
        outcome = self.stage.play(scene)
        self.outcomes.append(outcome)
        if not outcome.failed and scene.lifecycle != "create":
            return outcome
        other = replace(self.stage, answers=Answers(nothing_there=True)).play(scene)
        self.outcomes.append(other)
        return other if outcome.failed and not other.failed else outcome

    @cached_property
    def _schema_examples(self) -> Examples:
        return Examples(registry.schema(self.entry.type) or {}, _WHOLE)

    @property
    def _in_place(self) -> frozenset[str]:
        return self.entry.properties - self.entry.create_only - self.entry.read_only

    def _picked(self, properties: Properties, names: Iterable[str]) -> Properties:
        return {name: properties[name] for name in sorted(names) if name in properties}

    def _changed(self, properties: Properties) -> Properties:
        """Another value for each property, where there is one."""
        one, other = (self._examples(frozenset(properties), turn) for turn in (0, 1))
        return {
            name: one[name] if one[name] != value else other.get(name, value)
            for name, value in properties.items()
            if name in one
        }

    def _examples(self, names: frozenset[str], turn: int) -> Properties:
        """A value of each property of ``names`` that a template can set, as far as they can be found.

        What a handler does not act on is left out of them.
        """
        examples, handler = self._schema_examples, self.stage.handler
        beyond = handler.beyond if isinstance(handler, Kind) else ()
        found: dict[str, Any] = {}
        for name in sorted((names & self.entry.properties) - self.entry.read_only):
            value = examples.value(name, turn)
            for one in beyond:
                if contains({name: value}, one.path, one.value):
                    value = without(value, *one.path.split(".")[1:])
            if value is not None:
                found[name] = value
        return self._apart(found)

    def _apart(self, properties: Properties) -> Properties:
        """``properties`` with an ARN of its own in each place, as far as the schema lets it."""
        seen: set[str] = set()
        return {name: self._distinct(name, value, seen) for name, value in properties.items()}

    def _distinct(self, name: str, value: Any, seen: set[str]) -> Any:
        found = value
        for path, text in leaves(value):
            if text in seen and text.startswith("arn:"):
                tried = (put(found, path, one) for one in likes(text) if one not in seen)
                found = next((one for one in tried if self._schema_examples.fits(name, one)), found)
            seen.add(at(found, path))
        return found


def _with(properties: Properties, name: str, value: Any) -> Properties:
    """``properties`` with another value for one of them; None drops it."""
    others = {key: one for key, one in properties.items() if key != name}
    return others if value is None else {**others, name: value}
