"""How a resource is named, known and found: its name, its physical id, itself in a call, its ARN."""

import re
from dataclasses import dataclass

from botocore.model import Shape

from tools.new_type.facts import Facts
from tools.new_type.matching import called, path_to
from tools.new_type.notes import Notes
from verifier.cloudformation.types.kind import Name
from verifier.cloudformation.types.nodes import Node, resolved, types
from verifier.cloudformation.types.params import ARN, ID, NAME, Prop
from verifier.iam import catalog

_LIMIT = 255
_PLACE = re.compile(r"\$\{(\w+)\}")
_KNOWN = {"Partition": "{partition}", "Region": "{region}", "Account": "{account}"}


@dataclass(frozen=True)
class Identity:
    """``known`` is the part of the primary identifier that the physical id is taken to be."""

    known: str
    name: Name | None = None
    id_from: str = ""
    arn: str = ""

    @property
    def token(self) -> bool:
        """Whether AWS makes the id up. With a name, it is taken to be made of that."""
        return bool(self.id_from) and self.name is None

    @property
    def is_name(self) -> bool:
        """Whether the physical id is the name itself."""
        return not self.id_from


def identity(facts: Facts, notes: Notes) -> Identity:
    """The name, the id and the ARN of what ``facts.create`` makes."""
    made_up = [one for one in facts.entry.primary_identifier if one in facts.entry.read_only]
    given = [one for one in facts.entry.primary_identifier if one not in facts.entry.read_only]
    if len(facts.entry.primary_identifier) != 1:
        parts = ", ".join(facts.entry.primary_identifier)
        notes.open("id_from" if made_up else "name", f"the identifier is {parts}; which of it does Ref give?")
    if made_up:
        return _made_by_aws(facts, notes, made_up[-1])
    own = max(given, key=lambda one: facts.noun.lower() in one.lower(), default="")
    name = _name(facts, notes, own)
    return Identity(own, name, arn=_arn(facts, notes, last="{id}") if name else "")


def _made_by_aws(facts: Facts, notes: Notes, known: str) -> Identity:
    answer = facts.output(facts.create)
    found = path_to(known, facts, answer)
    if found is None or not found[1]:
        texts = [name for name, shape in answer.items() if shape.type_name == "string"]
        notes.open("id_from", f"which of the answer is the {known}? {', '.join(texts[:8]) or 'Nothing is'}")
        found = next(((one, False) for one in answer if one.lower() == "arn"), found)
    named = [one for one in facts.settable if one.lower() in ("name", f"{facts.noun.lower()}name")]
    optional = [one for one in named if one not in facts.entry.required]
    name = _name(facts, notes, optional[0]) if optional else None
    arn = "{id}" if known.endswith("Arn") else _arn(facts, notes, last=_last(known))
    id_from = found[0] if found else known
    if name:
        notes.open("id_from", "does Ref give that, or the name? Is a part of it made up? Then token=True")
    return Identity(known, name, id_from, arn)


def itself(facts: Facts, notes: Notes, own: Identity, operation: str) -> dict[str, object]:
    """The parameters by which ``operation`` knows the resource, with what they are filled from."""
    required = facts.required(operation)
    known = {member: identifying(facts, own, member) for member in facts.input(operation)}
    found = {member: value for member, value in known.items() if member in required and value is not None}
    if not any(value in (ID, NAME) for value in found.values()):
        found |= dict([(member, value) for member, value in known.items() if value in (ID, NAME)][:1])
    found |= {member: value for member, value in known.items() if _is_above(facts, value)}
    for member in required:
        if member not in found:
            notes.open("itself", f"what is {member} of {operation}?")
            found[member] = ID
    if not found:
        notes.open("itself", f"what names the resource in {operation}? {', '.join(known)}")
    return found


def _is_above(facts: Facts, value: object) -> bool:
    """Whether this is a property that says what the resource belongs to, and not another name of it."""
    if not isinstance(value, Prop) or types(facts.schema["properties"][value.path]) != ("string",):
        return False
    return not facts.noun.lower().endswith(value.path.lower().removesuffix("name"))


def identifying(facts: Facts, own: Identity, member: str) -> object | None:
    """What the parameter ``member`` is, if it names the resource or something that it belongs to."""
    of_answer = own.id_from.rpartition(".")[2].lower()
    if member.lower() == of_answer or called(own.known, facts, [member]):
        return ID
    properties = {name.lower(): name for name in facts.settable}
    if own.name and called(own.name.property, facts, [member]):
        return ID if own.is_name else NAME
    if name := properties.get(member.lower()):
        return Prop(name)
    if member.lower() in (
        "arn",
        "resourcearn",
        "resource",
        f"{facts.noun.lower()}arn",
        f"{facts.made.lower()}arn",
    ):
        return ARN
    return None


def _name(facts: Facts, notes: Notes, name: str) -> Name | None:
    place = called(name, facts, facts.input(facts.create))
    if place is None:
        notes.open("name", f"{facts.create} has no parameter for {name}")
        return None
    shape = facts.input(facts.create)[place[0]]
    node = resolved(facts.schema, facts.schema["properties"].get(name, {}))
    said = f"{node.get('description', '')} {shape.documentation}"
    for ending in re.findall(r"must end (?:with|in) .{0,20}?(\.\w+)", said)[:1]:
        notes.open("name", f"must some names end in {ending}? Then ending=, ending_when=")
    limit = _limit(name, notes, node, shape, said)
    return Name(name, limit, "" if place[0] == name else place[0])


def _limit(name: str, notes: Notes, node: Node, shape: Shape, said: str) -> int:
    """The most characters: what the registry says, else botocore, else the words of either."""
    numbers = [limit for limit in (node.get("maxLength"), shape.metadata.get("max")) if limit]
    words = [int(number.replace(",", "")) for number in re.findall(r"([\d,]+) characters", said)]
    limit = min([*numbers, _LIMIT]) if numbers else min([*words, _LIMIT])
    if not node.get("maxLength"):
        where = "botocore takes" if numbers else "AWS's words say" if words else "nobody says:"
        notes.open("name", f"how long may {name} be? The registry does not say; {where} {limit}")
    elif min(numbers) > _LIMIT:
        notes.open("name", f"{min(numbers)} characters, as for an ARN: how long may a name be?")
    return limit


def _arn(facts: Facts, notes: Notes, *, last: str) -> str:
    """The form of the ARN, from the catalogue's for the create permission."""
    actions = [f"{facts.prefix}:{facts.create}", *facts.permissions("create", "delete", "read")]
    own = [action for action in actions if action.lower().startswith(f"{facts.prefix}:")]
    kinds = next((kinds for action in own if (kinds := catalog.resource_types(action))), ())
    noun = facts.noun.lower()
    fitting = [kind for kind in kinds if kind.name.lower().replace("-", "") in (noun, facts.made.lower())]
    templates = [arn for kind in (fitting or kinds) for arn in kind.arns]
    if len(templates) != 1:
        notes.open("arn", f"the form of the ARN: the catalogue has {' or '.join(templates[:3]) or 'none'}")
    elif not fitting:
        notes.open("arn", f"is that its own ARN? The catalogue calls the resource {kinds[0].name}")
    if not templates or not (fitting or len(templates) == 1):
        return ""
    return _filled(facts, notes, templates[0], last)


def _last(known: str) -> str:
    """The end of the ARN: of a URL its last part, else the physical id."""
    return "{name}" if known.lower().endswith("url") else "{id}"


def _filled(facts: Facts, notes: Notes, template: str, last: str) -> str:
    places = [place for place in _PLACE.findall(template) if place not in _KNOWN]
    values: dict[str, str] = dict(_KNOWN)
    for place in places[:-1]:
        values[place] = f"{{{place}}}" if place in facts.settable else "*"
        if values[place] == "*":
            notes.open("arn", f"what is {place}?")
    return _PLACE.sub(lambda match: values.get(match.group(1), last), template)
