"""What the registry's schema says against a resource's properties, as AWS says it and when.

First before anything is touched, of what is known then (sources: cfn-early-validation-checks,
cfn-early-validation-on-every-operation, cfn-early-validation-before-progress); again when the resource's
turn comes and all is known (source: cfn-properties-validation-lines).
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from verifier.cloudformation.stack.changeset import Wanted
from verifier.cloudformation.stack.nested import NESTED_STACK
from verifier.cloudformation.template.definitions import ResourceDefinition
from verifier.cloudformation.types import registry

# (sources: cfn-early-validation, cfn-early-validation-properties)
_EARLY = (
    "The following hook(s)/validation failed: [AWS::EarlyValidation::PropertyValidation]. To troubleshoot "
    "Early Validation errors, use the DescribeEvents API for detailed failure information."
)


def early_refusal(wanted: Wanted) -> str:
    """Why AWS would not begin with ``wanted``, or "" (source: cfn-early-validation-of-create-stack).

    Its own answer ends after the first two sentences; the events that it names are told here at once,
    in the words of the 2024 form of this check (source: cfn-properties-validation-list).
    """
    found = (_early(one, wanted.statics[name]) for name, one in wanted.active.items())
    refusals = [one for one in found if one]
    return " ".join([_EARLY, *refusals, f"({dated()})"]) if refusals else ""


def refusal(definition: ResourceDefinition, properties: Mapping[str, Any], made_up: Collection[str]) -> str:
    """Why a resource fails with its resolved ``properties``, or "".

    Nothing is said against values that hold one of ``made_up``: AWS would see others.
    """
    entry = _entry(definition)
    if entry is None or not _is_checked(entry):
        return _older(entry, properties) if entry else ""
    lines = _problems(definition, properties, lambda text: any(one in text for one in made_up))
    return "\n".join([_begin(definition), *lines]) if lines else ""


def misnamed(definition: ResourceDefinition, properties: Mapping[str, Any]) -> tuple[str, ...]:
    """A line for each name in ``properties`` of which AWS would say that it is none."""
    from verifier.cloudformation.types.validation import odd_names

    entry = _entry(definition)
    lines = odd_names(definition.type, properties) if entry and _is_checked(entry) else ()
    return tuple(f"{definition.logical_id}: AWS will say {line}; choose another name" for line in lines)


def dated() -> str:
    """What a person who is refused should know: the day of the schemas."""
    return f"verifier: by the registry's schemas of {registry.schema_date()}; AWS may take more since"


def _entry(definition: ResourceDefinition) -> registry.RegistryEntry | None:
    return None if definition.is_custom else registry.entry(definition.type)


def _is_checked(entry: registry.RegistryEntry) -> bool:
    """Whether the registry's handlers provision the type: nested stacks not, although there are some.

    (source: cfn-nested-unsupported-property)
    """
    return bool(entry.handlers) and entry.type != NESTED_STACK


def _begin(definition: ResourceDefinition) -> str:
    return f"Properties validation failed for resource {definition.logical_id} with message:"


def _older(entry: registry.RegistryEntry, properties: Mapping[str, Any]) -> str:
    """What is said of types that CloudFormation provisions without the registry's handlers.

    Only when the resource's turn comes (source: cfn-unsupported-property).
    """
    unknown = sorted(set(properties) - entry.properties)
    return f"Encountered unsupported property {unknown[0]}" if unknown else ""


def _early(definition: ResourceDefinition, static: Any) -> str:
    entry = _entry(definition)
    if entry is None or not _is_checked(entry) or not isinstance(static, Mapping):
        return ""
    lines = _problems(definition, static, lambda text: "\0" in text or "{{resolve:" in text)
    return f"{_begin(definition)} [{', '.join(lines)}]" if lines else ""


def _problems(
    definition: ResourceDefinition, properties: Mapping[str, Any], unknown: Callable[[str], bool]
) -> tuple[str, ...]:
    from verifier.cloudformation.types.validation import problems  # jsonschema is slow to load

    return problems(definition.type, properties, unknown)
