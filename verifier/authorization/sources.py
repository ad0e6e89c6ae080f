"""What AWS does, and where that was read: ``sources.yaml``."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from verifier.errors import VerifierError


@dataclass(frozen=True)
class Source:
    """A passage that was really read: ``where`` names the work, ``quote`` is verbatim."""

    id: str
    where: str
    address: str
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
    """All sources by id. Raises VerifierError for an entry that is incomplete or doubled."""
    import yaml

    text = (resources.files(__package__) / "sources.yaml").read_text(encoding="utf-8")
    found: dict[str, Source] = {}
    for entry in yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)) or ():
        try:
            one = Source(**{key: str(value).strip() for key, value in entry.items()})
        except TypeError as error:
            raise VerifierError(f"sources.yaml: {entry.get('id', 'an entry without id')}: {error}") from error
        if one.id in found or not all((one.id, one.where, one.address, one.quote)):
            raise VerifierError(f"sources.yaml: {one.id or 'an entry'} is doubled or has an empty field")
        found[one.id] = one
    return found
