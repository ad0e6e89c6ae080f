"""Who asks: the principal that signs a request, and the policies that speak for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from verifier.iam.policy import PolicyDocument


@dataclass(frozen=True)
class Caller:
    """An IAM user, an assumed role or the account's root (``is_root``: the administrator).

    ``policies`` are the identity-based ones: inline, managed and those of groups; each document
    carries the name it is shown under. ``access_key`` stays in memory and is never recorded.
    """

    arn: str
    account: str
    user_id: str
    policies: tuple[PolicyDocument, ...] = ()
    boundary: PolicyDocument | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    is_root: bool = False
    assumed_by: str = ""
    """For a role's session the ARN of who stands behind it: who assumed the first of a chain of roles."""

    @property
    def origin(self) -> str:
        """The ARN of who stands behind the request: the caller itself, or who assumed its role."""
        return self.assumed_by or self.arn

    @property
    def user_name(self) -> str:
        """The user's name, without its path; empty for root."""
        return "" if self.is_root else self.arn.rpartition("/")[2]


class Certainty(IntEnum):
    """How sure it is that AWS asks for a permission (DESIGN.md, rule 4); a higher one is surer.

    What is disproved is not asked for: no decision and no finding has it.
    """

    DISPROVED = 0
    UPPER_BOUND = 1
    LIKELY = 2
    CALL = 3
    OBSERVED = 4

    @property
    def label(self) -> str:
        """The words of reports and JSON: "disproved", "upper bound", "likely", "call", "observed"."""
        return self.name.lower().replace("_", " ")


@dataclass(frozen=True)
class OnBehalfOf:
    """The resource of a stack for which CloudFormation makes a call with its caller's rights.

    ``lifecycle`` is create, read, update or delete; ``used_by`` names the resource whose
    Fn::GetAtt made CloudFormation read this one.
    """

    stack: str
    logical_id: str
    type: str
    lifecycle: str
    used_by: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The JSON form, in evidence and in the decision log."""
        plain = {
            "service": "cloudformation",
            "stack": self.stack,
            "logicalId": self.logical_id,
            "type": self.type,
            "lifecycle": self.lifecycle,
        }
        return plain | ({"usedBy": self.used_by} if self.used_by else {})

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "OnBehalfOf":
        """What ``as_dict`` made. Raises KeyError for anything else."""
        return cls(
            stack=plain["stack"],
            logical_id=plain["logicalId"],
            type=plain["type"],
            lifecycle=plain["lifecycle"],
            used_by=plain.get("usedBy"),
        )
