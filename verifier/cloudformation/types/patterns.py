r"""Regular expressions of the registry's schemas, searched within bounds.

AWS's validator searches with Java's engine, not anchored (source: cfn-schema-pattern-search). Python's own
``re`` knows no ``\p{L}`` and cannot be stopped; ``regex`` knows it and takes a time limit. A pattern that
it cannot read, or that takes too long, says nothing against a text: AWS decides.
"""

from functools import cache

import regex

SECONDS = 0.05
"""How long one search may take; those of real schemas take microseconds."""


def found(pattern: str, text: str) -> bool:
    """Whether ``pattern`` is found anywhere in ``text``, as far as that can be told."""
    compiled = _compiled(pattern)
    if compiled is None:
        return True
    try:
        return compiled.search(text, timeout=SECONDS) is not None
    except TimeoutError:
        return True


@cache
def _compiled(pattern: str) -> "regex.Pattern[str] | None":
    try:
        return regex.compile(pattern)
    except regex.error:
        return None
