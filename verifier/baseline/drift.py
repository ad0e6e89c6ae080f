"""What came and what went between a committed policy and what a service asks for at present."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from verifier.authorization.caller import Certainty
from verifier.baseline.announced import announced, unplaced
from verifier.baseline.causes import Explainer
from verifier.baseline.changes import Cause, changes_between
from verifier.baseline.evidence import BaselineEvidence, Evidenced
from verifier.baseline.files import Baseline
from verifier.baseline.seal import by_hand
from verifier.grant.evidence import Permission
from verifier.grant.merge import covers_resource, order
from verifier.iam.evaluate import action_matches
from verifier.iam.policy import Condition, PolicyDocument, Statement

_EQUALS = "StringEquals"
_BY_HAND = "policy.json was changed by hand: evidence.json "
_NOWHERE = "(not known)"
_EVIDENCE_BY_HAND = "evidence.json was changed by hand: it "


@dataclass(frozen=True)
class Drifted:
    """A permission that came or went, and why. ``certainty`` is None where nobody ever asked for it."""

    permission: Permission
    cause: Cause
    why: str
    certainty: Certainty | None
    frameworks: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            **self.permission.as_dict(),
            "certainty": self.certainty.label if self.certainty is not None else None,
            "frameworks": list(self.frameworks),
            "cause": str(self.cause),
            "why": self.why,
        }


@dataclass(frozen=True)
class Drift:
    """How a baseline differs from the present; ``changed`` is what could be the reason, in words.

    ``announced`` is what AWS names since, of the service's types and services, whatever comes of it
    (announced.py).
    """

    came: tuple[Drifted, ...]
    went: tuple[Drifted, ...]
    changed: tuple[str, ...]
    announced: tuple[str, ...] = ()

    @property
    def is_there(self) -> bool:
        """Whether the baseline is not true any more."""
        return bool(self.came or self.went)


def compare(baseline: Baseline, now: BaselineEvidence) -> Drift:
    """What of ``now`` the committed policy does not grant, and what it grants that nobody asks for.

    A permission of tools that ``now`` was not run under is not missed.
    """
    then = baseline.evidence
    changes = changes_between(then, now)
    present = {item.permission: item for item in now.held}
    recorded = {item.permission: item for item in then.held}
    granted = dict.fromkeys(_as_spelt(permissions_of(baseline.policy), (*present, *recorded)))
    run_again = _run_again(then, now)
    new = [one for one in present if not any(_grants(wide, one) for wide in granted)]
    absent = [one for one in granted if one not in present]
    edited = by_hand(then.seal, recorded, tuple(dict.fromkeys((*new, *absent, *(present.keys() ^ recorded)))))
    # In the evidence alone somebody changed what the policy still has right.
    new += [one for one in present if one in edited and one not in new]
    absent += [one for one in recorded if one in edited and one not in present and one not in absent]
    came = [
        _came(present[one], one in recorded, one in edited, Explainer(now, then, changes, came=True))
        for one in new
    ]
    came += [_unplaced(action, kind, now) for action, kind in unplaced(then, now)]
    went = [
        _went(one, recorded.get(one), one in edited, Explainer(then, now, changes, came=False))
        for one in absent
    ]
    went = [one for one in went if one.permission in edited or not _is_of_others(one, run_again, present)]
    went += [_odd(statement) for statement in baseline.policy.statements if _is_odd(statement)]
    return Drift(_sorted(came), _sorted(went), tuple(changes.lines()), tuple(announced(then, now)))


def permissions_of(policy: PolicyDocument) -> Iterator[Permission]:
    """Each action on each resource that the allowing statements of ``policy`` name."""
    for statement in policy.statements:
        if not _is_odd(statement):
            for conditions in _one_by_one(statement.conditions):
                for action in statement.actions:
                    yield from (Permission(action, resource, conditions) for resource in statement.resources)


def _one_by_one(conditions: Sequence[Condition]) -> Iterator[tuple[Condition, ...]]:
    """``conditions`` with one value each, as ours have them: any of several is enough.

    (source: iam-condition-values-or)
    """
    values = [
        [replace(one, values=(value,)) for value in one.values] if one.operator == _EQUALS else [one]
        for one in sorted(conditions)
    ]
    yield from product(*values)


def _as_spelt(found: Iterable[Permission], known: Iterable[Permission]) -> Iterator[Permission]:
    """``found``, the letters of actions as they are in ``known``: IAM takes either."""
    spelt = {one.action.lower(): one.action for one in known}
    yield from (replace(one, action=spelt.get(one.action.lower(), one.action)) for one in found)


def _came(item: Evidenced, is_recorded: bool, is_edited: bool, explainer: Explainer) -> Drifted:
    if is_recorded:
        cause, why = Cause.BASELINE, f"{_BY_HAND}has it"
    elif is_edited:
        cause, why = Cause.BASELINE, f"{_EVIDENCE_BY_HAND}had it when it was written"
    else:
        cause, why = explainer.explain(item)
    return Drifted(item.permission, cause, why, item.certainty, item.frameworks)


def _unplaced(action: str, kind: str, now: BaselineEvidence) -> Drifted:
    """What AWS may ask for tomorrow, on a resource that nobody can tell: it is in no policy."""
    why = f"CloudFormation's registry now names it for {kind}, and it is not known on which resource"
    labels = tuple(sorted(now.labels))
    return Drifted(Permission(action, _NOWHERE), Cause.REGISTRY, why, Certainty.LIKELY, labels)


def _went(permission: Permission, item: Evidenced | None, is_edited: bool, explainer: Explainer) -> Drifted:
    if item is None:
        return Drifted(permission, Cause.BASELINE, f"{_BY_HAND}knows nothing of it", None)
    if is_edited:
        cause, why = Cause.BASELINE, f"{_EVIDENCE_BY_HAND}did not have it when it was written"
    else:
        cause, why = explainer.explain(item)
    return Drifted(permission, cause, why, item.certainty, item.frameworks)


def _run_again(then: BaselineEvidence, now: BaselineEvidence) -> frozenset[str]:
    """The tools of a baseline that were run again, or whatever is asked for by the same words today."""
    wanted = {tool.wanted for tool in now.made_with.tools}
    return frozenset(
        tool.label for tool in then.made_with.tools if tool.label in now.labels or tool.wanted in wanted
    )


def _is_of_others(gone: Drifted, run_again: frozenset[str], present: Iterable[Permission]) -> bool:
    """Whether tools may still ask for it that were not run again."""
    asked = {*gone.frameworks}
    if asked <= run_again:
        return False
    # The tool that was run may need a part of it, and another one all.
    needed_in_part = any(_grants(gone.permission, one) for one in present)
    return needed_in_part or gone.cause is Cause.FRAMEWORK or run_again.isdisjoint(asked)


def _grants(wide: Permission, narrow: Permission) -> bool:
    return (
        action_matches(wide.action, narrow.action.lower())
        and (not wide.conditions or wide.conditions == narrow.conditions)
        and covers_resource(wide.resource, narrow.resource)
    )


def _is_odd(statement: Statement) -> bool:
    """What no baseline of ours has: a deny, NotAction, NotResource."""
    return bool(statement.effect != "Allow" or statement.not_actions or statement.not_resources)


def _odd(statement: Statement) -> Drifted:
    """A statement that is no list of permissions, as one."""
    actions = _all_but(statement.not_actions) or ", ".join(statement.actions)
    resources = _all_but(statement.not_resources) or ", ".join(statement.resources)
    shown = Permission(f"{statement.effect} {actions}", resources, statement.conditions)
    return Drifted(shown, Cause.BASELINE, f"{_BY_HAND}knows nothing of this statement", None)


def _all_but(names: Sequence[str]) -> str:
    return f"all but {', '.join(names)}" if names else ""


def _sorted(found: list[Drifted]) -> tuple[Drifted, ...]:
    return tuple(sorted(found, key=lambda item: order(item.permission)))
