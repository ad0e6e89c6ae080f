"""One AWS API call as authorization sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Operation:
    """An API call: who answers it, its name and its parameters.

    ``service`` is botocore's name ("apigatewayv2", not IAM's prefix "apigateway"); ``params`` has
    botocore's member names; ``method`` and ``path`` are those of the HTTP request ("POST",
    "/v2/apis"), which API Gateway's authorization is built on.
    """

    service: str
    name: str
    params: Mapping[str, Any]
    account: str
    region: str
    partition: str = "aws"
    method: str = ""
    path: str = ""
    implied: Mapping[str, Any] = field(default_factory=dict)
    """What is part of the addressed resource's ARN and yet not sent: a role's Path."""

    def __str__(self) -> str:
        return f"{self.service}:{self.name}"


@dataclass(frozen=True)
class Requirement:
    """One action on one resource that an operation needs.

    ``context`` holds the condition keys that the operation itself sets (iam:PassedToService,
    aws:RequestTag/...): one string for a single-valued key, a tuple for a multi-valued one.
    ``primary`` is the operation's own action; a secondary one (a tag, a pass, an object read) is
    believed only as far as its ``source`` (an id of sources.yaml) goes; ``seen_in`` is one that merely
    names the action.
    """

    action: str
    resource: str
    context: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    primary: bool = True
    source: str | None = None
    seen_in: str | None = None
