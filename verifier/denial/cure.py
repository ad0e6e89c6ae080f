"""What would lift refusals: the statements for the deployer's policy, and who else must act."""

import re
from collections.abc import Iterable

from verifier.denial.denial import Denial, DenialKind, Refused
from verifier.grant.evidence import Permission
from verifier.grant.pack import policy
from verifier.iam import catalog
from verifier.iam.arn import Arn, parse_arn
from verifier.iam.placeholders import FORMS
from verifier.iam.policy import PolicyDocument

_ACTION = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9*_]+")
# How people and tools mask what they do not show.
_MASK = re.compile(r"<[^>]*>|\{[^}]*\}|\[[^\]]*\]|\*{2,}|x{3,}|X{3,}|\.{3}|…")
_NAMED_IN_IAM = re.compile(r"(role|user|group|policy|instance profile) (\S+)")
# Accounts that are AWS's own.
_ACCOUNTS = ("", "*", "aws", "cloudfront")

POLICIES = {
    "identity": "identity-based policy",
    "resource": "resource-based policy",
    "boundary": "permissions boundary",
    "session": "session policy",
    "scp": "service control policy",
    "rcp": "resource control policy",
    "vpc-endpoint": "VPC endpoint policy",
}
_ROLES = {
    Refused.FUNCTION_ROLE: "a function's role was refused, not the deployer: that role needs it",
    Refused.SERVICE_ROLE: "a service's role was refused, not the deployer: that role needs it",
    Refused.END_USER: "a visitor was refused, not the deployer: their role or the resource must allow it",
}


def grant_for(denials: Iterable[Denial]) -> PolicyDocument | None:
    """The policy that would lift the refusals that one of the deployer's can; None where there is none."""
    permissions = {
        Permission(denial.action, resource_of(denial))
        for denial in denials
        if denial.grantable and denial.action and _ACTION.fullmatch(denial.action)
    }
    return policy(permissions) if permissions else None


def resource_of(denial: Denial) -> str:
    """The resource for a policy: with ``*`` for what is masked, and alone where no ARN is told or taken."""
    action, printed = denial.action or "", denial.resource or ""
    if catalog.action_exists(action) and not catalog.can_be_scoped(action):
        return "*"
    arn = parse_arn(_of_iam(denial) or printed.removeprefix("policy "))
    if arn is None:
        return "*"
    region = arn.region if not arn.region or FORMS["region"].fullmatch(arn.region) else "*"
    return str(
        Arn(_partition(arn), _MASK.sub("*", arn.service), region, _account(arn), _MASK.sub("*", arn.resource))
    )


def remedy(denial: Denial) -> str:
    """What can be done about it, in one sentence."""
    if denial.refused in _ROLES:
        return _ROLES[denial.refused]
    policy_name = POLICIES.get(denial.policy_type or "", "policy")
    if denial.kind is DenialKind.EXPLICIT:
        named = f" ({denial.policy_arn})" if denial.policy_arn else ""
        return f"an explicit deny in a {policy_name}{named}: no grant lifts it; that policy must change"
    if denial.grantable:
        told = denial.policy_type is not None
        return "a grant lifts it" if told else "a grant lifts it, unless another kind of policy refuses it"
    if denial.policy_type:
        return f"no {policy_name} allows it: a grant does not help; that policy must allow it"
    return "no grant lifts it"


def is_of(denial: Denial, user: str) -> bool:
    """Whether the user with that ARN was refused, as far as the words tell: an account may stand for it."""
    named = denial.principal or ""
    return denial.refused is Refused.DEPLOYER and (not named.startswith("arn:") or named == user)


def _of_iam(denial: Denial) -> str | None:
    """IAM's own way to name a role or a user, "role NAME", as an ARN in the account of who was refused."""
    named = _NAMED_IN_IAM.fullmatch(denial.resource or "")
    if named is None or named[2].startswith("arn:"):
        return None
    who = parse_arn(denial.principal or "")
    partition, account = (_partition(who), _account(who)) if who else ("aws", "*")
    return f"arn:{partition}:iam::{account or '*'}:{named[1].replace(' ', '-')}/{named[2]}"


def _partition(arn: Arn) -> str:
    return arn.partition if FORMS["partition"].fullmatch(arn.partition) else "*"


def _account(arn: Arn) -> str:
    return arn.account if arn.account in _ACCOUNTS or FORMS["account"].fullmatch(arn.account) else "*"
