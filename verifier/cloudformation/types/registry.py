"""The CloudFormation registry's own facts about resource types, from the schemas that cfn-lint ships.

cfn-lint's data files are read, its code is not imported. A schema says which properties a type has,
which ones force a replacement, which attributes Fn::GetAtt gives and which permissions AWS names for
each handler (an upper bound, see ``fallback.py``).
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from verifier.errors import UnavailableError

REGION = "us-east-1"  # the fullest of the regions' lists

# What replaces a resource beside what the schemas call create-only (sources cfn-table-replacement,
# cfn-schema-replacement, cfn-globaltable-replacement, cfn-es-domain-upgrade).
_REPLACING = {
    "AWS::AppSync::GraphQLSchema": ("/properties/ApiId",),
    "AWS::DynamoDB::GlobalTable": ("/properties/KeySchema",),
    "AWS::DynamoDB::Table": ("/properties/KeySchema",),
    "AWS::Elasticsearch::Domain": ("/properties/ElasticsearchVersion",),
    "AWS::OpenSearchService::Domain": ("/properties/EngineVersion",),
}

# What can be updated in place although the schemas name no handlers (source: cfn-es-domain-in-place).
_UPDATED_IN_PLACE = frozenset({"AWS::Elasticsearch::Domain"})

_MISSING = object()


@dataclass(frozen=True)
class RegistryEntry:
    """One resource type as the registry describes it.

    ``handlers`` maps create, read, update, delete and list to the permissions named for it, as the
    registry spells them (``s3:getObject``; not all of them are IAM actions). ``create_only`` and
    ``required`` are names of top-level properties; ``create_only_paths`` also holds nested ones, as
    paths split at "/". ``read_only`` are attribute names as Fn::GetAtt takes them ("Endpoint.Port").
    ``tag_property`` is the top-level property that carries tags, None where there is none.
    """

    type: str
    handlers: Mapping[str, tuple[str, ...]]
    tagging_permissions: tuple[str, ...]
    tag_property: str | None
    taggable: bool
    create_only_paths: tuple[tuple[str, ...], ...]
    read_only: frozenset[str]
    properties: frozenset[str]
    required: frozenset[str]
    primary_identifier: tuple[str, ...]

    @property
    def has_update(self) -> bool:
        """Whether the type can be updated in place at all."""
        return "update" in self.handlers or self.type in _UPDATED_IN_PLACE

    @cached_property
    def create_only(self) -> frozenset[str]:
        """The top-level properties whose change replaces the resource."""
        return frozenset(path[0] for path in self.create_only_paths if len(path) == 1)

    def replacing(self, previous: Mapping[str, Any], wanted: Mapping[str, Any]) -> tuple[str, ...]:
        """The create-only properties ("A", or "A.B" when nested) that differ, sorted.

        Without an update handler any difference replaces the resource.
        """
        if not self.has_update:
            return tuple(sorted(n for n in {*previous, *wanted} if previous.get(n) != wanted.get(n)))
        differing = (
            path for path in self.create_only_paths if list(_at(previous, path)) != list(_at(wanted, path))
        )
        return tuple(sorted(".".join(path) for path in differing))


def entry(type_name: str) -> RegistryEntry | None:
    """The registry's entry for ``type_name`` ("AWS::S3::Bucket"), or None for a type that it lacks.

    Raises UnavailableError when cfn-lint's data files cannot be found.
    """
    file_name = _index().get(type_name)
    return _read_entry(type_name, file_name) if file_name else None


def schema(type_name: str) -> Mapping[str, Any] | None:
    """The whole schema of ``type_name`` as cfn-lint ships it, read anew; None for a type that it lacks.

    Raises UnavailableError as ``entry`` does.
    """
    file_name = _index().get(type_name)
    return _read_schema(file_name) if file_name else None


def type_names() -> frozenset[str]:
    """Every type that the registry knows."""
    return frozenset(_index())


def schema_date() -> str:
    """The day of the schemas ("2026-10-20"): what AWS has taken since is not in them."""
    content: Mapping[str, str] = json.loads((_schemas() / "version.json").read_text("utf-8"))
    return content["schema_date"][:10]


@cache
def _schemas() -> Path:
    spec = find_spec("cfnlint")
    roots = spec.submodule_search_locations if spec and spec.submodule_search_locations else []
    for root in roots:
        folder = Path(root, "data", "schemas")
        if (folder / "providers" / f"{REGION}.json").is_file():
            return folder
    raise UnavailableError("cfn-lint's resource schemas are not installed; install cfn-lint")


@cache
def _index() -> Mapping[str, str]:
    names: Mapping[str, str] = json.loads((_schemas() / "providers" / f"{REGION}.json").read_text("utf-8"))
    return names


def _read_schema(file_name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads((_schemas() / "resources" / f"{file_name}.json").read_text("utf-8"))
    return found


@cache
def _read_entry(type_name: str, file_name: str) -> RegistryEntry:
    schema = _read_schema(file_name)
    tagging = schema.get("tagging") or {}
    taggable = bool(tagging.get("taggable", schema.get("taggable", False)))
    properties = frozenset(schema.get("properties", {}))
    return RegistryEntry(
        type=type_name,
        handlers={
            name: tuple(handler.get("permissions", ()))
            for name, handler in schema.get("handlers", {}).items()
        },
        tagging_permissions=tuple(tagging.get("permissions", ())),
        tag_property=_tag_property(tagging, properties) if taggable else None,
        taggable=taggable,
        create_only_paths=tuple(
            _paths((*schema.get("createOnlyProperties", ()), *_REPLACING.get(type_name, ())))
        ),
        read_only=frozenset(".".join(path) for path in _paths(schema.get("readOnlyProperties"))),
        properties=properties,
        required=frozenset(schema.get("required", ())),
        primary_identifier=tuple(".".join(path) for path in _paths(schema.get("primaryIdentifier"))),
    )


def _tag_property(tagging: Mapping[str, Any], properties: frozenset[str]) -> str | None:
    named = str(tagging.get("tagProperty", "/properties/Tags")).removeprefix("/properties/")
    return named if named in properties else None


def _paths(pointers: Iterable[str] | None) -> Iterable[tuple[str, ...]]:
    """JSON pointers into a schema ("/properties/A/B") as the property names they lead through."""
    for pointer in pointers or ():
        yield tuple(pointer.removeprefix("/properties/").split("/"))


def _at(value: Any, path: tuple[str, ...]) -> Iterable[Any]:
    """What stands at ``path`` in ``value``; "*" stands for each item of a list or of a map."""
    if not path:
        yield value
        return
    name, rest = path[0], path[1:]
    if name == "*":
        items = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
        for item in items:
            yield from _at(item, rest)
        return
    inner = value.get(name, _MISSING) if isinstance(value, Mapping) else _MISSING
    if inner is not _MISSING:
        yield from _at(inner, rest)
