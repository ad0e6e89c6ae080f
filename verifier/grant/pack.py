"""Permissions as a policy document: grouped into statements that a person can review."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby

from verifier.grant.evidence import Permission
from verifier.grant.merge import merge
from verifier.grant.sids import service, sids
from verifier.iam.policy import CURRENT_VERSION, Condition, PolicyDocument, Statement


def policy(permissions: Iterable[Permission]) -> PolicyDocument:
    """A policy document that grants exactly ``permissions``.

    Its statements allow, sorted by service and id; the same permissions give the same statements.
    Actions of one service that have all their resources and the condition in common share one.
    """
    groups = _groups(merge(permissions))
    named = [replace(group, sid=sid) for group, sid in zip(groups, sids(groups), strict=True)]
    named.sort(key=lambda statement: (service(statement), statement.sid))
    numbered = [replace(statement, index=index) for index, statement in enumerate(named, start=1)]
    return PolicyDocument(CURRENT_VERSION, tuple(numbered))


def _groups(permissions: Iterable[Permission]) -> list[Statement]:
    """Statements that have no id and no number yet."""
    by_action = sorted(permissions, key=lambda item: (item.conditions, item.action, item.resource))
    shared: dict[tuple[str, tuple[str, ...], tuple[Condition, ...]], list[str]] = {}
    for (conditions, action), items in groupby(by_action, key=lambda item: (item.conditions, item.action)):
        resources = tuple(item.resource for item in items)
        prefix = action.partition(":")[0]
        shared.setdefault((prefix, resources, conditions), []).append(action)
    return [
        Statement(None, 0, "Allow", actions=tuple(actions), resources=resources, conditions=conditions)
        for (_, resources, conditions), actions in sorted(shared.items())
    ]
