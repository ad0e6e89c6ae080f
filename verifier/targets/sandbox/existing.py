"""What of a service's names is taken on the account: nothing that exists is ever touched."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.template.environment import StackIdentity
from verifier.errors import UnavailableError
from verifier.targets.sandbox.account import AccountAdministrator
from verifier.targets.sandbox.kinds import STACK, found
from verifier.targets.sandbox.named import UNKNOWN, named_things

_SHOWN = 5


@dataclass(frozen=True)
class Existing:
    """Kind and name of each thing that is there already; ``unknown`` are those whose names cannot be told.

    ``named`` are all that were looked for, the stack first: what a run writes down before it makes them.
    """

    things: tuple[tuple[str, str], ...]
    named: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...]


def existing(
    template: Mapping[str, Any] | str,
    stack: str,
    administrator: AccountAdministrator,
    parameters: Mapping[str, str],
) -> Existing:
    """Look for the stack, and for each thing that ``template`` will make under a name of its own.

    ``template`` is the document, or its text; ``parameters`` are the values that the stack is given, beside
    the defaults. Raises UnavailableError when a read does not tell: a refusal is no "not there".
    """
    where = f"{administrator.region}:{administrator.account}"
    arn = f"arn:{administrator.partition}:cloudformation:{where}:stack/{stack}/{UNKNOWN}"
    identity = StackIdentity(stack, arn, administrator.account, administrator.region, administrator.partition)
    expected = named_things(template, identity, parameters)
    there = [(STACK, stack)] if found(STACK, stack, administrator) is not None else []
    there += [
        (thing.kind, thing.name)
        for thing in expected.things
        if found(thing.kind, thing.name, administrator, path=thing.path) is not None
    ]
    named = ((STACK, stack), *((thing.kind, thing.name) for thing in expected.things))
    return Existing(tuple(there), named, expected.unknown)


def refuse_existing(seen: Existing) -> None:
    """Raises UnavailableError that names what is there already."""
    if not seen.things:
        return
    names = [f"{kind} {name}" for kind, name in seen.things]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    be = "exists already and is" if len(names) == 1 else "exist already and are"
    raise UnavailableError(f"{', '.join(names[:_SHOWN])}{more} {be} left alone; give another --stage")
