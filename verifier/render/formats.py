"""The formats that a policy can be rendered in, and its placeholders' values."""

from collections.abc import Mapping
from typing import Any

from verifier.iam.placeholders import NAMES, fill, names_in
from verifier.render.interface import Formatter
from verifier.render.json_ import as_json

FORMATS: Mapping[str, Formatter] = {"json": as_json}


def render(document: Mapping[str, Any], format_name: str, values: Mapping[str, str]) -> str:
    """``document`` as text in the format ``format_name``, a key of FORMATS.

    ``values`` maps names of placeholders to texts; a placeholder without one stays.
    """
    return FORMATS[format_name](fill_known(document, values))


def fill_known(document: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    """``document`` with those placeholders filled that ``values`` has a text for."""
    known = {name: values.get(name) or f"{{{name}}}" for name in NAMES}
    return {key: _filled(value, known) for key, value in document.items()}


def placeholders_in(document: object) -> frozenset[str]:
    """The names of the placeholders in any text of ``document``."""
    if isinstance(document, str):
        return names_in(document)
    if isinstance(document, Mapping):
        return frozenset().union(*map(placeholders_in, document.values()))
    if isinstance(document, list):
        return frozenset().union(*map(placeholders_in, document))
    return frozenset()


def _filled(value: Any, known: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return fill(value, known)
    if isinstance(value, Mapping):
        return {key: _filled(each, known) for key, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, known) for each in value]
    return value
