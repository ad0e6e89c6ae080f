"""Filling those placeholders of a document that have a value, and finding those that remain."""

from collections.abc import Callable, Mapping
from typing import Any

from verifier.iam.placeholders import NAMES, fill, names_in


def fill_known(document: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    """``document`` with those placeholders filled that ``values`` has a text for."""
    known = {name: values.get(name) or f"{{{name}}}" for name in NAMES}
    return {key: each_text(value, lambda text: fill(text, known)) for key, value in document.items()}


def each_text(value: Any, change: Callable[[str], Any]) -> Any:
    """A JSON value with every text in it changed, the keys of objects too."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {change(key): each_text(each, change) for key, each in value.items()}
    if isinstance(value, list):
        return [each_text(each, change) for each in value]
    return value


def placeholders_in(document: object) -> frozenset[str]:
    """The names of the placeholders in any text of ``document``."""
    if isinstance(document, str):
        return names_in(document)
    if isinstance(document, Mapping):
        return frozenset().union(*map(placeholders_in, [*document, *document.values()]))
    if isinstance(document, list):
        return frozenset().union(*map(placeholders_in, document))
    return frozenset()
