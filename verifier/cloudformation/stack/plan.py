"""Which resources an operation changes, worked out as a change set does: without touching any."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.stack.changeset import Change, Wanted
from verifier.cloudformation.stack.stack import STACK_TYPE, Stack, StackResource
from verifier.cloudformation.stack.update_policies import replacing
from verifier.cloudformation.template.definitions import ResourceDefinition
from verifier.cloudformation.template.environment import StackIdentity, StaticEnvironment, placeholder
from verifier.cloudformation.template.intrinsics import NO_VALUE, resolve
from verifier.cloudformation.template.parameters import ParameterValue
from verifier.cloudformation.template.references import Reference, references
from verifier.cloudformation.template.sections import Template
from verifier.cloudformation.types import registry
from verifier.errors import AwsError

# What these say of placeholders is not to be trusted: the real values decide.
_ONLY_LIVE = ("Template error: Fn::Select", "Template error: Fn::Cidr", "Template error: Fn::Length")
_POLICIES = frozenset({"Delete", "Retain", "RetainExceptOnCreate", "Snapshot"})


@dataclass(frozen=True)
class AsWritten:
    """What placeholders cannot be worked with in: the expression, and the parameters that it may use."""

    value: Any
    parameters: Mapping[str, Any]


def wanted_state(
    template: Template,
    parameters: Mapping[str, ParameterValue],
    tags: Mapping[str, str],
    identity: StackIdentity,
    *,
    from_url: bool = False,
) -> Wanted:
    """Resolve everything that can be resolved before the stack is touched.

    Raises AwsError ValidationError: an unresolved reference, a missing mapping, a wrong function.
    """
    base = StaticEnvironment(template, parameters, identity, frozenset())
    for name in template.conditions:
        base.condition(name)
    active = {
        name: one
        for name, one in template.resources.items()
        if one.condition is None or base.condition(one.condition)
    }
    environment = StaticEnvironment(template, parameters, identity, frozenset(active))
    statics: dict[str, Any] = {}
    uses: dict[str, frozenset[Reference]] = {}
    policies: dict[str, tuple[str, str]] = {}
    imports: set[str] = set()
    for name, one in active.items():
        scope = environment.fresh()
        statics[name] = _properties(name, _static(one.properties, scope))
        _static(one.update_policy, scope)
        uses[name] = frozenset(scope.used.references)
        imports |= scope.used.imports
        policies[name] = (
            _policy(name, "DeletionPolicy", one.deletion_policy, scope) or _default_policy(one),
            _policy(name, "UpdateReplacePolicy", one.update_replace_policy, scope) or "Delete",
        )
    outputs = environment.fresh()
    output_statics = {
        key: (_static(output.value, outputs), _static(output.export, outputs), output.description)
        for key, output in template.outputs.items()
        if output.condition is None or outputs.condition(output.condition)
    }
    return Wanted(
        template=template,
        parameters=parameters,
        tags=tags,
        active=active,
        statics=statics,
        uses=uses,
        dependencies={
            name: (frozenset(use.name for use in uses[name]) | frozenset(one.depends_on)) & frozenset(active)
            for name, one in active.items()
        },
        policies=policies,
        outputs=output_statics,
        imports=frozenset(imports | outputs.used.imports),
        from_url=from_url,
    )


def _properties(logical_id: str, found: Any) -> Any:
    """What a function gives for all properties at once may be nothing, but nothing else than an object."""
    if found is NO_VALUE:
        return {}
    if isinstance(found, Mapping | AsWritten):
        return found
    raise AwsError("ValidationError", f"[/Resources/{logical_id}/Properties] Properties must be an object.")


def _policy(logical_id: str, attribute: str, value: Any, environment: StaticEnvironment) -> str:
    """What ``value`` gives, "" for nothing (source: cfn-retain-except-on-create)."""
    found = resolve(value, environment)
    known = _POLICIES if attribute == "DeletionPolicy" else _POLICIES - {"RetainExceptOnCreate"}
    if found is None or found is NO_VALUE:
        return ""
    if not isinstance(found, str) or found not in known:
        raise AwsError(
            "ValidationError",
            f"verifier: {logical_id} has the {attribute} {found}; AWS knows {', '.join(sorted(known))}",
        )
    return found


def _default_policy(one: ResourceDefinition) -> str:
    """What becomes of a resource that names no policy (source: cfn-default-deletion-policy)."""
    alone = one.type == "AWS::RDS::DBInstance" and "DBClusterIdentifier" not in one.properties
    return "Snapshot" if alone or one.type == "AWS::RDS::DBCluster" else "Delete"


def _static(value: Any, environment: StaticEnvironment) -> Any:
    """``value`` with placeholders; as it is written, where placeholders cannot be worked with."""
    try:
        return resolve(value, environment)
    except AwsError as error:
        if not error.message.startswith(_ONLY_LIVE):
            raise
        environment.used.references.update(
            reference for reference in references(value) if reference.name in environment.template.resources
        )
        given = {key: one.given for key, one in environment.parameters.items()}
        return AsWritten(value, given)


def changes(stack: Stack, after: Wanted) -> tuple[Change, ...]:
    """The changes from what the stack's resources are to ``after``: added, modified, removed.

    Raises AwsError when a resource changes its type.
    """
    _refuse_new_types(stack, after)
    found: dict[str, Change] = {}
    for name in _in_order(after):
        change = _change(stack, after, name, found)
        if change is not None:
            found[name] = change
    removed = [
        Change("Remove", one.logical_id, one.type, one.physical_id)
        for one in stack.resources.values()
        if one.logical_id not in after.active and one.status != "DELETE_COMPLETE"
    ]
    return (*found.values(), *removed)


def is_empty(before: Wanted, after: Wanted, found: tuple[Change, ...]) -> bool:
    """Whether there is nothing to do at all: outputs and the stack's tags count too."""
    return not found and before.outputs == after.outputs and dict(before.tags) == dict(after.tags)


def waves(names: Iterable[str], dependencies: Mapping[str, frozenset[str]]) -> list[list[str]]:
    """``names`` in groups: each depends on earlier groups only, also through others.

    Dependencies outside ``names`` are done already.
    """
    pending = list(names)
    below = {name: _below(name, dependencies) for name in pending}
    found: list[list[str]] = []
    while pending:
        waiting = set(pending)
        # A cycle cannot be provisioned, and validation has refused it: whatever is left goes at once.
        ready = [name for name in pending if not below[name] & (waiting - {name})] or pending
        found.append(ready)
        pending = [name for name in pending if name not in set(ready)]
    return found


def _below(name: str, dependencies: Mapping[str, frozenset[str]]) -> set[str]:
    """Everything that ``name`` depends on, at any depth."""
    found: set[str] = set()
    todo = list(dependencies.get(name, ()))
    while todo:
        one = todo.pop()
        if one not in found:
            found.add(one)
            todo += dependencies.get(one, ())
    return found


def _in_order(wanted: Wanted) -> Iterator[str]:
    for wave in waves(wanted.active, wanted.dependencies):
        yield from wave


def _change(stack: Stack, after: Wanted, name: str, found: Mapping[str, Change]) -> Change | None:
    definition = after.active[name]
    existing = stack.resources.get(name)
    if existing is None or not existing.physical_id or existing.status.startswith("DELETE"):
        return Change("Add", name, definition.type)
    scope: list[str] = []
    new = after.statics[name]
    attributes = _differing(existing.static, new)
    # A nested stack's template may be another one at the same address (source: cfn-nested-always-changes).
    always = definition.type == STACK_TYPE or existing.status.endswith("_FAILED")
    if attributes or always or _dynamic(after.uses[name], found):
        scope.append("Properties")
    if _tags_reach(definition.type) and dict(existing.stack_tags) != dict(after.tags):
        scope.append("Tags")
    if existing.definition.metadata != definition.metadata:
        scope.append("Metadata")
    if not scope:
        return None
    return Change(
        "Modify",
        name,
        definition.type,
        existing.physical_id,
        _replacement(existing, new, definition.update_policy, found),
        tuple(scope),
        attributes,
    )


def _differing(old: Any, new: Any) -> tuple[str, ...]:
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        return () if old == new else ("",)
    return tuple(sorted(key for key in {*old, *new} if old.get(key) != new.get(key)))


def _dynamic(uses: frozenset[Reference], found: Mapping[str, Change]) -> bool:
    """Whether something used may change: an attribute of a modified resource, or a replaced one's Ref."""
    return any(_may_change(use, found) for use in uses)


def _may_change(use: Reference, found: Mapping[str, Change]) -> bool:
    change = found.get(use.name)
    if change is None:
        return False
    return (
        change.action == "Add" or use.attribute is not None or change.replacement in ("True", "Conditional")
    )


def _replacement(existing: StackResource, new: Any, policy: Any, found: Mapping[str, Change]) -> str:
    """Whether the change replaces the resource; "Conditional" where only real values can tell."""
    entry, old = registry.entry(existing.type), existing.static
    if entry is None or not isinstance(old, Mapping) or not isinstance(new, Mapping):
        return "False"
    changed = replacing(entry, old, new, policy)
    if changed:
        differing = [(old.get(name), new.get(name)) for name in _top_level(changed)]
        return "Conditional" if _has_placeholder(differing) else "True"
    changing = [placeholder(name, None) for name, one in found.items() if one.replacement != "False"]
    changing += [placeholder(name, "") for name in found]
    create_only = repr([new.get(name) for name in entry.create_only])
    return "Conditional" if any(one in create_only for one in changing) else "False"


def _has_placeholder(value: Any) -> bool:
    return repr("\0").strip("'") in repr(value)


def _top_level(paths: tuple[str, ...]) -> set[str]:
    return {path.partition(".")[0] for path in paths}


def _tags_reach(type_name: str) -> bool:
    entry = registry.entry(type_name)
    return entry is not None and entry.taggable and entry.has_update


def _refuse_new_types(stack: Stack, after: Wanted) -> None:
    changed = [
        name
        for name, one in after.active.items()
        if name in stack.resources and stack.resources[name].type != one.type
    ]
    if changed:
        raise AwsError(
            "ValidationError",
            "Update of resource type is not permitted. The new template modifies resource type of the "
            f"following resources: [{', '.join(changed)}]",
        )
