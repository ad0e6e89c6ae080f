"""A resource's properties as somebody gave them in a file."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from verifier.cloudformation.template.syntax import parse_text
from verifier.errors import AwsError, InputError
from verifier.reading import text_of

_WORDS = "Template format error: "


def properties_of(path: Path, type_name: str) -> Mapping[str, Any]:
    """The Properties of a resource of ``type_name`` in a JSON or YAML file.

    Raises InputError for a file that cannot be read, for functions of a template (nobody knows here what they
    stand for), and for what the type's schema forbids.
    """
    from verifier.cloudformation.types.validation import problems

    try:
        properties = parse_text(text_of(path))
    except AwsError as error:
        raise InputError(f"{path}: {error.message.removeprefix(_WORDS)}") from None
    for where, function in _functions(properties, ""):
        raise InputError(f"{path}: {where}: {function} means nothing here; give the value that it stands for")
    for problem in problems(type_name, properties, lambda _text: False):
        raise InputError(f"{path}: not as the schema of {type_name} has it: {problem}")
    return properties


def _functions(value: Any, where: str) -> Iterator[tuple[str, str]]:
    """The functions of a template's language in ``value``, each with its place."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if len(value) == 1 and (name == "Ref" or name.startswith("Fn::")):
                yield where or "the properties", name
            yield from _functions(inner, f"{where}.{name}" if where else name)
    elif isinstance(value, list):
        for inner in value:
            yield from _functions(inner, where)
