"""Statement ids that tell a reviewer which service and which kind of resource a statement is about.

AWS allows letters and digits only: "S3DeploymentObjects", "LambdaFunction", "IamRolePassedToLambda".
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from verifier.grant.evidence import Permission

_SERVICES = {
    "apigateway": "ApiGateway",
    "appsync": "AppSync",
    "cloudformation": "CloudFormation",
    "cloudfront": "CloudFront",
    "cloudwatch": "CloudWatch",
    "dynamodb": "DynamoDb",
    "elasticloadbalancing": "ElasticLoadBalancing",
    "secretsmanager": "SecretsManager",
}
_BARE_NAMES = {"sns": "Topic", "sqs": "Queue", "execute-api": "Api"}
_UNSCOPED = "Unscoped"
_SEVERAL = "Resources"


@dataclass(frozen=True)
class Group:
    """Permissions of one statement: every action on every resource, under one condition."""

    service: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    condition: tuple[tuple[str, str, str], ...]

    def permission(self) -> Permission:
        """One of them, whose condition is everyone's."""
        return Permission(self.actions[0], self.resources[0], self.condition)


def sids(groups: Sequence[Group]) -> list[str]:
    """A distinct id for each of ``groups``; equal ones are told apart by the first action, then by number."""
    names = [_name(group) for group in groups]
    counts = Counter(names)
    named = [
        name if counts[name] == 1 else name + _camel(group.actions[0].partition(":")[2])
        for name, group in zip(names, groups, strict=True)
    ]
    return distinct(named)


def distinct(names: Sequence[str]) -> list[str]:
    """``names``, those that came before with the first free number behind them."""
    taken: set[str] = set()
    result = []
    for name in names:
        chosen, number = name, 1
        while chosen in taken or (chosen != name and chosen in names):
            number += 1
            chosen = f"{name}{number}"
        taken.add(chosen)
        result.append(chosen)
    return result


def _name(group: Group) -> str:
    service = _SERVICES.get(group.service) or _camel(group.service)
    kinds = sorted({_kind(resource) for resource in group.resources})
    conditions = "".join(_condition(key, value) for _, key, value in group.condition)
    return service + ("And".join(kinds) if len(kinds) <= 2 else _SEVERAL) + conditions


def _kind(resource: str) -> str:
    fields = resource.split(":", 5)
    if len(fields) < 6:
        return _UNSCOPED
    service, path = fields[2], fields[5]
    if service == "s3" and not path.startswith(("accesspoint/", "job/")):
        if "/" not in path:
            return "Bucket"
        return "DeploymentObjects" if "/serverless/" in path else "Object"
    if service in _BARE_NAMES:
        return _BARE_NAMES[service]
    segments = [segment for segment in re.split(r"[/:]", path) if segment]
    if service == "apigateway":  # collections and ids in turn
        segments = segments[::2][::-1]
    return _camel(segments[0]) if segments and _camel(segments[0]) else _SEVERAL


def _condition(key: str, value: str) -> str:
    if key == "iam:PassedToService":
        return f"PassedTo{_camel(value.partition('.')[0])}"
    return f"With{_camel(key.partition(':')[2])}"


def _camel(text: str) -> str:
    words = re.findall(r"[A-Za-z0-9]+", text)
    return "".join(word[:1].upper() + word[1:] for word in words)
