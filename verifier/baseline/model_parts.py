"""Of our own model, what concerns one service: the handler of each of its types, the rules of its operations.

The model as a whole changes with every release; only these tell whether it is the cause of something.
"""

import inspect
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import verifier
from verifier.baseline.digests import digest_of, digest_of_text
from verifier.cloudformation import handlers

_RULES = Path(verifier.__file__).parent / "authorization" / "rules"


def model_parts(types: Iterable[str], services: Iterable[str]) -> dict[str, str]:
    """A digest for each type with a handler, and for each service of operations that has rules."""
    found: dict[str, str] = {}
    for name in sorted({*types}):
        handler = handlers.handler_for(name)
        if handler is not None:
            found[name] = digest_of_text(json.dumps(_plain(handler)))
    for name in sorted({*services}):
        path = _RULES / f"{name}.yaml"
        if path.is_file():
            found[name] = digest_of(_RULES, [path])
    return found


def _plain(value: Any) -> Any:
    """``value`` as JSON takes it, the same in each process; what a handler's module adds is its source."""
    if is_dataclass(value) and not isinstance(value, type):
        inner = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        return {"is": _named(type(value)), **inner}
    if isinstance(value, Mapping):
        return {str(key): _plain(value[key]) for key in sorted(value, key=str)}
    if isinstance(value, set | frozenset):
        return sorted((_plain(item) for item in value), key=json.dumps)
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, str | int | float):
        return value
    return _named(value if callable(value) else type(value))


def _named(what: Callable[..., Any]) -> str:
    name = getattr(what, "__qualname__", type(what).__qualname__)
    if str(getattr(what, "__module__", "")).startswith(handlers.__name__):
        try:
            return f"{name}: {inspect.getsource(what)}"
        except (OSError, TypeError):
            pass
    return str(name)
