"""What a policy must refuse: each deed that it allows, done to what belongs to somebody else.

The probes follow from the policy. For each action and resource of each statement the policy must allow
it on a resource of the service's own, and refuse it on the same resource of another service, another stage,
another account and another region.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from verifier.iam.arn import Arn, parse_arn
from verifier.iam.catalog import can_be_scoped
from verifier.iam.document import PolicyDocument, Statement
from verifier.iam.evaluate import AuthorizationRequest, evaluate
from verifier.iam.variables import ContextValue

VALUES = {"account": "444455556666", "region": "eu-north-1", "stage": "dev", "partition": "aws"}
_OTHER_SERVICE, _OTHER_STAGE, _OTHER_ACCOUNT, _OTHER_REGION = "elsewhere", "prod", "999988887777", "sa-east-1"
_RANDOM = "x1y2z3"
# Their resources begin with a name, those of others with a type that a separator ends.
_UNTYPED = ("s3", "sns")


def overreach(policy: PolicyDocument, service: str) -> Iterator[str]:
    """What ``policy``, filled with VALUES, allows beyond ``service``, a line each.

    Also what it does not allow to the service itself: a probe on that would say nothing.
    """
    for statement in policy.statements:
        context = _context(statement)
        for action in statement.actions:
            for pattern in statement.resources:
                yield from _of_one(policy, service, action, pattern, context)


def _of_one(
    policy: PolicyDocument, service: str, action: str, pattern: str, context: Mapping[str, ContextValue]
) -> Iterator[str]:
    def allowed(resource: Arn) -> bool:
        request = AuthorizationRequest("ci", action, str(resource), context)
        return evaluate(request, (policy,)).allowed

    if pattern == "*":
        if can_be_scoped(action):
            yield f"{action} could stand on a resource"
        return
    own = _example(pattern)
    if "*" in action or own is None or not allowed(own):
        yield f"{action} on {pattern} is no deed"
        return
    for whose, resource in {**_elsewhere(own), **_of_others(action, own, service)}.items():
        if allowed(resource):
            yield f"{action} on {resource} is allowed: {whose}"
    if _RANDOM in own.resource and not _tells_nothing(action, own):
        yield from (f"{action} on {pattern} names no {what}" for what in _unnamed(own, service))


def _example(pattern: str) -> Arn | None:
    """A resource that ``pattern`` covers, in the account and region at hand as far as it leaves them open."""
    arn = parse_arn(pattern)
    if arn is None:
        return None
    account, region = (
        VALUES[field] if "*" in text else text
        for field, text in (("account", arn.account), ("region", arn.region))
    )
    return replace(arn, account=account, region=region, resource=arn.resource.replace("*", _RANDOM))


def _elsewhere(own: Arn) -> dict[str, Arn]:
    """The same in another account and region, where an ARN of its kind has those."""
    found = {}
    if own.account == VALUES["account"]:
        found["another account"] = replace(own, account=_OTHER_ACCOUNT)
    if own.region:
        found["another region"] = replace(own, region=_OTHER_REGION)
    return found


def _of_others(action: str, own: Arn, service: str) -> dict[str, Arn]:
    """The same of another service and another stage, as far as its name tells them."""
    if _tells_nothing(action, own):
        return {}
    name = _name(own)
    kind = own.resource.removesuffix(name)
    if service not in name:
        return {"another name": replace(own, resource=f"{own.resource}{_OTHER_SERVICE}")}
    found = {"another service": replace(own, resource=kind + name.replace(service, _OTHER_SERVICE))}
    mine, theirs = f"{service}-{VALUES['stage']}", f"{service}-{_OTHER_STAGE}"
    if mine in name:
        found["another stage"] = replace(own, resource=kind + name.replace(mine, theirs))
    return found


def _unnamed(own: Arn, service: str) -> list[str]:
    """Which of the service and the stage a name that is partly open does not tell."""
    return [
        what
        for what, text in (("service", service), ("stage", VALUES["stage"]))
        if text not in _name(own).replace(_RANDOM, "")
    ]


def _name(own: Arn) -> str:
    """The resource without its type: "function:name" and "role/name" are called name."""
    if own.service in _UNTYPED:
        return own.resource
    return re.sub(r"^[^:/]*[:/]", "", own.resource)


def _tells_nothing(action: str, own: Arn) -> bool:
    resource = f"{own.service}:{own.resource}"
    return any(
        fnmatchcase(resource, row["resource"].replace("{any}", _RANDOM))
        and row.get("action", action) == action
        for row in _unnamed_resources()
    )


@cache
def _unnamed_resources() -> list[dict[str, str]]:
    """Those that cannot tell whose they are; {any} is what the policy leaves open."""
    cases = Path(__file__).resolve().parents[1] / "cases" / "unnamed_resources.json"
    rows: list[dict[str, str]] = json.loads(cases.read_text(encoding="utf-8"))
    return rows


def _context(statement: Statement) -> dict[str, ContextValue]:
    """What a request must say for the statement's conditions to hold."""
    return {one.key: one.values[0].replace("*", _RANDOM) for one in statement.conditions}
