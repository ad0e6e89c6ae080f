"""Amazon Resource Names: their parts, and the patterns of Resource elements and ARN conditions."""

import re
from dataclasses import dataclass
from functools import lru_cache

from verifier.iam.variables import (
    Piece,
    Pieces,
    Variables,
    Wildcard,
    compiled,
    matches,
    regex,
    resolve,
    wildcards,
)

_FIELDS = 6
_WITHIN = {Wildcard.MANY: "[^:]*", Wildcard.ONE: "[^:]"}


@dataclass(frozen=True)
class Arn:
    """``arn:partition:service:region:account:resource``; the resource may hold colons."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"


def parse_arn(text: str) -> Arn | None:
    """The parts of ``text``, or None if it is not an ARN of six fields."""
    prefix, *parts = text.split(":", _FIELDS - 1)
    return Arn(*parts) if prefix == "arn" and len(parts) == _FIELDS - 1 else None


def resource_matches(pattern: str, resource: str, variables: Variables) -> bool:
    """Whether the pattern of a Resource element covers ``resource``.

    Wildcards stay within a field, but a ``*`` that ends one may run on over colons (source:
    iam-resource-wildcard); this lets ``arn:aws:s3:*`` cover what its missing fields name. Variables
    count after the fifth colon only (source: iam-variable-resource-part), and one without a value
    makes the pattern cover nothing (source: iam-variable-no-value-resource).
    """
    if not pattern.strip("*"):
        return pattern != ""
    head, colon, tail = _split(pattern)
    if not colon:
        return compiled(_head_regex(head)).fullmatch(resource) is not None
    pieces = resolve(tail, variables)
    if pieces is None:
        return False
    return compiled(f"{_head_regex(head)}:{regex(pieces)}").fullmatch(resource) is not None


def arn_matches(pattern: str, value: str, variables: Variables) -> bool | None:
    """Whether ``value`` fits the pattern of an ARN condition; None if one of them is no ARN.

    Each of the six components is compared by itself, with regard to case (source: iam-arn-operators).
    """
    pieces = resolve(pattern, variables)
    if pieces is None:
        return False
    expected = _components(pieces)
    actual = value.split(":", _FIELDS - 1)
    if len(actual) == _FIELDS - 1:
        actual.append("")
    if len(expected) != _FIELDS or len(actual) != _FIELDS:
        return None
    return all(map(matches, expected, actual))


def _components(pieces: Pieces) -> list[Pieces]:
    """The pieces cut at the first five colons; an ARN that ends before its resource has an empty one."""
    components: list[list[Piece]] = [[]]
    for piece in pieces:
        if isinstance(piece, Wildcard):
            components[-1].append(piece)
            continue
        first, *rest = piece.split(":", _FIELDS - len(components))
        components[-1].append(first)
        components.extend([part] for part in rest)
    if len(components) == _FIELDS - 1:
        components.append([])
    return [tuple(component) for component in components]


@lru_cache(maxsize=8192)
def _split(pattern: str) -> tuple[str, str, str]:
    """The first five fields, the colon after them, and the rest (both empty if there are fewer fields)."""
    parts = pattern.split(":", _FIELDS - 1)
    if len(parts) < _FIELDS:
        return pattern, "", ""
    return ":".join(parts[:-1]), ":", parts[-1]


@lru_cache(maxsize=8192)
def _head_regex(head: str) -> str:
    """The expression for the fields before the resource, in which AWS's own names have no case."""
    fields = [_field_regex(field) for field in head.split(":")]
    return f"(?i:{':'.join(fields)})"


def _field_regex(field: str) -> str:
    """Wildcards that stay within the field, but for a ``*`` at its end."""
    pieces = wildcards(field)
    parts = [re.escape(piece) if isinstance(piece, str) else _WITHIN[piece] for piece in pieces]
    if pieces and pieces[-1] is Wildcard.MANY:
        parts[-1] = ".*"
    return "".join(parts)
