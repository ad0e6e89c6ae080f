"""Wildcards and policy variables in the texts of a policy.

A text is cut into tokens once, and resolved for each request: what remains are literal pieces and
wildcards, so that a ``*`` that comes out of a variable never acts as one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import TypeGuard

ContextValue = str | tuple[str, ...]


class Wildcard(Enum):
    """``*``, any characters or none, and ``?``, exactly one."""

    MANY = "*"
    ONE = "?"


@dataclass(frozen=True)
class Variable:
    """``${key, 'default'}``; ``key`` in lower case, as the names of keys have no case."""

    key: str
    default: str | None


@dataclass(frozen=True)
class Variables:
    """What variables stand for: ``context`` by lower-case key, and whether the document has variables."""

    context: Mapping[str, ContextValue]
    has_variables: bool


Piece = str | Wildcard
Pieces = tuple[Piece, ...]
Token = str | Wildcard | Variable

_SPECIAL = re.compile(r"\$\{(?P<variable>[^}]*)\}|(?P<wildcard>[*?])")
_WILDCARD = re.compile(r"(?P<variable>(?!))|(?P<wildcard>[*?])")
_ESCAPES = frozenset("*?$")


def resolve(text: str, variables: Variables) -> Pieces | None:
    """The pieces of ``text`` for a request, or None if a variable has no value.

    A key that is missing, empty or multi-valued has none (source: iam-variable-no-value,
    iam-variable-single-valued): the text then equals nothing.
    """
    tokens = tokenize(text, variables.has_variables)
    if _has_no_variable(tokens):
        return tokens
    pieces: list[Piece] = []
    for token in tokens:
        if isinstance(token, Variable):
            value = variables.context.get(token.key)
            substitute = value if isinstance(value, str) and value else token.default
            if substitute is None:
                return None
            pieces.append(substitute)
        else:
            pieces.append(token)
    return tuple(pieces)


@lru_cache(maxsize=8192)
def tokenize(text: str, has_variables: bool) -> tuple[Token, ...]:
    """``text`` as literals, wildcards and variables; ``${*}``, ``${?}`` and ``${$}`` are literals.

    (source: iam-variable-escapes)
    """
    tokens: list[Token] = []
    position = 0
    for found in (_SPECIAL if has_variables else _WILDCARD).finditer(text):
        if found.start() > position:
            tokens.append(text[position : found.start()])
        position = found.end()
        inside = found["variable"]
        if inside is None:
            tokens.append(Wildcard(found["wildcard"]))
        else:
            tokens.append(inside if inside in _ESCAPES else _variable(inside))
    if position < len(text):
        tokens.append(text[position:])
    return tuple(tokens)


def wildcards(text: str) -> Pieces:
    """The pieces of a text in which wildcards count and variables do not."""
    tokens = tokenize(text, has_variables=False)
    assert _has_no_variable(tokens)
    return tokens


def as_text(pieces: Pieces) -> str:
    """The pieces as plain text, for comparisons in which ``*`` and ``?`` mean themselves."""
    return "".join(piece if isinstance(piece, str) else piece.value for piece in pieces)


def matches(pieces: Pieces, text: str) -> bool:
    """Whether all of ``text`` fits the pieces, with regard to case."""
    if all(isinstance(piece, str) for piece in pieces):
        return as_text(pieces) == text
    return compiled(regex(pieces)).fullmatch(text) is not None


def regex(pieces: Pieces) -> str:
    """The source of a regular expression that the whole text must fit.

    Each text between two ``*`` is taken where it first fits (an atomic group), which is as good as any
    later place and keeps the time linear for patterns of many wildcards.
    """
    between = [""]
    for piece in pieces:
        if piece is Wildcard.MANY:
            between.append("")
        else:
            between[-1] += re.escape(piece) if isinstance(piece, str) else "."
    if len(between) == 1:
        return between[0]
    first, *middle, last = between
    return first + "".join(f"(?>.*?{part})" for part in middle if part) + ".*" + last


@lru_cache(maxsize=8192)
def compiled(source: str) -> re.Pattern[str]:
    """The compiled expression; DOTALL, as a wildcard stands for any character."""
    return re.compile(source, re.DOTALL)


def _has_no_variable(tokens: tuple[Token, ...]) -> TypeGuard[Pieces]:
    return not any(isinstance(token, Variable) for token in tokens)


def _variable(inside: str) -> Variable:
    """With its default, in single quotes (source: iam-variable-default)."""
    name, _, default = inside.partition(", ")
    quoted = len(default) >= 2 and default.startswith("'") and default.endswith("'")
    return Variable(name.strip().lower(), default[1:-1] if quoted else None)
