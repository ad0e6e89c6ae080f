"""What a resource's properties cost: the parts of a kind that make calls.

``Update`` changes many properties with one call, ``Setting`` is a property with calls of its own,
``Items`` a list or a map of such. They act in the order in which a kind names
them. A subclass of ``Part`` is for what only one type does.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from verifier.cloudformation.types.handler import HandlerError, Mention
from verifier.cloudformation.types.params import Params, Sourced, used
from verifier.cloudformation.types.part import Attributes, Part, Read
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.values import items_by, listed


@dataclass(frozen=True)
class Update(Part):
    """Properties that one call brings up to date, when any of them has changed.

    ``dropped`` are AWS's own values for properties that the template no longer has. ``then`` is read
    afterwards. With ``changed_only`` what has not changed is left out: some operations refuse to set
    what is so already.
    """

    operation: str
    params: Params
    dropped: tuple[Sourced, ...] = ()
    then: Read | None = None
    always: bool = False
    """Also when none of the properties has changed."""
    changed_only: bool = False
    whole: bool = True
    """With the kind's ``itself`` among the parameters."""
    source: str | None = None
    """Where the call was read, of a type for which the registry does not name it."""

    @property
    def properties(self) -> frozenset[str]:
        """The properties of the parameters."""
        return frozenset(used(self.params))

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """The call, and the read after it."""
        sources = tuple(one.source for one in self.dropped)
        own = (self.source,) if self.source else ()
        whole = itself if self.whole else {}
        yield Mention(service, self.operation, {**whole, **self.params}, (*own, *sources))
        if self.then:
            yield from self.then.mentions(service, itself)

    def update(self, step: Step) -> None:
        """Make the call with everything wanted now."""
        if not self.always and not step.work.changed(*self.properties):
            return
        defaults = (pair for one in self.dropped for pair in one.values.items())
        absent = {name: value for name, value in defaults if name in step.work.previous}
        wanted = {**absent, **step.work.properties}
        if self.changed_only:
            wanted = {name: value for name, value in wanted.items() if step.work.changed(name)}
        params = step.params(self.params, wanted, whole=False)
        if self.changed_only and not params:
            return
        step.call(self.operation, {**step.params({}, whole=self.whole), **params}, source=self.source)
        if self.then:
            self.then.make(step)


@dataclass(frozen=True)
class Setting(Part):
    """A property with calls of its own: ``put`` sets it, ``undo`` takes it back when it is dropped.

    Without ``undo`` it is put again, with the value of ``default``. ``look`` is read before it is
    put, ``reads`` are read for Fn::GetAtt where the template has the property. With ``each`` the
    property is a list, put item by item; in ``params`` a Prop is then one of the item.
    """

    name: str
    """The property."""
    put: str
    params: Params
    undo: str = ""
    undo_params: Params = field(default_factory=dict)
    default: Sourced | None = None
    """The parameters with which ``put`` takes the property back."""
    stays: str = ""
    """The source that says: one that the template drops stays as it was."""
    look: Read | None = None
    reads: tuple[Read, ...] = ()
    at_create: bool = True
    undo_at_update: bool = True
    at_delete: bool = False
    each: bool = False
    whole: bool = True

    @property
    def properties(self) -> frozenset[str]:
        """The property, and what else its parameters are made of."""
        return frozenset({self.name} if self.each else {self.name, *used(self.params)})

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """The calls that set it, take it back and read it."""
        whole = itself if self.whole else {}
        yield Mention(service, self.put, {**whole, **self.params}, (self.stays,) if self.stays else ())
        if self.undo:
            yield Mention(service, self.undo, {**whole, **self.undo_params})
        if self.default:
            yield Mention(service, self.put, {**whole, **self.default.values}, (self.default.source,))
        for one in (*((self.look,) if self.look else ()), *self.reads):
            yield from one.mentions(service, itself)

    def create(self, step: Step) -> None:
        """Set it where the template has it."""
        if self.at_create and self.name in step.work.properties:
            self._put(step)

    def read(self, step: Step) -> Attributes:
        """Read it where the template has it."""
        given: Attributes = {}
        if self.name in step.work.properties:
            for one in self.reads:
                given |= one.make(step, because=self.name)
        return given

    def update(self, step: Step) -> None:
        """Set it, or take it back."""
        if not step.work.changed(self.name):
            return
        if self.name in step.work.properties:
            self._put(step)
        elif self.undo_at_update:
            self._undo(step)

    def delete(self, step: Step) -> None:
        """Take it back first, where the deletion needs that."""
        if self.at_delete and self.name in step.work.properties:
            self._undo(step)

    def _put(self, step: Step) -> None:
        if self.look:
            self.look.make(step, because=self.name)
        items = listed(step.work.properties[self.name]) if self.each else [None]
        for item in items:
            step.call(self.put, step.params(self.params, item, whole=self.whole))

    def _undo(self, step: Step) -> None:
        if self.undo:
            step.call(self.undo, step.params(self.undo_params, whole=self.whole), tolerate=step.gone)
        elif self.default:
            step.call(self.put, step.params(self.default.values, whole=self.whole))


@dataclass(frozen=True)
class Dropped(Part):
    """A property of the main calls that an update can only take back with a call of its own.

    With ``each`` it is a map, and every key that is gone is taken back; in ``params`` it is Prop("").
    """

    name: str
    """The property."""
    undo: str
    params: Params = field(default_factory=dict)
    each: bool = False

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """The one call."""
        yield Mention(service, self.undo, {**itself, **self.params})

    def update(self, step: Step) -> None:
        """Take back what the template no longer has."""
        before, after = step.work.previous, step.work.properties
        if not self.each:
            gone: Iterable[Any] = [None] if self.name in before and self.name not in after else []
        else:
            gone = sorted((before.get(self.name) or {}).keys() - (after.get(self.name) or {}).keys())
        for item in gone:
            step.call(self.undo, step.params(self.params, item), tolerate=step.gone)


@dataclass(frozen=True)
class Unchangeable(Part):
    """A property that AWS refuses to change, although the registry does not call it create-only."""

    name: str
    """The property."""
    reason: str

    def update(self, step: Step) -> None:
        """Raises HandlerError when it differs."""
        if step.work.changed(self.name):
            raise HandlerError(self.reason)


@dataclass(frozen=True)
class Items(Part):
    """A property whose items are set and taken back one by one, known by their ``key``.

    Of a map, and of a list of names (``key`` empty), the key or the name itself is what they are
    known by. In ``params`` and ``undo_params`` a Prop is one of the item ("" the item itself).
    """

    name: str
    """The property."""
    key: str
    put: str
    params: Params
    undo: str
    undo_params: Params
    read_back: Read | None = None
    """Read of each item after all were set at the creation."""
    reads: Read | None = None
    """Read of each item for Fn::GetAtt."""
    at_delete: bool = False

    @property
    def properties(self) -> frozenset[str]:
        """The property."""
        return frozenset({self.name})

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """The calls that set, take back and read an item."""
        if self.put:
            yield Mention(service, self.put, {**itself, **self.params})
        yield Mention(service, self.undo, {**itself, **self.undo_params})
        for one in filter(None, (self.read_back, self.reads)):
            yield from one.mentions(service, itself)

    def create(self, step: Step) -> None:
        """Set every item, then read them back."""
        self._change(step, {}, self._of(step.work.properties))
        if self.read_back:
            for item in self._of(step.work.properties).values():
                self.read_back.make(step, item, self.name)

    def read(self, step: Step) -> Attributes:
        """Read every item."""
        if self.reads:
            for item in self._of(step.work.properties).values():
                self.reads.make(step, item, self.name)
        return {}

    def update(self, step: Step) -> None:
        """Take back what is gone, set what is new or changed."""
        self._change(step, self._of(step.work.previous), self._of(step.work.properties))

    def delete(self, step: Step) -> None:
        """Take every item back first, where the deletion needs that."""
        if self.at_delete:
            self._change(step, self._of(step.work.properties), {})

    def _change(self, step: Step, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        for name in sorted(before.keys() - after.keys()):
            step.call(self.undo, step.params(self.undo_params, before[name]), tolerate=step.gone)
        for name, item in after.items():
            if self.put and before.get(name) != item:
                step.call(self.put, step.params(self.params, item))

    def _of(self, properties: Mapping[str, Any]) -> dict[str, Any]:
        return items_by(self.key, properties.get(self.name))
