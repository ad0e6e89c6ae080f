"""A resource's properties held against its type's schema, in the words of AWS's own validator."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from jsonschema import Draft7Validator, TypeChecker
from jsonschema.validators import extend

from verifier.cloudformation.types.casts import TYPES, Unknown
from verifier.cloudformation.types.keywords import KEYWORDS, OWN_NAME
from verifier.cloudformation.types.property_schema import property_schema

_PropertyValidator = extend(Draft7Validator, validators=KEYWORDS, type_checker=TypeChecker(TYPES))


def problems(
    type_name: str, properties: Mapping[str, Any], unknown: Callable[[str], bool]
) -> tuple[str, ...]:
    """What the schema says against resolved ``properties``, one line each ("#/Role: expected ...").

    ``unknown`` tells texts that stand for values not known yet, or that were made up: nothing is said
    against them. Nothing is said of a type that the registry lacks, nor of ``odd_names``.
    """
    found = _errors(type_name, _marked(properties, unknown))
    return tuple(_line(error) for error in found if error.validator != OWN_NAME)


def odd_names(type_name: str, properties: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the user's own choice that AWS's pattern has no room for, one line each.

    Nobody needs another permission for another name, so that a trial goes on with them.
    """
    found = _errors(type_name, properties)
    return tuple(_line(error) for error in found if error.validator == OWN_NAME)


def _errors(type_name: str, properties: Any) -> Iterable[Any]:
    validator = _validator(type_name)
    return () if validator is None else validator.iter_errors(properties)


def _line(error: Any) -> str:
    return f"{_pointer(error.absolute_path)}: {error.message}"


@cache
def _validator(type_name: str) -> Any:
    schema = property_schema(type_name)
    return _PropertyValidator(schema) if schema is not None else None


def _marked(value: Any, unknown: Callable[[str], bool]) -> Any:
    """``value`` with ``Unknown`` for each text that is not known."""
    if value is None or (isinstance(value, str) and unknown(value)):
        return Unknown(value or "")
    if isinstance(value, Mapping):
        return {str(key): _marked(inner, unknown) for key, inner in value.items()}
    if isinstance(value, list):
        return [_marked(inner, unknown) for inner in value]
    return value


def _pointer(path: Iterable[str | int]) -> str:
    return "".join(["#", *(f"/{part}" for part in path)])
