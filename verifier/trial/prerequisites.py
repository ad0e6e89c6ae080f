"""What a service expects to be there already and is not: found in what happened, named by its entry."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verifier.service.fixtures import FILE
from verifier.service.variables import OutputAddress
from verifier.targets.interface import Absent, Facts, Room

_UNEXPORTED = re.compile(r"No export named (\S+) found")
_UNRESOLVED = re.compile(r'Cannot resolve variable at "[^"]*": Value not found at "(ssm|cf|s3)" source')
_ENTRY_OF_SOURCE = {"ssm": "ssm", "cf": "stackOutputs", "s3": "buckets"}
_SECRET = "/aws/reference/secretsmanager/"


@dataclass(frozen=True)
class Prerequisite:
    """An entry that ``verifier.yml`` lacks: ``kind`` is its key, ``member`` an output or an object's key.

    ``region`` is None where it is the room's.
    """

    kind: str
    name: str
    member: str = ""
    region: str | None = None

    @property
    def entry(self) -> str:
        """The entry to add, as YAML."""
        name = f"{self.name}@{self.region}" if self.region and self.kind != "buckets" else self.name
        if self.kind == "ssm":
            return f"ssm: {{{name}: VALUE}}"
        if self.kind == "stackOutputs":
            return f"stackOutputs: {{{name}: {{{self.member or 'OUTPUT'}: VALUE}}}}"
        if self.kind == "buckets":
            return f"buckets: {{{name}: {{{self.member}: TEXT}}}}" if self.member else f"buckets: [{name}]"
        return f"fixtures: TEMPLATE.yml, a CloudFormation template with {name}"


def missing_prerequisites(
    facts: Facts, output: str, addresses: Sequence[OutputAddress], room: Room, own_stack: str | None
) -> tuple[Prerequisite, ...]:
    """What the failed run of the tool behind ``facts`` lacked. Empty when it failed for another reason.

    ``output`` is what the tool printed, ``addresses`` are the outputs that the configuration names.
    """
    found: dict[Prerequisite, None] = {}
    for name in _UNEXPORTED.findall("\n".join([output, *(event.reason for event in facts.events)])):
        found[Prerequisite("fixtures", f"an export named {name}")] = None
    # Variables are resolved, and a bucket of the user's own is looked for, before any stack is touched.
    if not facts.events:
        for absent in facts.absent:
            if (absent.service, absent.name) != ("cloudformation", own_stack):
                found.update(dict.fromkeys(_lacking(absent, addresses, room)))
        if '"cf" source' in output:
            found.update(dict.fromkeys(_lacking_outputs(facts, addresses, room, own_stack)))
    return tuple(sorted(found, key=lambda one: (one.kind, one.name, one.member)))


def _lacking(absent: Absent, addresses: Sequence[OutputAddress], room: Room) -> tuple[Prerequisite, ...]:
    region = None if absent.region in ("", room.region) else absent.region
    if absent.service == "ssm" and absent.name.startswith(_SECRET):
        return (Prerequisite("fixtures", f"a secret named {absent.name.removeprefix(_SECRET)}"),)
    if absent.service == "ssm":
        return (Prerequisite("ssm", absent.name, region=region),)
    if absent.service == "s3":
        bucket, _, key = absent.name.partition("/")
        return (Prerequisite("buckets", bucket, key, region),)
    outputs = [address.output for address in addresses if address.names(absent.name)]
    return tuple(Prerequisite("stackOutputs", absent.name, output, region) for output in outputs or [""])


def _lacking_outputs(
    facts: Facts, addresses: Sequence[OutputAddress], room: Room, own_stack: str | None
) -> tuple[Prerequisite, ...]:
    """Outputs that the configuration names and that a stack which is there does not have."""
    stacks = [name for name in facts.stacks if name != own_stack]
    lacking = []
    for stack in stacks:
        wanted = [address.output for address in addresses if address.names(stack)]
        had = _outputs(room, stack) if wanted else {}
        lacking += [Prerequisite("stackOutputs", stack, output) for output in wanted if output not in had]
    return tuple(lacking)


def _outputs(room: Room, stack: str) -> Mapping[str, Any]:
    described = room.admin("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}


def how_to_mend(missing: Sequence[Prerequisite], problem: str) -> str:
    """One line that names the entries to add.

    ``problem`` is the tool's own message, for the case that what is missing was not what it failed for.
    """
    entries = "; ".join(dict.fromkeys(one.entry for one in missing))
    line = f"a prerequisite is missing; add to {FILE}: {entries} (or let --seed auto make it up)"
    return line if _expected(problem) else f"{line}; {problem}"


def unnamed_source(problem: str) -> str | None:
    """A line for a variable that was not found although no request shows which: from the tool's text."""
    sources = dict.fromkeys(_UNRESOLVED.findall(problem))
    if not sources:
        return None
    entries = " and ".join(_ENTRY_OF_SOURCE[source] for source in sources)
    return f"a prerequisite is missing; declare it in {FILE} under {entries}; {problem}"


def _expected(problem: str) -> bool:
    return any(
        words in problem for words in ("Cannot resolve variable", "deployment bucket", "No export named")
    )
