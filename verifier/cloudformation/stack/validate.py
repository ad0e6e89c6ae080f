"""What CloudFormation checks of a template before it touches anything."""

from collections.abc import Iterable, Iterator

from verifier.cloudformation.stack.builtin import is_too_short, provisioner_of
from verifier.cloudformation.stack.changeset import Wanted
from verifier.cloudformation.stack.nested import NESTED_STACK
from verifier.cloudformation.template.definitions import ResourceDefinition
from verifier.cloudformation.template.environment import unresolved
from verifier.cloudformation.template.references import (
    PSEUDO_PARAMETERS,
    Reference,
    conditions_used,
    references,
)
from verifier.cloudformation.template.rules import check_rules, rules_not_evaluated
from verifier.cloudformation.template.sections import Template, outputs_references
from verifier.cloudformation.template.syntax import format_error
from verifier.cloudformation.types import registry
from verifier.errors import AwsError

# (sources: cfn-insufficient-capabilities, cfn-named-capability)
_IAM_TYPES = frozenset(
    f"AWS::IAM::{name}"
    for name in (
        "AccessKey",
        "Group",
        "InstanceProfile",
        "ManagedPolicy",
        "Policy",
        "Role",
        "User",
        "UserToGroupAddition",
    )
)
_EXPAND = "CAPABILITY_AUTO_EXPAND"
_CUSTOM_NAMES = frozenset({"GroupName", "InstanceProfileName", "ManagedPolicyName", "RoleName", "UserName"})


def validate(template: Template) -> None:
    """Refuse what CloudFormation refuses at once. Raises AwsError ValidationError in its words.

    (sources: cfn-unresolved-dependencies, cfn-unresolved-condition, cfn-unsupported-attribute,
    cfn-circular-dependency)
    """
    if template.unprocessed:
        return  # what its transforms make of it is not known
    check_rules(template)
    _types(template)
    _references(template)
    _conditions(template)
    _cycles(template)


def unsupported_types(active: Iterable[ResourceDefinition]) -> str:
    """Which types nothing is known of, in one line, or ""."""
    unknown = sorted({one.type for one in active if provisioner_of(one) is None})
    if not unknown:
        return ""
    return (
        f"verifier: neither a handler nor the registry says how {', '.join(unknown)} is provisioned; "
        "leave it out of this run (a Condition that is false, or another file with --config), or write a "
        "handler (CONTRIBUTING.md, Adding a resource type)"
    )


def shortcomings(wanted: Wanted) -> Iterator[str]:
    """What AWS would do with the template beyond what is done here, one line each."""
    for name in rules_not_evaluated(wanted.template):
        yield f"the template's rule {name} is not evaluated: it asks AWS for more than the parameters say"
    for name, policies in wanted.policies.items():
        if "Snapshot" in policies:
            yield f"{name}: no snapshot is taken, so what that needs is not known"
    for name, one in wanted.active.items():
        if one.type == "AWS::CloudFormation::WaitCondition" and not is_too_short(one.properties):
            yield f"{name}: nobody waits for signals; they are taken to arrive"
        if one.is_custom:
            yield f"{name}: its function is not run; it is taken to succeed"


def needed_capability(template: Template) -> str:
    """The capability that the template needs, or ""."""
    found = [one for one in template.resources.values() if one.type in _IAM_TYPES]
    if any(_CUSTOM_NAMES & set(one.properties) for one in found):
        return "CAPABILITY_NAMED_IAM"
    return "CAPABILITY_IAM" if found else ""


def capabilities_reason(template: Template) -> str:
    """Why a capability is needed, as ValidateTemplate says it (source: cfn-capabilities-reason)."""
    types = sorted({one.type for one in template.resources.values() if one.type in _IAM_TYPES})
    return f"The following resource(s) require capabilities: [{', '.join(types)}]" if types else ""


def check_capabilities(template: Template, given: Iterable[str], *, change_set: bool) -> None:
    """Raises InsufficientCapabilitiesException unless the template's needs are acknowledged.

    Transforms need to be only where nobody sees what they make, without a change set (source:
    cfn-auto-expand).
    """
    capabilities = set(given)
    needed = needed_capability(template)
    enough = {"CAPABILITY_NAMED_IAM", needed} & capabilities
    missing = [needed] if needed and not enough else []
    if template.transforms and not change_set and _EXPAND not in capabilities:
        missing.append(_EXPAND)
    if missing:
        raise AwsError("InsufficientCapabilitiesException", f"Requires capabilities : [{', '.join(missing)}]")


def _types(template: Template) -> None:
    unknown = {
        one.type
        for one in template.resources.values()
        if not one.is_custom and registry.entry(one.type) is None and provisioner_of(one) is None
    }
    if unknown:
        raise format_error(f"Unrecognized resource types: [{', '.join(sorted(unknown))}]")


def _references(template: Template) -> None:
    known = set(template.parameters) | set(template.resources) | PSEUDO_PARAMETERS
    used = [
        (reference, "Resources") for one in template.resources.values() for reference in _references_of(one)
    ] + [(reference, "Outputs") for reference in outputs_references(template)]
    for block in ("Resources", "Outputs"):
        missing = sorted(
            {
                use.name
                for use, where in used
                if where == block and use.attribute is None and use.name not in known
            }
        )
        if missing:
            raise unresolved(", ".join(missing), block)
    for use, _ in used:
        if use.attribute is not None:
            _attribute(template, use)


def _references_of(one: ResourceDefinition) -> Iterator[Reference]:
    yield from references([one.properties, one.update_policy])
    for name in one.depends_on:
        yield Reference(name)


def _attribute(template: Template, use: Reference) -> None:
    definition = template.resources.get(use.name)
    if definition is None:
        raise AwsError(
            "ValidationError",
            f"Template error: instance of Fn::GetAtt references undefined resource {use.name}",
        )
    entry = registry.entry(definition.type)
    if not use.attribute or definition.is_custom or entry is None or not entry.read_only:
        return
    first = use.attribute.partition(".")[0]
    known = {name.partition(".")[0] for name in entry.read_only} | entry.properties
    if definition.type == NESTED_STACK:
        known = {"Outputs"}  # they are named in another template
    if first not in known:
        raise AwsError(
            "ValidationError",
            f"Template error: resource {use.name} does not support attribute type {use.attribute} in "
            "Fn::GetAtt",
        )


def _conditions(template: Template) -> None:
    for definition in template.resources.values():
        if definition.condition is not None and definition.condition not in template.conditions:
            raise format_error(
                f"Unresolved condition dependency {definition.condition} in the Resources block of the "
                "template"
            )
        for name in conditions_used([definition.properties, definition.update_policy]):
            if name not in template.conditions:
                raise AwsError(
                    "ValidationError", f"Template error: unresolved condition dependency {name} in Fn::If"
                )
    for output in template.outputs.values():
        if output.condition is not None and output.condition not in template.conditions:
            raise format_error(
                f"Unresolved condition dependency {output.condition} in the Outputs block of the template"
            )
    for expression in template.conditions.values():
        names = [use.name for use in references(expression)]
        missing = [
            name for name in names if name not in template.parameters and name not in PSEUDO_PARAMETERS
        ]
        if missing:
            raise format_error(
                f"Unresolved dependencies [{', '.join(missing)}]. Cannot reference resources in the "
                "Conditions block of the template"
            )


def _cycles(template: Template) -> None:
    """Take away what depends on nothing, from either end, until only cycles are left."""
    dependencies = {name: set(needs) for name, needs in template.dependencies.items()}
    while True:
        depended_on = {need for needs in dependencies.values() for need in needs}
        ends = [name for name, needs in dependencies.items() if not needs or name not in depended_on]
        if not ends:
            break
        for name in ends:
            del dependencies[name]
        for needs in dependencies.values():
            needs.difference_update(ends)
    if dependencies:
        names = ", ".join(sorted(dependencies))
        raise AwsError("ValidationError", f"Circular dependency between resources: [{names}]")
