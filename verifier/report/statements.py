"""Which statement of a policy grants a permission, and where it stands in the file."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from verifier.redaction import harmless_values

_Plain = Mapping[tuple[str, str], Sequence[str]]


def statements_of(policy: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """A policy's statements; IAM takes a single one without a list."""
    block = policy["Statement"]
    return [block] if isinstance(block, Mapping) else list(block)


class Granting:
    """Which of ``statements`` grant a permission of the result that they were made of.

    They name the patterns of its permissions; the rows of a result are harmless to a terminal, and the policy
    is as it was written.
    """

    def __init__(self, statements: Sequence[Mapping[str, Any]]) -> None:
        self._by_action: dict[str, list[tuple[int, frozenset[str], _Plain]]] = {}
        for place, statement in enumerate(map(harmless_values, statements)):
            granted = (
                place,
                frozenset(_listed(statement.get("Resource"))),
                _plain(statement.get("Condition")),
            )
            for action in {*_listed(statement.get("Action"))}:
                self._by_action.setdefault(action, []).append(granted)

    def of(self, row: Mapping[str, Any]) -> list[int]:
        """The places of the statements that grant ``row``, in their order."""
        condition = _plain(row.get("condition"))
        return [
            place
            for place, resources, only_if in self._by_action.get(row["action"], ())
            if row["resource"] in resources and only_if == condition
        ]


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


def _plain(condition: Mapping[str, Mapping[str, Any]] | None) -> _Plain:
    """Operator and key to values, which may stand in a list or alone."""
    pairs = (condition or {}).items()
    return {(operator, key): list(_listed(value)) for operator, keys in pairs for key, value in keys.items()}
