"""The convention: ``{iam prefix}:{Operation}`` on the ARN that AWS's reference gives for the action."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from verifier.authorization.operation import Operation
from verifier.authorization.template import MissingParameterError, fill
from verifier.iam import catalog

_PLACEHOLDER = re.compile(r"\$\{([^}]+)\}")


def conventional_resource(
    action: str, op: Operation, named: Mapping[str, str], item: Any = None
) -> str | None:
    """The ARN of what ``op`` works on: ``*`` where AWS cannot scope the action, None where it is unknown.

    For each resource type of the action: the rule file's own template (``named``, by type), a
    parameter that is an ARN of AWS's template, or AWS's template with every part known from a
    parameter of the same name (``${TableName}``, also ``Name`` or ``TableId``). The template with
    the most parts wins, a required resource type before others.
    """
    types = catalog.resource_types(action)
    if not types:
        return "*"
    found: list[tuple[bool, int, str]] = []
    for resource_type in types:
        own = named.get(resource_type.name.lower())
        for template in resource_type.arns:
            arn = (
                _named(own, op, item)
                if own
                else _given(template, op) or _filled(template, resource_type.name, op)
            )
            if arn is not None:
                found.append((resource_type.required, len(_PLACEHOLDER.findall(template)), arn))
    return max(found, key=lambda entry: entry[:2])[2] if found else None


def _named(template: str, op: Operation, item: Any) -> str | None:
    try:
        return fill(template, op, item)
    except MissingParameterError:
        return None


def _filled(template: str, type_name: str, op: Operation) -> str | None:
    known = {"partition": op.partition, "region": op.region, "account": op.account}
    strings = {_plain(name): value for name, value in op.params.items() if isinstance(value, str) and value}
    noun = _plain(type_name)
    own = [name for name in _PLACEHOLDER.findall(template) if name.lower() not in known]
    arn = template
    for name in own:
        plain = _plain(name)
        # A type's only part may go by its short names: QueueName, Queue, Name, Id.
        short = (f"{noun}name", f"{noun}id", noun, "name", "id") if len(own) == 1 else ()
        value = next((strings[key] for key in (plain, *short) if key in strings), None)
        if value is None or value.startswith("arn:"):
            return None
        arn = arn.replace(f"${{{name}}}", value)
    for name, value in known.items():
        arn = re.sub(rf"\$\{{{name}\}}", value, arn, flags=re.IGNORECASE)
    return arn


def _given(template: str, op: Operation) -> str | None:
    """A parameter's value that is an ARN of the template's form."""
    literal_parts = _PLACEHOLDER.sub("\0", template).split("\0")
    form = re.compile("[^:]*".join(re.escape(part) for part in literal_parts))
    return next((value for value in _arns(op.params) if form.fullmatch(value)), None)


def _arns(params: Mapping[str, Any]) -> Iterator[str]:
    for name, value in params.items():
        if isinstance(value, str) and value.startswith("arn:") and not _plain(name).startswith("role"):
            yield value


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
