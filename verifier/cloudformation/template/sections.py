"""A template taken apart: its sections as values, checked for form, nothing resolved."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from verifier.cloudformation.template.references import (
    Reference,
    conditions_used,
    function_of,
    references,
)
from verifier.cloudformation.template.syntax import format_error, parse_text
from verifier.errors import AwsError

LANGUAGE_EXTENSIONS = "AWS::LanguageExtensions"

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
_RESOURCE_MEMBERS = frozenset(
    {
        "Condition",
        "CreationPolicy",
        "DeletionPolicy",
        "DependsOn",
        "Description",
        "Metadata",
        "Properties",
        "Type",
        "UpdatePolicy",
        "UpdateReplacePolicy",
    }
)
# (source: cfn-custom-resource-version)
_CUSTOM_MEMBERS = _RESOURCE_MEMBERS | {"Version"}
_OUTPUT_MEMBERS = frozenset(["Value", "Export", "Description", "Condition"])
# (sources: cfn-too-many-resources, cfn-most-resources)
_MOST_RESOURCES = 500
_NAME = re.compile(r"[A-Za-z0-9]+")


@dataclass(frozen=True)
class ResourceDefinition:
    """One member of Resources, unresolved; its policies may be functions too."""

    logical_id: str
    type: str
    properties: Mapping[str, Any]
    depends_on: tuple[str, ...] = ()
    condition: str | None = None
    deletion_policy: Any = None
    update_replace_policy: Any = None
    metadata: Any = None
    update_policy: Any = None

    @property
    def is_custom(self) -> bool:
        """A custom resource, which a Lambda function provisions."""
        return _is_custom(self.type)


@dataclass(frozen=True)
class OutputDefinition:
    """One member of Outputs, unresolved; ``export`` is the expression of its export's name."""

    key: str
    value: Any
    export: Any = None
    description: str | None = None
    condition: str | None = None


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
    extended: bool = field(default=False)
    """AWS::LanguageExtensions is declared."""

    @cached_property
    def dependencies(self) -> Mapping[str, frozenset[str]]:
        """For each resource the resources it names, by reference or DependsOn; conditions not applied."""
        return {name: frozenset(self._dependencies(one)) for name, one in self.resources.items()}

    def _dependencies(self, resource: ResourceDefinition) -> Iterator[str]:
        yield from resource.depends_on
        for reference in references(resource.properties):
            if reference.name in self.resources:
                yield reference.name


EMPTY = Template(text="", body={}, parameters={}, mappings={}, conditions={}, resources={}, outputs={})


def parse_template(text: str) -> Template:
    """Take ``text`` apart. Raises AwsError ValidationError in CloudFormation's words for a wrong form."""
    body = parse_text(text)
    unknown = sorted(set(body) - _SECTIONS)
    if unknown:
        raise format_error(f"Invalid template property or properties [{', '.join(map(str, unknown))}]")
    _refuse_null(body, "")
    for section in ("Parameters", "Mappings", "Conditions", "Resources", "Outputs"):
        if not isinstance(body.get(section, {}), dict):
            raise format_error(f"[/{section}] must be an object.")
    transforms = _transforms(body.get("Transform"))
    resources = body.get("Resources") or {}
    _refuse_loops(body)
    if not resources:
        raise format_error("At least one Resources member must be defined.")
    if len(resources) > _MOST_RESOURCES:
        number = f"{len(resources)}, is greater than maximum allowed, {_MOST_RESOURCES}"
        raise format_error(f"Number of resources, {number}")
    return Template(
        text=text,
        body=body,
        parameters={name: _parameter(name, one) for name, one in body.get("Parameters", {}).items()},
        mappings=body.get("Mappings", {}),
        conditions=body.get("Conditions", {}),
        resources={name: _resource(name, one) for name, one in resources.items()},
        outputs={name: _output(name, one) for name, one in body.get("Outputs", {}).items()},
        transforms=transforms,
        description=body.get("Description"),
        extended=LANGUAGE_EXTENSIONS in transforms,
    )


def dump(body: Any) -> str:
    """A template as JSON text."""
    return json.dumps(body, separators=(",", ":"), default=str)


def outputs_references(template: Template) -> Iterator[Reference]:
    """Every reference that the outputs make."""
    for output in template.outputs.values():
        yield from references(output.value)
        yield from references(output.export)


def all_conditions_used(template: Template) -> Iterator[str]:
    """Every condition that resources and outputs name."""
    for resource in template.resources.values():
        if resource.condition:
            yield resource.condition
        yield from conditions_used(resource.properties)
    for output in template.outputs.values():
        if output.condition:
            yield output.condition
        yield from conditions_used(output.value)


def _refuse_loops(body: Mapping[str, Any]) -> None:
    """Fn::ForEach and Fn::Transform stand where members do, and would be taken for some."""
    for section in ("Conditions", "Resources", "Outputs"):
        for name in body.get(section, {}):
            if str(name).startswith(("Fn::ForEach", "Fn::Transform")):
                raise AwsError("ValidationError", f"verifier: {name} in {section} is not supported")


def _transforms(value: Any) -> tuple[str, ...]:
    """The names of a template's transforms; AWS::Include and macros may carry parameters."""
    several = value if isinstance(value, list) else [value] if value else []
    return tuple(str(one.get("Name")) if isinstance(one, dict) else str(one) for one in several)


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


def _parameter(name: str, one: Any) -> Mapping[str, Any]:
    _refuse_name("Parameter", name)
    if not isinstance(one, dict) or "Type" not in one:
        raise format_error(f"Every Parameters object must contain a Type member. [/Parameters/{name}]")
    if isinstance(one.get("Default"), dict | list):
        raise format_error("Every Default member must be a string.")
    if not isinstance(one.get("AllowedValues", []), list):
        raise format_error(f"[/Parameters/{name}/AllowedValues] must be a list.")
    for limit in ("MinLength", "MaxLength", "MinValue", "MaxValue"):
        if limit in one and not _is_number(one[limit]):
            raise format_error(f"[/Parameters/{name}/{limit}] must be a number.")
    return one


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


def _resource(name: str, one: Any) -> ResourceDefinition:
    _refuse_name("Resource", name)
    if not isinstance(one, dict):
        raise format_error(f"[/Resources/{name}] resource definition is malformed")
    if not isinstance(one.get("Type"), str):
        raise format_error(f"[/Resources/{name}] Every Resources object must contain a Type member.")
    unknown = sorted(set(one) - (_CUSTOM_MEMBERS if _is_custom(one["Type"]) else _RESOURCE_MEMBERS))
    if unknown:
        raise AwsError("ValidationError", f"Invalid template resource property '{unknown[0]}'")
    properties = one.get("Properties", {})
    if not isinstance(properties, dict):
        raise AwsError("ValidationError", f"[/Resources/{name}/Properties] Properties must be an object.")
    depends_on = one.get("DependsOn", [])
    names = depends_on if isinstance(depends_on, list) else [depends_on]
    if not all(isinstance(each, str) for each in names):
        raise format_error("DependsOn must be a string or list of strings.")
    condition = one.get("Condition")
    return ResourceDefinition(
        logical_id=name,
        type=one["Type"],
        properties=properties,
        depends_on=tuple(names),
        condition=condition if isinstance(condition, str) else None,
        deletion_policy=one.get("DeletionPolicy"),
        update_replace_policy=one.get("UpdateReplacePolicy"),
        metadata=one.get("Metadata"),
        update_policy=one.get("UpdatePolicy"),
    )


def _is_custom(type_name: str) -> bool:
    return type_name.startswith("Custom::") or type_name == "AWS::CloudFormation::CustomResource"


def _output(name: str, one: Any) -> OutputDefinition:
    _refuse_name("Output", name)
    if not isinstance(one, dict) or "Value" not in one:
        raise format_error(f"Every Outputs member must contain a Value object. [/Outputs/{name}]")
    unknown = sorted(set(one) - _OUTPUT_MEMBERS)
    if unknown:
        raise format_error(f"Invalid outputs property : [{', '.join(unknown)}]")
    export = one.get("Export")
    if export is not None and (not isinstance(export, dict) or set(export) != {"Name"}):
        raise format_error(f"Output {name} is malformed. The Export object requires a Name.")
    condition = one.get("Condition")
    description = one.get("Description")
    return OutputDefinition(
        key=name,
        value=one["Value"],
        export=export["Name"] if export else None,
        description=description if isinstance(description, str) else None,
        condition=condition if isinstance(condition, str) else None,
    )


def _refuse_name(kind: str, name: Any) -> None:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise format_error(f"{kind} name {name} is non alphanumeric.")


def is_dynamic(value: Any) -> bool:
    """Whether ``value`` holds a function anywhere."""
    if function_of(value) is not None:
        return True
    if isinstance(value, Mapping):
        return any(is_dynamic(inner) for inner in value.values())
    return isinstance(value, list) and any(is_dynamic(inner) for inner in value)
