"""What is known of each emulator that is spoken to over HTTP: ``adapters.yaml``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from verifier.emulator.endpoint.conditions import Readable


@dataclass(frozen=True)
class Known:
    """Where something was read or seen, and when it was true."""

    where: str
    seen: str
    quote: str


@dataclass(frozen=True)
class Enforcement:
    """Where an emulator says whether it enforces IAM: a member of the JSON at a path, and its meanings."""

    path: str
    member: str
    values: Mapping[Any, bool]


@dataclass(frozen=True)
class Adapter:
    """One emulator. ``health`` is empty for whatever says nothing of itself."""

    name: str
    accounts: bool
    health: str = ""
    has: str = ""
    unless: Mapping[str, Any] = field(default_factory=dict)
    enforces: Enforcement | None = None
    never: Mapping[str, Any] = field(default_factory=dict)
    switch: str = ""
    lacks: frozenset[str] = frozenset()
    done: Mapping[str, str] = field(default_factory=dict)
    controls: Mapping[str, bool] = field(default_factory=dict)
    conditions: Readable | None = None
    sources: Mapping[str, Known] = field(default_factory=dict)


@cache
def adapters() -> tuple[Adapter, ...]:
    """All of them, in the order in which they are asked for; the last one is known by nothing."""
    import yaml

    text = files(__package__).joinpath("adapters.yaml").read_text(encoding="utf-8")
    return tuple(_adapter(entry) for entry in yaml.safe_load(text))


def adapter(name: str) -> Adapter:
    """The one of that name. Raises KeyError."""
    return {one.name: one for one in adapters()}[name]


def _adapter(entry: Mapping[str, Any]) -> Adapter:
    enforces = entry.get("enforces")
    return Adapter(
        name=entry["name"],
        accounts=entry["accounts"],
        health=entry.get("health", ""),
        has=entry.get("has", ""),
        unless=entry.get("unless", {}),
        enforces=Enforcement(**enforces) if enforces else None,
        never=entry.get("never", {}),
        switch=entry.get("switch", ""),
        lacks=frozenset(entry.get("lacks", ())),
        done=entry.get("done", {}),
        controls=entry.get("controls", {}),
        conditions=_readable(entry["conditions"]) if "conditions" in entry else None,
        sources={
            name: Known(one["where"], str(one["seen"]), one["quote"])
            for name, one in entry.get("sources", {}).items()
        },
    )


def _readable(entry: Mapping[str, Any]) -> Readable:
    return Readable(**{**entry, "keys": tuple(entry["keys"]), "but": frozenset(entry.get("but", ()))})
