"""The convention: ``{iam prefix}:{Operation}`` on the ARN that AWS's reference gives for the action."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from verifier.authorization.operation import Operation, Requirement
from verifier.authorization.principals import passed
from verifier.authorization.tags import request_tags
from verifier.authorization.template import MissingParameterError, fill
from verifier.iam import catalog

PASS_ROLE = "iam:PassRole"
_UNTAG = re.compile("Untag|Remove|Delete")
_VERB = re.compile("^[A-Z][a-z]+")
_ROLE = re.compile(r"arn:[^:]+:iam::[0-9]*:role/.+")
_PLACEHOLDER = re.compile(r"\$\{([^}]+)\}")


def conventional_requirements(
    action: str, op: Operation, named: Mapping[str, str]
) -> tuple[Requirement, ...] | None:
    """Everything ``op`` needs by convention; None where its parameters do not tell what it works on.

    Its own action on each resource; beside it, only likely because no rule says so: the tag action
    for tags in a request that writes, and iam:PassRole for each role that it hands over.
    """
    resources = _resources(action, op, named)
    if not resources:
        return None
    own = tuple(Requirement(action, resource) for resource in resources)
    if catalog.access_level(action) in ("Read", "List"):
        return own
    tag = _tag_action(action) if request_tags(op) else None
    tags = (Requirement(tag, resources[0], primary=False),) if tag else ()
    to, roles = passed(action), dict.fromkeys(_roles(op.params))
    return own + tags + tuple(Requirement(PASS_ROLE, arn, to, primary=False) for arn in roles)


def conventional_extras(action: str) -> frozenset[str]:
    """The actions that the convention may ask for beside an operation's own."""
    tag = _tag_action(action)
    return frozenset({PASS_ROLE, tag} if tag else {PASS_ROLE})


def _tag_action(action: str) -> str | None:
    """The action that tags what ``action`` works on: for CreateUser TagUser, else the service's general one.

    None for an action that tags by itself.
    """
    prefix, _, name = action.partition(":")
    if "Tagging" in catalog.access_level(action):
        return None
    taggers = [
        tagger
        for tagger in catalog.actions(prefix)
        if "Tagging" in catalog.access_level(tagger) and not _UNTAG.match(tagger.partition(":")[2])
    ]
    own = f"{prefix}:Tag{_VERB.sub('', name)}"
    return min(taggers, key=lambda tagger: (tagger != own, not tagger.endswith(":TagResource")), default=None)


def conventional_resource(
    action: str, op: Operation, named: Mapping[str, str], item: Any = None
) -> str | None:
    """The one ARN that ``op`` works on: ``*`` where AWS cannot scope the action, None where it is unknown.

    For each resource type of the action: the rule file's own template (``named``, by type), a
    parameter that is an ARN of AWS's template, or AWS's template with every part known from a
    parameter of the same name (``${TableName}``, also ``Name`` or ``TableId``). The template with
    the most parts wins, a required resource type before others.
    """
    types = catalog.resource_types(action)
    if not types:
        return "*"
    found = [
        (kind.required, len(_PLACEHOLDER.findall(template)), arn)
        for kind in types
        for template, arn in _known(kind, op, named, item)
    ]
    return max(found, key=lambda entry: entry[:2])[2] if found else None


def _resources(action: str, op: Operation, named: Mapping[str, str]) -> tuple[str, ...]:
    """Each required resource type that is known; AWS marks alternatives as required too."""
    required = [kind for kind in catalog.resource_types(action) if kind.required]
    arns: dict[str, None] = {}
    # What the operation makes comes first: it is what the tags are for.
    for kind in sorted(required, key=lambda kind: not _makes(op, kind)):
        known = _known(kind, op, named, None)
        if known:
            arns[max(known, key=lambda entry: len(_PLACEHOLDER.findall(entry[0])))[1]] = None
        elif _makes(op, kind):
            # What does not exist yet has no id: EC2 refuses CreateInternetGateway on internet-gateway/*
            # (source: wording-ec2-encoded).
            arns[_filled(kind.arns[0], kind.name, op, unknown="*") or "*"] = None
    if arns:
        return tuple(arns)
    single = conventional_resource(action, op, named)
    return () if single is None else (single,)


def _makes(op: Operation, kind: catalog.ResourceType) -> bool:
    return _plain(op.name) == f"create{_plain(kind.name)}"


def _known(
    kind: catalog.ResourceType, op: Operation, named: Mapping[str, str], item: Any
) -> list[tuple[str, str]]:
    """The templates of a resource type that can be filled, each with its ARN."""
    own = named.get(kind.name.lower())

    def told(template: str) -> str | None:
        return _named(own, op, item) if own else given_arn(template, op) or _filled(template, kind.name, op)

    pairs = [(template, told(template)) for template in kind.arns]
    return [(template, arn) for template, arn in pairs if arn is not None]


def _roles(value: Any) -> Iterator[str]:
    """Every string in the parameters that is a role's ARN."""
    if isinstance(value, str):
        if _ROLE.fullmatch(value):
            yield value
    elif isinstance(value, Mapping):
        for member in value.values():
            yield from _roles(member)
    elif isinstance(value, list | tuple):
        for member in value:
            yield from _roles(member)


def _named(template: str, op: Operation, item: Any) -> str | None:
    try:
        return fill(template, op, item)
    except MissingParameterError:
        return None


def _filled(template: str, type_name: str, op: Operation, unknown: str | None = None) -> str | None:
    known = {"partition": op.partition, "region": op.region, "account": op.account}
    strings = {_plain(name): value for name, value in op.params.items() if isinstance(value, str) and value}
    noun = _plain(type_name)
    own = [name for name in _PLACEHOLDER.findall(template) if name.lower() not in known]
    arn = template
    for name in own:
        plain = _plain(name)
        # A type's own name may go by shorter ones: QueueName, Queue, Name, Id.
        alone = len(own) == 1 or plain == f"{noun}name"
        short = (f"{noun}name", f"{noun}id", noun, "name", "id") if alone else ()
        value = next((strings[key] for key in (plain, *short) if key in strings), unknown)
        if value is None or value.startswith("arn:"):
            return None
        before, _, after = arn.partition(f"${{{name}}}")
        # A value may carry the word that stands before it: alias/x for alias/${Alias}.
        arn = before + value.removeprefix(before.rpartition(":")[2] or "\0") + after
    for name, value in known.items():
        arn = re.sub(rf"\$\{{{name}\}}", value, arn, flags=re.IGNORECASE)
    return arn


def given_arn(template: str, op: Operation) -> str | None:
    """A parameter's value that is an ARN of a template's form."""
    literal_parts = _PLACEHOLDER.sub("\0", template).split("\0")
    form = re.compile("[^:]*".join(re.escape(part) for part in literal_parts))
    return next((value for value in _arns(op.params) if form.fullmatch(value)), None)


def _arns(params: Mapping[str, Any]) -> Iterator[str]:
    for name, value in params.items():
        if isinstance(value, str) and value.startswith("arn:") and not _plain(name).startswith("role"):
            yield value


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
