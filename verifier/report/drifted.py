"""What came and went since a baseline was made, in words."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from verifier.report.naming import named


def drift_lines(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Of each permission that came or went what it is, and why."""
    tools: Sequence[str] = found.get("frameworks", ())
    for word in ("came", "went"):
        for item in found.get(word, ()):
            yield f"{word}: {named(item)}{besides(item, tools)}", f"{item['cause']}: {item['why']}"


def besides(item: Mapping[str, Any], tools: Sequence[str]) -> str:
    """In brackets: how certain it is where it is no call, and which of several ``tools`` ask for it."""
    certainty = item["certainty"]
    said = [certainty] if certainty and certainty != "call" else []
    alone = under(item, tools)
    return f" ({'; '.join([*said, alone] if alone else said)})" if said or alone else ""


def under(item: Mapping[str, Any], tools: Sequence[str]) -> str:
    """Which of several ``tools`` ask for it; empty where all do, or it is not known."""
    asking = item.get("frameworks") or ()
    return f"{', '.join(asking)} alone" if 0 < len(asking) < len(tools) else ""
