"""Reads ``rules/<service>.yaml``: what differs from the convention, per botocore service.

    prefix: lambda                        # IAM's prefix; absent: the service's own
    resources:                            # templates by AWS's resource type, or by a name of our own
      function: "{FunctionName|function}" # the convention fills an action's type with it
    paths: {GetApi: GET /apis/{ApiId}}    # API Gateway: verb and path are action and resource
    operations:
      HeadBucket: s3:ListBucket           # short for one requirement: action, then a resource if need be
      CreateFunction:
        requires:                         # the first one is the operation's own (primary)
          - action: lambda:CreateFunction # absent: {prefix}:{Operation}
            resource: function            # a name of `resources`, or a template; absent: by convention
            context: {lambda:Layer: "{Layers[]}"}
          - {action: lambda:TagResource, when: Tags, source: id-of-sources.yaml}
          - {passRole: Role, to: lambda.amazonaws.com}   # iam:PassRole where that parameter is given
        notAsked:                         # what AWS's reference lists and no rule above asks for
          lambda:AddPermission: {parameter: Policy}
          lambda:ListTags: {reason: ..., source: ...}

A requirement counts ``when`` and ``unless`` (``template.holds``) say so, and once for each element
(``item``) of the list, or key of the map, at ``each``. ``seenIn`` instead of ``source``: a source that
names the action without showing that AWS enforces it here. ``primary: true`` marks a further action
of the operation's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from verifier.errors import VerifierError
from verifier.iam import catalog

_RULE_KEYS = {"action", "resource", "context", "when", "unless", "each", "source", "seenIn", "primary"}
_PASS_ROLE_SOURCE = "passrole-guide"


class RuleError(VerifierError):
    """A rule file is not of the form that this module's docstring shows."""


@dataclass(frozen=True)
class Rule:
    """One requirement of an operation, as written; templates not yet filled."""

    action: str
    resource: str | None
    """A template; None for the catalog's ARN."""
    context: Mapping[str, Any] = field(default_factory=dict)
    when: Any = None
    unless: Any = None
    each: str | None = None
    """A path to a list: the rule counts once for each element, called ``item`` in its templates."""
    source: str | None = None
    """Where AWS was read to enforce it."""
    seen_in: str | None = None
    """Where the action was only read to be named: it stays *likely*."""
    primary: bool = False


@dataclass(frozen=True)
class NotAsked:
    """An action that AWS's reference lists for an operation, and why no rule asks for it.

    With ``parameter``: nobody knows what AWS asks when that is given, so the operation is unmapped then.
    """

    parameter: str | None = None
    reason: str | None = None
    source: str | None = None


@dataclass(frozen=True)
class OperationRules:
    """Everything the rule files say about one operation. No ``requires``: it needs no permission."""

    requires: tuple[Rule, ...]
    not_asked: Mapping[str, NotAsked] = field(default_factory=dict)


@dataclass(frozen=True)
class ServiceRules:
    """One rule file."""

    service: str
    prefix: str
    operations: Mapping[str, OperationRules]
    resources: Mapping[str, str] = field(default_factory=dict)
    """Resource templates by the name of AWS's resource type, lower case."""


@cache
def service_rules(service: str) -> ServiceRules:
    """The rules for a botocore service name; no operations where there is no file."""
    file = resources.files(__package__) / "rules" / f"{service}.yaml"
    if not file.is_file():
        return ServiceRules(service, _prefixes().get(service, service), {})
    return parse(service, _load(file.read_text(encoding="utf-8")))


def ruled_services() -> tuple[str, ...]:
    """The botocore names of the services that have a rule file."""
    folder = resources.files(__package__) / "rules"
    return tuple(
        sorted(file.name.removesuffix(".yaml") for file in folder.iterdir() if file.name.endswith(".yaml"))
    )


def spelled(action: str) -> str | None:
    """``action`` as IAM spells it; None for one that AWS is not known to ask for.

    AWS enforces a few actions that its reference does not name (apigateway:TagResource): a rule names them.
    """
    return catalog.canonical(action) or _beyond_the_catalogue().get(action.lower())


@cache
def _beyond_the_catalogue() -> Mapping[str, str]:
    """The actions that only rules name, by their names in small letters."""
    asked = {
        rule.action
        for service in ruled_services()
        for operation in service_rules(service).operations.values()
        for rule in operation.requires
    }
    return {action.lower(): action for action in asked if catalog.canonical(action) is None}


def parse(service: str, content: Mapping[str, Any]) -> ServiceRules:
    """The content of a rule file. Raises RuleError naming the operation."""
    prefix = content.get("prefix", service)
    named = {name.lower(): template for name, template in content.get("resources", {}).items()}
    operations = {name: _from_path(prefix, line) for name, line in content.get("paths", {}).items()}
    for name, entry in content.get("operations", {}).items():
        base = operations[name].requires if name in operations else ()
        operations[name] = _operation(f"{service}:{name}", f"{prefix}:{name}", entry, named, base)
    return ServiceRules(service, prefix, operations, named)


def _from_path(prefix: str, line: str) -> OperationRules:
    verb, _, path = line.partition(" ")
    return OperationRules((Rule(f"{prefix}:{verb}", _template(path, f"{prefix}:", {}), primary=True),))


def _operation(
    label: str, own: str, entry: Any, named: Mapping[str, str], base: tuple[Rule, ...]
) -> OperationRules:
    if isinstance(entry, str):
        action, _, resource = entry.partition(" ")
        entry = {"requires": [{"action": action, **({"resource": resource} if resource else {})}]}
    unknown = set(entry) - {"requires", "notAsked"}
    if unknown:
        raise RuleError(f"{label}: unknown key {min(unknown)}")
    written = entry.get("requires", [] if base else [{}])
    rules = [
        _rule(label, own, _spelled_out(rule), named, primary=not base and i == 0)
        for i, rule in enumerate(written)
    ]
    not_asked = {action: NotAsked(**why) for action, why in entry.get("notAsked", {}).items()}
    return OperationRules((*base, *rules), not_asked)


def _spelled_out(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """``{passRole: Role, to: service}`` as the rule it is short for."""
    if "passRole" not in entry:
        return entry
    path = entry["passRole"]
    return {
        "action": "iam:PassRole",
        "resource": f"{{{path}|role}}",
        "when": path,
        "context": {"iam:PassedToService": entry["to"]},
        "source": _PASS_ROLE_SOURCE,
        **{key: value for key, value in entry.items() if key not in ("passRole", "to")},
    }


def _rule(label: str, own: str, entry: Mapping[str, Any], named: Mapping[str, str], *, primary: bool) -> Rule:
    unknown = set(entry) - _RULE_KEYS
    if unknown:
        raise RuleError(f"{label}: unknown key {min(unknown)}")
    resource = entry.get("resource")
    return Rule(
        action=entry.get("action", own),
        resource=None if resource is None else _template(str(resource), own, named),
        context=entry.get("context", {}),
        when=entry.get("when"),
        unless=entry.get("unless"),
        each=entry.get("each"),
        source=entry.get("source"),
        seen_in=entry.get("seenIn"),
        primary=entry.get("primary", primary),
    )


def _template(resource: str, own: str, named: Mapping[str, str]) -> str:
    if resource.startswith("/"):
        return f"arn:{{partition}}:{own.partition(':')[0]}:{{region}}::{resource}"
    return named.get(resource.lower(), resource)


@cache
def _prefixes() -> Mapping[str, str]:
    """IAM's prefix per botocore service, where the two differ."""
    file = resources.files(__package__) / "prefixes.yaml"
    loaded: Mapping[str, str] = _load(file.read_text(encoding="utf-8"))
    return loaded


def _load(text: str) -> Any:
    import yaml

    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
