"""The types that the model knows, each in a row, and what they come to together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verifier.authorization.sources import Source, sources
from verifier.cloudformation.handlers import handlers
from verifier.cloudformation.types.differences import NOT_SUPPORTED, differences
from verifier.cloudformation.types.fallback import upper_bound
from verifier.cloudformation.types.handler import Handler
from verifier.cloudformation.types.kind import Kind
from verifier.model.knowledge import LIFECYCLES, KnownType, handler_of, known, modelled

# AWS's own source of handlers of types.
_HANDLER_SOURCE = "https://github.com/aws-cloudformation/aws-cloudformation-resource-providers-"


@dataclass(frozen=True)
class Unsupported:
    """An action that the registry names for a type, and that only properties that are not acted on need.

    ``where`` are the steps ("tagging": the whole type), ``properties`` those properties or parts of them.
    """

    action: str
    where: tuple[str, ...]
    properties: tuple[str, ...]


@dataclass(frozen=True)
class TypeRow:
    """One type: its calls by lifecycle ("lambda:CreateFunction"), and what they rest on.

    ``more_calls`` are those that a dry run does not come to: only some changes within a property make them.
    ``listed`` is how many actions the registry names for its steps, ``lacks`` are the properties that
    are not acted on.
    """

    type: str
    calls: Mapping[str, tuple[str, ...]]
    more_calls: tuple[str, ...]
    sources: tuple[Source, ...]
    listed: int
    not_supported: tuple[Unsupported, ...]
    lacks: tuple[str, ...]

    @property
    def on_handler_source(self) -> bool:
        """Whether it rests on the source of AWS's own handler."""
        return any(one.address.startswith(_HANDLER_SOURCE) for one in self.sources)

    def as_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "type": self.type,
            "calls": {step: list(names) for step, names in self.calls.items()},
            "moreCalls": list(self.more_calls),
            "sources": [as_row(one) for one in self.sources],
            "handlerSource": self.on_handler_source,
            "listedActions": self.listed,
            "notSupported": [
                {"action": one.action, "in": list(one.where), "properties": list(one.properties)}
                for one in self.not_supported
            ],
            "lacks": list(self.lacks),
        }


@dataclass(frozen=True)
class Totals:
    """What all rows come to."""

    types: int
    services: int
    on_handler_source: int
    listed: int
    not_supported: int

    @property
    def share(self) -> float:
        """How much of what the registry names is not supported, of 1."""
        return self.not_supported / self.listed if self.listed else 0.0


def rows() -> Iterator[TypeRow]:
    """A row for each type that is provisioned by calls."""
    for name in modelled():
        yield row(known(name, handler_of(name)))


def totals(all_rows: Sequence[TypeRow]) -> Totals:
    """What ``all_rows`` come to."""
    return Totals(
        types=len(all_rows),
        services=len({one.type.split("::")[1] for one in all_rows}),
        on_handler_source=sum(one.on_handler_source for one in all_rows),
        listed=sum(one.listed for one in all_rows),
        not_supported=sum(len(one.not_supported) for one in all_rows),
    )


def row(one: KnownType) -> TypeRow:
    """What is known of a type, in short."""
    return TypeRow(
        type=one.type,
        calls={
            step: tuple(call.operation for call in one.calls[step] if call.operation) for step in LIFECYCLES
        },
        more_calls=one.unreached,
        sources=speaking_of(one),
        listed=_listed(one),
        not_supported=_unsupported(one.type),
        lacks=lacks(one.handler),
    )


def speaking_of(one: KnownType) -> tuple[Source, ...]:
    """The sources that its handler names, that speak of it, or that decide what is asked for and how sure."""
    calls = (call for several in one.calls.values() for call in several)
    named = {said.source for call in calls for need in call.needs for said in need.said}
    named |= one.handler.mentioned_sources if one.type in handlers() else frozenset()
    named |= {difference.source for difference in differences(one.type)}
    return tuple(
        source
        for source in sources().values()
        if source.id in named or any(said.type == one.type for said in source.says)
    )


def lacks(handler: Handler) -> tuple[str, ...]:
    """The properties, and the parts of them, that a handler does not act on."""
    parts = handler.beyond if isinstance(handler, Kind) else ()
    beyond = {f"{one.path} ({one.value})" if one.value else one.path for one in parts}
    return tuple(sorted(handler.lacks | beyond))


def as_row(one: Source) -> dict[str, str]:
    """A source's JSON form."""
    return {"id": one.id, "where": one.where, "address": one.address, "seen": one.seen}


def _listed(one: KnownType) -> int:
    """How many actions the registry names for the steps of a type that has a handler of ours."""
    entry = one.entry
    if entry is None or one.type not in handlers():
        return 0
    return len({action for step in LIFECYCLES for action in upper_bound(entry, step).actions})


def _unsupported(type_name: str) -> tuple[Unsupported, ...]:
    found: dict[str, tuple[set[str], set[str]]] = {}
    for one in differences(type_name):
        if one.reason == NOT_SUPPORTED:
            for action in one.actions:
                where, properties = found.setdefault(action, (set(), set()))
                where.update(one.where)
                properties.add(one.property)
    return tuple(
        Unsupported(action, tuple(sorted(where)), tuple(sorted(properties)))
        for action, (where, properties) in sorted(found.items())
    )
