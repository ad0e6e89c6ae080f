"""What the CloudFormation registry names for a type's steps and nobody is asked for, and why.

``registry_differences.json`` has it by type. Tests hold it to the types both ways: whatever the lives of
tests/cases/handlers never ask for is explained, and nothing else is.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

NOT_SUPPORTED = "property not supported yet"
_FILE = Path(__file__).with_name("registry_differences.json")


@dataclass(frozen=True)
class Difference:
    """Some actions that the registry names and that are not asked for in the steps of ``where``.

    ``where`` are lifecycles, "tagging" or "any" (no step asks for it). ``reason`` is one of three:
    ``NOT_SUPPORTED``, of ``property`` ("A.B") or where it has ``value``; "disproved", by ``source``;
    "of another type's feature", of ``type`` as ``source`` says. ``why`` says more.
    """

    actions: tuple[str, ...]
    where: tuple[str, ...]
    reason: str
    property: str = ""
    value: str = ""
    source: str = ""
    type: str = ""
    why: str = ""


def differences(type_name: str) -> tuple[Difference, ...]:
    """Those of a type."""
    return tuple(_read(row) for row in rows().get(type_name, ()))


@cache
def rows() -> Mapping[str, list[Mapping[str, str]]]:
    """The file as it is."""
    found: Mapping[str, list[Mapping[str, str]]] = json.loads(_FILE.read_text(encoding="utf-8"))
    return found


def _read(row: Mapping[str, str]) -> Difference:
    other: dict[str, Any] = {key: value for key, value in row.items() if key not in ("actions", "in")}
    return Difference(tuple(row["actions"].split()), tuple(row["in"].split()), **other)
