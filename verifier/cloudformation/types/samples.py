"""Texts for the schemas' patterns, which have classes of Unicode that Python's ``re`` lacks."""

import importlib
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

_CLASSES = {
    **{"L": "A-Za-z", "Lu": "A-Z", "Ll": "a-z", "N": "0-9", "Nd": "0-9", "M": "_", "P": ".,_{}#@", "S": "+="},
    **{"Z": " ", "Zs": " "},
}
_UNICODE = re.compile(r"\\p\{(\w+)\}")
_WORD = [(ord("a"), ord("z")), (ord("0"), ord("9"))]
_CHARACTERS = ("ab1-_/ .:@", "ba2_-/ .:@")
"""What is tried for a character of a class: the first that fits, of two that differ."""


def samples(pattern: str, turn: int) -> Iterator[str]:
    """Texts that ought to match, short ones first; ``turn`` 0 and 1 differ where the pattern lets them."""
    try:
        tree = _parser().parse(_translated(pattern))
    except re.error:
        return
    for often in (1, 3, 8, 17, 40):
        yield "".join(_text(tree, turn, often))


def _text(tree: Any, turn: int, often: int) -> Iterator[str]:
    for operation, argument in tree:
        match str(operation):
            case "LITERAL":
                yield chr(argument)
            case "ANY":
                yield _CHARACTERS[turn][0]
            case "NOT_LITERAL":
                yield next(char for char in _CHARACTERS[turn] if char != chr(argument))
            case "IN":
                yield _of_class(argument, turn)
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                least, most, inner = argument
                for _ in range(min(int(most), max(int(least), often))):
                    yield from _text(inner, turn, often)
            case "BRANCH":
                branches = [one for one in argument[1] if len(one)] or argument[1]
                yield from _text(branches[turn % len(branches)], turn, often)
            case "SUBPATTERN":
                yield from _text(argument[-1], turn, often)


def _of_class(members: Any, turn: int) -> str:
    """A character that one of a class's members takes."""
    ranges: list[tuple[int, int]] = []
    excluded = False
    for operation, argument in members:
        match str(operation):
            case "NEGATE":
                excluded = True
            case "LITERAL":
                ranges.append((argument, argument))
            case "RANGE":
                ranges.append(argument)
            case "CATEGORY":
                ranges += [(ord("0"), ord("9"))] if "DIGIT" in str(argument) else _WORD
    for char in (*_CHARACTERS[turn], *(chr(low) for low, _ in ranges)):
        if any(low <= ord(char) <= high for low, high in ranges) is not excluded:
            return str(char)
    return ""


@cache
def _parser() -> Any:
    """The standard library's own parser of patterns, which it does not export."""
    return importlib.import_module("re._parser")


def _translated(pattern: str) -> str:
    """ASCII stands in for the classes of Unicode: less than they say, which is enough to choose values by."""
    parts, inside, position = [], False, 0
    while position < len(pattern):
        if found := _UNICODE.match(pattern, position):
            chars = _CLASSES.get(found.group(1), "A-Za-z0-9")
            parts.append(chars if inside else f"[{chars}]")
            position = found.end()
            continue
        step = 2 if pattern[position] == "\\" else 1
        inside = pattern[position] == "[" or (inside and pattern[position] != "]")
        parts.append(pattern[position : position + step])
        position += step
    return "".join(parts)
