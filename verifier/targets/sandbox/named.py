"""What a compiled template will make under names that are known beforehand; nothing is asked of anybody."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.stack.plan import wanted_state
from verifier.cloudformation.template.environment import StackIdentity
from verifier.cloudformation.template.intrinsics import to_text
from verifier.cloudformation.template.parameters import ParameterValue
from verifier.cloudformation.template.processing import processed
from verifier.cloudformation.template.sections import Template, parse_template
from verifier.errors import AwsError
from verifier.targets.sandbox.kinds import TYPES

_NESTED = "AWS::CloudFormation::Stack"
UNKNOWN = "\0"
"""Stands in texts for what is known only when the stack is made, as StaticEnvironment has it."""


@dataclass(frozen=True)
class NamedThing:
    """One resource with a name of its own; ``path`` is that of a managed policy."""

    kind: str
    name: str
    path: str


@dataclass(frozen=True)
class NamedThings:
    """All of them; ``unknown`` says of which resources the names cannot be told, a line each."""

    things: tuple[NamedThing, ...]
    unknown: tuple[str, ...]


def named_things(
    template: Mapping[str, Any] | str, identity: StackIdentity, parameters: Mapping[str, str]
) -> NamedThings:
    """What ``template``, a document or its text, names with the values of ``parameters`` and its defaults.

    A parameter that CloudFormation shows to nobody (NoEcho) has no value that is known.
    """
    try:
        read = parse_template(template if isinstance(template, str) else json.dumps(template))
        values = dict(_values(read, parameters))
        if read.unprocessed:
            read = processed(read, values, identity, _no_snippet)
        wanted = wanted_state(read, values, {}, identity)
    except AwsError as error:
        return NamedThings((), (f"the template: {error.message}",))
    things: list[NamedThing] = []
    unknown: list[str] = []
    for logical_id, one in read.resources.items():
        if one.type == _NESTED and logical_id in wanted.active:
            unknown.append(f"{logical_id} ({one.type}): its own template is not looked into")
        if one.type not in TYPES:
            continue
        kind, name = TYPES[one.type]
        if logical_id not in wanted.active:
            if any(_is_unknown(value.value) for value in values.values()):
                unknown.append(f"{logical_id} ({one.type}): whether it is made may depend on a parameter")
            continue
        properties = wanted.statics[logical_id]
        given = properties.get(name) if isinstance(properties, Mapping) else UNKNOWN
        path = properties.get("Path", "/") if isinstance(properties, Mapping) else "/"
        if _is_unknown(given) or _is_unknown(path):
            unknown.append(f"{logical_id} ({one.type}): its {name} is known only when the stack is made")
        elif given is not None:  # else CloudFormation makes up a new one
            things.append(NamedThing(kind, to_text(given), to_text(path)))
    return NamedThings(tuple(dict.fromkeys(things)), tuple(unknown))


def _values(template: Template, given: Mapping[str, str]) -> Iterator[tuple[str, ParameterValue]]:
    for key, declared in template.parameters.items():
        text = given.get(key, to_text(declared["Default"]) if "Default" in declared else None)
        type_name = str(declared["Type"])
        hidden = to_text(declared.get("NoEcho", False)).lower() == "true"
        if text is None or hidden or type_name.startswith("AWS::SSM::Parameter::Value<"):
            yield key, ParameterValue(key, f"{UNKNOWN}{key}{UNKNOWN}")
        else:
            yield key, ParameterValue(key, text, type_name)


def _is_unknown(value: Any) -> bool:
    if isinstance(value, str):
        return UNKNOWN in value or "{{resolve:" in value
    return value is not None and not isinstance(value, bool | int | float)


def _no_snippet(bucket: str, key: str) -> str:
    raise AwsError("ValidationError", f"s3://{bucket}/{key}, which it includes, is not read here")
