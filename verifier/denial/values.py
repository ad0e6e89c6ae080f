"""What a sentence names: where an action, a resource and a principal begin and end, in any wrapping."""

import re

from verifier.authorization.rules import spelled
from verifier.denial.squeezed import Space, Squeezed

_ACTION = re.compile(r"[\"'*\[(]{0,4}([a-z][a-z0-9-]{0,63}:[a-z0-9_*]{1,128})")
_AFTER_ACTION = ("onresource:", "onthisresource", "onarn:", "becauseno", "withanexplicitdeny")
_USER = "user:"
_REACH = 600
_MOST_WORDS = 4
# A mask, or a name that no prose has.
_NAME = re.compile(r"(?=.*[A-Za-z])(?=.*[-_/:@.\d<\[{])[\w+=,.@/:*<>\[\]{}$-]+")
_PAIRS = {")": "(", "]": "[", "}": "{", ">": "<"}


def action_at(text: Squeezed, at: int) -> tuple[int, int] | None:
    """Where the action at ``at`` begins and ends; None for no action."""
    found = _ACTION.match(text.lower, at)
    if found is None:
        return None
    start, end = found.span(1)
    followed = [text.lower.find(word, start, end + len(word)) for word in _AFTER_ACTION]
    end = min([end, *(place for place in followed if place >= 0)])
    for place, space in text.spaces(start, end):
        joined = space is Space.LINE and (end in followed or spelled(text.text[start:end]) is not None)
        if not joined:
            end = place
            break
    return (start, end) if ":" in text.text[start:end] else None


def principal_before(text: Squeezed, earliest: int, at: int) -> tuple[str | None, int]:
    """Who "is not ..." at ``at``, and where that begins; not before ``earliest``."""
    at = at - 2 if text.lower.startswith("is", at - 2) else at
    said = _user_before(text, max(earliest, at - _REACH), at)
    if said >= 0:
        who = text.read(said + len(_USER), at).strip(" \"',")
        parted = any(space is Space.PARAGRAPH for _, space in text.spaces(said, at))
        if not parted and (who.startswith(("arn:", "<", "{", "[")) or len(who.split()) <= _MOST_WORDS):
            return who or None, said
    start = _name_before(text, earliest, at)
    who = text.text[start:at].strip("\"',()").rpartition('"')[2]
    return (who, start) if _NAME.fullmatch(who) and who[-1] != ":" else (None, at)


def _user_before(text: Squeezed, earliest: int, at: int) -> int:
    """Where "User:" stands that is no part of a word, nor of an ARN, before ``at``; negative for nowhere."""
    said = text.lower.rfind(_USER, earliest, at)
    while (
        said > 0
        and text.space_at(said) is None
        and (text.text[said - 1].isalnum() or text.text[said - 1] in ":/-_")
    ):
        said = text.lower.rfind(_USER, earliest, said)
    return said


def _name_before(text: Squeezed, earliest: int, at: int) -> int:
    """Where the word before ``at`` begins; an ARN may begin lines earlier."""
    start = first = max(text.word_before(at), earliest)
    while start > max(earliest, at - _REACH) and text.space_at(start) is Space.LINE:
        start = max(text.word_before(start), earliest)
        if text.lower.startswith("arn:", start) or text.lower.startswith("'arn:", start):
            return start
    return first


def trimmed(printed: str) -> str:
    """A resource without what stood around it; a colon or an asterisk at the end belongs to it."""
    value = printed.strip().lstrip("\"'")
    while value:
        last = value[-1]
        unbalanced = last in _PAIRS and value.count(last) > value.count(_PAIRS[last])
        stop = last == "." and not value.endswith("..")
        if not (unbalanced or stop or last in "\"',; \u3002\uff0c"):
            break
        value = value[:-1]
    return value
