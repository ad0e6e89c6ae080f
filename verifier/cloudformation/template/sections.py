"""A template taken apart: its sections as values, checked for form, nothing resolved."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from verifier.cloudformation.template.definitions import (
    OutputDefinition,
    ResourceDefinition,
    output,
    parameter,
    resource,
)
from verifier.cloudformation.template.limits import MOST_BYTES, refuse_excess
from verifier.cloudformation.template.references import Reference, function_of, references
from verifier.cloudformation.template.syntax import format_error, parse_text
from verifier.cloudformation.template.transforms import LANGUAGE_EXTENSIONS, names
from verifier.errors import AwsError

EXTENSIONS = frozenset({"Fn::Length", "Fn::ToJsonString"})

_SECTIONS = frozenset(
    {
        "AWSTemplateFormatVersion",
        "Conditions",
        "Description",
        "Hooks",
        "Mappings",
        "Metadata",
        "Outputs",
        "Parameters",
        "Resources",
        "Rules",
        "Transform",
    }
)
_OBJECTS = ("Parameters", "Mappings", "Conditions", "Resources", "Outputs")


@dataclass(frozen=True)
class Template:
    """A template by its sections; ``text`` is what was submitted."""

    text: str
    body: Mapping[str, Any]
    parameters: Mapping[str, Mapping[str, Any]]
    mappings: Mapping[str, Any]
    conditions: Mapping[str, Any]
    resources: Mapping[str, ResourceDefinition]
    outputs: Mapping[str, OutputDefinition]
    transforms: tuple[str, ...] = ()
    description: str | None = None
    unprocessed: bool = False
    """Its transforms have not been carried out: what is in it is not yet what is provisioned."""

    @cached_property
    def dependencies(self) -> Mapping[str, frozenset[str]]:
        """For each resource the resources it names, by reference or DependsOn; conditions not applied."""
        return {name: frozenset(self._dependencies(one)) for name, one in self.resources.items()}

    def _dependencies(self, one: ResourceDefinition) -> Iterator[str]:
        yield from one.depends_on
        for reference in references([one.properties, one.update_policy]):
            if reference.name in self.resources:
                yield reference.name


EMPTY = Template(text="", body={}, parameters={}, mappings={}, conditions={}, resources={}, outputs={})


def parse_template(text: str) -> Template:
    """Take ``text`` apart; one with transforms is taken as far as it can be before they are carried out.

    Raises AwsError ValidationError in CloudFormation's words for a wrong form.
    """
    body = parse_text(text)
    _refuse_null(body, "")
    transforms = names(body)
    return _unprocessed(text, body, transforms) if transforms else _template(text, body)


def processed_template(template: Template, body: Mapping[str, Any]) -> Template:
    """What transforms have made of ``template``. Raises AwsError ValidationError."""
    _refuse_null(body, "")
    # (source: cfn-macro-result)
    if len(dump(body).encode()) > MOST_BYTES:
        raise AwsError("ValidationError", f"Template may not exceed {MOST_BYTES} bytes in size.")
    return _template(template.text, body, template.transforms)


def _template(text: str, body: Mapping[str, Any], transforms: tuple[str, ...] = ()) -> Template:
    unknown = sorted(set(body) - _SECTIONS)
    if unknown:
        raise format_error(f"Invalid template property or properties [{', '.join(map(str, unknown))}]")
    for section in _OBJECTS:
        if not isinstance(body.get(section, {}), Mapping):
            raise format_error(f"[/{section}] must be an object.")
    resources = body.get("Resources") or {}
    if not resources:
        raise format_error("At least one Resources member must be defined.")
    refuse_excess(body)
    extended = LANGUAGE_EXTENSIONS in transforms
    if not extended:
        _refuse_extensions(body)
    return Template(
        text=text,
        body=body,
        parameters=_parameters(body),
        mappings=body.get("Mappings", {}),
        conditions=body.get("Conditions", {}),
        resources={name: resource(name, one, extended=extended) for name, one in resources.items()},
        outputs={name: output(name, one) for name, one in body.get("Outputs", {}).items()},
        transforms=transforms,
        description=body.get("Description"),
    )


def _unprocessed(text: str, body: Mapping[str, Any], transforms: tuple[str, ...]) -> Template:
    """Only parameters are never made by a transform; resources are those that say of which type they are."""
    refuse_excess(body)
    sections = {name: body[name] if isinstance(body.get(name), Mapping) else {} for name in _OBJECTS}
    return Template(
        text=text,
        body=body,
        parameters=_parameters(body),
        mappings=sections["Mappings"],
        conditions=sections["Conditions"],
        resources={
            name: ResourceDefinition(name, one["Type"], _mapping(one.get("Properties")))
            for name, one in sections["Resources"].items()
            if isinstance(one, Mapping) and isinstance(one.get("Type"), str)
        },
        outputs={},
        transforms=transforms,
        description=body.get("Description"),
        unprocessed=True,
    )


def _parameters(body: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    found = body.get("Parameters", {})
    if not isinstance(found, Mapping):
        raise format_error("[/Parameters] must be an object.")
    return {name: parameter(name, one) for name, one in found.items()}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def dump(body: Any) -> str:
    """A template as JSON text."""
    return json.dumps(body, separators=(",", ":"), default=str)


def outputs_references(template: Template) -> Iterator[Reference]:
    """Every reference that the outputs make."""
    for one in template.outputs.values():
        yield from references(one.value)
        yield from references(one.export)


def _refuse_extensions(value: Any) -> None:
    """Refuse what only AWS::LanguageExtensions brings (sources: cfn-foreach, cfn-length, cfn-find-in-map)."""
    function = function_of(value)
    if function is not None:
        name, argument = function
        default = name == "Fn::FindInMap" and isinstance(argument, list) and len(argument) > 3
        if name in EXTENSIONS or default:
            what = f"{name} with a default" if default else name
            raise AwsError("ValidationError", f"verifier: {what} needs the transform {LANGUAGE_EXTENSIONS}")
    for inner in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
        _refuse_extensions(inner)


def _refuse_null(value: Any, path: str) -> None:
    """Refuse null anywhere (source: cfn-null-values)."""
    if value is None:
        raise AwsError("ValidationError", f"[{path or '/'}] 'null' values are not allowed in templates")
    items: Iterator[tuple[Any, Any]] = iter(())
    if isinstance(value, dict):
        items = iter(value.items())
    elif isinstance(value, list):
        items = iter(enumerate(value))
    for key, inner in items:
        if inner is None:
            raise AwsError("ValidationError", f"[{path}/{key}] 'null' values are not allowed in templates")
        _refuse_null(inner, f"{path}/{key}")
