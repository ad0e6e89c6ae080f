"""Refusals that AWS went on without, such as of tags: it has made the like of them fatal later."""

import re
from collections.abc import Iterable, Iterator

from verifier.denial.denial import Denial, Severity
from verifier.denial.parse import denials_of
from verifier.redaction import Redaction, harmless
from verifier.targets.interface import StackEvent

# Reading for refusals is slow, and most texts are about something else.
_ABOUT_TAGS = re.compile(r"(?<![a-z])tag", re.IGNORECASE)
_LONGEST = 300


def warnings_in(output: str, events: Iterable[StackEvent], redaction: Redaction) -> tuple[str, ...]:
    """A line for each resource whose events warn of a refusal; without any, for each told in ``output``."""
    lines = [f"{event.logical_id} ({event.type}): {event.reason}" for event in events if _told(event.reason)]
    lines = lines or [_words(denial) for denial in _told(output)]
    return tuple(dict.fromkeys(_shown(line, redaction) for line in lines))


def _told(text: str) -> list[Denial]:
    if not _ABOUT_TAGS.search(text):
        return []
    return [one for one in denials_of(text) if one.severity is Severity.WARNING]


def _words(denial: Denial) -> str:
    return ", ".join(_parts(denial))


def _parts(denial: Denial) -> Iterator[str]:
    yield denial.action or denial.known or "a refusal"
    if denial.resource:
        yield denial.resource


def _shown(line: str, redaction: Redaction) -> str:
    return " ".join(redaction.text(harmless(line)).split())[:_LONGEST]
