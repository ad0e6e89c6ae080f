"""The account, region and stage that a policy names literally: where trials of it must run."""

import re
from collections.abc import Iterable, Iterator

from verifier.iam.arn import Arn, parse_arn
from verifier.iam.document import PolicyDocument

# Where an ARN's account is the deploying one; in others (a layer's, a bucket owner's) it may be anyone's.
_OWN_SERVICES = frozenset({"iam", "cloudformation", "lambda", "logs", "sqs", "sns", "dynamodb", "events"})
_ACCOUNT = re.compile(r"\d{12}")
_REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-\d")


def accounts(documents: Iterable[PolicyDocument]) -> frozenset[str]:
    """The 12-digit accounts in the ARNs of services that a deploy creates things in."""
    return frozenset(arn.account for arn in _own_arns(documents) if _ACCOUNT.fullmatch(arn.account))


def regions(documents: Iterable[PolicyDocument]) -> frozenset[str]:
    """The regions in the same ARNs."""
    return frozenset(arn.region for arn in _own_arns(documents) if _REGION.fullmatch(arn.region))


def stages(documents: Iterable[PolicyDocument], service: str) -> frozenset[str]:
    """The stages of ``service`` that stand literally in the names of its stack."""
    stack = re.compile(rf"stack/{re.escape(service)}-([A-Za-z0-9]+(?:-[A-Za-z0-9]+)*)(?:/.*)?")
    found = (stack.fullmatch(arn.resource) for arn in _own_arns(documents) if arn.service == "cloudformation")
    return frozenset(match[1] for match in found if match)


def _own_arns(documents: Iterable[PolicyDocument]) -> Iterator[Arn]:
    for document in documents:
        for statement in document.statements:
            for resource in (*statement.resources, *statement.not_resources):
                arn = parse_arn(resource)
                if arn is None or arn.service not in _OWN_SERVICES:
                    continue
                # A layer may be anyone's; of Lambda's ARNs only functions are surely the deployer's.
                if arn.service != "lambda" or arn.resource.startswith("function:"):
                    yield arn
