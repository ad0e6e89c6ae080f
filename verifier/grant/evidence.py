"""What a trial was asked for: the facts that findings, grants and reports are made of.

Plain values, with no AWS library behind them, so that the loop can be read and tested alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from verifier.authorization.caller import Certainty, OnBehalfOf
from verifier.authorization.weights import Claim
from verifier.iam.policy import Condition, condition_block


@dataclass(frozen=True)
class Permission:
    """One action on one resource pattern, as it stands in a policy.

    ``conditions`` narrow it (StringEquals on iam:PassedToService), sorted; empty where none is needed.
    ``resource`` may hold placeholders ({account}, {region}, {stage}, {partition}).
    """

    action: str
    resource: str
    conditions: tuple[Condition, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The JSON form, in the journal and in results: action, resource and the Condition element."""
        return {
            "action": self.action,
            "resource": self.resource,
            "condition": condition_block(self.conditions),
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Permission":
        """What ``as_dict`` made. Raises KeyError, AttributeError for anything else."""
        conditions = sorted(
            Condition(operator, key, (value,))
            for operator, pairs in plain["condition"].items()
            for key, value in pairs.items()
        )
        return cls(plain["action"], plain["resource"], tuple(conditions))


@dataclass(frozen=True)
class Asked:
    """One requirement that was decided in a trial: by whom it was asked, and what came of it.

    It says nothing of how a target learnt it: from a decision of ours, or from AWS's own words.
    """

    action: str
    """Empty for a refusal on somebody's behalf of which AWS does not say what it refused."""
    resource: str
    """As seen in the trial: real account, region, names and random tokens."""
    phase: str
    operation: str
    """"service:Operation", botocore's names."""
    certainty: Certainty
    context: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    """Only the condition keys that the requirement itself sets, such as iam:PassedToService."""
    source: str | None = None
    """The one that its rule or handler names."""
    claims: tuple[Claim, ...] = ()
    """What all sources say of it, for and against; not in the journal."""
    on_behalf_of: OnBehalfOf | None = None
    """None when the command-line tool asked itself; else CloudFormation did."""
    modelled: bool = False
    """An update would have asked for it that did not run."""
    tolerated: bool = False
    """The tool goes on without this call."""
    refused: bool = False
    enforced: bool = False
    grantable: bool = True
    """False for an explicit deny or a boundary: no grant lifts it."""
    reason: str = ""
    """For a refusal, by which kind of policy, in a few words."""
    message: str = ""
    """For a refusal, the whole message of the answer; also where it was let through."""
    unnoticed: bool = False
    """Only CloudTrail tells of the refusal: neither the tool nor a stack's events said so."""


@dataclass(frozen=True)
class GeneratedName:
    """A physical name that CloudFormation made up in this trial."""

    name: str
    type: str
    stack: str
    kept: str
    """The longest prefix of the stack's name that stands in ``name``."""


@dataclass(frozen=True)
class Provenance:
    """Where the changing parts of a trial's ARNs come from: nothing is generalised by guessing."""

    partition: str
    account: str
    region: str
    stage: str
    service: str
    tokens: frozenset[str] = frozenset()
    generated: tuple[GeneratedName, ...] = ()

    @property
    def placeholders(self) -> dict[str, str]:
        """What the placeholders of a policy stood for in this trial."""
        return {
            "account": self.account,
            "region": self.region,
            "stage": self.stage,
            "partition": self.partition,
        }


def split_tolerated(asked: Sequence[Asked]) -> tuple[tuple[Asked, ...], tuple[Asked, ...]]:
    """What must be granted, and what the tool goes on without and nobody else needs.

    A call that is tolerated proves no need: where someone else in the trial needs the same action on the
    same resource, the grant is there on that one's evidence alone.
    """
    needed = tuple(item for item in asked if not item.tolerated)
    granted = {(item.action, item.resource) for item in needed}
    return needed, tuple(
        item for item in asked if item.tolerated and (item.action, item.resource) not in granted
    )
