"""The picture of a convergence: a bar a round, of what was refused in it, in the colours of its phases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# Where bars begin and how long the longest is, in hundredths of the picture's width.
_LEFT, _WIDTH = 24.0, 50.0
_HEIGHT = 26
COLOURS = 8
"""How many there are in report.css; further phases begin anew."""


@dataclass(frozen=True)
class ChartPart:
    """What one phase adds to its round's bar; ``x`` and ``width`` in hundredths of the picture's width."""

    phase: str
    count: int
    x: float
    width: float
    colour: int


@dataclass(frozen=True)
class ChartBar:
    """One round; ``y`` is the top of its row, in pixels."""

    label: str
    mode: str
    y: int
    end: float
    total: int
    passed: bool
    stopped: str
    """The phase that did not pass; empty where each did."""
    parts: Sequence[ChartPart]


def bars(rounds: Sequence[Mapping[str, Any]], phases: Sequence[str]) -> list[ChartBar]:
    """The bars, the first round on top."""
    most = max((_total(item) for item in rounds), default=0) or 1
    return [_bar(item, index * _HEIGHT, most, phases) for index, item in enumerate(rounds)]


def _bar(item: Mapping[str, Any], y: int, most: int, phases: Sequence[str]) -> ChartBar:
    x, parts = _LEFT, []
    for phase in item["phases"]:
        if not phase["denials"]:
            continue
        width = phase["denials"] / most * _WIDTH
        colour = phases.index(phase["phase"]) % COLOURS
        parts.append(ChartPart(phase["phase"], phase["denials"], round(x, 2), round(width, 2), colour))
        x += width
    stopped = next((phase["phase"] for phase in item["phases"] if not phase.get("proof")), "")
    return ChartBar(
        label=f"round {item['round']}",
        mode=item["mode"],
        y=y,
        end=round(x + 1, 2),
        total=_total(item),
        passed=bool(item["phases"]) and not stopped,
        stopped=stopped,
        parts=tuple(parts),
    )


def _total(item: Mapping[str, Any]) -> int:
    return sum(phase["denials"] for phase in item["phases"])
