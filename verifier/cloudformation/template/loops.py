"""What AWS::LanguageExtensions makes of a template: loops are unrolled, names that are worked out are plain.

Fn::Length, Fn::ToJsonString, the default of Fn::FindInMap and functions in deletion policies are left as
they are: they are resolved with everything else. What a loop's item is put into: keys of the loop's own,
Fn::Sub, Ref, and names of resources and conditions; a plain text stays (sources: cfn-foreach,
cfn-foreach-measured).
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from verifier.cloudformation.template.early import EarlyEnvironment
from verifier.cloudformation.template.intrinsics import resolve, to_text
from verifier.cloudformation.template.references import function_of, sub_parts
from verifier.cloudformation.template.transforms import LANGUAGE_EXTENSIONS, LOOP, failed
from verifier.errors import AwsError

Items = Mapping[str, str]
"""The items of the loops around, by their identifiers."""

# (source: cfn-foreach)
_SECTIONS = ("Conditions", "Resources", "Outputs")
_KEY = re.compile(r"([$&])\{([A-Za-z0-9]+)\}")
# Our own bounds, far above what a template of a megabyte and 500 resources has.
_MOST_VALUES = 100_000
_LONGEST = 1_000_000


def unrolled(body: Mapping[str, Any], environment: EarlyEnvironment) -> dict[str, Any]:
    """``body`` without loops. Raises AwsError, "Transform AWS::LanguageExtensions failed with: ..."."""
    unrolling = _Unrolling(environment)
    sections = {name: unrolling.section(name, body[name]) for name in _SECTIONS if name in body}
    return {**body, **sections}


class _Unrolling:
    def __init__(self, environment: EarlyEnvironment) -> None:
        self._environment = environment
        self._values = 0
        self._functions: Mapping[str, Callable[[Any, Items], Any]] = {
            "Condition": lambda argument, items: {"Condition": self._name(argument, items)},
            "Fn::GetAtt": lambda argument, items: {"Fn::GetAtt": self._names(argument, items)},
            "Fn::If": self._if,
            "Fn::Sub": self._sub,
            "Ref": self._ref,
        }

    def section(self, name: str, members: Any) -> Any:
        """A whole section."""
        one = self._value if name == "Conditions" else self._definition
        return self._members(members, {}, one) if isinstance(members, Mapping) else members

    def _members(
        self, members: Mapping[str, Any], items: Items, one: Callable[[Any, Items], Any]
    ) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, inner in members.items():
            made = self._loop(key, inner, items, one) if key.startswith(LOOP) else {key: one(inner, items)}
            doubled = sorted(found.keys() & made.keys())
            if doubled:
                raise _failed(f"verifier: {key} makes {doubled[0]}, which is there already")
            found |= made
        return found

    def _loop(self, key: str, value: Any, items: Items, one: Callable[[Any, Items], Any]) -> dict[str, Any]:
        identifier, collection, fragment = _layout(value)
        found: dict[str, Any] = {}
        for item in self._collection(collection, items):
            scope = {**items, identifier: item}
            named = {_key(name, identifier, scope): inner for name, inner in fragment.items()}
            if len(named) < len(fragment):
                raise _failed(f"verifier: {key} makes the same name twice")
            made = self._members(named, scope, one)
            doubled = sorted(found.keys() & made.keys())
            if doubled:
                raise _failed(f"verifier: {key} makes {doubled[0]} twice")
            found |= made
        return found

    def _collection(self, value: Any, items: Items) -> list[str]:
        try:
            found = resolve(self._value(value, items), self._environment)
        except AwsError as error:
            raise _failed(_NO_COLLECTION) from error
        if not isinstance(found, list) or any(isinstance(one, Mapping | list) for one in found):
            raise _failed(_NO_COLLECTION)
        return [to_text(one) for one in found]

    def _definition(self, value: Any, items: Items) -> Any:
        """A resource or an output: its condition and what it depends on are names."""
        if not isinstance(value, Mapping):
            return value
        named = {
            key: self._name(value[key], items) if key == "Condition" else self._names(value[key], items)
            for key in ("Condition", "DependsOn")
            if key in value
        }
        rest = {key: inner for key, inner in value.items() if key not in named}
        made = self._members(rest, items, self._value)
        return {
            key: named[key] if key in named else made[key] for key in value if key in named or key in made
        }

    def _value(self, value: Any, items: Items) -> Any:
        self._values += 1
        if self._values > _MOST_VALUES:
            raise _failed(f"verifier: the loops make more than {_MOST_VALUES} values")
        if isinstance(value, list):
            return [self._value(inner, items) for inner in value]
        if not isinstance(value, Mapping):
            return value
        function = function_of(value)
        if function is not None and function[0] in self._functions:
            return self._functions[function[0]](function[1], items)
        return self._members(value, items, self._value)

    def _ref(self, argument: Any, items: Items) -> Any:
        if isinstance(argument, str) and argument in items:
            return items[argument]
        return {"Ref": self._name(argument, items)}

    def _if(self, argument: Any, items: Items) -> Any:
        if not isinstance(argument, list) or not argument:
            return {"Fn::If": argument}
        return {"Fn::If": [self._name(argument[0], items), *self._value(argument[1:], items)]}

    def _sub(self, argument: Any, items: Items) -> Any:
        if isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], Mapping):
            text, variables = argument
            hidden = {key: item for key, item in items.items() if key not in variables}
            return {"Fn::Sub": [_filled(text, hidden), self._value(variables, items)]}
        return {"Fn::Sub": _filled(argument, items)}

    def _names(self, value: Any, items: Items) -> Any:
        several = isinstance(value, list)
        return [self._name(one, items) for one in value] if several else self._name(value, items)

    def _name(self, value: Any, items: Items) -> Any:
        """The name that a function gives; anything else is left for whoever reads it."""
        if isinstance(value, str):
            return _filled(value, items)
        if function_of(value) is None:
            return value
        try:
            return self._environment.text(self._value(value, items))
        except AwsError as error:
            raise _failed(error.message.removeprefix("Template error: ")) from error


def _layout(value: Any) -> tuple[str, Any, Mapping[str, Any]]:
    """A loop's identifier, collection and fragment (source: cfn-foreach-measured)."""
    if isinstance(value, list) and len(value) == 3:
        identifier, collection, fragment = value
        if isinstance(identifier, str) and isinstance(fragment, Mapping) and not isinstance(collection, str):
            return identifier, collection, fragment
    raise _failed("Fn::ForEach layout is incorrect")


def _key(name: str, identifier: str, items: Items) -> str:
    """A key of a loop's fragment with the items in it; ``&{}`` leaves out what is no letter and no digit."""
    if name.startswith(LOOP):
        return name
    found = _KEY.findall(name)
    if identifier not in {one for _, one in found}:
        raise _failed(f"verifier: {name} must have ${{{identifier}}} or &{{{identifier}}} in it")

    def item(match: re.Match[str]) -> str:
        text = items.get(match[2])
        if text is None:
            return match[0]
        return text if match[1] == "$" else re.sub(r"[^A-Za-z0-9]", "", text)

    return _bounded(_KEY.sub(item, name))


def _filled(text: Any, items: Items) -> Any:
    """``text`` with each ``${identifier}`` replaced by its item; other names are left."""
    if not isinstance(text, str) or not items:
        return text
    pieces: list[str] = []
    for name, following in sub_parts(text):
        known = items.get(name.strip())
        pieces += (known if known is not None else f"${{{name}}}" if name else "", following)
    if sum(map(len, pieces)) > _LONGEST:
        raise _failed(f"verifier: a text of more than {_LONGEST} characters")
    return "".join(pieces)


def _bounded(text: str) -> str:
    if len(text) > _LONGEST:
        raise _failed(f"verifier: a name of more than {_LONGEST} characters")
    return text


_NO_COLLECTION = "Could not find a collection or could not be resolved for Fn::ForEach"


def _failed(why: str) -> AwsError:
    return failed(LANGUAGE_EXTENSIONS, why)
