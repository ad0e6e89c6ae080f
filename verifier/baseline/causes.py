"""Why a permission came or went: who asks for it on one side and not on the other, and what has changed.

Nothing is a cause that did not change; where nothing did, the baseline itself was not what was seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from verifier.baseline.changes import Cause, Changes
from verifier.baseline.evidence import Asker, BaselineEvidence, Evidenced

_CAUSES = {"framework": Cause.FRAMEWORK, "model": Cause.MODEL, "data": Cause.DATA}
# What is the likeliest of the parts that changed, by what is new about those who ask.
_RESOURCE = ("configuration", "framework", "packages", "code", "model", "data")
_HANDLER = ("model", "configuration", "framework", "data", "packages", "code")
_TOOL = ("framework", "packages", "configuration", "code", "model", "data")
_NEED = ("model", "data", "configuration", "framework", "packages", "code")
_NAME = ("configuration", "framework", "model", "packages", "code", "data")


@dataclass(frozen=True)
class Explainer:
    """Explains what ``here`` holds and ``there`` does not; one of them is the baseline's evidence.

    ``came``: ``here`` is the present.
    """

    here: BaselineEvidence
    there: BaselineEvidence
    changes: Changes
    came: bool

    def explain(self, held: Evidenced) -> tuple[Cause, str]:
        """The cause, and a clause that says it to a person."""
        if held.frameworks and not self.there.labels & {*held.frameworks}:
            tools = ", ".join(held.frameworks)
            return Cause.FRAMEWORK, f"{tools} asks for it, which {'was' if self.came else 'is'} not run"
        named = self._named(held)
        if named:
            return Cause.REGISTRY, named
        what, order = self._what_is_new(held)
        likely = [part for part in order if self.changes.of(part)]
        if not likely:
            return (
                Cause.BASELINE,
                f"{what}; nothing has changed since, so the baseline was not as it was seen",
            )
        reason = self.changes.of(likely[0])
        return _CAUSES.get(likely[0], Cause.SERVICE), f"{what}; changed: {reason}"

    def _named(self, held: Evidenced) -> str:
        """What the registry names here and not there, for a type that is on both sides."""
        action = held.permission.action.lower()
        types = sorted({item.type for item in held.asked if item.type})
        for name in types:
            ours, theirs = self.here.registry.get(name, {}), self.there.registry.get(name)
            if theirs is None or action not in map(str.lower, ours):
                continue
            if action not in map(str.lower, theirs):
                word = "now names" if self.came else "no longer names"
                return f"CloudFormation's registry {word} it for {name}"
        return ""

    def _what_is_new(self, held: Evidenced) -> tuple[str, Sequence[str]]:
        """In words what ``there`` lacks of those who ask for ``held``, and what that most likely comes of."""
        own = [item for item in held.asked if item.is_tool]
        for item in own:
            if item.call not in self._calls:
                return f"the tool itself {self._does(f'calls {item.operation}')}", _TOOL
        resources = [(item, name) for item in held.asked if item.type for name in item.logical_ids]
        strange = [(item, name) for item, name in resources if (item.type, name) not in self._resources]
        if strange and len(strange) == len(resources) and not own:
            item, name = strange[0]
            return f"the service {self._does('has')} {name} ({item.type})", _RESOURCE
        for item in held.asked:
            if item.type and item.call not in self._calls:
                does = self._does(f"calls {item.operation} at {item.lifecycle} of {item.type}")
                return f"CloudFormation {does} ({_listed(item)})", _HANDLER
        operation = held.asked[0].operation if held.asked else held.permission.action
        if held.permission.action not in self._actions:
            return f"{operation} {self._does('needs')} it", _NEED
        return f"{operation} {self._does('is')} on this resource", _NAME

    def _does(self, verb: str) -> str:
        return f"{'now' if self.came else 'no longer'} {verb}"

    @cached_property
    def _calls(self) -> frozenset[tuple[str, str, str]]:
        return frozenset(item.call for item in self.there.askers())

    @cached_property
    def _resources(self) -> frozenset[tuple[str, str]]:
        return frozenset((item.type, name) for item in self.there.askers() for name in item.logical_ids)

    @cached_property
    def _actions(self) -> frozenset[str]:
        return frozenset(item.permission.action for item in self.there.held)


def _listed(item: Asker) -> str:
    return ", ".join(item.logical_ids)
