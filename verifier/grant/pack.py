"""Permissions as a policy document: grouped into statements that a person can review."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from verifier.grant.evidence import Permission
from verifier.grant.merge import merge
from verifier.grant.sids import Group, sids
from verifier.grant.split import split
from verifier.iam.policy import CURRENT_VERSION

__all__ = ["policy", "split", "statements"]


def policy(permissions: Iterable[Permission]) -> dict[str, Any]:
    """A policy document that grants exactly ``permissions``; in AWS's element order."""
    return {"Version": CURRENT_VERSION, "Statement": statements(permissions)}


def statements(permissions: Iterable[Permission]) -> list[dict[str, Any]]:
    """Allow statements, sorted by service and id; the same permissions give the same statements.

    Actions of one service that have all their resources and the condition in common share one.
    """
    groups = _groups(merge(permissions))
    named = sorted(zip(sids(groups), groups, strict=True), key=lambda pair: (pair[1].service, pair[0]))
    return [_statement(sid, group) for sid, group in named]


def _groups(permissions: Iterable[Permission]) -> list[Group]:
    by_action = sorted(permissions, key=lambda item: (item.condition, item.action, item.resource))
    shared: dict[tuple[Any, ...], list[str]] = {}
    for (condition, action), items in groupby(by_action, key=lambda item: (item.condition, item.action)):
        resources = tuple(item.resource for item in items)
        service = action.partition(":")[0]
        shared.setdefault((service, resources, condition), []).append(action)
    return [
        Group(service, tuple(actions), resources, condition)
        for (service, resources, condition), actions in sorted(shared.items())
    ]


def _statement(sid: str, group: Group) -> dict[str, Any]:
    statement: dict[str, Any] = {
        "Sid": sid,
        "Effect": "Allow",
        "Action": list(group.actions),
        "Resource": list(group.resources),
    }
    if group.condition:
        statement["Condition"] = group.permission().condition_block()
    return statement
