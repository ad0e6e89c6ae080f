"""What a trial was asked for: the facts that findings, grants and reports are made of.

Plain values, with no AWS library behind them, so that the loop can be read and tested alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from verifier.authorization.caller import Certainty


@dataclass(frozen=True)
class Permission:
    """One action on one resource pattern, as it stands in a policy.

    ``condition`` is a policy's Condition block ({"StringEquals": {"iam:PassedToService": ...}});
    empty where none is needed. ``resource`` may hold placeholders ({account}, {region}, {stage},
    {partition}).
    """

    action: str
    resource: str
    condition: tuple[tuple[str, str, str], ...] = ()
    """(operator, key, value) triples, sorted."""

    def condition_block(self) -> dict[str, dict[str, str]]:
        """The Condition element."""
        block: dict[str, dict[str, str]] = {}
        for operator, key, value in self.condition:
            block.setdefault(operator, {})[key] = value
        return block


@dataclass(frozen=True)
class Asked:
    """One requirement that was decided in a trial: by whom it was asked, and what came of it."""

    action: str
    resource: str
    """As seen in the trial: real account, region, names and random tokens."""
    phase: str
    operation: str
    """"service:Operation", botocore's names."""
    certainty: Certainty
    context: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    """Only the condition keys that the requirement itself sets, such as iam:PassedToService."""
    source: str | None = None
    on_behalf_of: Mapping[str, Any] | None = None
    """None when the command-line tool asked itself; else OnBehalfOf.as_dict()."""
    refused: bool = False
    enforced: bool = False
    grantable: bool = True
    """False for an explicit deny or a boundary: no grant lifts it."""
    reason: str = ""
    """For a refusal, AWS's words."""


@dataclass(frozen=True)
class GeneratedName:
    """A physical name that CloudFormation made up in this trial; ``kept`` is the stack-name prefix in it."""

    name: str
    type: str
    stack: str
    kept: str


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
