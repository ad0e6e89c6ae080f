"""What Fn::GetAtt gives of a resource that has no script: of the attribute's form, else made up."""

import re
from collections.abc import Mapping
from typing import Any
from zlib import crc32

from verifier.cloudformation.types import registry
from verifier.cloudformation.types.made_up_ids import arn_of
from verifier.cloudformation.types.nodes import resolved, types
from verifier.cloudformation.types.own_call import name_property, noun_of
from verifier.cloudformation.types.ref_forms import own_part
from verifier.cloudformation.types.registry import RegistryEntry
from verifier.cloudformation.types.work import Work

_ITEMS = 2
"""How many a list has: how many AWS would give is not known, and Fn::Select takes the last one for more."""


def attributes(work: Work, entry: RegistryEntry) -> dict[str, Any]:
    """Each attribute that the registry calls read-only."""
    schema = registry.schema(entry.type) or {}
    return {name: _attribute(work, entry, name, schema) for name in entry.read_only}


def _attribute(work: Work, entry: RegistryEntry, name: str, schema: Mapping[str, Any]) -> Any:
    kinds = _kinds(schema, name)
    if "array" in kinds:
        return [f"{_last(work)}-{name}-{number + 1}" for number in range(_ITEMS)]
    if {"integer", "number"} & {*kinds} or name.endswith("Port"):
        # It may go where numbers are taken: the same at each read, and like nothing else in a template.
        return str(10_000 + crc32(f"{work.physical_id}-{name}".encode()) % 50_000)
    return _text(work, entry, name)


def _text(work: Work, entry: RegistryEntry, name: str) -> str:
    own = work.physical_id
    if name in entry.primary_identifier:
        return own_part(entry.type, own)
    if not name.endswith("Arn"):
        # The id of what an ARN identifies is the end of that ARN.
        ids = ("Id", f"{noun_of(entry.type)}Id") if own.startswith("arn:") else ()
        ends = name in (name_property(entry), "Name", *ids)
        return _last(work) if ends else f"{_last(work)}-{name}"
    return own if own.startswith("arn:") else arn_of(work, entry, own_part(entry.type, own))


def _last(work: Work) -> str:
    """The end of the physical id: an attribute is no ARN, nor begins with one."""
    return re.split("[:/|]", work.physical_id)[-1]


def _kinds(schema: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The types that the schema gives an attribute ("Endpoint.Port")."""
    node: Mapping[str, Any] = schema
    for part in name.split("."):
        node = resolved(schema, node.get("properties", {}).get(part, {}))
    return types(node)
