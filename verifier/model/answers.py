"""Answers that nobody gave: of the form that the API's model says, with ids and ARNs that fit the request.

A handler that is only played goes on with them where it needs what an answer tells.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from botocore.model import Shape

from verifier.authorization.filters import EC2_KINDS
from verifier.authorization.operation import Operation
from verifier.authorization.requirements import only_reads
from verifier.authorization.rules import service_rules
from verifier.cloudformation.types.shapes import service_model
from verifier.iam import catalog

_DEPTH = 4
_PLAIN: Mapping[str, Any] = {
    "map": {},
    "boolean": False,
    "timestamp": datetime(2026, 1, 1, tzinfo=UTC),
    "blob": b"",
}
_PLACEHOLDER = re.compile(r"\$\{([^}]+)\}")
# With one of them whoever reads page by page would never come to an end.
_PAGES = re.compile("token$|marker$", re.IGNORECASE)
# EC2's ids whose names are not those of their kind.
_IDS = {"allocation": "eipalloc", "group": "sg", **{_kind: _prefix for _prefix, _kind in EC2_KINDS.items()}}


@dataclass(frozen=True)
class Answers:
    """An upstream that answers everything with success; it keeps nothing.

    With ``nothing_there`` whoever looks finds nothing.
    """

    nothing_there: bool = False

    def invoke(self, operation: Operation) -> dict[str, Any]:
        """Every member of the operation's answer; lists have one item."""
        shape = service_model(operation.service).operation_model(operation.name).output_shape
        if shape is None or (self.nothing_there and only_reads(operation.service, operation.name)):
            return {}
        return _structure(shape, operation, _DEPTH)


def _structure(shape: Shape, operation: Operation, depth: int) -> dict[str, Any]:
    members = ((name, member) for name, member in shape.members.items() if not _PAGES.search(name))
    return {name: _value(name, member, operation, depth - 1) for name, member in members}


def _value(name: str, shape: Shape, operation: Operation, depth: int) -> Any:
    match shape.type_name:
        case "structure":
            return _structure(shape, operation, depth) if depth else {}
        case "list":
            return [_value(name, shape.member, operation, depth - 1)] if depth else []
        case "string":
            return _text(name, shape, operation)
    return _PLAIN.get(shape.type_name, 1)


def _text(name: str, shape: Shape, operation: Operation) -> str:
    """What the request called the same, an ARN, a URL or an id of the form that is expected, or its name."""
    given = operation.params.get(name)
    if isinstance(given, str):
        return given
    if getattr(shape, "enum", None):
        return str(shape.enum[0])
    plain = name.lower()
    if plain.endswith("arn"):
        return _arn(name, operation)
    if plain.endswith("url"):
        host = f"https://{operation.service}.{operation.region}.amazonaws.com"
        return f"{host}/{operation.account}/{_named(operation) or name}"
    if plain.endswith("id") and operation.service == "ec2":
        kind = re.sub(r"(?<=.)([A-Z])", r"-\1", name[:-2]).lower()
        prefix = next((_IDS[one] for one in (kind, kind.replace("-", "")) if one in _IDS), "")
        return f"{prefix}-{name}" if prefix else name
    return name


def _named(operation: Operation) -> str:
    """The name that the request gives to what it works on."""
    found = (value for key, value in operation.params.items() if key.lower().endswith("name"))
    return next((value for value in found if isinstance(value, str) and not value.startswith("arn:")), "")


def _arn(name: str, operation: Operation) -> str:
    """An ARN of AWS's form for the kind of resource that ``name`` tells, else for what is worked on."""
    known = {"partition": operation.partition, "region": operation.region, "account": operation.account}
    params = {key.lower(): value for key, value in operation.params.items() if isinstance(value, str)}

    def filled(match: re.Match[str]) -> str:
        part = match.group(1)
        if part.endswith("Version"):
            return "1"
        value = known.get(part.lower()) or params.get(part.lower()) or part
        if value == part and part.endswith("Name"):
            value = _named(operation) or part
        return value.rpartition("/")[2] if value.startswith("arn:") else value

    prefix = service_rules(operation.service).prefix
    own = catalog.arn_templates(f"{prefix}:{operation.name}")
    kinds = _templates(prefix)
    nouns = (
        re.sub("arn$", "", name.lower()),
        re.sub("^[a-z]+", "", operation.name[0].lower() + operation.name[1:]).lower(),
    )
    template = next((kinds[noun] for noun in nouns if noun in kinds), next(iter(own), ""))
    return _PLACEHOLDER.sub(
        filled, template or f"arn:${{Partition}}:{prefix}:${{Region}}:${{Account}}:{name}"
    )


@cache
def _templates(prefix: str) -> Mapping[str, str]:
    """AWS's forms of ARNs by the kinds of a service's resources, in small letters without signs."""
    kinds = (kind for action in catalog.actions(prefix) for kind in catalog.resource_types(action))
    return {re.sub("[^a-z]", "", kind.name.lower()): kind.arns[0] for kind in kinds}
