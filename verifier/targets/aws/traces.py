"""What AWS made up in a trial, by the physical ids that stack events tell."""

import re
from collections.abc import Iterable

from verifier.grant.evidence import GeneratedName
from verifier.targets.aws.stacks import Event
from verifier.targets.interface import Traces

# What a name that CloudFormation generates ends in (source: cfn-generated-names).
_SUFFIX = re.compile(r"[A-Za-z0-9]{8,}")
_LAST_PART = re.compile(r"[^:/|]+$")
# Ids as AWS makes them: "a1b2c3d4e5", a UUID, "vpc-0a1b2c3d", "eu-west-1_aBcD12".
_RANDOM = re.compile(
    r"(?=.*\d)[A-Za-z0-9]+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[a-z]+-[0-9a-f]{8,17}"
    r"|[a-z]{2}(?:-[a-z]+)+-\d_[A-Za-z0-9]+"
)
_SHORTEST = 8


def traces_of(events: Iterable[Event], template: str) -> Traces:
    """The generated names and the random ids of ``events``; what ``template`` says AWS did not make up."""
    tokens: set[str] = set()
    generated: dict[str, GeneratedName] = {}
    for event in events:
        if event.stack.count("/") > 1:
            tokens.add(event.stack.rpartition("/")[2])
        if event.is_stack:
            continue
        found = _LAST_PART.search(event.physical_id)
        name = found[0] if found else ""
        if len(name) < _SHORTEST or name in template:
            continue
        kept = _kept(name, event.stack_name)
        if kept and _is_generated(name[len(kept) + 1 :], event.logical_id):
            generated[name] = GeneratedName(name, event.type, event.stack_name, kept)
        elif _RANDOM.fullmatch(name) and event.stack_name.lower() not in name.lower():
            tokens.add(name)
    return Traces(frozenset(tokens), tuple(generated.values()))


def _kept(name: str, stack: str) -> str:
    """The longest prefix of the stack's name that the generated ``name`` begins with, up to a hyphen."""
    length = 0
    for one, other in zip(name.lower(), stack.lower(), strict=False):
        if one != other:
            break
        length += 1
    while length and name[length : length + 1] != "-":
        length -= 1
    return name[:length]


def _is_generated(rest: str, logical_id: str) -> bool:
    """Whether ``rest``, behind the stack's name, is a logical id, perhaps cut, and a random suffix."""
    logical, _, suffix = rest.rpartition("-")
    return bool(logical and logical_id.lower().startswith(logical.lower()) and _SUFFIX.fullmatch(suffix))
