"""JSON as policies and requests need it: errors of one line, repeated keys noticed, values as texts."""

import json
from typing import Any

from verifier.errors import InputError


class Repeated(dict[str, Any]):
    """A JSON object in which ``key`` stands more than once, which a plain dict would hide."""

    def __init__(self, pairs: list[tuple[str, Any]], key: str) -> None:
        super().__init__(pairs)
        self.key = key


def load(source: str | bytes, where: str) -> Any:
    """The JSON value in ``source``; an object with a repeated key is a ``Repeated``.

    Raises InputError, one line that begins with ``where`` and names line and column.
    """
    try:
        text = source.decode("utf-8-sig") if isinstance(source, bytes) else source.removeprefix("\ufeff")
        return json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise InputError(f"{where}: not valid JSON at {place}: {error.msg}") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{where}: not UTF-8 text, at byte {error.start}; save it as UTF-8") from None
    except RecursionError:
        raise InputError(f"{where}: not usable JSON: nested too deeply") from None
    except ValueError as error:
        raise InputError(f"{where}: not valid JSON: {error}") from None


def context_text(value: str | float | bool) -> str:
    """A JSON value as conditions compare it: true is "true", 10 and 10.0 are "10"."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    plain = dict(pairs)
    if len(plain) == len(pairs):
        return plain
    keys = [key for key, _ in pairs]
    return Repeated(pairs, next(key for key in keys if keys.count(key) > 1))


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")
