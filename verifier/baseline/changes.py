"""What is other than it was when a baseline was made: the only things that drift can come from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from verifier.baseline.evidence import BaselineEvidence, MadeWith

_MODEL = {"rules": "our rules", "handlers": "our handlers", "names": "how names are generalised"}


class Cause(StrEnum):
    """Where a difference comes from."""

    SERVICE = "service"
    FRAMEWORK = "framework"
    MODEL = "model"
    REGISTRY = "registry"
    DATA = "AWS's data"
    BASELINE = "baseline"


@dataclass(frozen=True)
class Changes:
    """By the part that changed, in words; what did not change is not in it.

    Parts of the service are configuration, code and packages.
    """

    service: Mapping[str, str]
    framework: tuple[str, ...]
    model: tuple[str, ...]
    data: tuple[str, ...]

    def lines(self) -> list[str]:
        """All of it, in words."""
        return [*self.framework, *self.service.values(), *self.model, *self.data]

    def of(self, part: str) -> str:
        """The words for ``part``: framework, model, data or a part of the service; empty for unchanged."""
        if part in ("framework", "model", "data"):
            return ", ".join(getattr(self, part))
        return self.service.get(part, "")


def changes_between(then: BaselineEvidence, now: BaselineEvidence) -> Changes:
    """What changed from ``then`` to ``now``; of tools only those that both were run under."""
    old, new = then.made_with, now.made_with
    parts = ("configuration", "code", "packages")
    return Changes(
        {part: f"the service's {part}" for part in parts if old.service.get(part) != new.service.get(part)},
        tuple(_framework(old, new)),
        tuple(_MODEL.get(name, name) for name in _differing(old.model, new.model)),
        tuple(
            f"{name} {old.data.get(name, 'none')} -> {new.data.get(name, 'none')}"
            for name in _differing(old.data, new.data)
        ),
    )


def _framework(old: MadeWith, new: MadeWith) -> Iterator[str]:
    for tool in new.tools:
        same = [one for one in old.tools if one.label == tool.label]
        same += [one for one in old.tools if one.wanted == tool.wanted]
        if same and (same[0].name, same[0].version) != (tool.name, tool.version):
            yield f"{same[0].name} {same[0].version} -> {tool.name} {tool.version}"
    for name in new.plugins:
        if name not in old.plugins:
            yield f"plugin {name} came"
    for name in old.plugins:
        if name not in new.plugins:
            yield f"plugin {name} went"


def _differing(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    return [name for name in sorted({*old, *new}) if old.get(name) != new.get(name)]
