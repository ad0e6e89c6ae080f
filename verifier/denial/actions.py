"""What action a text means that names an action in another spelling, or only an operation."""

import re
from functools import cache

from verifier.authorization.rules import ruled_services, service_rules, spelled
from verifier.iam import catalog
from verifier.iam.arn import parse_arn

_SETTER = re.compile(r"^set(?=[a-z])", re.IGNORECASE)


@cache
def true_name(printed: str) -> str:
    """``printed`` as IAM spells it; S3's SDK names actions after its operations ("s3:SetBucketEncryption").

    What nobody knows stays as it is.
    """
    known = spelled(printed)
    if known:
        return known
    service, _, name = printed.partition(":")
    for candidate in (name, _SETTER.sub("Put", name)):
        action = _of_operation(service.lower(), candidate)
        if action:
            return action
    return printed


@cache
def named_by(operation: str, service: str | None, resource: str | None) -> str | None:
    """The action of an operation of a service, as texts name it ("EC2"); None where it could be several."""
    if service:
        prefix = re.sub(r"[^a-z0-9-]", "", service.lower().removeprefix("amazon").removeprefix("aws"))
        action = _of_operation(prefix, operation)
        if action:
            return action
    arn = parse_arn(resource or "")
    if arn:
        return _of_operation(arn.service, operation)
    # The operation alone may tell, too.
    found = {_of_operation(known, operation) for known in _known_services()} - {None}
    return found.pop() if len(found) == 1 else None


def _of_operation(service: str, operation: str) -> str | None:
    """The action of an operation that is known to the rules, or named like its action."""
    ruled = _ruled(service).get(operation.lower())
    return ruled or catalog.canonical(f"{_prefix(service)}:{operation}")


@cache
def _known_services() -> tuple[str, ...]:
    return ruled_services()


@cache
def _prefix(service: str) -> str:
    return service_rules(service).prefix if _is_name(service) else service


def _is_name(service: str) -> bool:
    return re.fullmatch("[a-z0-9-]+", service) is not None


@cache
def _ruled(service: str) -> dict[str, str]:
    """The own action of each operation that the rules name, by its name in small letters."""
    if not _is_name(service):
        return {}
    return {
        name.lower(): rules.requires[0].action
        for name, rules in service_rules(service).operations.items()
        if rules.requires
    }
