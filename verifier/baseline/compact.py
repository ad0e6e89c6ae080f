"""JSON whose differences are small: what fits into a line is one line, the rest a member a line."""

import json
from typing import Any

_WIDTH = 110


def compact(value: Any) -> str:
    """``value`` as JSON text with a line's end; the same value gives the same bytes."""
    return _lines(value, "", "") + "\n"


def _lines(value: Any, indent: str, before: str) -> str:
    short = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or not value:
        return short
    if indent and len(indent) + len(before) + len(short) <= _WIDTH:
        return short
    inner = f"{indent}  "
    if isinstance(value, list):
        members = [inner + _lines(item, inner, "") for item in value]
        return "[\n" + ",\n".join(members) + f"\n{indent}]"
    names = [json.dumps(name, ensure_ascii=False) + ": " for name in value]
    members = [
        inner + name + _lines(item, inner, name) for name, item in zip(names, value.values(), strict=True)
    ]
    return "{\n" + ",\n".join(members) + f"\n{indent}}}"
