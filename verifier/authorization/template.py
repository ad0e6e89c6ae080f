"""Small templates over an operation: the strings in ``rules/*.yaml``.

``arn:{partition}:logs:{region}:{account}:log-group:{logGroupName}`` is filled from the operation.
A placeholder is a path into its parameters (``Code.S3Bucket``; ``item.Key`` inside a rule with
``each``), or account, region, partition, then filters: ``{RoleName|lower}``, ``{Path|default:/}``.
``{Qualifier?|prefix::}`` is empty where the parameter is absent; ``{Layers[]}`` is every element.
"""

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from verifier.authorization.filters import FILTERS
from verifier.authorization.operation import Operation

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


class MissingParameterError(Exception):
    """A placeholder names a parameter that the operation does not have."""


def lookup(path: str, op: Operation, item: Any = None) -> Any:
    """What ``path`` points at, or None; with ``[]`` after a part, a list over its elements."""
    known = {"item": item, "account": op.account, "region": op.region, "partition": op.partition}
    scope = {**op.implied, **op.params, **known}
    values: list[Any] = [scope]
    many = False
    for part in path.split("."):
        name = part.removesuffix("[]")
        values = [
            value[name] for value in values if isinstance(value, Mapping) and value.get(name) is not None
        ]
        if name != part:
            many = True
            values = [element for value in values if isinstance(value, list | tuple) for element in value]
    if many:
        return values
    return values[0] if values else None


def fill(template: str, op: Operation, item: Any = None) -> str:
    """``template`` with each placeholder filled. Raises MissingParameterError."""
    return _PLACEHOLDER.sub(lambda match: _placeholder(match.group(1), op, item), template)


def fill_all(template: str, op: Operation, item: Any = None) -> str | tuple[str, ...]:
    """As ``fill``; a template that is one ``{path[]}`` gives a tuple, one string per element.

    A template that is one ``{path}`` takes an empty string as it is: ``s3:prefix`` may be one.
    """
    whole = _PLACEHOLDER.fullmatch(template)
    if whole is not None and lookup(whole.group(1), op, item) == "":
        return ""
    if whole is None or "[]" not in whole.group(1):
        return fill(template, op, item)
    path, *filters = whole.group(1).split("|")
    values = lookup(path, op, item)
    if not values:
        raise MissingParameterError(path)
    return tuple(_filtered(_text(value), filters, op) for value in values)


def holds(condition: Any, op: Operation, item: Any = None) -> bool:
    """Whether a rule's ``when`` is true of the operation.

    A string is a path that must lead to something that is not empty or false ("A or B": either);
    a list wants all of its members; a mapping wants each path to match its value (or one of a list),
    in which ``*`` stands for anything.
    """
    if isinstance(condition, str):
        return any(_present(lookup(path.strip(), op, item)) for path in condition.split(" or "))
    if isinstance(condition, Mapping):
        return all(_equals(lookup(path, op, item), wanted) for path, wanted in condition.items())
    return all(holds(member, op, item) for member in condition)


def _present(value: Any) -> bool:
    return value is not None and value is not False and not (hasattr(value, "__len__") and len(value) == 0)


def _equals(value: Any, wanted: Any) -> bool:
    options = wanted if isinstance(wanted, list) else [wanted]
    return value is not None and any(fnmatchcase(_text(value), _text(option)) for option in options)


def _placeholder(expression: str, op: Operation, item: Any) -> str:
    path, *filters = expression.split("|")
    optional = path.endswith("?")
    value = lookup(path.removesuffix("?"), op, item)
    if value is None or value == "":
        value = next((f.removeprefix("default:") for f in filters if f.startswith("default:")), None)
    if value is None and not optional:
        raise MissingParameterError(path)
    return "" if value is None else _filtered(_text(value), filters, op)


def _filtered(value: str, filters: list[str], op: Operation) -> str:
    for expression in filters:
        name, _, argument = expression.partition(":")
        if name != "default":
            value = FILTERS[name](value, argument, op)
    return value


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
