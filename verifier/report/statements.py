"""Which statement of a policy grants a permission, and where it stands in the file."""

import json
from collections.abc import Mapping, Sequence
from typing import Any


def statements_of(policy: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """A policy's statements; IAM takes a single one without a list."""
    block = policy["Statement"]
    return [block] if isinstance(block, Mapping) else list(block)


def grants(statement: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    """Whether ``row``, a permission of a result, is one of those that ``statement`` was made of.

    The statements of a result are made of its permissions, so that they name the same patterns.
    """
    return (
        row["action"] in _listed(statement.get("Action"))
        and row["resource"] in _listed(statement.get("Resource"))
        and _plain(statement.get("Condition")) == _plain(row.get("condition"))
    )


def first_lines(policy: Mapping[str, Any]) -> list[int]:
    """The line on which each statement begins in a file that ``json.dumps`` wrote with two spaces."""
    lines = json.dumps(policy, indent=2).splitlines()
    if isinstance(policy["Statement"], Mapping):
        return [number for number, line in enumerate(lines, start=1) if line.startswith('  "Statement": {')]
    if not policy["Statement"]:
        return []
    begin = lines.index('  "Statement": [')
    return [number for number, line in enumerate(lines, start=1) if number > begin and line == "    {"]


def _listed(value: Any) -> Sequence[str]:
    return [value] if isinstance(value, str) else value or ()


def _plain(condition: Mapping[str, Mapping[str, Any]] | None) -> dict[tuple[str, str], list[str]]:
    """Operator and key to values, which may stand in a list or alone."""
    pairs = (condition or {}).items()
    return {(operator, key): list(_listed(value)) for operator, keys in pairs for key, value in keys.items()}
