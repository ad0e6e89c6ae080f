"""What the authorizer decided: the record that every finding rests on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from verifier.authorization.caller import Certainty, OnBehalfOf
from verifier.authorization.operation import Operation, Requirement
from verifier.authorization.weights import Claim
from verifier.iam.evaluate import Decision


@dataclass(frozen=True)
class Decided:
    """One requirement of one operation, and what the policies say of it.

    ``claims`` is what the certainty was made from, for and against; ``source`` the one that its rule or
    handler names. ``enforced`` is false for a refusal that was let through: while observing, or because
    AWS is not known to ask for it. ``modelled`` is what an update would have asked for that did not run.
    """

    principal: str
    operation: Operation
    requirement: Requirement
    context: Mapping[str, str | tuple[str, ...]]
    decision: Decision
    certainty: Certainty
    source: str | None
    on_behalf_of: OnBehalfOf | None
    enforced: bool
    claims: tuple[Claim, ...] = ()
    modelled: bool = False

    @property
    def refused(self) -> bool:
        """The policies do not allow it, enforced or not."""
        return not self.decision.allowed


class DecisionSink(Protocol):
    """Where decisions go: the decision log."""

    def decided(self, decided: Decided) -> None:
        """Take one decision, before its operation is carried out."""


@dataclass(frozen=True)
class Refusal:
    """An enforced refusal, as AWS would word it: the first of an operation, as on AWS."""

    decided: Decided
    message: str

    def as_dict(self) -> dict[str, Any]:
        """Action, resource and message."""
        requirement = self.decided.requirement
        return {"action": requirement.action, "resource": requirement.resource, "message": self.message}
