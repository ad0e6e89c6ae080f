"""The one call that is certain of a type without a script: its own create, update or delete.

CloudFormation cannot make a stream without CreateStream, whatever else the registry lists beside it. So
that call is asked for as surely as a handler's, on the resource that its rule or the convention tells.
"""

import re
from collections.abc import Mapping
from typing import Any

from verifier.authorization.convention import given_arn
from verifier.authorization.operation import Operation, Requirement
from verifier.authorization.requirements import UnmappedOperation, requirements
from verifier.authorization.rules import service_rules
from verifier.cloudformation.types.ref_forms import own_part, ref_form
from verifier.cloudformation.types.registry import RegistryEntry
from verifier.cloudformation.types.work import Work
from verifier.iam import catalog

_VERBS: Mapping[str, tuple[str, ...]] = {
    "create": ("Create", "Put", "Publish", "Register", "Request", "Allocate", "Run"),
    "update": ("Update", "Put", "Modify"),
    "delete": ("Delete", "Deregister", "Terminate", "Release"),
}
_WORD = re.compile("[A-Z][a-z0-9]*")
_PLACEHOLDER = re.compile(r"\$\{([^}]+)\}")


def own_operation(work: Work, entry: RegistryEntry, lifecycle: str, name: str = "") -> Operation | None:
    """The type's own call for a step, with the parameters that its properties, its id and ``name`` tell.

    None where no single call is certain: the registry lists several ways, or only tags have changed.
    """
    service, own = _ruled(entry, lifecycle) or _named(entry, lifecycle) or ("", "")
    if not own or (lifecycle == "update" and not _changes_more_than_tags(work, entry)):
        return None
    return Operation(service, own, _params(work, entry, name), work.account, work.region, work.partition)


def own_requirements(operation: Operation) -> tuple[Requirement, ...]:
    """What ``operation`` needs, first its own action on the resource, or on any of its kind."""
    try:
        return requirements(operation)
    except UnmappedOperation:
        action = catalog.canonical(f"{service_rules(operation.service).prefix}:{operation.name}")
        return () if action is None else (Requirement(action, _any_of_its_kind(action, operation)),)


def noun_of(type_name: str) -> str:
    """What a type makes: "Stream" of AWS::Kinesis::Stream."""
    return type_name.split("::")[2]


def prefix_of(entry: RegistryEntry) -> str:
    """The IAM prefix of most of what the registry lists for the type: that of its service."""
    prefixes = [_prefix(one) for steps in entry.handlers.values() for one in steps]
    return max(prefixes, key=prefixes.count)


def name_property(entry: RegistryEntry) -> str:
    """The property with the resource's name, or "" for a type that has none."""
    noun = noun_of(entry.type)
    given = [name for name in entry.primary_identifier if _is_given(entry, name)]
    if given == list(entry.primary_identifier) and len(given) == 1:
        return given[0]
    ends = sorted(name for name in entry.create_only if name.endswith("Name"))
    return next((name for name in (f"{noun}Name", "Name", *ends[:1]) if name in entry.properties), "")


def _is_given(entry: RegistryEntry, name: str) -> bool:
    return name in entry.properties and name not in entry.read_only


def _own_action(entry: RegistryEntry, lifecycle: str) -> str | None:
    """The action with the type's own name, or the only one of the list that writes in its service."""
    listed = [action for action in map(catalog.canonical, entry.handlers.get(lifecycle, ())) if action]
    writing = [action for action in listed if _writes(action) and not action.startswith("iam:PassRole")]
    noun = noun_of(entry.type).lower()
    wanted = [f"{verb}{noun}".lower() for verb in _VERBS[lifecycle]]
    own = [action for action in listed if action.partition(":")[2].lower() in wanted]
    if lifecycle == "update":
        # What several calls may write, each writes only its part of.
        same = [action for action in writing if own and _prefix(action) == _prefix(own[0])]
        return own[0] if len(own) == 1 and same == own else None
    if len(own) == 1:
        return own[0]
    return writing[0] if not own and len(writing) == 1 and _is_of(entry, writing[0]) else None


def _ruled(entry: RegistryEntry, lifecycle: str) -> tuple[str, str] | None:
    """The operation of that name where a rule asks for another action by it (API Gateway's verbs)."""
    service = entry.type.split("::")[1].lower()
    listed = {permission.lower() for permission in entry.handlers.get(lifecycle, ())}
    if lifecycle == "update" and len({action for action in listed if _writes(action)}) > 1:
        return None
    for verb in _VERBS[lifecycle]:
        name = f"{verb}{noun_of(entry.type)}"
        written = service_rules(service).operations.get(name)
        if written and written.requires and written.requires[0].action.lower() in listed:
            return service, name
    return None


def _named(entry: RegistryEntry, lifecycle: str) -> tuple[str, str] | None:
    """botocore's service where a rule file goes by that name, else the action's prefix; the operation."""
    action = _own_action(entry, lifecycle)
    if action is None:
        return None
    prefix, _, name = action.partition(":")
    service = entry.type.split("::")[1].lower()
    return (service if service_rules(service).prefix == prefix else prefix), name


def _is_of(entry: RegistryEntry, action: str) -> bool:
    """Whether most of what the registry lists for the type is of the action's service."""
    return prefix_of(entry) == _prefix(action)


def _writes(action: str) -> bool:
    return catalog.access_level(action) in ("Write", "Permissions management")


def _prefix(action: str) -> str:
    return action.partition(":")[0].lower()


def _changes_more_than_tags(work: Work, entry: RegistryEntry) -> bool:
    names = ({*work.properties, *work.previous} & entry.properties) - {entry.tag_property}
    return work.changed(*names) if names else False


def _params(work: Work, entry: RegistryEntry, name: str) -> dict[str, Any]:
    """The properties, and name and id by all that a call may know them by, as each generation spells them."""
    noun, own = noun_of(entry.type), work.physical_id
    part = own_part(entry.type, own)
    name = name or re.split("[:/|]", part)[-1]
    words = _WORD.findall(noun)
    # A user pool's name goes by UserPoolName, PoolName and Name.
    keys = [f"{''.join(words[start:])}Name" for start in range(len(words) + 1)]
    names = dict.fromkeys((*keys, f"{noun}Name", name_property(entry)), name) if name else {}
    ids = dict.fromkeys((f"{noun}Id", *entry.primary_identifier[-1:]), part) if own else {}
    # One of another form holds more than the call takes: a revision, another resource's ARN.
    arns = {f"{noun}Arn": own} if own and ref_form(entry.type) is None else {}
    params = {key: value for key, value in {**names, **ids, **arns, **work.properties}.items() if key}
    return {**{f"{key[:1].lower()}{key[1:]}": value for key, value in params.items()}, **params}


def _any_of_its_kind(action: str, op: Operation) -> str:
    """An ARN in the parameters, else AWS's with ``*`` for what nobody knows; ``*`` where it has none."""
    known = {"partition": op.partition, "region": op.region, "account": op.account}
    kinds = sorted(
        catalog.resource_types(action), key=lambda kind: (not _is_named(op, kind), not kind.required)
    )
    template = kinds[0].arns[0] if kinds else "*"
    return given_arn(template, op) or _PLACEHOLDER.sub(
        lambda found: known.get(found.group(1).lower(), "*"), template
    )


def _is_named(op: Operation, kind: catalog.ResourceType) -> bool:
    return op.name.lower().endswith(re.sub("[^a-z0-9]", "", kind.name.lower()))
