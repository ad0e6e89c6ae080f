"""One refusal that a text tells of."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class DenialKind(StrEnum):
    """How AWS refused, as far as the text says."""

    IMPLICIT = "implicit-deny"
    EXPLICIT = "explicit-deny"
    UNKNOWN = "unknown"


class Refused(StrEnum):
    """Who was refused."""

    DEPLOYER = "deployer"
    FUNCTION_ROLE = "function-role"
    SERVICE_ROLE = "service-role"
    END_USER = "end-user"


class Severity(StrEnum):
    """Whether what was refused ended there; a tool goes on after a warning."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Denial:
    """What is known of one refusal; None for what the text does not tell.

    ``resource`` and ``principal`` are as printed, ``action`` is spelled as IAM spells it. ``inferred``: the
    action is not named as what was refused, but follows from what is. ``policy_type`` is one of identity,
    resource, boundary, session, scp, rcp, vpc-endpoint. ``grantable``: a policy of the deployer's could lift
    it, as far as the text says. ``known`` is, in words, what else there is to say.
    """

    action: str | None
    resource: str | None = None
    principal: str | None = None
    kind: DenialKind = DenialKind.UNKNOWN
    policy_type: str | None = None
    policy_arn: str | None = None
    refused: Refused = Refused.DEPLOYER
    severity: Severity = Severity.ERROR
    grantable: bool = True
    inferred: bool = False
    known: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "action": self.action,
            "resource": self.resource,
            "principal": self.principal,
            "kind": str(self.kind),
            "policyType": self.policy_type,
            "attribution": str(self.refused),
            "severity": str(self.severity),
            "grantable": self.grantable,
            "policyArn": self.policy_arn,
            "inferred": self.inferred,
            "known": self.known,
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Denial":
        """What ``as_dict`` made."""
        return cls(
            plain["action"],
            plain["resource"],
            plain["principal"],
            DenialKind(plain["kind"]),
            plain["policyType"],
            plain["policyArn"],
            Refused(plain["attribution"]),
            Severity(plain["severity"]),
            plain["grantable"],
            plain["inferred"],
            plain["known"],
        )
