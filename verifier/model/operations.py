"""What each API operation needs, as the rules have it, or as the convention does.

Every operation with a rule is listed; of a service, or a single operation, also those that the convention
covers: ``{iam prefix}:{Operation}`` on the ARN that AWS's reference gives.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import UnknownServiceError
from botocore.loaders import Loader

from verifier.authorization.rules import NotAsked, Rule, ServiceRules, ruled_services, service_rules
from verifier.authorization.sources import sources
from verifier.cloudformation.types.shapes import service_model
from verifier.errors import InputError
from verifier.iam import catalog
from verifier.model.knowledge import nearest
from verifier.model.overview import as_row


@dataclass(frozen=True)
class OperationNeed:
    """One action that an operation needs.

    ``resource`` is a template of the rules' (authorization/template.py), or AWS's own forms of ARNs.
    """

    action: str
    resource: str
    rule: Rule

    def as_dict(self) -> dict[str, Any]:
        """The JSON form."""
        rule = self.rule
        told = {"when": rule.when, "unless": rule.unless, "each": rule.each, "context": dict(rule.context)}
        source = {"source": rule.source, "seenIn": rule.seen_in}
        plain = {"action": self.action, "resource": self.resource, "primary": rule.primary}
        return plain | {name: value for name, value in (told | source).items() if value}


@dataclass(frozen=True)
class KnownOperation:
    """One operation ("lambda:CreateFunction"); ``by_rule`` is false for one that the convention covers.

    One that needs nothing has no ``needs``.
    """

    name: str
    by_rule: bool
    needs: tuple[OperationNeed, ...]
    not_asked: tuple[tuple[str, NotAsked], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The JSON form, with the addresses of its sources."""
        not_asked = [
            {"action": action} | {key: value for key, value in vars(why).items() if value}
            for action, why in self.not_asked
        ]
        named = {one.rule.source or one.rule.seen_in for one in self.needs} | {
            why.source for _, why in self.not_asked
        }
        return {
            "operation": self.name,
            "by": "rule" if self.by_rule else "convention",
            "needs": [one.as_dict() for one in self.needs],
            "notAsked": not_asked,
            "sources": [as_row(one) for one in sources().values() if one.id in named],
        }


def operations(wanted: str = "") -> tuple[KnownOperation, ...]:
    """All with a rule; of ``wanted``, a service ("lambda") or an operation ("lambda:Invoke"), all known ones.

    A service is named as botocore or as IAM does ("stepfunctions", "states"). Raises InputError for what
    there is not.
    """
    if not wanted:
        return tuple(one for service in ruled_services() for one in _ruled(service_rules(service)))
    prefix, _, name = wanted.partition(":")
    found = tuple(one for service in _services(prefix.lower()) for one in _all(service))
    if not name:
        return found
    own = tuple(one for one in found if one.name.partition(":")[2].lower() == name.lower())
    if not own:
        near = nearest(wanted, [one.name for one in found])
        raise InputError(f"{wanted}: no operation that a rule or the convention covers{near}")
    return own


def _services(prefix: str) -> tuple[str, ...]:
    """botocore's names of what is called ``prefix``."""
    known = _known_services()
    found = [one for one in known if prefix in (one, service_rules(one).prefix)]
    if not found:
        raise InputError(f"{prefix}: no service of AWS{nearest(prefix, known)}")
    return tuple(found)


def _known_services() -> tuple[str, ...]:
    return tuple(sorted({*ruled_services(), *Loader().list_available_services("service-2")}))


def _all(service: str) -> Iterator[KnownOperation]:
    """Those with a rule first, then those of the API that the convention covers."""
    rules = service_rules(service)
    yield from _ruled(rules)
    try:
        names = service_model(service).operation_names
    except UnknownServiceError:
        return
    for name in sorted(set(names) - rules.operations.keys()):
        action = catalog.canonical(f"{rules.prefix}:{name}")
        if action is not None:
            rule = Rule(action, None, primary=True)
            yield KnownOperation(
                f"{service}:{name}", False, (OperationNeed(action, _resource(rule, rules), rule),)
            )


def _ruled(rules: ServiceRules) -> Iterator[KnownOperation]:
    for name, written in sorted(rules.operations.items()):
        needs = tuple(OperationNeed(rule.action, _resource(rule, rules), rule) for rule in written.requires)
        yield KnownOperation(f"{rules.service}:{name}", True, needs, tuple(written.not_asked.items()))


def _resource(rule: Rule, rules: ServiceRules) -> str:
    """The rule's template; without one those of the action's resource types, the file's own before AWS's."""
    if rule.resource is not None:
        return rule.resource
    kinds = catalog.resource_types(rule.action)
    forms = [rules.resources.get(kind.name.lower()) or " or ".join(map(_plain, kind.arns)) for kind in kinds]
    return " or ".join(dict.fromkeys(forms)) or "*"


def _plain(form: str) -> str:
    """AWS's form of an ARN with its places as ours are written."""
    found = form.replace("${", "{")
    for place in ("Partition", "Region", "Account"):
        found = found.replace(f"{{{place}}}", f"{{{place.lower()}}}")
    return found
