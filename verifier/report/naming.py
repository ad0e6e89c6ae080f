"""A permission of a result in words, and lines in which nobody's name says anything else."""

import json
from collections.abc import Iterable, Mapping
from typing import Any


def entries(lines: Iterable[str]) -> list[str]:
    """Lines in each of which a name may have a line break: what follows it is no line of its own."""
    return [line.replace("\n", "\n    ") for line in lines]


def named(row: Mapping[str, Any]) -> str:
    """Action, resource and the condition, if any: two permissions may differ in nothing else."""
    only_if = f", if {json.dumps(row['condition'])}" if row.get("condition") else ""
    return f"{row['action']} on {row['resource']}{only_if}"
