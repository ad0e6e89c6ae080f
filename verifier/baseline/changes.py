"""What is other than it was when a baseline was made: the only things that drift can come from."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from verifier.baseline.evidence import BaselineEvidence, MadeWith, Tool
from verifier.baseline.tools import parts_of

_MODEL = {"rules": "our rules", "handlers": "our handlers", "names": "how names are generalised"}
_SERVICE = {
    "configuration": "the service's configuration",
    "outside": "files outside that the service names",
    "code": "the service's code",
    "packages": "the service's packages",
}


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

    Parts of the service are configuration, outside, code and packages; parts of the model are its handlers by
    type, and its rules by the service of the operations. Tools are known by their labels.
    """

    service: Mapping[str, str]
    tools: Mapping[str, str]
    plugins: tuple[str, ...]
    model: tuple[str, ...]
    data: tuple[str, ...]
    parts: Mapping[str, str] = field(default_factory=dict)
    named: tuple[str, ...] = ()
    """Lists of AWS's that name something else for what is on both sides."""

    @property
    def framework(self) -> tuple[str, ...]:
        """What runs beside the service's own code: tools and plugins."""
        return (*dict.fromkeys(self.tools.values()), *self.plugins)

    def of_tools(self, labels: Collection[str]) -> str:
        """The words for the framework, where it is why something is other under each of ``labels``."""
        own = [self.tools[label] for label in labels if label in self.tools]
        return ", ".join(dict.fromkeys((*(own if len(own) == len(labels) else ()), *self.plugins)))

    def lines(self) -> list[str]:
        """All of it, in words."""
        return [*self.framework, *self.service.values(), *self.model, *self.data, *self.named]

    def of(self, part: str) -> str:
        """The words for ``part``: framework, model, data or a part of either; empty for unchanged."""
        if part in ("framework", "model", "data"):
            return ", ".join(getattr(self, part))
        return self.service.get(part) or self.parts.get(part, "")


def changes_between(then: BaselineEvidence, now: BaselineEvidence) -> Changes:
    """What changed from ``then`` to ``now``; of tools only those that both were run under."""
    old, new = then.made_with, now.made_with
    return Changes(
        dict(_service(then, now)),
        dict(_tools(old, new)),
        tuple(_plugins(old.plugins, new.plugins)),
        tuple(_MODEL.get(name, name) for name in _differing(old.model, new.model)),
        tuple(
            f"{name} {old.data.get(name, 'none')} -> {new.data.get(name, 'none')}"
            for name in _differing(old.data, new.data)
        ),
        {
            name: f"our handler of {name}" if "::" in name else f"our rules for {name}"
            for name in _concerning_both(then, now)
            if old.parts.get(name) != new.parts.get(name)
        },
        tuple(
            words
            for words, ours, theirs in (
                ("CloudFormation's registry", then.registry, now.registry),
                ("AWS's reference", then.catalogue, now.catalogue),
            )
            if any(ours[name] != theirs[name] for name in ours.keys() & theirs.keys())
        ),
    )


def _concerning_both(then: BaselineEvidence, now: BaselineEvidence) -> list[str]:
    """What both sides have to do with: a type may have got its handler since. An older one does not say."""
    if not (then.made_with.parts and now.made_with.parts):
        return []
    ours, theirs = ({*one.registry, *(item.service for item in one.askers())} for one in (then, now))
    return sorted(ours & theirs)


def _service(then: BaselineEvidence, now: BaselineEvidence) -> Iterator[tuple[str, str]]:
    old, new = then.made_with.service, now.made_with.service
    for part, words in _SERVICE.items():
        if old.get(part) != new.get(part):
            is_renamed = part == "configuration" and then.service != now.service
            yield part, f"{words} ({then.service} -> {now.service})" if is_renamed else words


def _tools(old: MadeWith, new: MadeWith) -> Iterator[tuple[str, str]]:
    """What is other about each, by its label, and by the one that it had."""
    for tool in new.tools:
        same = [one for one in old.tools if one.wanted == tool.wanted]
        same += [one for one in old.tools if one.label == tool.label]
        words = _other(same[0], tool) if same else ""
        if words:
            yield from dict.fromkeys(((tool.label, words), (same[0].label, words)))


def _other(former: Tool, tool: Tool) -> str:
    if (former.name, former.version) != (tool.name, tool.version):
        return f"{former.name} {former.version} -> {tool.name} {tool.version}"
    if former.digest and tool.digest and former.digest != tool.digest:
        return f"{tool.name} {tool.version} has other files"
    return ""


def _plugins(old: tuple[str, ...], new: tuple[str, ...]) -> Iterator[str]:
    then, now = ({name: known for name, *known in map(parts_of, plugins)} for plugins in (old, new))
    for name, (version, digest) in now.items():
        if name not in then:
            yield f"plugin {name} came"
            continue
        former, files = then[name]
        if former and version and former != version:
            yield f"plugin {name} {former} -> {version}"
        elif files and digest and files != digest:
            yield f"plugin {f'{name} {version}'.rstrip()} has other files"
    for name in then:
        if name not in now:
            yield f"plugin {name} went"


def _differing(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    return [name for name in sorted({*old, *new}) if old.get(name) != new.get(name)]
