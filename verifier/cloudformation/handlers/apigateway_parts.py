"""What the types of API Gateway (REST) have in common: they are brought up to date by a PATCH.

Which operations AWS's handlers put into it is not known. Permissions follow from its verb and path alone,
but for a few members (credentials, policies), which are told apart by their paths.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.types.handler import Mention
from verifier.cloudformation.types.params import ARN, Params, Prop
from verifier.cloudformation.types.part import Part
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.tagging import Tagging
from verifier.cloudformation.types.values import document, listed

SERVICE = "apigateway"
GONE = ("NotFoundException",)
API_ARN = "arn:{partition}:apigateway:{region}::/restapis/"
TAGGING = Tagging(
    "TagResource",
    "UntagResource",
    {"resourceArn": ARN},
    tags="tags",
    keys="tagKeys",
    at_create="tags",
    form=dict,
)
_SOURCE = "apigateway-patch-operations"
Flat = dict[tuple[str, str], str]
"""What can be patched: the value at each path, and each item of a list by its path and itself."""
_MAPS = frozenset({"StageVariableOverrides", "Variables"})
"""Members whose keys are not AWS's words."""


@dataclass(frozen=True)
class Patch(Part):
    """Properties that one PATCH brings up to date: what is new or changed is put, what is gone is removed.

    ``paths`` are the properties' paths, ``documents`` those that are patched as a whole. ``shape`` is how an
    item of a list is written.
    """

    operation: str
    paths: Mapping[str, str]
    documents: frozenset[str] = frozenset()
    shape: Callable[[Any], str] | None = None

    @property
    def properties(self) -> frozenset[str]:
        """The properties."""
        return frozenset(self.paths)

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """The PATCH."""
        operations = [Prop(name) for name in self.paths]
        yield Mention(service, self.operation, {**itself, "patchOperations": operations}, (_SOURCE,))

    def update(self, step: Step) -> None:
        """Patch what differs."""
        patch(step, self.operation, self._flat(step.work.previous), self._flat(step.work.properties))

    def _flat(self, properties: Mapping[str, Any]) -> Flat:
        found: Flat = {}
        for name, path in self.paths.items():
            if name in properties:
                value = properties[name]
                given = document(value) if name in self.documents else value
                found |= flat(path, given, maps=name in _MAPS, shape=self.shape)
        return found


def patch(step: Step, operation: str, before: Flat, after: Flat, itself: Params | None = None) -> None:
    """Make the PATCH that leads from ``before`` to ``after``, where they differ."""
    operations = [*_operations(before, after)]
    if operations:
        named = step.params({}) if itself is None else step.params(itself, whole=False)
        step.call(operation, {**named, "patchOperations": operations})


def _operations(before: Flat, after: Flat) -> Iterator[dict[str, str]]:
    for path, item in sorted(before.keys() - after.keys()):
        yield {"op": "remove", "path": path} | ({"value": item} if item else {})
    for (path, item), value in sorted(after.items()):
        if before.get((path, item)) != value:
            yield {"op": "add" if item else "replace", "path": path, "value": value}


def flat(path: str, value: Any, *, maps: bool = False, shape: Callable[[Any], str] | None = None) -> Flat:
    """``value`` as a PATCH names it, below ``path``. The keys of ``maps`` are the user's own words."""
    if isinstance(value, Mapping):
        found: Flat = {}
        for name, inner in value.items():
            key = name if maps else first_lower(name)
            found |= flat(f"{path}/{escaped(key)}", inner, maps=maps or name in _MAPS, shape=shape)
        return found
    if isinstance(value, list):
        items = ((shape or text)(one) for one in value)
        return {(path, item): item for item in items}
    return {(path, ""): text(value)}


def first_lower(name: str) -> str:
    """A property's name as the API calls it."""
    return name[0].lower() + name[1:]


def escaped(name: str) -> str:
    """A name as part of a path."""
    return name.replace("~", "~0").replace("/", "~1")


def text(value: Any) -> str:
    """A value as a PATCH has it: always a text."""
    if isinstance(value, bool):
        return str(value).lower()
    return document(value) if isinstance(value, Mapping | list) else str(value)


def paths(*names: str) -> dict[str, str]:
    """The paths of properties that the API calls the same."""
    return {name: f"/{first_lower(name)}" for name in names}


def tags_of(value: Any) -> dict[str, str]:
    """Tags as a map."""
    return {tag["Key"]: tag["Value"] for tag in listed(value)}
