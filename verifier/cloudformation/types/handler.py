"""How a resource type is provisioned: a script of ordinary API calls, never a list of permissions.

A handler is one value per type. It *makes* calls; what they need follows from the calls
(``authorization/``). AWS's own handlers also read back what they made: such a read is made with
``work.read`` and names its source, or is only ``likely``. Facts this rests on are in
``authorization/sources.yaml``.

A regular type is a ``Kind`` (``kind.py``): data. What is irregular is a subclass of ``Handler``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.types.work import Work


class HandlerError(Exception):
    """A call on a resource's behalf failed; the message is the stack event's status reason.

    ``refused`` tells a refusal (no permission) from any other error.
    """

    def __init__(self, reason: str, *, refused: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.refused = refused


@dataclass(frozen=True)
class Mention:
    """A call that a handler may make, for whoever looks at a type without living it.

    ``params`` are keyed by the call's parameters; ``sources`` are what the call rests on.
    """

    service: str
    operation: str
    params: Mapping[str, Any]
    sources: tuple[str, ...] = ()


class Handler:
    """One resource type: its name, and the four steps; ``read`` is run by Fn::GetAtt."""

    type: str
    supported: frozenset[str] = frozenset()
    """The properties that the handler acts on. For any other one of the registry's, the registry's
    permissions are asked for as an upper bound; docs/types.md lists them as not supported."""

    lacks: frozenset[str] = frozenset()
    """The registry's other properties: known, and not acted on."""

    implied: frozenset[str] = frozenset()
    """The properties that are part of the resource's ARN although most of its requests leave them out."""

    def implied_in(self, properties: Mapping[str, Any]) -> dict[str, Any]:
        """Those of ``properties`` that are ``implied``."""
        return {name: properties[name] for name in self.implied if name in properties}

    def mentions(self) -> Iterator[Mention]:
        """Every call that the handler may make."""
        raise NotImplementedError(self.type)

    @property
    def mentioned_calls(self) -> frozenset[str]:
        """The calls of ``mentions``, as in "sqs:CreateQueue"."""
        return frozenset(f"{one.service}:{one.operation}" for one in self.mentions())

    @property
    def mentioned_sources(self) -> frozenset[str]:
        """The ids of the sources of ``mentions``."""
        return frozenset(name for one in self.mentions() for name in one.sources)

    def goes_beyond(self, properties: Mapping[str, Any]) -> bool:
        """Whether ``properties`` use a nested part of a supported property that is not acted on."""
        return False

    def create(self, work: Work) -> None:
        """Make the resource; call ``work.created`` right after the main call."""
        raise NotImplementedError(self.type)

    def read(self, work: Work) -> dict[str, Any]:
        """The attributes by name ("Arn"), as Fn::GetAtt gives them, with AWS's own read calls."""
        raise NotImplementedError(self.type)

    def update(self, work: Work) -> None:
        """Bring the resource from ``work.previous`` to ``work.properties`` in place."""
        raise NotImplementedError(self.type)

    def delete(self, work: Work) -> None:
        """Remove the resource; one that is gone already is no error."""
        raise NotImplementedError(self.type)

    def ref(self, work: Work) -> str:
        """What Ref gives; costs nothing."""
        return work.physical_id
