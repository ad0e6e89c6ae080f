"""What a kind's life consists of beside its main calls: the base of its parts, and the reads."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from verifier.cloudformation.types.handler import Mention
from verifier.cloudformation.types.params import ABSENT, Params, at
from verifier.cloudformation.types.step import Step

Moment = Literal["before create", "create", "read", "update", "delete", "after delete"]
Attributes = dict[str, Any]
"""What Fn::GetAtt gives, by the attributes' names."""


@dataclass(frozen=True)
class Part:
    """Something of a resource. Each step does nothing unless a subclass says so."""

    @property
    def properties(self) -> frozenset[str]:
        """The top-level properties that the part acts on."""
        return frozenset()

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """Every call that the part may make; its reads too."""
        yield from ()

    @property
    def create_parameters(self) -> tuple[str, ...]:
        """The parameters of the main call of create that the part may fill (``in_create``)."""
        return ()

    def before_create(self, step: Step) -> None:
        """Before the main call of create."""

    def in_create(self, step: Step) -> dict[str, Any]:
        """What the part adds to the main call of create."""
        return {}

    def create(self, step: Step) -> None:
        """After the main call of create."""

    def read(self, step: Step) -> Attributes:
        """What the part knows of the attributes, read back."""
        return {}

    def update(self, step: Step) -> None:
        """Bring the part from the previous properties to the wanted ones."""

    def delete(self, step: Step) -> None:
        """Before the main call of delete."""

    def after_delete(self, step: Step) -> None:
        """After the main call of delete."""


@dataclass(frozen=True)
class Read(Part):
    """One call that reads back.

    ``on`` are the moments it is made at; ``gives`` is where each attribute of Fn::GetAtt stands in
    the answer, ``tokens`` are those of them whose end (after the last "/") AWS makes up. With
    ``when``, it is made only where the template has that property. ``whole``: with the kind's
    ``itself`` among the parameters. Without ``source`` it is only likely, unless another one speaks of it
    (authorization/weights.py); ``soft`` is one whose refusal AWS's handler swallows.
    """

    operation: str
    params: Params = field(default_factory=dict)
    gives: Mapping[str, str] = field(default_factory=dict)
    on: tuple[Moment, ...] = ("read",)
    when: str = ""
    source: str | None = None
    soft: bool = False
    gone: tuple[str, ...] = ()
    tokens: frozenset[str] = frozenset()
    whole: bool = True
    service: str = ""
    """botocore's name; empty for the kind's own."""

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """The one call."""
        whole = itself if self.whole else {}
        sources = (self.source,) if self.source else ()
        yield Mention(self.service or service, self.operation, {**whole, **self.params}, sources)

    def before_create(self, step: Step) -> None:
        """Look before anything is made."""
        self._at(step, "before create")

    def create(self, step: Step) -> None:
        """Read back what was made."""
        self._at(step, "create")

    def read(self, step: Step) -> Attributes:
        """Read, for Fn::GetAtt."""
        return self._at(step, "read")

    def update(self, step: Step) -> None:
        """Read in an update, at this place among the parts."""
        self._at(step, "update")

    def delete(self, step: Step) -> None:
        """Look before the deletion; what is gone already is no error."""
        self._at(step, "delete")

    def after_delete(self, step: Step) -> None:
        """Make sure that it is gone."""
        self._at(step, "after delete")

    def _at(self, step: Step, moment: Moment) -> Attributes:
        return self.make(step) if moment in self.on else {}

    def make(self, step: Step, item: Any = None, because: str = "") -> Attributes:
        """Make the call, of ``item`` where it belongs to one; the attributes that the answer gives.

        ``because`` is the property that makes AWS read, where that is not ``when``.
        """
        if self.when and step.work.properties.get(self.when) in (None, "", [], {}):
            return {}
        tolerated = (*self.gone, *(step.gone if step.work.lifecycle == "delete" else ()))
        answer = step.work.read(
            self.service or step.service,
            self.operation,
            step.params(self.params, item, whole=self.whole),
            source=self.source,
            soft=self.soft,
            tolerate=tolerated,
            because=because or self.when,
        )
        found = ((name, at(answer, path)) for name, path in self.gives.items())
        given = {name: value for name, value in found if value is not ABSENT}
        for name in self.tokens & given.keys():
            step.work.token(str(given[name]).rpartition("/")[2])
        return given


@dataclass(frozen=True)
class OnBehalf(Read):
    """What a service does itself with the caller's rights at a read: asked for, and not made.

    Without ``source`` it is only likely.
    """

    def make(self, step: Step, item: Any = None, because: str = "") -> Attributes:
        """Ask for it."""
        if not self.when or step.work.properties.get(self.when) not in (None, "", [], {}):
            step.work.permit(
                self.service or step.service,
                self.operation,
                step.params(self.params, item, whole=self.whole),
                source=self.source,
                sure=False,
                because=because or self.when,
            )
        return {}


@dataclass(frozen=True)
class OnKey(Part):
    """What a service does with the caller's rights on a KMS key that the template names.

    It is asked for, as likely, and not made. ``key`` is the key, ABSENT where there is none; ``because``
    the property that leads to it; ``asked`` are KMS's operations at a moment.
    """

    key: Any
    because: str
    asked: Mapping[Moment, tuple[str, ...]]

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """All of the operations."""
        for operation in sorted({one for operations in self.asked.values() for one in operations}):
            yield Mention("kms", operation, _on_key(operation, None))

    def create(self, step: Step) -> None:
        """What the creation needs."""
        self._ask(step, "create")

    def read(self, step: Step) -> Attributes:
        """What a read needs."""
        self._ask(step, "read")
        return {}

    def update(self, step: Step) -> None:
        """What an update needs."""
        self._ask(step, "update")

    def delete(self, step: Step) -> None:
        """What the deletion needs."""
        self._ask(step, "delete")

    def _ask(self, step: Step, moment: Moment) -> None:
        found = step.params({"KeyId": self.key}, whole=False)
        if not found:
            return
        for operation in self.asked.get(moment, ()):
            params = _on_key(operation, found["KeyId"])
            step.work.permit("kms", operation, params, sure=False, because=self.because)


def _on_key(operation: str, key: Any) -> dict[str, Any]:
    """The parameters that name the key."""
    names = ("SourceKeyId", "DestinationKeyId") if operation == "ReEncrypt" else ("KeyId",)
    return dict.fromkeys(names, key)


def on(moments: tuple[Moment, ...], *reads: Read) -> tuple[Read, ...]:
    """The same reads at these moments."""
    return tuple(replace(one, on=moments) for one in reads)
