"""Statement ids that tell a reviewer which service and which kind of resource a statement is about.

AWS allows letters and digits only: "S3DeploymentObjects", "LambdaFunction", "IamRolePassedToLambda".
"""

import re
from collections import Counter
from collections.abc import Sequence

from verifier.iam.policy import Condition, Statement

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


def sids(statements: Sequence[Statement]) -> list[str]:
    """A distinct id for each of ``statements``, which list actions of one service and resources.

    Equal ones are told apart by the first action, then by number.
    """
    names = [_name(statement) for statement in statements]
    counts = Counter(names)
    named = [
        name if counts[name] == 1 else name + _camel(statement.actions[0].partition(":")[2])
        for name, statement in zip(names, statements, strict=True)
    ]
    return distinct(named)


def service(statement: Statement) -> str:
    """The IAM prefix of the actions that ``statement`` names first ("s3")."""
    first = (*statement.actions, *statement.not_actions)[0]
    return first.partition(":")[0].lower()


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


def _name(statement: Statement) -> str:
    prefix = service(statement)
    kinds = sorted({_kind(resource) for resource in statement.resources})
    conditions = "".join(_condition(condition) for condition in statement.conditions)
    subject = _SERVICES.get(prefix) or _camel(prefix)
    return subject + ("And".join(kinds) if len(kinds) <= 2 else _SEVERAL) + conditions


def _kind(resource: str) -> str:
    fields = resource.split(":", 5)
    if len(fields) < 6:
        return _UNSCOPED
    named, path = fields[2], fields[5]
    if named == "s3" and not path.startswith(("accesspoint/", "job/")):
        if "/" not in path:
            return "Bucket"
        return "DeploymentObjects" if "/serverless/" in path else "Object"
    if named in _BARE_NAMES:
        return _BARE_NAMES[named]
    segments = [segment for segment in re.split(r"[/:]", path) if segment]
    if named == "apigateway":  # collections and ids in turn
        segments = segments[::2][::-1]
    return _camel(segments[0]) if segments and _camel(segments[0]) else _SEVERAL


def _condition(condition: Condition) -> str:
    if condition.key == "iam:PassedToService":
        return f"PassedTo{_camel(condition.values[0].partition('.')[0])}"
    if condition.key == "iam:AWSServiceName":
        return f"MadeFor{_camel(condition.values[0].removesuffix('.amazonaws.com'))}"
    return f"With{_camel(condition.key.partition(':')[2])}"


def _camel(text: str) -> str:
    words = re.findall(r"[A-Za-z0-9]+", text)
    return "".join(word[:1].upper() + word[1:] for word in words)
