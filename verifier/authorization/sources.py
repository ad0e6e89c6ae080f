"""What AWS does, and where that was read: ``sources.yaml``."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from verifier.errors import VerifierError

# A year, a month or a day.
_SEEN = re.compile(r"\d{4}(-\d\d(-\d\d)?)?|unknown")


@dataclass(frozen=True)
class Source:
    """A passage that was really read: ``where`` names the work, ``quote`` is verbatim.

    ``seen`` is when it was true ("2025-06-10", "2025-06", "2025"), or "unknown".
    """

    id: str
    where: str
    address: str
    seen: str
    quote: str


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
        try:
            one = Source(**{key: str(value).strip() for key, value in entry.items()})
        except TypeError as error:
            raise VerifierError(f"sources.yaml: {entry.get('id', 'an entry without id')}: {error}") from error
        if one.id in found or not all((one.id, one.where, one.address, one.quote)):
            raise VerifierError(f"sources.yaml: {one.id or 'an entry'} is doubled or has an empty field")
        if not _SEEN.fullmatch(one.seen):
            raise VerifierError(f"sources.yaml: {one.id}: seen: {one.seen!r} is no year, month or day")
        found[one.id] = one
    return found
