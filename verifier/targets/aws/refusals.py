"""Refusals in the words of stack events: what CloudFormation was refused on the user's behalf."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from verifier.authorization.caller import Certainty, OnBehalfOf
from verifier.denial.cure import POLICIES, is_of, resource_of
from verifier.denial.denial import Denial, DenialKind, Severity
from verifier.denial.parse import denials_of
from verifier.grant.evidence import Asked
from verifier.iam import catalog
from verifier.iam.arn import Arn, parse_arn
from verifier.iam.evaluate import AuthorizationRequest
from verifier.iam.limits import surely_refused
from verifier.iam.policy import PolicyDocument
from verifier.targets.interface import StackEvent

_LIFECYCLES = (("DELETE", "delete"), ("UPDATE", "update"), ("CREATE", "create"), ("ROLLBACK", "delete"))
# The registry's code for a refusal, which is all that is told where the service says nothing.
_BARE = "HandlerErrorCode: AccessDenied"
_VARIABLE = re.compile(r"\$\{[^}]*\}")


def refusals_in(
    events: Iterable[StackEvent], phase: str, place: Arn, user: str, boundary: PolicyDocument | None = None
) -> Iterator[Asked]:
    """Each refusal that the reasons of ``events`` tell of; without its action where they do not say it.

    ``place`` has partition, region and account; ``user`` is the ARN of the restricted user, whom
    ``boundary`` limits.
    """
    for event in events:
        if not event.reason or not event.status.endswith("FAILED"):
            continue
        told = denials_of(event.reason)
        named = [denial for denial in told if denial.action]
        if not named and not event.is_stack and (told or _BARE in event.reason):
            named = [Denial(None)]
        for denial in named:
            yield _asked(_bounded(denial, place, user, boundary), event, phase, place, user)


def refusals_told(text: str, phase: str, place: Arn, user: str) -> Iterator[Asked]:
    """Each refusal of the user's own that the tool's words tell of, with the action named."""
    for denial in denials_of(text):
        told = denial.action and not denial.inferred and "*" not in denial.action
        if told and denial.severity is Severity.ERROR:
            yield _asked(denial, None, phase, place, user)


def lifecycle_of(status: str) -> str:
    """What CloudFormation does with what has ``status``: create, update, delete; read for no such status."""
    return next((word for start, word in _LIFECYCLES if status.startswith(start)), "read")


def _bounded(denial: Denial, place: Arn, user: str, boundary: PolicyDocument | None) -> Denial:
    """What the boundary surely refuses is told as that, where the words leave it open."""
    if not denial.action or denial.policy_type or not denial.grantable:
        return denial
    request = AuthorizationRequest(user, denial.action, _resource(denial, place))
    if boundary is None or surely_refused(request, boundary) is None:
        return denial
    return replace(denial, grantable=False, policy_type="boundary", policy_arn=boundary.name)


def _asked(denial: Denial, event: StackEvent | None, phase: str, place: Arn, user: str) -> Asked:
    action = denial.action or ""
    if not is_of(denial, user):
        denial = replace(denial, grantable=False)
    behalf = None
    if event is not None and not event.is_stack:
        behalf = OnBehalfOf(event.stack, event.logical_id, event.type, lifecycle_of(event.status))
    service, _, name = action.partition(":")
    return Asked(
        action=action,
        resource=_resource(denial, place),
        phase=phase,
        operation=f"{service}:{name}" if action else "",
        certainty=Certainty.OBSERVED,
        on_behalf_of=behalf,
        refused=True,
        enforced=True,
        grantable=denial.grantable,
        reason=_reason(denial),
        # The tool's own words may be long, and hold anything.
        message=(event.reason or "") if event is not None else "",
    )


def _resource(denial: Denial, place: Arn) -> str:
    """As told; else the widest that the catalogue gives in this account and region, ``*`` where none."""
    told = resource_of(denial)
    action = denial.action or ""
    if told != "*" or not catalog.can_be_scoped(action):
        return told
    templates = catalog.arn_templates(action)
    if len(templates) != 1:
        return told
    filled = templates[0]
    values = {"Partition": place.partition, "Region": place.region, "Account": place.account}
    for name, value in values.items():
        filled = filled.replace(f"${{{name}}}", value)
    filled = _VARIABLE.sub("*", filled)
    return filled if parse_arn(filled) is not None else told


def _reason(denial: Denial) -> str:
    if denial.grantable:
        return "no allow"
    kind = "an explicit deny" if denial.kind is DenialKind.EXPLICIT else "no allow"
    if denial.policy_type:
        named = f" {denial.policy_arn}" if denial.policy_arn else ""
        return f"{kind} in the {POLICIES.get(denial.policy_type, denial.policy_type)}{named}"
    return f"{kind} of {denial.principal}" if denial.principal else kind
