"""A service's functions: as the framework resolved them in its last packaging, else as they are written."""

from typing import Any

from verifier.errors import InputError
from verifier.reading import json_of, text_of
from verifier.service.private_copy import PrivateCopy


def packaged_service(copy: PrivateCopy) -> dict[str, Any]:
    """The resolved service that the framework left in ``.serverless``; empty where it left none."""
    path = copy.folder / ".serverless" / "serverless-state.json"
    if not path.resolve().is_relative_to(copy.folder.resolve()):
        # A plugin made it a link: we may be able to read what the tool may not.
        return {}
    try:
        state = json_of(text_of(path), str(path))
    except InputError:  # a plugin may leave anything there
        return {}
    service = state.get("service") if isinstance(state, dict) else None
    return service if isinstance(service, dict) else {}


def functions_of(copy: PrivateCopy) -> tuple[dict[str, Any], ...]:
    """Each function's settings, in no particular order."""
    return tuple(named_functions(copy).values())


def named_functions(copy: PrivateCopy) -> dict[str, dict[str, Any]]:
    """Each function's settings by the name that the configuration gives it."""
    functions = packaged_service(copy).get("functions") or copy.service.settings.get("functions")
    parts = functions if isinstance(functions, list) else [functions]
    return {
        name: value
        for part in parts
        if isinstance(part, dict)
        for name, value in part.items()
        if isinstance(value, dict)
    }
