"""Conditions that an emulator which enforces IAM itself cannot read, taken out of a policy."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.iam.operators import BASE_OPERATORS

_OPERATOR = re.compile(r"(?P<set>\w+:)?(?P<base>\w+?)(?P<exists>ifexists)?", re.IGNORECASE)
_BASES = {name.lower(): name for name in BASE_OPERATORS}
_SETS, _IF_EXISTS = ("", "ForAllValues:", "ForAnyValue:"), ("", "IfExists")
# A policy without a statement is none. Nothing has such an action.
_NOTHING = {"Effect": "Deny", "Action": "verifier:Nothing", "Resource": "*"}


@dataclass(frozen=True)
class Readable:
    """The conditions that an emulator evaluates as AWS does: all operators ``but`` these, on ``keys``.

    Keys may end in ``*``. ``exact``: operators and keys must be written just so. ``sets``: with ForAllValues
    and ForAnyValue, too; ``variables``: values may hold ${aws:username} and the like.
    """

    keys: tuple[str, ...]
    but: frozenset[str] = frozenset()
    exact: bool = False
    sets: bool = False
    variables: bool = False

    def reads(self, operator: str, key: str, values: Any) -> bool:
        """Whether it evaluates this condition as AWS does."""
        if not self.variables and "${" in str(values):
            return False
        parts = _OPERATOR.fullmatch(operator)
        base = _BASES.get(parts["base"].lower()) if parts else None
        if parts is None or base is None or base in self.but or (parts["set"] and not self.sets):
            return False
        written = (parts["set"] or "", parts["base"], parts["exists"] or "")
        if self.exact and not (written[0] in _SETS and written[1] == base and written[2] in _IF_EXISTS):
            return False
        return any(self._is(key, one) for one in self.keys)

    def _is(self, key: str, known: str) -> bool:
        one, other = (key, known) if self.exact else (key.lower(), known.lower())
        return one.startswith(other[:-1]) if other.endswith("*") else one == other


@dataclass(frozen=True)
class LeftOut:
    """A condition on ``key`` that was left out of what was handed to an emulator.

    Of a statement that denies the whole is left out (``effect``): it would deny more without the condition.
    """

    operator: str
    key: str
    effect: str
    actions: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """The JSON form."""
        plain = {"operator": self.operator, "key": self.key, "effect": self.effect}
        return {**plain, "actions": list(self.actions)}


def readable_part(document: Mapping[str, Any], known: Readable) -> tuple[dict[str, Any], tuple[LeftOut, ...]]:
    """``document`` as far as it can be read, and what is left out; what is no statement stays as it is."""
    written = document.get("Statement")
    statements: list[Any] = written if isinstance(written, list) else [written]
    kept, left_out = [], list[LeftOut]()
    for statement in statements:
        lacking = [*_unreadable(statement, known)]
        left_out += lacking
        if not lacking:
            kept.append(statement)
        elif statement.get("Effect") == "Allow":
            kept.append(_without(statement, lacking))
    return {**document, "Statement": kept or [_NOTHING]}, tuple(dict.fromkeys(left_out))


def _unreadable(statement: Any, known: Readable) -> Iterator[LeftOut]:
    if not isinstance(statement, dict) or not isinstance(statement.get("Condition"), dict):
        return
    actions = _texts(statement.get("Action")) or tuple(
        f"not {one}" for one in _texts(statement.get("NotAction"))
    )
    for operator, keys in statement["Condition"].items():
        for key, values in keys.items() if isinstance(keys, dict) else ():
            if not known.reads(operator, key, values):
                yield LeftOut(operator, key, str(statement.get("Effect")), actions)


def _without(statement: Mapping[str, Any], lacking: list[LeftOut]) -> dict[str, Any]:
    gone = {(one.operator, one.key) for one in lacking}
    condition = {
        operator: {key: values for key, values in keys.items() if (operator, key) not in gone}
        for operator, keys in statement["Condition"].items()
    }
    condition = {operator: keys for operator, keys in condition.items() if keys}
    plain = {name: value for name, value in statement.items() if name != "Condition"}
    return {**plain, "Condition": condition} if condition else plain


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, list) else (value,) if isinstance(value, str) else ()
