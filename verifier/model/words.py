"""What differs from one resource to the next, taken out of what was played: places stand for it.

``{account}``, ``{region}`` and ``{partition}`` as in policies, ``{Property}`` for what the template gives,
``*`` for what AWS makes up.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from verifier.model.dry_run import LOGICAL_ID, STACK
from verifier.model.leaves import leaves

_SHORTEST = 3  # a shorter value may stand in a text by chance
_GENERATED = re.compile(rf"{STACK}-{LOGICAL_ID}-\*", re.IGNORECASE)


@dataclass(frozen=True)
class Words:
    """How values are written, of a life in this place.

    ``named`` are texts by what they are called, ``tokens`` are random.
    """

    account: str
    region: str
    named: Mapping[str, str]
    tokens: frozenset[str]

    def of(self, text: str) -> str:
        """``text`` with its places."""
        found = self._any.sub(lambda match: self._known[match.group(0)], text)
        for colon in (":", "%3A"):
            found = found.replace(f"arn{colon}aws{colon}", f"arn{colon}{{partition}}{colon}")
        found = found.replace(self.account, "{account}")
        return _GENERATED.sub("{name}", found.replace(self.region, "{region}"))

    def of_value(self, value: str | tuple[str, ...]) -> str | list[str]:
        """A condition's value or values."""
        return self.of(value) if isinstance(value, str) else [self.of(one) for one in value]

    @cached_property
    def _known(self) -> Mapping[str, str]:
        places = {text: f"{{{name}}}" for text, name in self.named.items()}
        return {**dict.fromkeys(filter(None, self.tokens), "*"), **places}

    @cached_property
    def _any(self) -> re.Pattern[str]:
        longest_first = sorted(self._known, key=len, reverse=True)
        words = "|".join(map(re.escape, longest_first)) or "(?!)"
        # In the path of a request an ARN has %2F for "/" and %3A for ":".
        return re.compile(rf"(?:(?<![A-Za-z0-9])|(?<=%2F)|(?<=%3A))(?:{words})(?![A-Za-z0-9])")


def named(properties: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The texts in properties, by the paths of the properties that have them."""
    found: dict[str, set[str]] = {}
    for one in properties:
        for path, text in leaves(one):
            if len(text) >= _SHORTEST:
                # An item of a list bears no number.
                found.setdefault(text, set()).add(".".join(part for part in path if isinstance(part, str)))
    return {text: " or ".join(sorted(paths)) for text, paths in found.items()}
