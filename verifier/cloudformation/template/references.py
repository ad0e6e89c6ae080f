"""What an expression of a template refers to, without resolving it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.errors import AwsError

PSEUDO_PARAMETERS = frozenset(
    f"AWS::{name}"
    for name in (
        "AccountId",
        "NotificationARNs",
        "NoValue",
        "Partition",
        "Region",
        "StackId",
        "StackName",
        "URLSuffix",
    )
)


@dataclass(frozen=True)
class Reference:
    """A name that an expression uses; ``attribute`` is set for Fn::GetAtt (also inside Fn::Sub)."""

    name: str
    attribute: str | None = None


def function_of(value: Any) -> tuple[str, Any] | None:
    """The intrinsic function that ``value`` is, with its argument, or None."""
    if isinstance(value, Mapping) and len(value) == 1:
        (name, argument), *_ = value.items()
        if name in ("Ref", "Condition") or (isinstance(name, str) and name.startswith("Fn::")):
            return name, argument
    return None


def attribute_of(argument: Any) -> tuple[str, Any]:
    """Fn::GetAtt's argument, "A.B.C" or ["A", "B.C"], as logical id and attribute name.

    The attribute may itself be a function. Raises AwsError ValidationError for any other form.
    """
    parts = argument.split(".", 1) if isinstance(argument, str) else argument
    if not isinstance(parts, list) or len(parts) < 2 or not isinstance(parts[0], str):
        raise AwsError(
            "ValidationError",
            "Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name "
            "and the resource attribute",
        )
    if len(parts) == 2:
        return parts[0], parts[1]
    return parts[0], ".".join(str(part) for part in parts[1:])


def references(value: Any) -> Iterator[Reference]:
    """Every Ref, Fn::GetAtt and ${} of Fn::Sub in ``value``, in order; pseudo parameters too."""
    function = function_of(value)
    if function is None:
        if isinstance(value, Mapping):
            for inner in value.values():
                yield from references(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from references(inner)
        return
    name, argument = function
    if name == "Ref" and isinstance(argument, str):
        yield Reference(argument)
    elif name == "Fn::GetAtt":
        logical_id, attribute = attribute_of(argument)
        yield Reference(logical_id, attribute if isinstance(attribute, str) else "")
        yield from references(attribute)
    elif name == "Fn::Sub":
        yield from _references_of_sub(argument)
    else:
        yield from references(argument)


def _references_of_sub(argument: Any) -> Iterator[Reference]:
    text, variables = argument if isinstance(argument, list) and len(argument) == 2 else (argument, {})
    if not isinstance(text, str) or not isinstance(variables, Mapping):
        return  # a wrong form, which resolving it tells
    for name in sub_names(text):
        if name in variables:
            continue
        logical_id, dot, attribute = name.partition(".")
        yield Reference(logical_id, attribute) if dot else Reference(name)
    yield from references(variables)


def sub_names(text: str) -> list[str]:
    """The names between ``${`` and ``}`` in a Fn::Sub string, ``${!Literal}`` left out."""
    return [name.strip() for name, _ in sub_parts(text) if name and not name.startswith("!")]


def sub_parts(text: str) -> Iterator[tuple[str, str]]:
    """A Fn::Sub string taken apart: what stands between ``${`` and ``}``, and the text that follows it.

    The first pair has an empty name. By hand, not by a regular expression: a megabyte of ``${`` without
    an end is read once.
    """
    start = _place(text, 0)
    yield "", text[:start]
    while start < len(text):
        end = text.index("}", start)
        following = _place(text, end + 1)
        yield text[start + 2 : end], text[end + 1 : following]
        start = following


def _place(text: str, start: int) -> int:
    """Where the next ``${name}`` begins; the text's length where there is none."""
    begin = text.find("${", start)
    while begin >= 0:
        end = text.find("}", begin)
        if end < 0:
            break
        if end > begin + 2:
            return begin
        begin = text.find("${", end)
    return len(text)


def conditions_used(value: Any) -> Iterator[str]:
    """The names of conditions that ``value`` uses through Fn::If or Condition."""
    function = function_of(value)
    if function is not None:
        name, argument = function
        if name == "Fn::If" and isinstance(argument, list) and argument and isinstance(argument[0], str):
            yield argument[0]
        if name == "Condition" and isinstance(argument, str):
            yield argument
            return
        yield from conditions_used(argument)
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from conditions_used(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from conditions_used(inner)
