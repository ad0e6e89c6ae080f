"""Tags: the resource's own, and the stack's, which AWS hands down to every resource that takes tags."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.types.handler import Mention
from verifier.cloudformation.types.params import Params, Prop
from verifier.cloudformation.types.part import Part, Read
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.values import key_value, tag_changes, wanted_tags

TAGS_CHANGED = "tags changed"
"""Why tags are read in an update, as sources name it."""


@dataclass(frozen=True)
class Tagging(Part):
    """The resource's own tags and the stack's.

    ``tags`` and ``keys`` name the parameters, ``form`` and ``form_keys`` are how they are given.
    ``at_create`` is the parameter of the create call that takes them; empty, they are a call after it.
    ``look`` is read on every update, or with ``look_always`` false only when tags have changed.
    """

    tag: str
    untag: str
    target: Params
    tags: str = "Tags"
    keys: str = "TagKeys"
    at_create: str = ""
    form: Callable[[Mapping[str, str]], Any] = key_value
    form_keys: Callable[[list[str]], Any] = list
    form_at_create: Callable[[Mapping[str, str]], Any] | None = None
    look: Read | None = None
    look_always: bool = False
    name: str = "Tags"
    """The property."""
    untag_source: str | None = None
    """Where it was read that tags are taken away so, of a type for which the registry does not say it."""

    @property
    def properties(self) -> frozenset[str]:
        """The property that holds the tags."""
        return frozenset({self.name})

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """The calls that tag, untag and read the tags."""
        tags = Prop(self.name)
        yield Mention(service, self.tag, {**self.target, self.tags: tags})
        sources = (self.untag_source,) if self.untag_source else ()
        yield Mention(service, self.untag, {**self.target, self.keys: tags}, sources)
        if self.look:
            yield from self.look.mentions(service, itself)

    @property
    def create_parameters(self) -> tuple[str, ...]:
        """The one that takes the tags."""
        return (self.at_create,) if self.at_create else ()

    def in_create(self, step: Step) -> dict[str, Any]:
        """What goes into the create call."""
        tags = wanted_tags(step.work, self.name)
        form = self.form_at_create or self.form
        return {self.at_create: form(tags)} if self.at_create and tags else {}

    def create(self, step: Step) -> None:
        """Tag, where the create call takes no tags."""
        if not self.at_create:
            self._change(step, wanted_tags(step.work, self.name), [])

    def update(self, step: Step) -> None:
        """Set the tags that are new or changed, remove those that are gone."""
        to_set, to_remove = tag_changes(step.work, self.name)
        if self.look and (self.look_always or to_set or to_remove):
            self.look.make(step, because=TAGS_CHANGED if to_set or to_remove else "")
        self._change(step, to_set, to_remove)

    def _change(self, step: Step, to_set: Mapping[str, str], to_remove: list[str]) -> None:
        target = step.params(self.target, whole=False)
        if to_remove:
            keys = {self.keys: self.form_keys(to_remove)}
            step.call(self.untag, {**target, **keys}, source=self.untag_source)
        if to_set:
            step.call(self.tag, {**target, self.tags: self.form(to_set)})
