"""Why a permission came or went: who asks for it on one side and not on the other, and what has changed.

Nothing is a cause that did not change; where nothing did, the baseline itself was not what was seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from verifier.baseline.announced import is_new, named_for
from verifier.baseline.changes import Cause, Changes
from verifier.baseline.evidence import Asker, BaselineEvidence, Evidenced
from verifier.baseline.tools import parts_of

_CAUSES = {"framework": Cause.FRAMEWORK, "model": Cause.MODEL, "data": Cause.DATA}
# What is the likeliest of the parts that changed, by what is new about those who ask. The model as a whole
# changes often: before anything of the service only the part of it that can be the cause is looked at.
_RESOURCE = ("configuration", "outside", "framework", "packages", "code", "model", "data")
_HANDLER = ("configuration", "outside", "framework", "packages", "code", "model", "data")
_TOOL = ("framework", "packages", "configuration", "outside", "code", "model", "data")
_NEED = ("configuration", "outside", "framework", "packages", "code", "model", "data")
_NAME = ("configuration", "outside", "framework", "model", "packages", "code", "data")


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
        announced = self._announced(held)
        if announced:
            return announced
        what, order = self._what_is_new(held)
        part = next((one for one in order if self._changed(one, held)), "")
        if not part and self.changes.framework:
            # Of several tools that ask for it only one is another: then what it covers was there before.
            return Cause.FRAMEWORK, f"{what}; changed: {', '.join(self.changes.framework)}"
        if not part:
            return (
                Cause.BASELINE,
                f"{what}; nothing has changed since, so the baseline was not as it was seen",
            )
        changed = self._changed(part, held)
        return self._cause(part, order), changed if self._is_unrun(
            part, held
        ) else f"{what}; changed: {changed}"

    def _changed(self, part: str, held: Evidenced) -> str:
        """In words what changed about ``part`` that ``held`` can come of; empty for nothing."""
        if part != "framework":
            return self.changes.of(part)
        if self._is_unrun(part, held):
            return f"{', '.join(held.frameworks)} asks for it, which {'was' if self.came else 'is'} not run"
        return self.changes.of_tools([label for label in held.frameworks if label in self._run])

    def _is_unrun(self, part: str, held: Evidenced) -> bool:
        """Whether there, no tool was run that asks for ``held``, nor another version in its place."""
        return part == "framework" and bool(held.frameworks) and self._run.isdisjoint(held.frameworks)

    def _cause(self, part: str, order: Sequence[str]) -> Cause:
        if part in self.changes.parts:
            return Cause.MODEL
        # What the tool itself does comes of itself and its plugins: packages, or code of the service.
        if order is _TOOL and (part == "packages" or (part == "code" and self._has_own_plugins)):
            return Cause.FRAMEWORK
        return _CAUSES.get(part, Cause.SERVICE)

    def _announced(self, held: Evidenced) -> tuple[Cause, str] | None:
        """What AWS names here and did not there, of a type or of a service that is on both sides."""
        action = held.permission.action
        word = "now names" if self.came else "no longer names"
        for item in held.asked:
            if item.type and item.type in self.there.registry:
                ours, theirs = (
                    named_for(action, side.registry.get(item.type, {})) for side in (self.here, self.there)
                )
                if (ours and not theirs) or (held.note and ours - theirs):
                    return Cause.REGISTRY, f"CloudFormation's registry {word} it for {item.type}"
        if is_new(action, self.here.catalogue, self.there.catalogue):
            return Cause.DATA, f"AWS's reference {word} it"
        return None

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
                return f"CloudFormation {does} ({_listed(item)})", (item.type, item.service, *_HANDLER)
        services = dict.fromkeys(item.service for item in held.asked)
        operation = held.asked[0].operation if held.asked else held.permission.action
        if held.permission.action not in self._actions:
            return f"{operation} {self._does('needs')} it", (*services, *_NEED)
        return f"{operation} {self._does('is')} on this resource", _NAME

    def _does(self, verb: str) -> str:
        return f"{'now' if self.came else 'no longer'} {verb}"

    @cached_property
    def _has_own_plugins(self) -> bool:
        """Whether a plugin is the service's own: what such a file requires is known as code alone."""
        written = (*self.here.made_with.plugins, *self.there.made_with.plugins)
        return any(not version for _, version, _ in map(parts_of, written))

    @cached_property
    def _run(self) -> frozenset[str]:
        return self.there.labels | self.changes.tools.keys()

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
