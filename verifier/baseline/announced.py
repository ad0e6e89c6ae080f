"""What AWS names since a baseline was made: more than once it asked for the like later.

A new permission of CloudFormation's registry for a handler of one of the service's types, and a new action
about tags in AWS's reference, are held as ``likely`` where it is known on which resources of the service
they would work. One of the registry's for which it is not known is drift all the same, and in no policy. What
else is new is only told.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from verifier.authorization.caller import Certainty
from verifier.baseline.evidence import Asker, BaselineEvidence, Evidenced
from verifier.cloudformation.types.fallback import meant
from verifier.grant.evidence import Permission
from verifier.grant.merge import covers, order
from verifier.iam import catalog

_REGISTRY, _REFERENCE = "CloudFormation's registry", "AWS's reference"
# A deploy lists nothing by the handler of that name.
_NOT_RUN = "list"
_HEAD = 5  # the fields of an ARN before its resource


@dataclass(frozen=True)
class _News:
    """An action that AWS names and did not: for ``words``, handlers of ``type``, or in its reference."""

    action: str
    type: str = ""
    words: tuple[str, ...] = ()

    def __str__(self) -> str:
        if not self.type:
            return f"{_REFERENCE}: {self.action}"
        return f"{_REGISTRY}, {self.type}: {self.action} ({', '.join(self.words)})"


def announced(then: BaselineEvidence, now: BaselineEvidence) -> Iterator[str]:
    """In words what is new of types and of services that are on both sides."""
    yield from map(str, _news(then, now))


def with_announced(then: BaselineEvidence | None, now: BaselineEvidence) -> BaselineEvidence:
    """``now``, and what AWS announced since ``then``, and before it where that is still so."""
    if then is None:
        return now
    new = [item for news in _news(then, now) for item in _held(news, now)]
    old = [item for item in then.held if item.note and _is_still_named(item, now)]
    found: dict[Permission, Evidenced] = {}
    for item in (*old, *new):
        if not any(_is_asked_for(item, one) for one in now.held):
            found.setdefault(item.permission, item)
    held = sorted((*now.held, *found.values()), key=lambda item: order(item.permission))
    return replace(now, held=tuple(held))


def unplaced(then: BaselineEvidence, now: BaselineEvidence) -> Iterator[tuple[str, str]]:
    """Each action that the registry newly names for a type, and the type, where ``now`` does not hold it."""
    for news in _news(then, now):
        held = [item for item in now.held if item.permission.action == news.action]
        known = any(
            item.permission.resource == "*" or any(asker.type == news.type for asker in item.asked)
            for item in held
        )
        if news.type and not known:
            yield news.action, news.type


def named_for(action: str, named: Mapping[str, str]) -> frozenset[str]:
    """The handlers of a type for which the registry names ``action``, as ``named`` has them."""
    found: set[str] = set()
    for written, words in named.items():
        if action.lower() == written.lower() or action in meant(written):
            found.update(words.split())
    return frozenset(found - {_NOT_RUN})


def is_new(action: str, here: Mapping[str, str], there: Mapping[str, str]) -> bool:
    """Whether the reference names ``action`` here and not there, and knows the service on both sides."""
    prefix, _, name = action.partition(":")
    if prefix not in here or prefix not in there:
        return False
    return name in here[prefix].split() and name not in there[prefix].split()


def _news(then: BaselineEvidence, now: BaselineEvidence) -> Iterator[_News]:
    for kind in sorted(then.registry.keys() & now.registry.keys()):
        for written in now.registry[kind]:
            for action in meant(written) or (written,):
                new = named_for(action, now.registry[kind]) - named_for(action, then.registry[kind])
                if new:
                    yield _News(action, kind, tuple(sorted(new)))
    for prefix in sorted(then.catalogue.keys() & now.catalogue.keys()):
        for name in now.catalogue[prefix].split():
            if is_new(f"{prefix}:{name}", now.catalogue, then.catalogue):
                yield _News(f"{prefix}:{name}")


def _held(news: _News, now: BaselineEvidence) -> Iterator[Evidenced]:
    """``news`` as permissions, on those resources of the service on which the action works."""
    if not news.type and not _is_about_tags(news.action):
        return
    labels = tuple(sorted(now.labels))
    for kind in [news.type] if news.type else sorted(now.registry):
        names = {name for asker in now.askers() if asker.type == kind for name in asker.logical_ids}
        asker = Asker(
            "registry" if news.type else "reference",
            (),
            kind,
            ", ".join(news.words) or "tagging",
            tuple(sorted(names)),
        )
        note = f"{_REGISTRY if news.type else _REFERENCE} names it, and nothing asked for it yet"
        for resource in _resources(news.action, kind, now):
            permission = Permission(news.action, resource)
            yield Evidenced(permission, Certainty.LIKELY, labels, (asker,), note=note)


def _is_about_tags(action: str) -> bool:
    levels = catalog.access_level(action).split(", ")
    return "Tagging" in levels or action.partition(":")[2].startswith("ListTags")


def _resources(action: str, kind: str, now: BaselineEvidence) -> list[str]:
    """On what ``action`` would work for resources of ``kind``; nothing where it is not known."""
    possible = {one.name: one.arns for one in catalog.resource_types(action)}
    if not possible:
        looks = not {"Write", "Permissions management"} & {*catalog.access_level(action).split(", ")}
        return ["*"] if looks and catalog.action_exists(action) else []
    found: list[str] = []
    prefix = action.partition(":")[0]
    for item in now.held:
        held = item.permission
        if not held.action.startswith(f"{prefix}:") or all(asker.type != kind for asker in item.asked):
            continue
        names = possible.keys() & {one.name for one in catalog.resource_types(held.action)}
        if any(_fits(held.resource, arn) for name in names for arn in possible[name]):
            found.append(held.resource)
    return list(dict.fromkeys(found))


def _fits(resource: str, template: str) -> bool:
    """Whether ``resource`` begins as AWS's template of an ARN does, up to the template's first name."""
    ours, theirs = resource.split(":", _HEAD), template.split(":", _HEAD)
    if len(ours) <= _HEAD or len(theirs) <= _HEAD or ours[2] != theirs[2]:
        return False
    return ours[_HEAD].startswith(theirs[_HEAD].partition("${")[0])


def _is_asked_for(item: Evidenced, asked: Evidenced) -> bool:
    """Whether ``asked`` is the same already, or the same action for the same type."""
    if asked.permission.action != item.permission.action:
        return False
    types = {asker.type for asker in item.asked}
    return covers(asked.permission, item.permission) or any(one.type in types for one in asked.asked)


def _is_still_named(item: Evidenced, now: BaselineEvidence) -> bool:
    action = item.permission.action
    prefix, _, name = action.partition(":")
    for asker in item.asked:
        if asker.type not in now.registry:
            continue
        if asker.operation == "registry" and named_for(action, now.registry[asker.type]):
            return True
        if asker.operation == "reference" and name in now.catalogue.get(prefix, "").split():
            return True
    return False
