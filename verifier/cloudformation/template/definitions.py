"""Members of a template's sections as values, checked for form, nothing resolved."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.template.dynamic import dynamic_references
from verifier.cloudformation.template.syntax import format_error
from verifier.errors import AwsError

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


def parameter(name: str, one: Any) -> Mapping[str, Any]:
    """A member of Parameters. Raises AwsError ValidationError."""
    _refuse_name("Parameter", name)
    if not isinstance(one, dict) or "Type" not in one:
        raise format_error(f"Every Parameters object must contain a Type member. [/Parameters/{name}]")
    if isinstance(one.get("Default"), dict | list):
        raise format_error("Every Default member must be a string.")
    for reference in dynamic_references(str(one.get("Default", ""))):
        if reference.service == "ssm" and not reference.is_versioned:  # (source: cfn-dynamic-measured)
            raise AwsError(
                "ValidationError",
                f"Template error: parameter {name} should not contain ssm versionless resolver",
            )
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


def resource(name: str, one: Any, *, extended: bool = False) -> ResourceDefinition:
    """A member of Resources; ``extended``: AWS::LanguageExtensions allows functions in its policies.

    Raises AwsError ValidationError.
    """
    if not isinstance(one, dict):
        raise format_error(f"[/Resources/{name}] resource definition is malformed")
    _refuse_name("Resource", name)
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
    # (source: cfn-policy-is-a-string)
    for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
        if not isinstance(one.get(policy, ""), str) and not extended:
            raise format_error(f"Every {policy} member must be a string.")
    return ResourceDefinition(
        logical_id=name,
        type=one["Type"],
        properties=properties,
        depends_on=tuple(names),
        condition=_condition(one),
        deletion_policy=one.get("DeletionPolicy"),
        update_replace_policy=one.get("UpdateReplacePolicy"),
        metadata=one.get("Metadata"),
        update_policy=one.get("UpdatePolicy"),
    )


def _is_custom(type_name: str) -> bool:
    return type_name.startswith("Custom::") or type_name == "AWS::CloudFormation::CustomResource"


def output(name: str, one: Any) -> OutputDefinition:
    """A member of Outputs. Raises AwsError ValidationError."""
    _refuse_name("Output", name)
    if not isinstance(one, dict) or "Value" not in one:
        raise format_error(f"Every Outputs member must contain a Value object. [/Outputs/{name}]")
    unknown = sorted(set(one) - _OUTPUT_MEMBERS)
    if unknown:
        raise format_error(f"Invalid outputs property : [{', '.join(unknown)}]")
    export = one.get("Export")
    if export is not None and (not isinstance(export, dict) or set(export) != {"Name"}):
        raise format_error(f"Output {name} is malformed. The Export object requires a Name.")
    description = one.get("Description")
    return OutputDefinition(
        key=name,
        value=one["Value"],
        export=export["Name"] if export else None,
        description=description if isinstance(description, str) else None,
        condition=_condition(one),
    )


def _condition(one: Mapping[str, Any]) -> str | None:
    """(source: cfn-condition-is-a-string)."""
    condition = one.get("Condition")
    if condition is not None and not isinstance(condition, str):
        raise format_error("Every Condition member must be a string.")
    return condition


def _refuse_name(kind: str, name: Any) -> None:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise format_error(f"{kind} name {name} is non alphanumeric.")
