"""A stack's outputs and exports."""

from verifier.cloudformation.stack.changeset import Wanted
from verifier.cloudformation.stack.live_environment import LiveEnvironment
from verifier.cloudformation.stack.stack import STACK_TYPE, Output, Stack
from verifier.cloudformation.stack.store import StackStore
from verifier.cloudformation.template.intrinsics import to_text
from verifier.cloudformation.types.handler import HandlerError


class OutputsError(Exception):
    """The outputs cannot be had; the message is the stack's status reason."""


def missing_import(store: StackStore, stack: Stack, wanted: Wanted) -> str:
    """What CloudFormation says of the first import that nothing exports, else ""."""
    known = store.exports(stack.account, stack.region)
    missing = sorted(name for name in wanted.imports if "\0" not in name and name not in known)
    return f"No export named {missing[0]} found" if missing else ""


def resolved_outputs(
    store: StackStore, stack: Stack, wanted: Wanted, live: LiveEnvironment
) -> tuple[Output, ...]:
    """The outputs whose condition holds, resolved. Raises OutputsError."""
    found: list[Output] = []
    for key, output in wanted.template.outputs.items():
        if output.condition is not None and not live.condition(output.condition):
            continue
        try:
            value = live.output(output.value, f"Outputs.{key}", STACK_TYPE)
            export = live.output(output.export, f"Outputs.{key}", STACK_TYPE)
        except HandlerError as error:
            raise OutputsError(error.reason) from error
        if not isinstance(value, str | int | float | bool):
            raise OutputsError(
                f"Template format error: Output {key} is malformed. The Value field of every Outputs "
                "member must evaluate to a String."
            )
        found.append(
            Output(key, to_text(value), output.description, None if export is None else to_text(export))
        )
    _check_exports(store, stack, tuple(found))
    return tuple(found)


def export_in_use(store: StackStore, stack: Stack) -> str:
    """Why the stack cannot be deleted, or "" (source: cfn-export-keeps-the-stack)."""
    for output in stack.outputs:
        importers = store.importers(stack.account, stack.region, output.export) if output.export else ()
        if importers:
            return f"Cannot delete export {output.export} as it is in use by {' and '.join(importers)}."
    return ""


def _check_exports(store: StackStore, stack: Stack, found: tuple[Output, ...]) -> None:
    """An export's name is unique in its region; one that is imported can neither go nor change.

    (sources: cfn-export-taken, cfn-export-in-use)
    """
    known = store.exports(stack.account, stack.region)
    new = {output.export: output.value for output in found if output.export}
    for name in new:
        owner = known.get(name)
        if owner is not None and owner[0].id != stack.id:
            raise OutputsError(f"Export with name {name} is already exported by stack {owner[0].name}.")
    for name, (owner_stack, value) in known.items():
        if owner_stack.id != stack.id or new.get(name) == value:
            continue
        importers = store.importers(stack.account, stack.region, name)
        if importers:
            verb = "updated" if name in new else "deleted"
            users = " and ".join(importers)
            raise OutputsError(f"Export {name} cannot be {verb} as it is in use by {users}.")
