"""What AWS does, and where that was read: ``sources.yaml``."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from verifier.authorization.weights import Word
from verifier.errors import VerifierError

# A year, a month or a day.
_SEEN = re.compile(r"\d{4}(-\d\d(-\d\d)?)?|unknown")


@dataclass(frozen=True)
class Saying:
    """What a source says of permissions: of ``actions``, which a resource type asks for in ``lifecycles``.

    ``when`` is what makes it ask: a property, or "tags changed"; empty, it always does. Without actions
    it is said of whatever rule or handler names the source: there stand operation and condition.
    """

    says: Word
    actions: frozenset[str] = frozenset()
    type: str = ""
    lifecycles: frozenset[str] = frozenset()
    when: str = ""
    weak: bool = False


@dataclass(frozen=True)
class Source:
    """A passage that was really read: ``where`` names the work, ``quote`` is verbatim.

    ``seen`` is when it was true ("2025-06-10", "2025-06", "2025"), or "unknown". ``says`` is what it says
    of permissions; nothing for a source of anything else.
    """

    id: str
    where: str
    address: str
    seen: str
    quote: str
    says: tuple[Saying, ...] = ()


class UnknownSource(VerifierError):  # noqa: N818 - it is the source that is unknown
    """A rule, a handler or a test names a source that ``sources.yaml`` does not have."""


def source(identifier: str) -> Source:
    """The source of that id. Raises UnknownSource."""
    found = sources().get(identifier)
    if found is None:
        raise UnknownSource(f"no source {identifier} in verifier/authorization/sources.yaml; add it")
    return found


@cache
def sources() -> Mapping[str, Source]:
    """All sources by id."""
    return parse_sources((resources.files(__package__) / "sources.yaml").read_text(encoding="utf-8"))


def parse_sources(text: str) -> dict[str, Source]:
    """The sources of a YAML text, by id. Raises VerifierError for an entry that is incomplete or doubled."""
    import yaml

    found: dict[str, Source] = {}
    for entry in yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)) or ():
        words = {key: str(value).strip() for key, value in entry.items() if key != "says"}
        try:
            one = Source(**words, says=_sayings(entry.get("says", [])))
        except (TypeError, ValueError) as error:
            raise VerifierError(f"sources.yaml: {entry.get('id', 'an entry without id')}: {error}") from error
        if one.id in found or not all((one.id, one.where, one.address, one.quote)):
            raise VerifierError(f"sources.yaml: {one.id or 'an entry'} is doubled or has an empty field")
        if not _SEEN.fullmatch(one.seen):
            raise VerifierError(f"sources.yaml: {one.id}: seen: {one.seen!r} is no year, month or day")
        found[one.id] = one
    return found


def _sayings(says: Any) -> tuple[Saying, ...]:
    """The value of ``says``: a word, or what is said of which actions. Raises TypeError, ValueError."""
    if isinstance(says, str):
        return (Saying(Word(says)),)
    return tuple(_saying(dict(row)) for row in says)


def _saying(row: dict[str, Any]) -> Saying:
    said = [word for word in Word if word in row]
    if len(said) != 1 or not {"type", "in"} <= set(row):
        raise ValueError(f"says {row}: give one of {', '.join(Word)} with its actions, a type, and in")
    return Saying(
        said[0],
        frozenset(row.pop(said[0]).split()),
        lifecycles=frozenset(row.pop("in").split()),
        **row,
    )
