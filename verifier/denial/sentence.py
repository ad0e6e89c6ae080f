"""AWS's own sentence, old and new: who may not do what, on what, and because of which policy.

User: {principal} is not authorized to perform: {action} on resource: {resource}
    because no {policy type} allows the {action} action
    with an explicit deny in a {policy type}[: {policy ARN}]
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from verifier.denial.denial import DenialKind
from verifier.denial.phrases import Hit, Weight, squeeze
from verifier.denial.squeezed import Space, Squeezed
from verifier.denial.values import action_at, principal_before, trimmed

_ANCHOR = "notauthorizedtoperform"
# How far a part of the sentence may be from what it belongs to.
_REACH = 600
_MOST_WORDS = 4
# Dots, quotes and brackets before a reason.
_MARKS = 20
_OPERATION = re.compile(r"[A-Z][a-z]\w{2,127}")
# What is only pointed at ("this resource") is none that a policy could name.
_ON = re.compile(
    r"[\"'*\])]{0,4}on(?:(thisresource|theresourceassociatedwith)|(?:the)?resources?:?|(?=[\"']{0,2}arn:))"
)
_KINDS_OF_IAM = re.compile(r"role|user|group|policy")
_REASONS = ("becauseno", "becausepublicpolicies", "withanexplicitdeny")
_TAILS = (
    "(service:",
    "statuscode:",
    "(requesttoken:",
    ".encodedauthorizationfailuremessage",
    "(sdkattemptcount",
)


@dataclass(frozen=True)
class Reason:
    """Why, as far as it is said; ``end`` is where it ends."""

    end: int
    kind: DenialKind = DenialKind.UNKNOWN
    policy_type: str | None = None
    policy_arn: str | None = None
    public_access: bool = False


def sentence_hits(text: Squeezed) -> Iterator[tuple[Hit, Reason]]:
    """All that stand in ``text``, each with its reason."""
    at = text.lower.find(_ANCHOR)
    before = 0
    while at >= 0:
        behind = at + len(_ANCHOR)
        following = text.lower.find(_ANCHOR, behind)
        until = min(len(text.text) if following < 0 else following, behind + 4 * _REACH)
        if not text.lower.startswith("thisoperation", behind):
            hit, reason = _sentence(text, before, at, until)
            yield hit, reason
            before = reason.end
        at = following


def _sentence(text: Squeezed, earliest: int, anchor: int, until: int) -> tuple[Hit, Reason]:
    principal, start = principal_before(text, earliest, anchor)
    at = anchor + len(_ANCHOR)
    at += text.lower.startswith(":", at)
    values = {"principal": principal} if principal else {}
    name, at = _action(text, at)
    values |= name
    resource, at = _resource(text, at, until)
    if resource:
        values["resource"] = resource
    reason = reason_at(text, at)
    return Hit(start, reason.end, Weight.FULL, values), reason


def _action(text: Squeezed, at: int) -> tuple[Mapping[str, str], int]:
    """The action, or only the operation, and where it ends."""
    found = action_at(text, at)
    if found:
        start, end = found
        return {"action": text.text[start:end]}, end
    end = text.word_end(at)
    name = text.text[at:end].strip("\"'*.,:;")
    return ({"operation": name}, end) if _OPERATION.fullmatch(name) else ({}, at)


def _resource(text: Squeezed, at: int, until: int) -> tuple[str | None, int]:
    """The resource as printed, and where it ends."""
    found = _ON.match(text.lower, at)
    if found is None or found[1]:
        return None, found.end() if found else at
    start = found.end()
    end = _end_of_resource(text, start, until)
    return trimmed(text.read(start, end)) or None, end


def _end_of_resource(text: Squeezed, start: int, until: int) -> int:
    word = text.word_end(start)
    if text.text[start : start + 1] in ('"', "'") and word - start > 1:
        return word
    reason = _first(text, _REASONS, start, until)
    if reason is not None and len(text.read(start, reason).split()) <= _MOST_WORDS:
        return reason
    tail = _first(text, _TAILS, start, until)
    if tail is not None and all(space is Space.LINE for _, space in text.spaces(start, tail)):
        return tail
    if _KINDS_OF_IAM.fullmatch(text.read(start, word)) and text.space_at(word) in (Space.INLINE, Space.LINE):
        return text.word_end(word)
    return min(word, *(place for place in (reason, tail) if place is not None), until)


def _first(text: Squeezed, words: tuple[str, ...], start: int, until: int) -> int | None:
    found = [place for place in (text.lower.find(word, start, until) for word in words) if place >= 0]
    if not found or any(space is Space.PARAGRAPH for _, space in text.spaces(start, min(found))):
        return None
    return min(found)


def reason_at(text: Squeezed, at: int) -> Reason:
    """Why something was refused, where that is said at ``at``, behind what was refused."""
    place = _first(text, _REASONS, at, at + _MARKS + len(max(_REASONS, key=len)))
    if place is None or text.text[at:place].strip("\"'*.,;)]}"):
        return Reason(at)
    if text.lower.startswith("becausepublicpolicies", place):
        return Reason(place + len("becausepublicpolicies"), public_access=True)
    if text.lower.startswith("becauseno", place):
        policy_type, end = _policy_type(text, place + len("becauseno"))
        return Reason(end, DenialKind.IMPLICIT, policy_type)
    end = place + len("withanexplicitdeny")
    for article in ("inan", "ina", "in"):
        policy_type, after = _policy_type(text, end + len(article))
        if text.lower.startswith(article, end) and policy_type:
            arn, after = _policy_arn(text, after)
            return Reason(after, DenialKind.EXPLICIT, policy_type, arn)
    return Reason(end, DenialKind.EXPLICIT)


def _policy_type(text: Squeezed, at: int) -> tuple[str | None, int]:
    for words, policy_type in _policy_types().items():
        if text.lower.startswith(words, at):
            return policy_type, at + len(words)
    return None, at


def _policy_arn(text: Squeezed, at: int) -> tuple[str | None, int]:
    if not text.lower.startswith(":arn:", at):
        return None, at
    end = text.word_end(at + 1)
    return trimmed(text.read(at + 1, end)), end


@cache
def _policy_types() -> Mapping[str, str]:
    import yaml

    file = resources.files(__package__) / "wordings.yaml"
    loaded = yaml.load(file.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return {squeeze(words): short for words, short in loaded["policyTypes"].items()}
