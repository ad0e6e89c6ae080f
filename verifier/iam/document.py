"""What a policy document says, as values, and as JSON again."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from verifier.iam.placeholders import fill

OLD_VERSION = "2008-10-17"
CURRENT_VERSION = "2012-10-17"
VERSIONS = (OLD_VERSION, CURRENT_VERSION)


@dataclass(frozen=True, order=True)
class Condition:
    """One operator on one condition key; every condition of a statement must hold.

    ``operator`` is as written ("ForAnyValue:StringLikeIfExists"), ``values`` are strings, as they
    are compared (a JSON true is "true").
    """

    operator: str
    key: str
    values: tuple[str, ...]

    def filled(self, values: Mapping[str, str]) -> "Condition":
        """The same condition with its placeholders filled; see PolicyDocument.filled."""
        return Condition(self.operator, fill(self.key, values), _filled(self.values, values))


@dataclass(frozen=True)
class Statement:
    """One statement; exactly one of ``actions`` and ``not_actions`` is given, likewise for resources.

    ``index`` counts from 1, as people count.
    """

    sid: str | None
    index: int
    effect: Literal["Allow", "Deny"]
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    not_resources: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()

    def filled(self, values: Mapping[str, str]) -> "Statement":
        """The same statement with its placeholders filled; see PolicyDocument.filled."""
        return replace(
            self,
            resources=_filled(self.resources, values),
            not_resources=_filled(self.not_resources, values),
            conditions=tuple(condition.filled(values) for condition in self.conditions),
        )


@dataclass(frozen=True)
class PolicyDocument:
    """An identity-based policy or a permissions boundary; ``name`` is what it is shown under.

    ``version`` is the language's: a document without one is of 2008-10-17 (source: iam-version-missing).
    """

    version: str
    statements: tuple[Statement, ...]
    id: str | None = None
    name: str = "policy"

    @property
    def has_variables(self) -> bool:
        """Variables came with 2012-10-17; before, ``${...}`` is plain text (source: iam-version-2008)."""
        return self.version == CURRENT_VERSION

    def filled(self, values: Mapping[str, str]) -> "PolicyDocument":
        """The same document for one account, region, stage and partition.

        ``values`` maps the names of placeholders to texts. Raises InputError for a placeholder that has
        none (see placeholders.fill). Actions and Sids hold no placeholders: ``parse_policy`` refuses braces.
        """
        return replace(
            self,
            id=None if self.id is None else fill(self.id, values),
            statements=tuple(statement.filled(values) for statement in self.statements),
        )


def to_dict(document: PolicyDocument, *, lists: bool = False) -> dict[str, Any]:
    """The document as JSON values, its elements in the order of AWS's grammar.

    ``Statement`` is always a list; a list of one action, resource or condition value becomes the
    value itself. With ``lists`` actions and resources stay lists, so that in a file one more of them is
    one more line.
    """
    plain: dict[str, Any] = {"Version": document.version}
    if document.id is not None:
        plain["Id"] = document.id
    plain["Statement"] = [_statement(statement, lists) for statement in document.statements]
    return plain


def condition_block(conditions: Iterable[Condition]) -> dict[str, dict[str, str | list[str]]]:
    """The Condition element that says ``conditions``; one value stands alone, without a list."""
    block: dict[str, dict[str, str | list[str]]] = {}
    for condition in conditions:
        block.setdefault(condition.operator, {})[condition.key] = _one_or_many(condition.values)
    return block


def to_json(document: PolicyDocument, indent: int | None = 2) -> str:
    """Canonical JSON: ``parse_policy`` gives the document back (but for its name)."""
    separators = (",", ":") if indent is None else None
    return json.dumps(to_dict(document), indent=indent, separators=separators, ensure_ascii=False)


def size(document: PolicyDocument) -> int:
    """The characters that count against AWS's size limits: all but white space (source: iam-policy-size)."""
    return len("".join(to_json(document, indent=None).split()))


def _statement(statement: Statement, lists: bool) -> dict[str, Any]:
    plain: dict[str, Any] = {"Sid": statement.sid} if statement.sid is not None else {}
    plain["Effect"] = statement.effect
    elements = {
        "Action": statement.actions,
        "NotAction": statement.not_actions,
        "Resource": statement.resources,
        "NotResource": statement.not_resources,
    }
    as_json = list if lists else _one_or_many
    plain |= {element: as_json(values) for element, values in elements.items() if values}
    if statement.conditions:
        plain["Condition"] = condition_block(statement.conditions)
    return plain


def _one_or_many(values: tuple[str, ...]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)


def _filled(texts: tuple[str, ...], values: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(fill(text, values) for text in texts)
