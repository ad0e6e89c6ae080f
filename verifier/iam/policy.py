"""Policy documents: what a policy says, apart from what it means for a request."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

OLD_VERSION = "2008-10-17"
CURRENT_VERSION = "2012-10-17"


@dataclass(frozen=True)
class Condition:
    """One operator on one condition key; every condition of a statement must hold.

    ``operator`` is as written ("ForAnyValue:StringLikeIfExists"), ``values`` are strings, as AWS
    compares them (a JSON true becomes "true").
    """

    operator: str
    key: str
    values: tuple[str, ...]


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


@dataclass(frozen=True)
class PolicyDocument:
    """An identity-based policy or a permissions boundary; ``name`` is what it is shown under."""

    version: str
    statements: tuple[Statement, ...]
    id: str | None = None
    name: str = "policy"


def parse_policy(source: str | bytes | Mapping[str, Any], name: str = "policy") -> PolicyDocument:
    """The document in ``source``: JSON text or what it decodes to.

    Raises InputError, one line, naming the statement and what to mend.
    """
    raise NotImplementedError


def to_dict(document: PolicyDocument) -> dict[str, Any]:
    """The document as plain JSON values, in AWS's element order."""
    raise NotImplementedError


def to_json(document: PolicyDocument, indent: int | None = 2) -> str:
    """Canonical JSON: parsing it gives the document back."""
    raise NotImplementedError


def size(document: PolicyDocument) -> int:
    """The characters that AWS counts against a policy's size limit: white space is free."""
    raise NotImplementedError
