"""What policies say of one request: allowed, implicitly denied or explicitly denied."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from verifier.iam.policy import PolicyDocument

ContextValue = str | tuple[str, ...]
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


def evaluate(
    request: AuthorizationRequest, policies: Sequence[PolicyDocument], boundary: PolicyDocument | None = None
) -> Decision:
    """Decide ``request`` by identity-based ``policies`` and an optional permissions boundary."""
    raise NotImplementedError
