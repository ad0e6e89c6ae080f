"""A draft as source: a value of a handler module, with its open questions where they stand."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from textwrap import TextWrapper
from typing import Any

from tools.new_type.draft import Draft
from tools.new_type.notes import HEAD
from verifier.cloudformation.types import kind, params, part, parts, tagging, values

_SHOWN_LAST = ("parts", "gone", "implied", "beyond", "lacks")
_WRAP = TextWrapper(96, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
_SHORT = ("params", "parameter")  # clear without being named
_NAMES = {params.ID: "ID", params.ARN: "ARN", params.NAME: "NAME"}
_HOMES = {
    name: module.__name__
    for module in (values, tagging, parts, part, params, kind)
    for name, value in vars(module).items()
    if getattr(value, "__module__", "") == module.__name__
} | dict.fromkeys(_NAMES.values(), params.__name__)


@dataclass
class Source:
    """The text of a value, and what it takes from elsewhere: names by module."""

    imports: dict[str, set[str]] = field(default_factory=dict)

    def draft(self, draft: Draft, name: str) -> str:
        """``name = Kind(...)``, a line a field; not formatted yet."""
        lines = [*_comments(draft, HEAD), f"{name} = {self._named('Kind')}("]
        for one in _ordered(fields(draft.kind)):
            value = getattr(draft.kind, one.name)
            lines += _comments(draft, one.name)
            if one.name == "parts" and value:
                lines.append("    parts=(")
                for number, part_ in enumerate(value):
                    lines += [*_comments(draft, f"parts.{number}"), f"        {self.value(part_)},"]
                lines.append("    ),")
            elif value != _default(one):
                lines.append(f"    {one.name}={self.value(value)},")
        return "\n".join([*lines, ")", ""])

    def value(self, value: Any) -> str:
        """Any value that a kind is made of, as an expression."""
        match value:
            case params.Text() if value in _NAMES:
                text = self._named(_NAMES[value])
            case Mapping():
                text = self._params(value)
            case tuple() | list() | frozenset():
                text = self._collection(value)
            case None | bool() | int() | str():
                text = repr(value)
            case _ if is_dataclass(value):
                text = f"{self._named(type(value).__name__)}({', '.join(self._arguments(value))})"
            case _:  # a function, or a type that is called like one
                text = value.__name__ if value is dict else self._named(value.__name__)
        return text

    def _collection(self, value: tuple[Any, ...] | list[Any] | frozenset[str]) -> str:
        items = sorted(value) if isinstance(value, frozenset) else value
        inner = ", ".join(self.value(one) for one in items)
        match value:
            case tuple():
                return f"({inner}{',' if len(value) == 1 else ''})"
            case list():
                return f"[{inner}]"
        return f"frozenset({{{inner}}})"

    def _arguments(self, value: Any) -> Iterator[str]:
        by_place = True
        for one in fields(value):
            given = getattr(value, one.name)
            by_place = by_place and (
                _default(one) is MISSING or (one.name in _SHORT and given != _default(one))
            )
            if by_place:
                yield self.value(given)
            elif given != _default(one):
                yield f"{one.name}={self.value(given)}"

    def _params(self, value: Mapping[str, Any]) -> str:
        """Parameters that are called as their properties are told by the properties' names alone."""
        same = [name for name, one in value.items() if one == params.Prop(name)]
        small = [
            name
            for name, one in value.items()
            if name not in same and params.lower(_big(name)) == {name: one}
        ]
        rest = {name: one for name, one in value.items() if name not in (*same, *small)}
        text = ", ".join(f"{name!r}: {self.value(one)}" for name, one in rest.items())
        found = [f"{{{text}}}"] if rest or not value else []
        for function, names in (("same", same), ("lower", [_big(name) for name in small])):
            if names:
                found.append(f"{self._named(function)}({', '.join(map(repr, names))})")
        return " | ".join(found)

    def _named(self, name: str) -> str:
        self.imports.setdefault(_HOMES[name], set()).add(name)
        return name


def constant(noun: str) -> str:
    """The name of a type's value: USER_POOL for UserPool."""
    return "_".join(re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", noun)).upper()


def _comments(draft: Draft, place: str) -> list[str]:
    questions = (f"open: {question}" for question in draft.notes.of(place))
    return [f"# {line}" for one in questions for line in _WRAP.wrap(one)]


def _ordered(found: tuple[Field[Any], ...]) -> list[Field[Any]]:
    """Those that can be given, the long ones last."""
    return sorted((one for one in found if one.init), key=lambda one: one.name in _SHOWN_LAST)


def _default(one: Field[Any]) -> Any:
    factory: Callable[[], Any] | Any = one.default_factory
    return one.default if factory is MISSING else factory()


def _big(name: str) -> str:
    return name[:1].upper() + name[1:]
