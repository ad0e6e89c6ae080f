"""How to mend a service that AWS, or a tool, refuses to everyone, from remedies.yaml."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_ABOUT = "; no permission helps"


@dataclass(frozen=True)
class Remedy:
    """What the words of a failure look like, what to do about it, and the id of the source.

    ``mend`` names groups of ``words`` in braces.
    """

    words: re.Pattern[str]
    mend: str
    source: str


def with_remedy(words: str) -> str:
    """``words`` of a failure, with the way to mend the service where one is known."""
    for remedy in remedies():
        if found := remedy.words.search(words):
            return f"{words}{_ABOUT}: {remedy.mend.format(**found.groupdict())}"
    return words


@cache
def remedies() -> tuple[Remedy, ...]:
    """Every remedy, in the order in which they are tried."""
    import yaml

    rows = yaml.safe_load((files(__package__) / "remedies.yaml").read_text(encoding="utf-8"))
    return tuple(Remedy(re.compile(row["words"], re.DOTALL), row["mend"], row["source"]) for row in rows)
