"""A permission of a result in words: two of the same action and resource may differ in their conditions."""

import json
from collections.abc import Mapping
from typing import Any


def named(row: Mapping[str, Any]) -> str:
    """Action, resource and, where there is one, the condition."""
    only_if = f", if {json.dumps(row['condition'])}" if row.get("condition") else ""
    return f"{row['action']} on {row['resource']}{only_if}"
