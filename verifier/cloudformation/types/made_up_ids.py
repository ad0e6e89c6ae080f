"""Ids of resources that have no script: as their own call answers, else of AWS's form."""

import re
import secrets
import string
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from verifier.cloudformation.types.names import compose, new_suffix
from verifier.cloudformation.types.own_call import name_property, noun_of
from verifier.cloudformation.types.ref_forms import filled, ref_form
from verifier.cloudformation.types.registry import RegistryEntry
from verifier.cloudformation.types.work import Work
from verifier.iam import catalog

_NAME_LIMIT = 64
_ARNS = ("Arn", "ARN")  # X-Ray, Security Hub and Application Insights write it in capitals
_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")
_COUNTED = re.compile("Version|Revision")
_RANDOM = string.ascii_lowercase + string.digits
# Types whose Ref is an ARN although the registry does not call it one; it ends in six random characters
# (sources: cfn-ref-of-secret, secret-arn-suffix).
_ARN_BY_ANOTHER_NAME = {"AWS::SecretsManager::Secret": "Id"}


def name_of(work: Work, entry: RegistryEntry) -> str:
    """The resource's name: the template's, else one made up; "" for a type without names.

    What CloudFormation would call it is not known (not all types' names begin with the stack's), so all of
    a name that is made up is random.
    """
    wanted = name_property(entry)
    given = work.properties.get(wanted)
    if isinstance(given, str):
        return given
    return _new_name(work) if wanted else ""


def physical_id(work: Work, entry: RegistryEntry, answer: Mapping[str, Any], name: str) -> str:
    """What Ref gives: as in the ``answer`` of the type's own call, else of AWS's form."""
    form = ref_form(entry.type)
    identifier = _answered(work, entry, answer, name)
    if form is None:
        return identifier or _made_up(work, entry, name)
    own = {"partition": work.partition, "region": work.region, "account": work.account}
    own["name"] = name or _new_name(work)
    own["random"] = identifier or work.token(_random(10))
    return filled(form, {**{key: str(value) for key, value in work.properties.items()}, **own})


def _answered(work: Work, entry: RegistryEntry, answer: Mapping[str, Any], name: str) -> str:
    """The identifier in the answer of the type's own call; "" where it has none."""
    identifier = _service_given(entry)
    if identifier is None:
        return ""
    noun = noun_of(entry.type)
    wanted = [identifier, identifier.removeprefix(noun), *(("Arn",) if _is_arn(entry, identifier) else ())]
    members = {_plain(key): value for key, value in _members(answer) if isinstance(value, str)}
    found = next((members[_plain(one)] for one in wanted if _plain(one) in members), "")
    _register(work, found, name)
    return found


def _register(work: Work, identifier: str, name: str) -> None:
    """What is random of an id: all of it, or what follows the name (a secret's six characters)."""
    last = re.split("[:/]", identifier)[-1]
    random = last.partition(f"{name}-")[2] if name and name in identifier else last
    if random:
        work.token(random)


def _made_up(work: Work, entry: RegistryEntry, name: str) -> str:
    """An id of the form that Ref gives: the name, an ARN, or something random."""
    identifier = _service_given(entry)
    if identifier is None:
        return name or _new_name(work)
    made = name or work.token(_random(10))
    if _is_arn(entry, identifier):
        arn = arn_of(work, entry, made)
        return f"{arn}-{work.token(_random(6))}" if identifier == "Id" else arn
    return work.token(_random(10)) if name else made


def _new_name(work: Work) -> str:
    return work.token(compose(work.stack_name, work.logical_id, new_suffix(), _NAME_LIMIT)[0])


def _random(length: int) -> str:
    return "".join(secrets.choice(_RANDOM) for _ in range(length))


def _service_given(entry: RegistryEntry) -> str | None:
    """The one part of the primary identifier that the service makes up, which is what Ref gives."""
    made = [name for name in entry.primary_identifier if name in entry.read_only]
    return made[0] if len(made) == 1 else None


def _is_arn(entry: RegistryEntry, identifier: str) -> bool:
    return identifier.endswith(_ARNS) or _ARN_BY_ANOTHER_NAME.get(entry.type) == identifier


def _members(answer: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The answer's members, and first those of the one structure that it may wrap them in."""
    for value in answer.values():
        if isinstance(value, Mapping):
            yield from value.items()
    yield from answer.items()


def arn_of(work: Work, entry: RegistryEntry, name: str) -> str:
    """The type's ARN: of a resource type of that name, else of the one that its create call works on."""
    known = {"Partition": work.partition, "Region": work.region, "Account": work.account}
    template = _template(entry)
    fields = _PLACEHOLDER.findall(template.split(":", 5)[-1])
    told = {field: value for field in fields if (value := _told(work, field))}
    unknown = [one for one in fields if one not in told]
    own = "" if name in told.values() else _own_field(entry, unknown)
    if own.endswith("Id") and _is_name(work, entry, name) and entry.type not in _ARN_BY_ANOTHER_NAME:
        own = ""  # which AWS makes up beside the name
    rest = {one: _further(work, name, one) for one in unknown if one != own}
    parts = {**known, **told, **rest}
    return _PLACEHOLDER.sub(lambda found: parts.get(found.group(1), name), template)


def _is_name(work: Work, entry: RegistryEntry, name: str) -> bool:
    """Whether the template gives ``name``, and calls it a name."""
    named = name_property(entry)
    return named.endswith("Name") and work.properties.get(named) == name


def _told(work: Work, field: str) -> str:
    """What a property says of a part of an ARN ("ClusterName"): by that name, or as another resource."""
    short = re.sub("(Name|Id)$", "", field)
    for name, value in work.properties.items():
        if isinstance(value, str) and value and (name == field or short.endswith(name)):
            return re.split("[:/|]", value)[-1] if value.startswith("arn:") else value
    return ""


def _own_field(entry: RegistryEntry, unknown: Sequence[str]) -> str:
    """Which part of an ARN is the resource's own: that of its noun, else the first that nothing tells."""
    noun = _plain(noun_of(entry.type))
    rest = [field for field in unknown if not _COUNTED.search(field)]
    named = (field for field in rest if _plain(field) in (f"{noun}name", f"{noun}id", "name"))
    return next(named, rest[0] if rest else "")


def _further(work: Work, name: str, field: str) -> str:
    """A part that AWS makes up: the first version's number, else random, and the same at each look."""
    if _COUNTED.search(field):
        return "1"
    return work.token(sha256(f"{name} {field}".encode()).hexdigest()[:10])


def _template(entry: RegistryEntry) -> str:
    noun = noun_of(entry.type)
    permissions = dict.fromkeys(one for steps in entry.handlers.values() for one in steps)
    kinds = [kind for permission in permissions for kind in catalog.resource_types(permission)]
    named = [kind.arns[0] for kind in kinds if _plain(kind.name) == _plain(noun)]
    if named:
        return named[0]
    for permission in entry.handlers.get("create", ()):
        templates = catalog.arn_templates(permission)
        if permission.lower().endswith(f":create{noun}".lower()) and len(templates) == 1:
            return templates[0]
    service = entry.type.split("::")[1].lower()
    return f"arn:${{Partition}}:{service}:${{Region}}:${{Account}}:${{Name}}"


def _plain(name: str) -> str:
    return re.sub("[^a-z0-9]", "", name.lower())
