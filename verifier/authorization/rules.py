"""Reads ``rules/<service>.yaml``: what differs from the convention, per botocore service.

prefix: lambda                        # IAM's prefix; absent: the service's own name
resources: {function: "arn:...{FunctionName|function}"}   # names for resource templates
paths: {GetApi: GET /apis/{ApiId}}    # API Gateway: verb and path are action and resource
operations:
  CreateFunction:
    requires:                         # the first one is the operation's own (primary)
      - action: lambda:CreateFunction # absent: {prefix}:{Operation}
        resource: function            # a name of `resources`, a template; absent: the catalog's ARN
        context: {lambda:Layer: "{Layers[]}"}
      - {action: iam:PassRole, resource: "{Role}", when: Role, source: id-of-sources.yaml}
    notAsked:                         # what AWS's reference lists and no rule above asks for
      lambda:PassCapacityProvider: {parameter: CapacityProviderConfig}
      lambda:ListTags: {reason: ..., source: ...}
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from verifier.errors import VerifierError

_RULE_KEYS = {"action", "resource", "context", "when", "unless", "each", "source", "primary"}


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


def parse(service: str, content: Mapping[str, Any]) -> ServiceRules:
    """The content of a rule file. Raises RuleError naming the operation."""
    prefix = content.get("prefix", service)
    named = content.get("resources", {})
    operations = {name: _from_path(prefix, line) for name, line in content.get("paths", {}).items()}
    for name, entry in content.get("operations", {}).items():
        base = operations[name].requires if name in operations else ()
        operations[name] = _operation(f"{service}:{name}", f"{prefix}:{name}", entry, named, base)
    return ServiceRules(service, prefix, operations)


def _from_path(prefix: str, line: str) -> OperationRules:
    verb, _, path = line.partition(" ")
    arn = f"arn:{{partition}}:{prefix}:{{region}}::{path}"
    return OperationRules((Rule(f"{prefix}:{verb}", arn, primary=True),))


def _operation(
    label: str, own: str, entry: Mapping[str, Any], named: Mapping[str, str], base: tuple[Rule, ...]
) -> OperationRules:
    unknown = set(entry) - {"requires", "notAsked"}
    if unknown:
        raise RuleError(f"{label}: unknown key {min(unknown)}")
    written = entry.get("requires", [{}] if "requires" not in entry and not base else [])
    rules = [_rule(label, own, rule, named, primary=not base and i == 0) for i, rule in enumerate(written)]
    not_asked = {action: NotAsked(**why) for action, why in entry.get("notAsked", {}).items()}
    return OperationRules((*base, *rules), not_asked)


def _rule(label: str, own: str, entry: Mapping[str, Any], named: Mapping[str, str], *, primary: bool) -> Rule:
    unknown = set(entry) - _RULE_KEYS
    if unknown:
        raise RuleError(f"{label}: unknown key {min(unknown)}")
    resource = entry.get("resource")
    return Rule(
        action=entry.get("action", own),
        resource=None if resource is None else named.get(resource, resource),
        context=entry.get("context", {}),
        when=entry.get("when"),
        unless=entry.get("unless"),
        each=entry.get("each"),
        source=entry.get("source"),
        primary=entry.get("primary", primary),
    )


@cache
def _prefixes() -> Mapping[str, str]:
    """IAM's prefix per botocore service, where the two differ."""
    file = resources.files(__package__) / "prefixes.yaml"
    loaded: Mapping[str, str] = _load(file.read_text(encoding="utf-8"))
    return loaded


def _load(text: str) -> Any:
    import yaml

    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
