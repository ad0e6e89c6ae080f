"""Every refusal that a text tells of, each once."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from verifier.denial.actions import named_by, true_name
from verifier.denial.blame import refused_by
from verifier.denial.denial import Denial, DenialKind, Refused, Severity
from verifier.denial.phrases import Hit, Weight, phrase_hits
from verifier.denial.plain import plain_lines
from verifier.denial.sentence import Reason, reason_at, sentence_hits
from verifier.denial.squeezed import Squeezed

# What is so close to a fuller sentence tells of the same.
_CLOSE = 300
# An envelope, the SDK's "when calling the X operation:", is followed by its message.
_ADJACENT = 60
_ACTION = re.compile(r"[A-Za-z][\w-]{0,63}:[A-Za-z*][\w*]{0,127}")
_SERVICE = re.compile(r"\(Service:(\w{2,60})[;,]")
# Only an identity-based policy is the deployer's own.
_OWN = (None, "identity")
_PUBLIC_ACCESS = "S3's Block Public Access prevents it, whatever policies allow"


def denials_of(text: str) -> list[Denial]:
    """The refusals in ``text``, in their order. What is said twice is one."""
    squeezed = Squeezed(plain_lines(text))
    sentences = list(sentence_hits(squeezed))
    phrases = list(phrase_hits(squeezed))
    fuller = sorted((hit.start, hit.end) for hit in phrases if hit.weight is Weight.FULL)
    told = [(hit, reason_at(squeezed, hit.end)) for hit in phrases]
    told += [(hit, reason) for hit, reason in sentences if not _within(fuller, hit)]
    told.sort(key=lambda pair: (pair[0].start, -pair[0].end))
    around = _Around(squeezed, phrases)
    return _once(
        denial
        for hit, reason in _without_echoes(squeezed, told)
        for denial in _denials(squeezed, around.completed(hit), reason)
    )


class _Around:
    """What stands before a sentence, or behind, and says more of the same."""

    def __init__(self, text: Squeezed, hits: Iterable[Hit]) -> None:
        self._text = text
        vague = [hit for hit in hits if hit.weight is Weight.VAGUE]
        self._envelopes = sorted((hit for hit in vague if "operation" in hit.values), key=lambda hit: hit.end)
        self._forgiven = sorted((hit.start, hit.end) for hit in vague if "severity" in hit.row)

    def completed(self, hit: Hit) -> Hit:
        """``hit`` with the operation of the envelope around it; a warning where one is close."""
        if "severity" not in hit.row and _close(self._text, self._forgiven, hit):
            hit = replace(hit, row={**hit.row, "severity": "warning"})
        if {"action", "actions", "operation"} & {*hit.values, *hit.row}:
            return hit
        index = bisect_right(self._envelopes, hit.start, key=lambda envelope: envelope.end) - 1
        envelope = self._envelopes[index] if index >= 0 else None
        if envelope is None or envelope.end < hit.start - _ADJACENT:
            return hit
        named = {name: value for name, value in envelope.values.items() if name in ("operation", "service")}
        return replace(
            hit, values={**named, **hit.values}, row={"service": envelope.row.get("service"), **hit.row}
        )


def _within(spans: Sequence[tuple[int, int]], hit: Hit) -> bool:
    index = bisect_left(spans, (hit.end, 0))
    return any(start < hit.end and hit.start < end for start, end in spans[max(0, index - 2) : index + 1])


def _without_echoes(text: Squeezed, told: Sequence[tuple[Hit, Reason]]) -> Iterator[tuple[Hit, Reason]]:
    """Without traps, and without what only announces or repeats a fuller sentence close by."""
    heavier = {
        weight: sorted((hit.start, hit.end) for hit, _ in told if hit.weight > weight)
        for weight in (Weight.BARE, Weight.VAGUE)
    }
    end = 0
    for hit, reason in told:
        if hit.weight is Weight.FULL:
            part_of_another, end = hit.end <= end, max(end, hit.end)
            if not part_of_another:
                yield hit, reason
        elif hit.weight is not Weight.TRAP and not _close(text, heavier[hit.weight], hit):
            yield hit, reason


def _close(text: Squeezed, spans: Sequence[tuple[int, int]], hit: Hit) -> bool:
    """Whether one of the sentences is so close, with no empty line between, that both tell of the same."""
    index = bisect_left(spans, (hit.start, 0))
    return any(
        start - _CLOSE < hit.end
        and hit.start < end + _CLOSE
        and not text.parted(min(end, hit.end), max(start, hit.start))
        for start, end in spans[max(0, index - 1) : index + 1]
    )


def _denials(text: Squeezed, hit: Hit, reason: Reason) -> Iterator[Denial]:
    row, values = hit.row, hit.values
    principal = values.get("principal")
    refused = Refused(row["refused"]) if "refused" in row else refused_by(text, hit.start, hit.end, principal)
    known = _PUBLIC_ACCESS if reason.public_access else row.get("known") or _service(text, hit)
    grantable = (
        refused is Refused.DEPLOYER
        and reason.kind is not DenialKind.EXPLICIT
        and reason.policy_type in _OWN
        and not reason.public_access
    )
    for action, inferred in _actions(hit):
        yield Denial(
            action,
            values.get("resource"),
            principal,
            reason.kind,
            reason.policy_type,
            reason.policy_arn,
            refused,
            Severity(row.get("severity", "error")),
            grantable,
            inferred,
            known,
        )


def _service(text: Squeezed, hit: Hit) -> str | None:
    """Where no action is named: the service that answered, as the tail of an SDK names it."""
    if hit.weight is Weight.FULL:
        return None
    found = _SERVICE.search(text.text, max(0, hit.start - _CLOSE), hit.end + _CLOSE)
    return f"it was refused by {found[1]}" if found else None


def _actions(hit: Hit) -> Iterator[tuple[str | None, bool]]:
    """Each action, and whether it is inferred."""
    values, row = hit.values, hit.row
    named = _ACTION.findall(f"{values.get('action', '')} {values.get('actions', '')}")
    if named:
        yield from ((true_name(action), False) for action in named)
    elif "action" in row:
        yield row["action"], True
    elif "operation" in values:
        action = named_by(
            values["operation"], values.get("service") or row.get("service"), values.get("resource")
        )
        yield action, action is not None
    else:
        yield None, False


def _once(denials: Iterable[Denial]) -> list[Denial]:
    """Each once: copies are the same but for case, for the reason, or for what one of them leaves out."""
    kept: dict[tuple[str, ...], Denial] = {}
    for denial in denials:
        key = _key(denial.action, denial.resource, denial.principal)
        if key not in kept or _told(denial) > _told(kept[key]):
            kept[key] = denial
    whole = {
        _key(one.action, resource, principal)
        for one in kept.values()
        if one.action
        for resource in (one.resource, None)
        for principal in (one.principal, None)
        if (resource, principal) != (one.resource, one.principal)
    }
    return [denial for key, denial in kept.items() if key not in whole]


def _key(*parts: str | None) -> tuple[str, ...]:
    return tuple("" if part is None else part.lower() for part in parts)


def _told(denial: Denial) -> int:
    return sum(value is not None for value in (denial.policy_type, denial.policy_arn)) + (
        denial.kind is not DenialKind.UNKNOWN
    )
