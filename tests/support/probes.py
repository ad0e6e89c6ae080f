"""What a policy must refuse: each deed that it allows, done to what belongs to somebody else.

The probes follow from the policy. For each action and resource of each statement the policy must allow
it on a resource of the service's own, and refuse it on the same resource of another service, another stage,
another account and another region.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from verifier.iam.arn import Arn, parse_arn
from verifier.iam.catalog import can_be_scoped
from verifier.iam.document import PolicyDocument, Statement
from verifier.iam.evaluate import AuthorizationRequest, evaluate
from verifier.iam.variables import ContextValue

CASES = Path(__file__).resolve().parents[1] / "cases" / "unnamed_resources.json"
VALUES = {"account": "444455556666", "region": "eu-north-1", "stage": "dev", "partition": "aws"}
_OTHER_SERVICE, _OTHER_STAGE, _OTHER_ACCOUNT, _OTHER_REGION = "elsewhere", "prod", "999988887777", "sa-east-1"
_RANDOM = "x1y2z3"


@dataclass(frozen=True)
class Unnamed:
    """A pattern of ``service:resource`` that cannot name the deployed service, and why."""

    resource: str
    why: str


def unnamed() -> tuple[Unnamed, ...]:
    """The resources that AWS names by random ids."""
    rows = json.loads(CASES.read_text(encoding="utf-8"))
    return tuple(Unnamed(**row) for row in rows)


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
    def allowed(resource: str) -> bool:
        return evaluate(AuthorizationRequest("ci", action, resource, context), (policy,)).allowed

    if "*" in action:
        yield f"{action} on {pattern} stands for several actions"
    if pattern == "*":
        if can_be_scoped(action):
            yield f"{action} could stand on a resource"
        return
    own = parse_arn(pattern.replace("*", _RANDOM))
    if own is None or not allowed(str(own)):
        yield f"{action} on {pattern} allows nothing"
        return
    for whose, resource in _others(own, service):
        if allowed(str(resource)):
            yield f"{action} on {resource} is allowed: {whose}"
    if service not in own.resource and "*" in pattern and not _is_unnamed(own):
        yield f"{action} on {pattern} names no service"


def _others(own: Arn, service: str) -> Iterator[tuple[str, Arn]]:
    """The same resource of others, as far as an ARN of its kind tells whose it is."""
    if own.account == VALUES["account"]:
        yield "another account", replace(own, account=_OTHER_ACCOUNT)
    if own.region:
        yield "another region", replace(own, region=_OTHER_REGION)
    if service in own.resource:
        yield "another service", replace(own, resource=own.resource.replace(service, _OTHER_SERVICE))
    elif not _is_unnamed(own):
        yield "another name", replace(own, resource=f"{own.resource}-{_OTHER_SERVICE}")
    mine = f"{service}-{VALUES['stage']}"
    if mine in own.resource:
        yield "another stage", replace(own, resource=own.resource.replace(mine, f"{service}-{_OTHER_STAGE}"))


def _is_unnamed(own: Arn) -> bool:
    return any(fnmatchcase(f"{own.service}:{own.resource}", one.resource) for one in unnamed())


def _context(statement: Statement) -> dict[str, ContextValue]:
    """What a request must say for the statement's conditions to hold."""
    return {one.key: one.values[0].replace("*", _RANDOM) for one in statement.conditions}
