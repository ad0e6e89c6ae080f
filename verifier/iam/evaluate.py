"""What policies say of one request: allowed, implicitly denied or explicitly denied."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from verifier.iam.arn import resource_matches
from verifier.iam.condition import holds
from verifier.iam.document import PolicyDocument, Statement
from verifier.iam.variables import ContextValue, Variables, matches, wildcards

IDENTITY_POLICY = "identity-based policy"
BOUNDARY = "permissions boundary"


class Outcome(StrEnum):
    """The three answers, in the words of IAM's policy simulator."""

    ALLOWED = "allowed"
    IMPLICIT_DENY = "implicitDeny"
    EXPLICIT_DENY = "explicitDeny"


@dataclass(frozen=True)
class AuthorizationRequest:
    """May ``principal`` (an ARN) do ``action`` ("s3:GetObject") on ``resource`` (an ARN or "*")?

    ``context`` holds the condition keys, in any case: a string is a single-valued key, a tuple a
    multi-valued one.
    """

    principal: str
    action: str
    resource: str
    context: Mapping[str, ContextValue] = field(default_factory=dict)


@dataclass(frozen=True)
class StatementReference:
    """A statement of a named policy; ``index`` counts from 1."""

    policy: str
    sid: str | None
    index: int

    def __str__(self) -> str:
        return f"{self.policy}: {self.sid or f'statement {self.index}'}"


@dataclass(frozen=True)
class Decision:
    """An outcome, the kind of policy that decided it, and the statements that made it.

    ``policy_type`` is "identity-based policy" or "permissions boundary". ``statements`` are the
    matching denies of an explicit deny, the matching allows of an allowed request (of both kinds
    where there is a boundary), and empty for an implicit deny.
    """

    outcome: Outcome
    policy_type: str
    statements: tuple[StatementReference, ...] = ()

    @property
    def allowed(self) -> bool:
        """The request may go on."""
        return self.outcome is Outcome.ALLOWED

    @property
    def lacks_an_allow(self) -> bool:
        """Refused only because no identity-based policy allows it: a grant would lift that."""
        return self.outcome is Outcome.IMPLICIT_DENY and self.policy_type == IDENTITY_POLICY


def evaluate(
    request: AuthorizationRequest, policies: Sequence[PolicyDocument], boundary: PolicyDocument | None = None
) -> Decision:
    """Decide ``request`` by identity-based ``policies`` and an optional permissions boundary.

    A matching deny wins over every allow; without one, the policies and the boundary must both allow
    (source: iam-evaluation-deny, iam-evaluation-boundary). Where both refuse, the policies are named.
    """
    context = {key.lower(): value for key, value in request.context.items()}
    identity = _matching(request, context, policies)
    bounded = _matching(request, context, [boundary] if boundary else [])
    for policy_type, matching in ((IDENTITY_POLICY, identity), (BOUNDARY, bounded)):
        if matching.denies:
            return Decision(Outcome.EXPLICIT_DENY, policy_type, matching.denies)
    if not identity.allows:
        return Decision(Outcome.IMPLICIT_DENY, IDENTITY_POLICY)
    if boundary and not bounded.allows:
        return Decision(Outcome.IMPLICIT_DENY, BOUNDARY)
    return Decision(Outcome.ALLOWED, IDENTITY_POLICY, identity.allows + bounded.allows)


@dataclass(frozen=True)
class _Matching:
    """The statements that match a request, by their effect."""

    allows: tuple[StatementReference, ...]
    denies: tuple[StatementReference, ...]


def _matching(
    request: AuthorizationRequest, context: Mapping[str, ContextValue], policies: Sequence[PolicyDocument]
) -> _Matching:
    found: dict[str, list[StatementReference]] = {"Allow": [], "Deny": []}
    action = request.action.lower()
    for policy in policies:
        variables = Variables(context, policy.has_variables)
        for statement in policy.statements:
            if _applies(statement, action, request.resource, variables):
                reference = StatementReference(policy.name, statement.sid, statement.index)
                found[statement.effect].append(reference)
    return _Matching(tuple(found["Allow"]), tuple(found["Deny"]))


def _applies(statement: Statement, action: str, resource: str, variables: Variables) -> bool:
    return (
        _action_applies(statement, action)
        and _resource_applies(statement, resource, variables)
        and all(holds(condition, variables) for condition in statement.conditions)
    )


def _action_applies(statement: Statement, action: str) -> bool:
    if statement.not_actions:
        return not any(action_matches(pattern, action) for pattern in statement.not_actions)
    return any(action_matches(pattern, action) for pattern in statement.actions)


def _resource_applies(statement: Statement, resource: str, variables: Variables) -> bool:
    if statement.not_resources:
        return not any(resource_matches(pattern, resource, variables) for pattern in statement.not_resources)
    return any(resource_matches(pattern, resource, variables) for pattern in statement.resources)


@lru_cache(maxsize=16384)
def action_matches(pattern: str, action: str) -> bool:
    """Prefix and name without regard to case (source: iam-action-case); ``action`` is in lower case.

    A wildcard may stand in the prefix too (source: iam-wildcard-in-service).
    """
    return matches(wildcards(pattern.lower()), action)
