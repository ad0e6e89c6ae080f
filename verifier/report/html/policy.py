"""The policy: each statement with its reasons beside it, and the whole in each form that a tool takes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verifier.errors import InputError
from verifier.redaction import harmless
from verifier.report.html.permissions import PermissionView
from verifier.report.kept import Kept
from verifier.report.statements import Granting, statements_of
from verifier.report.unfinished import UNFINISHED

_TITLES = {"json": "JSON", "terraform": "Terraform", "cloudformation": "CloudFormation"}


@dataclass(frozen=True)
class StatementView:
    """One statement, and the permissions that are the reason for it."""

    sid: str
    text: str
    reasons: Sequence[PermissionView]
    services: Sequence[str]
    several: bool
    """Whether it names more than one resource."""
    phases: Sequence[str]
    certainties: Sequence[str]


@dataclass(frozen=True)
class FormView:
    """The policy as a text to copy."""

    name: str
    title: str
    text: str


@dataclass(frozen=True)
class PolicyView:
    """The whole policy; ``file`` is its name in the folder, empty where no run has given it."""

    file: str
    statements: Sequence[StatementView]
    forms: Sequence[FormView]
    without: Sequence[str]
    """Forms that cannot say it, each with the reason."""


def policy_view(kept: Kept, permissions: Sequence[PermissionView]) -> PolicyView | None:
    """None where the run has no policy of its own."""
    if kept.policy is None:
        return None
    statements = statements_of(kept.policy)
    reasons: list[list[PermissionView]] = [[] for _ in statements]
    granting = Granting(statements)
    for row, view in zip(kept.permissions, permissions, strict=True):
        for place in granting.of(row):
            reasons[place].append(view)
    return PolicyView(
        "" if kept.verdict == UNFINISHED else kept.policy_file,
        [
            _statement(one, why, number)
            for number, (one, why) in enumerate(zip(statements, reasons, strict=True), start=1)
        ],
        *_forms(kept.policy),
    )


def _statement(statement: Mapping[str, Any], reasons: Sequence[PermissionView], number: int) -> StatementView:
    return StatementView(
        harmless(statement.get("Sid") or f"statement {number}"),
        json.dumps(statement, indent=2),
        reasons,
        sorted({one.service for one in reasons}),
        len({one.resource for one in reasons}) > 1,
        list(dict.fromkeys(phase for one in reasons for phase in one.phases)),
        sorted({one.certainty for one in reasons}),
    )


def _forms(policy: Mapping[str, Any]) -> tuple[list[FormView], list[str]]:
    """Each form that can say this policy, and why others cannot: too long for ten managed policies, say."""
    from verifier.render.formats import FORMATS, render

    forms, without = [], []
    for name in FORMATS:
        title = _TITLES.get(name, name)
        try:
            forms.append(FormView(name, title, render(policy, name, {})))
        except InputError as error:
            without.append(f"{title}: {harmless(str(error))}")
    return forms, without
