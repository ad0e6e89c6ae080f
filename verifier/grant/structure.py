"""Which words of an ARN's resource part are AWS's own: they stay, whatever the stage is called.

A stage may be named like a word of AWS ("stack", "lambda", "function"). Such a word is told from a
name by where it stands: ``stack/stack-x/*`` holds the type first and a name after it.
"""

import re
from collections.abc import Iterator

# The resource part begins with a name and not with a type.
_NAME_FIRST = frozenset({"s3", "sns", "sqs", "execute-api", "codecommit", "codepipeline"})
# Paths of collections and ids in turn: /apis/ID/stages/NAME.
_COLLECTIONS = frozenset({"apigateway", "appsync"})
# Further words of AWS after the first name, as whole segments.
_INNER = {
    "dynamodb": frozenset({"index", "stream", "backup", "export", "import"}),
    "logs": frozenset({"log-stream"}),
    "autoscaling": frozenset({"autoScalingGroupName", "launchConfigurationName", "policyName"}),
}
# Words of AWS in the place of the first name.
_SECOND = {
    "s3": frozenset({"serverless"}),
    "iam": frozenset({"aws-service-role", "service-role", "aws-reserved"}),
    "elasticloadbalancing": frozenset({"app", "net", "gwy"}),
}
# What follows "/aws/" in names that AWS, or the Serverless Framework after its manner, gives.
_FAMILIES = frozenset(
    {
        "lambda", "apigateway", "api-gateway", "http-api", "websocket", "appsync", "codebuild", "ecs", "eks",
        "events", "kinesisfirehose", "rds", "service", "reference", "sns", "states", "vendedlogs",
    }
)  # fmt: skip
_SEGMENT = re.compile(r"[^/:]+")


def own_words(service: str, resource: str) -> Iterator[tuple[int, int]]:
    """The spans (start, end) of AWS's own words in ``resource``, the sixth field of an ARN of ``service``."""
    segments = list(_SEGMENT.finditer(resource))
    if [segment.group() for segment in segments] == ["root"]:
        yield segments[0].span()
        return
    for index, segment in enumerate(segments):
        before = segments[index - 1].group() if index else ""
        if _is_own_word(service, index, segment.group(), before, len(segments)):
            yield segment.span()


def _is_own_word(service: str, index: int, word: str, before: str, count: int) -> bool:
    if word.endswith((".amazonaws.com", ".amazonaws.com.cn")):
        return True
    if service in _COLLECTIONS:
        return index % 2 == 0
    if index == 0:
        return service not in _NAME_FIRST and count > 1
    if index == 1:
        return word in _SECOND.get(service, ()) or (word == "aws" and service not in _NAME_FIRST)
    return word in _INNER.get(service, ()) or (index == 2 and before == "aws" and word in _FAMILIES)
