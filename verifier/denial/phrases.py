"""The wordings of ``phrases.yaml``, found in a squeezed text."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cache
from importlib import resources
from typing import Any

from verifier.denial.squeezed import Space, Squeezed
from verifier.denial.values import action_at, principal_before, trimmed

_SLOT = re.compile(r"\{(\w+)\}")
# A slot's value is no longer than that.
_REACH = {
    "any": 1200,
    "actions": 1200,
    "resource": 600,
    "operation": 100,
    "service": 60,
    "action": 200,
    "principal": 300,
}
# A sentence of its own is no part of another one's value.
_ANOTHER = "notauthorized"
_NAMES = ("operation", "service")
_NAME = re.compile(r"[A-Za-z]\w*")
# What may stand around a value that is no part of it.
_AROUND = "\"'`*()[]{}<>,;. "


class Weight(IntEnum):
    """How much a sentence tells; of two that are close, the heavier one was meant."""

    BARE = 1
    VAGUE = 2
    TRAP = 3
    FULL = 4


@dataclass(frozen=True)
class Phrase:
    """One sentence of a row; ``literals`` are its fixed parts, squeezed; ``slots`` stand behind each."""

    family: str
    literals: tuple[str, ...]
    slots: tuple[str, ...]
    weight: Weight
    row: Mapping[str, Any]


@dataclass(frozen=True)
class Hit:
    """A sentence that stands in the text from ``start`` to ``end``; ``row`` is what its family says of it."""

    start: int
    end: int
    weight: Weight
    values: Mapping[str, str] = field(default_factory=dict)
    row: Mapping[str, Any] = field(default_factory=dict)


def phrase_hits(text: Squeezed) -> Iterator[Hit]:
    """All that stand in ``text``."""
    for phrase in _phrases():
        first = phrase.literals[0]
        at = text.lower.find(first)
        while at >= 0:
            hit = _matched(text, phrase, at)
            if hit and (phrase.weight is not Weight.BARE or _stands_alone(text, hit.start, hit.end)):
                yield hit
            at = text.lower.find(first, hit.end if hit else at + len(first))


def _matched(text: Squeezed, phrase: Phrase, start: int) -> Hit | None:
    at = start + len(phrase.literals[0])
    values: dict[str, str] = {}
    for index, slot in enumerate(phrase.slots):
        following = phrase.literals[index + 1] if index + 1 < len(phrase.literals) else ""
        end = text.lower.find(following, at, at + _REACH[slot]) if following else _open_end(text, slot, at)
        if end < 0 or (end == at and slot != "any") or (slot == "resource" and end - at > _REACH[slot]):
            return None
        if text.parted(at + 1, end - 1) or text.lower.find(_ANOTHER, at, end) >= 0:
            return None
        values[slot] = _value(text, slot, at, end)
        if slot in _NAMES and not _NAME.fullmatch(values[slot]):
            return None
        if not values[slot]:
            del values[slot]
        at = end + len(following)
    if phrase.row.get("before") == "principal":
        principal, start = principal_before(text, 0, start)
        values |= {"principal": principal} if principal else {}
    return Hit(start, at, phrase.weight, values, phrase.row)


def _value(text: Squeezed, slot: str, start: int, end: int) -> str:
    if slot == "resource":
        return trimmed(text.read(start, end))
    if slot in (*_NAMES, "action", "principal"):
        return text.text[start:end].strip(_AROUND)
    return text.read(start, end)


def _open_end(text: Squeezed, slot: str, at: int) -> int:
    """Where a value ends that nothing fixed follows."""
    if slot == "action":
        found = action_at(text, at)
        return found[1] if found else -1
    if slot != "actions":
        return text.word_end(at)
    latest = min(at + _REACH[slot], len(text.text))
    listed = (
        place
        for place, space in text.spaces(at, latest)
        if space is Space.PARAGRAPH or not _goes_on(text, place)
    )
    return next(listed, latest)


def _goes_on(text: Squeezed, at: int) -> bool:
    """Whether a list goes on with the word at ``at``."""
    before = text.text[text.word_before(at) : at]
    return before[-1] == "," or before == "and" or text.lower.startswith("and", at)


def _stands_alone(text: Squeezed, start: int, end: int) -> bool:
    """Whether it is no part of a name or an address ("AccessDeniedHandler", "/access-denied.html")."""
    before, after = text.text[start - 1 : start], text.text[end : end + 1]
    if before and (before.isalnum() or before in "-_/@$") and text.space_at(start) is None:
        return False
    if not after or text.space_at(end) is not None:
        return True
    glued = after == "." and text.text[end + 1 : end + 2].isalnum() and text.space_at(end + 1) is None
    return not (glued or after.isalnum() or after in "-_/@(")


@cache
def _phrases() -> Sequence[Phrase]:
    import yaml

    text = (resources.files(__package__) / "phrases.yaml").read_text(encoding="utf-8")
    rows = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return [phrase for row in rows for phrase in _of_row(row)]


def _of_row(row: Mapping[str, Any]) -> Iterator[Phrase]:
    says = row["says"]
    for sentence in [says] if isinstance(says, str) else says:
        first, *rest = _SLOT.split(sentence)
        literals = [squeeze(part) for part in (first, *rest[1::2])]
        while literals and not literals[-1]:
            literals.pop()
        weight = Weight[str(row.get("weight", "full")).upper()]
        yield Phrase(row["family"], tuple(literals), tuple(rest[::2]), weight, row)


def squeeze(text: str) -> str:
    """Small letters without white space, as a squeezed text has them."""
    return "".join(text.split()).lower()
