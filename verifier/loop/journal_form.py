"""What each row of a journal must look like before a run goes on from it: it may be damaged, or edited."""

import math
from collections.abc import Callable, Mapping
from typing import Any

Form = Callable[[Any], bool]
_MOST = 10**9


def check_row(row: Mapping[str, Any]) -> None:
    """Raises ValueError naming the first member of ``row`` that is missing or is not what it must be."""
    for name, form in _FORMS.get(row["kind"], {}).items():
        if name not in row:
            raise ValueError(f"it has no '{name}'")
        if not form(row[name]):
            raise ValueError(f"its '{name}' is not what it must be")


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _name(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < _MOST


def _count(value: Any) -> bool:
    return _whole(value) and value >= 0


def _seconds(value: Any) -> bool:
    return _whole(value) or (isinstance(value, float) and math.isfinite(value))


def _maybe(form: Form) -> Form:
    return lambda value: value is None or form(value)


def _list(form: Form) -> Form:
    return lambda value: isinstance(value, list) and all(map(form, value))


def _values(form: Form) -> Form:
    """An object of any names, whose values have a form."""
    return lambda value: isinstance(value, dict) and all(map(form, value.values()))


def _object(members: Mapping[str, Form]) -> Form:
    def fits(value: Any) -> bool:
        return isinstance(value, dict) and all(
            name in value and form(value[name]) for name, form in members.items()
        )

    return fits


def _text_or_texts(value: Any) -> bool:
    return _text(value) or _list(_text)(value)


_PERMISSION: Mapping[str, Form] = {"action": _name, "resource": _name, "condition": _values(_values(_text))}
_STACKS = _object(dict.fromkeys(("stack", "logicalId", "type", "lifecycle"), _text))
_PHASE: Mapping[str, Form] = {
    "phase": _name,
    "exitCode": _maybe(_whole),
    "seconds": _seconds,
    "passed": _flag,
    "denials": _count,
    "toolRuns": _count,
}
_FORMS: Mapping[str, Mapping[str, Form]] = {
    "round": {"round": _count, "mode": _name},
    "place": dict.fromkeys(("partition", "account", "region", "stage", "service"), _text),
    "denial": {
        **dict.fromkeys(("action", "resource", "phase", "operation", "certainty"), _name),
        "context": _values(_text_or_texts),
        "source": _maybe(_text),
        "onBehalfOf": _maybe(_STACKS),
        "enforced": _flag,
        "grantable": _flag,
        "tokens": _list(_name),
        "generated": _list(_list(_text)),
    },
    "grant": _PERMISSION,
    "phase": {"round": _count, "phase": _name},
    "phase-end": {"round": _count, **_PHASE},
    "verdict": {"verdict": _name, "reason": _text},
    "round-end": {
        "round": _count,
        "mode": _name,
        "complete": _flag,
        "phases": _list(_object(_PHASE)),
        "asked": _list(_object(_PERMISSION)),
        "letThrough": _list(_object(_PERMISSION)),
    },
}
