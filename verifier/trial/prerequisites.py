"""What a service expects to be there already and is not: found in what happened, named by its entry."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verifier.service.fixtures import FILE
from verifier.service.variables import OutputAddress
from verifier.targets.interface import Absent, Facts, Room
from verifier.trial.failures import is_told, lacked

_UNEXPORTED = re.compile(r"No export named (\S+) found")
_UNRESOLVED = re.compile(r'Cannot resolve variable at "[^"]*": Value not found at "(ssm|cf|s3|env)" source')
_UNSET = re.compile(r'Value not found at "(self|opt)" source')
_NOT_FOUND = re.compile(
    r'Resource handler returned message: "(.+?) \(Service: .*HandlerErrorCode: NotFound\)', re.S
)
_ENTRY_OF_SOURCE = {"ssm": "ssm", "cf": "stackOutputs", "s3": "buckets", "env": "env"}
_EXAMPLES = {"stage": "dev", "region": "us-east-1"}
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
        listed = f"'{name}'" if ":" in name else name
        made = f"a template that makes what its output {self.member} names, instead of stackOutputs"
        entries = {
            "ssm": f"ssm: {{{name}: VALUE}}",
            "secrets": f"secrets: {{{name}: VALUE}}",
            "env": f"env: {{{name}: VALUE}}, or give --env {name}",
            "stackOutputs": f"stackOutputs: {{{name}: {{{self.member or 'OUTPUT'}: VALUE}}}}",
            "buckets": f"buckets: {{{name}: {{{self.member}: TEXT}}}}"
            if self.member
            else f"buckets: [{name}]",
            "stacks": f"stacks: {{{name}: TEMPLATE.yml}}, {made}",
            "account": f"{self.member}, and give --account {name}, which it is of",
            "fixtures": f"fixtures: TEMPLATE.yml, a CloudFormation template with {name}",
        }
        if self.kind == "buckets" and self.member:
            return f"buckets: {{{name}: {{{self.member}: TEXT}}}}"
        return entries.get(self.kind, f"{self.kind}: [{listed}]")

    @property
    def can_be_made_up(self) -> bool:
        """Not what a template makes, nor an output that nobody named, nor somebody's account."""
        named = self.kind != "stackOutputs" or bool(self.member)
        return named and self.kind not in ("fixtures", "stacks", "account")


def missing_prerequisites(
    facts: Facts,
    output: str,
    addresses: Sequence[OutputAddress],
    room: Room,
    own_stack: str | None,
    *,
    unset: Sequence[str] = (),
) -> tuple[Prerequisite, ...]:
    """What the failed run of the tool behind ``facts`` lacked. Empty when it failed for another reason.

    ``output`` is what the tool printed, ``addresses`` are the outputs that the configuration names,
    ``unset`` the variables of the environment that it names and that the tool did not get.
    """
    found: dict[Prerequisite, None] = {}
    words = "\n".join([output, *(event.reason for event in facts.events)])
    for name in _UNEXPORTED.findall(words):
        found[Prerequisite("fixtures", f"an export named {name}")] = None
    if is_told(words):
        others = [stack for stack in facts.stacks if stack != own_stack]
        outputs = {stack: _outputs(room, stack, _elsewhere(facts, stack, room)) for stack in others}
        for one in lacked(facts, words, room, outputs):
            found[Prerequisite(one.kind, one.name, one.member)] = None
    if '"env" source' in output:
        found.update(dict.fromkeys(Prerequisite("env", name) for name in unset))
    # Variables are resolved, and a bucket of the user's own is looked for, before any stack is touched.
    if not facts.events:
        for absent in facts.absent:
            if (absent.service, absent.name) != ("cloudformation", own_stack):
                found.update(dict.fromkeys(_lacking(absent, addresses, room)))
        if '"cf" source' in output:
            found.update(dict.fromkeys(_lacking_outputs(facts, addresses, room, own_stack)))
    if not found:
        found.update(dict.fromkeys(_built_upon(facts)))
    return tuple(sorted(found, key=lambda one: (one.kind, one.name, one.member)))


def _built_upon(facts: Facts) -> Iterator[Prerequisite]:
    """What resources could not be made without: somebody else's, as far as the service's own answer tells."""
    for event in facts.events:
        said = _NOT_FOUND.search(event.reason)
        if said and event.status.endswith("_FAILED") and event.compiled and not event.injected:
            what = f"what {event.logical_id} ({event.type}) builds upon: {said[1].rstrip('.')}"
            yield Prerequisite("fixtures", what)


def _lacking(absent: Absent, addresses: Sequence[OutputAddress], room: Room) -> tuple[Prerequisite, ...]:
    region = None if absent.region in ("", room.region) else absent.region
    if absent.service == "ssm" and absent.name.startswith(_SECRET):
        return (Prerequisite("secrets", absent.name.removeprefix(_SECRET), region=region),)
    if absent.service == "ssm":
        return (Prerequisite("ssm", absent.name, region=region),)
    if absent.service == "s3":
        bucket, _, key = absent.name.partition("/")
        return (Prerequisite("buckets", bucket, key, region),)
    if absent.service == "ecr":
        account, _, image = absent.name.partition("/")
        own = account == room.account
        return (Prerequisite("images", image) if own else _foreign_image(account, image),)
    outputs = [address.output for address in addresses if address.names(absent.name)]
    return tuple(Prerequisite("stackOutputs", absent.name, output, region) for output in outputs or [""])


def _foreign_image(account: str, image: str) -> Prerequisite:
    """One of another account than the trial's, which no policy of the user's alone lets it read."""
    return Prerequisite("account", account, f"images: ['{image}']")


def _lacking_outputs(
    facts: Facts, addresses: Sequence[OutputAddress], room: Room, own_stack: str | None
) -> tuple[Prerequisite, ...]:
    """Outputs that the configuration names and that a stack which is there does not have."""
    stacks = [name for name in facts.stacks if name != own_stack]
    lacking = []
    for stack in stacks:
        wanted = [address.output for address in addresses if address.names(stack)]
        region = _elsewhere(facts, stack, room)
        had = _outputs(room, stack, region) if wanted else {}
        lacking += [
            Prerequisite("stackOutputs", stack, output, region) for output in wanted if output not in had
        ]
    return tuple(lacking)


def _elsewhere(facts: Facts, stack: str, room: Room) -> str | None:
    """The region of a stack; None where it is the room's."""
    region = facts.regions.get(stack, room.region)
    return None if region == room.region else region


def _outputs(room: Room, stack: str, region: str | None) -> Mapping[str, Any]:
    described = room.admin("cloudformation", region).describe_stacks(StackName=stack)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}


def how_to_mend(missing: Sequence[Prerequisite], problem: str) -> str:
    """One line that names the entries to add.

    ``problem`` is the tool's own message, for the case that what is missing was not what it failed for.
    """
    entries = "; ".join(dict.fromkeys(one.entry for one in missing))
    line = f"a prerequisite is missing; add to {FILE}: {entries}"
    if all(one.can_be_made_up for one in missing):
        line += " (or let --seed auto make it up)"
    return line if _expected(problem) else f"{line}; {problem}"


def unnamed_source(problem: str) -> str | None:
    """A line for a variable that was not found although no request shows which: from the tool's text."""
    sources = dict.fromkeys(_UNRESOLVED.findall(problem))
    if not sources:
        return None
    entries = " and ".join(_ENTRY_OF_SOURCE[source] for source in sources)
    return f"a prerequisite is missing; declare it in {FILE} under {entries}; {problem}"


def _expected(problem: str) -> bool:
    known = ("Cannot resolve variable", "deployment bucket", "No export named", "in the registry with id")
    return any(words in problem for words in known) or is_told(problem)


def unset_place(problem: str, wanted: Collection[str]) -> str | None:
    """A line for a stage or a region that the configuration wants and nobody says; from the tool's text.

    ``wanted`` are those of service.variables.PLACES that the configuration names and nobody gives.
    """
    sources = set(_UNSET.findall(problem))
    named = [place.split(":") for place in wanted if place.split(":")[0] in sources]
    options = [f"--{name}" for source, name in named if source == "opt"]
    settings = [name for source, name in named if source == "self" and not name.startswith("--")]
    written = [name.replace("provider.", "--") for name in settings]
    options += [name for _, name in named if name.startswith("--") and name not in (*options, *written)]
    ways = [f"give {' and '.join(options)}"] if options else []
    if settings:
        example = settings[0].removeprefix("provider.")
        ways.append(
            f"write {' and '.join(settings)} in the configuration, "
            f"such as {example}: ${{opt:{example}, '{_EXAMPLES[example]}'}}"
        )
    if not ways:
        return None
    places = dict.fromkeys(name.removeprefix("provider.").removeprefix("--") for _, name in named)
    return f"nobody says the {' and the '.join(places)}: {'; '.join(ways)}; {problem}"
