"""What ``baseline/evidence.json`` says, as values: who asks for each permission, and with what it was seen.

Nothing is in it that two runs of the same service would say differently: no accounts, times, names of chance.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from verifier.authorization.caller import Certainty
from verifier.baseline.seal import seal_of
from verifier.errors import InputError
from verifier.grant.evidence import Permission

ANEW = "remove it, then write it anew with verifier baseline update, --frameworks as before"
"""How an evidence that cannot be used is mended."""

_CERTAINTIES = {certainty.label: certainty for certainty in Certainty}


@dataclass(frozen=True)
class Asker:
    """Who asks, by which operation and in which phases.

    ``type`` and ``lifecycle`` say for which resource of a stack CloudFormation does, ``logical_ids`` which
    ones they are; they are empty where the tool itself asks.
    """

    operation: str
    phases: tuple[str, ...]
    type: str = ""
    lifecycle: str = ""
    logical_ids: tuple[str, ...] = ()

    @property
    def is_tool(self) -> bool:
        """Whether the command-line tool asks itself."""
        return not self.type

    @property
    def service(self) -> str:
        """That of the operation, botocore's name."""
        return self.operation.partition(":")[0]

    @property
    def call(self) -> tuple[str, str, str]:
        """What it does, whatever the resource is called."""
        return self.type, self.lifecycle, self.operation

    def as_dict(self) -> dict[str, Any]:
        """The JSON form."""
        about = {"type": self.type, "lifecycle": self.lifecycle, "logicalIds": list(self.logical_ids)}
        return {
            "operation": self.operation,
            "onBehalfOf": None if self.is_tool else about,
            "phases": list(self.phases),
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Asker":
        """What ``as_dict`` made. Raises KeyError, TypeError for anything else."""
        about = plain["onBehalfOf"]
        phases = _texts(plain["phases"])
        if about is None:
            return cls(_text(plain["operation"]), phases)
        return cls(
            _text(plain["operation"]),
            phases,
            _text(about["type"]),
            _text(about["lifecycle"]),
            _texts(about["logicalIds"]),
        )


@dataclass(frozen=True)
class Evidenced:
    """A permission of a baseline. ``frameworks`` are the names of the tools under which it was asked for."""

    permission: Permission
    certainty: Certainty
    frameworks: tuple[str, ...]
    asked: tuple[Asker, ...]
    modelled: bool = False
    note: str = ""
    """Why it is held although nothing asked for it: AWS announced it."""

    def as_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            **self.permission.as_dict(),
            "certainty": self.certainty.label,
            "modelled": self.modelled,
            "frameworks": list(self.frameworks),
            **({"note": self.note} if self.note else {}),
            "asked": [item.as_dict() for item in self.asked],
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Evidenced":
        """What ``as_dict`` made. Raises KeyError, TypeError, AttributeError for anything else."""
        _text(plain["action"])
        _text(plain["resource"])
        for pairs in plain["condition"].values():
            _words(pairs)
        return cls(
            Permission.from_dict(plain),
            _CERTAINTIES[plain["certainty"]],
            _texts(plain["frameworks"]),
            tuple(Asker.from_dict(item) for item in _list(plain["asked"])),
            bool(plain["modelled"]),
            _text(plain.get("note", "")),
        )


@dataclass(frozen=True)
class Tool:
    """A framework of a baseline: as it was asked for (auto, NAME@VERSION, PATH), and what that was.

    ``digest`` is that of its files; empty where it is not known.
    """

    wanted: str
    name: str
    version: str
    digest: str = ""

    @property
    def label(self) -> str:
        """Its name and major version, which a new release does not change ("osls@4")."""
        return f"{self.name}@{self.version.partition('.')[0]}"

    def as_dict(self) -> dict[str, Any]:
        """The JSON form."""
        known = {"digest": self.digest} if self.digest else {}
        return {"wanted": self.wanted, "name": self.name, "version": self.version, **known}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Tool":
        """What ``as_dict`` made. Raises KeyError, TypeError, AttributeError for anything else."""
        names = (plain["wanted"], plain["name"], plain["version"], plain.get("digest", ""))
        return cls(*map(_text, names))


@dataclass(frozen=True)
class MadeWith:
    """Versions, and digests of what has no version: what tells later why something changed.

    ``service`` has the digests of its configuration, code and packages, ``model`` those of our own rules as a
    whole, ``parts`` those of what concerns the service: handlers by type, rules by the operations' service.
    """

    tools: tuple[Tool, ...]
    service: Mapping[str, str]
    plugins: tuple[str, ...]
    model: Mapping[str, str]
    data: Mapping[str, str]
    parts: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "frameworks": [tool.as_dict() for tool in self.tools],
            "service": dict(self.service),
            "plugins": list(self.plugins),
            "model": dict(self.model),
            "data": dict(self.data),
            **({"parts": dict(self.parts)} if self.parts else {}),
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "MadeWith":
        """What ``as_dict`` made. Raises KeyError, TypeError, AttributeError for anything else."""
        return cls(
            _some(tuple(Tool.from_dict(one) for one in _list(plain["frameworks"]))),
            _words(plain["service"]),
            _texts(plain["plugins"]),
            _words(plain["model"]),
            _words(plain["data"]),
            _words(plain.get("parts", {})),
        )


@dataclass(frozen=True)
class BaselineEvidence:
    """The whole of ``evidence.json``.

    ``registry`` has, for each resource type that asked for something, what CloudFormation's registry named
    at that time: an action and the handlers it is named for. ``catalogue`` has the names of all actions of
    each service of which an action is held, in one text. ``seal`` is the one that was read (seal.py).
    """

    service: str
    made_with: MadeWith
    held: tuple[Evidenced, ...]
    tolerated: tuple[Mapping[str, Any], ...] = ()
    registry: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    catalogue: Mapping[str, str] = field(default_factory=dict)
    seal: str = field(default="", compare=False)

    @property
    def labels(self) -> frozenset[str]:
        """The names of its frameworks."""
        return frozenset(tool.label for tool in self.made_with.tools)

    def askers(self) -> Iterator[Asker]:
        """Everyone who asked for anything."""
        for item in self.held:
            yield from item.asked

    def as_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "service": self.service,
            "madeWith": self.made_with.as_dict(),
            "permissions": [item.as_dict() for item in self.held],
            "tolerated": [dict(row) for row in self.tolerated],
            "registry": {name: dict(named) for name, named in self.registry.items()},
            **({"catalogue": dict(self.catalogue)} if self.catalogue else {}),
            "seal": seal_of(item.permission for item in self.held),
        }


def evidence_from(plain: Any, name: str) -> BaselineEvidence:
    """What ``as_dict`` made; ``name`` is the file's. Raises InputError for anything else."""
    try:
        return BaselineEvidence(
            _text(plain["service"]),
            MadeWith.from_dict(plain["madeWith"]),
            tuple(Evidenced.from_dict(row) for row in _list(plain["permissions"])),
            tuple({_text(key): row[key] for key in row} for row in _list(plain["tolerated"])),
            {_text(key): _words(named) for key, named in plain["registry"].items()},
            _words(plain.get("catalogue", {})),
            _seal(plain.get("seal", "")),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise InputError(f"{name}: is no evidence of a baseline ({error!r}); {ANEW}") from None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _seal(value: Any) -> str:
    """Raises ValueError for what is no number."""
    int(_text(value) or "0", 16)
    return _text(value)


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise TypeError(f"{value!r} is no list")
    return [*value]


def _some(tools: tuple[Tool, ...]) -> tuple[Tool, ...]:
    if not tools:
        raise ValueError("no frameworks")
    return tools


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(map(_text, _list(value)))


def _words(value: Mapping[str, Any]) -> dict[str, str]:
    return {_text(key): _text(item) for key, item in value.items()}
