"""Small helpers for turning template properties into API parameters."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from verifier.cloudformation.types.work import Work


def pick(properties: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Those of ``names`` that ``properties`` has."""
    return {name: properties[name] for name in names if name in properties}


def renamed(properties: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The properties named by the keys of ``names``, under the names that the API gives them."""
    return {api: properties[name] for name, api in names.items() if name in properties}


def document(value: Any) -> str:
    """A policy document as the API takes it: JSON text, whether the template has text or an object."""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def opened(value: Any) -> Mapping[str, Any]:
    """A document as an object, whether the template has text or an object; empty where it has neither."""
    found = _parsed(value) if isinstance(value, str) else value
    return found if isinstance(found, Mapping) else {}


def listed(value: Any) -> list[Any]:
    """A list property; a template may give a single value for it."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def items_by(key: str, value: Any) -> dict[str, Any]:
    """The items of a list by what ``key`` names in them; of names, or of a map, by themselves."""
    if isinstance(value, Mapping):
        return {str(name): str(name) for name in value}
    return {str(item[key] if key else item): item for item in listed(value)}


def contains(value: Any, path: str, text: str = "") -> bool:
    """Whether something stands at ``path`` ("A.B", through lists too), and in it ``text``.

    A policy document may be a text of its own.
    """
    if isinstance(value, list | tuple):
        return any(contains(one, path, text) for one in value)
    if not path:
        return text in str(value)
    if isinstance(value, str) and value.lstrip().startswith("{"):
        return contains(_parsed(value), path, text)
    name, _, rest = path.partition(".")
    return isinstance(value, Mapping) and name in value and contains(value[name], rest, text)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def wanted_tags(work: Work, name: str = "Tags") -> dict[str, str]:
    """The tags that the resource shall carry: the stack's, overridden by its own (property ``name``)."""
    return _merged(work.stack_tags, work.properties.get(name))


def tag_changes(work: Work, name: str = "Tags") -> tuple[dict[str, str], list[str]]:
    """On update: the tags to set, and the keys to remove."""
    before, after = _merged(work.previous_stack_tags, work.previous.get(name)), wanted_tags(work, name)
    to_set = {key: value for key, value in after.items() if before.get(key) != value}
    return to_set, sorted(before.keys() - after.keys())


def key_value(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as a list of Key and Value."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _merged(stack_tags: Mapping[str, str], own: Any) -> dict[str, str]:
    pairs = own if isinstance(own, Mapping) else {tag["Key"]: tag["Value"] for tag in own or ()}
    return {**stack_tags, **{str(key): str(value) for key, value in pairs.items()}}
