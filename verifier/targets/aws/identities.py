"""The restricted user as AWS has it: its policies and its key, and a probe of whether they hold already."""

import re
from typing import Any

from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_exponential

from verifier.authorization.caller import Caller
from verifier.denial.parse import denials_of
from verifier.gateway.passthrough import KeyHolder
from verifier.iam.evaluate import AuthorizationRequest
from verifier.iam.limits import surely_refused
from verifier.iam.policy import PolicyDocument
from verifier.targets.aws.boundary import document_of

GRANTED_WITHIN_SECONDS = 60.0
_PROBED = "cloudformation:DescribeStacks"
_STACK_NAME = re.compile(r":stack/([A-Za-z][A-Za-z0-9-]*)/")


def user_of(iam: Any, arn: str, account: str, boundary: PolicyDocument | None = None) -> KeyHolder:
    """The user with that ARN, as its attached policies speak for it; ``iam`` is the administrator's.

    ``boundary`` is what limits it.
    """
    name = arn.rpartition("/")[2]
    pages = iam.get_paginator("list_attached_user_policies").paginate(UserName=name)
    attached = [row for page in pages for row in page["AttachedPolicies"]]
    policies = tuple(document_of(iam, row["PolicyArn"], row["PolicyName"]) for row in attached)
    [key, *_] = iam.list_access_keys(UserName=name)["AccessKeyMetadata"]
    return KeyHolder(Caller(arn, account, "", policies, boundary), key["AccessKeyId"])


def wait_until_granted(
    cloudformation: Any, user: KeyHolder, patience: float = GRANTED_WITHIN_SECONDS
) -> bool:
    """Ask for a stack that the user's policies let it look at, until AWS lets it; whether it does.

    True at once for a user whose policies grant no such look, and where a policy of another kind refuses it:
    no waiting helps, and the trial tells it. ``cloudformation`` is a client with the user's keys.
    """
    stack = next(filter(None, map(_stack_in, user.caller.policies)), None)
    look = AuthorizationRequest(user.caller.arn, _PROBED, "*")
    if stack is None or surely_refused(look, user.caller.boundary):
        return True
    retrying = Retrying(
        retry=retry_if_result(lambda allowed: not allowed),
        stop=stop_after_delay(patience),
        wait=wait_exponential(multiplier=0.25, max=5),
    )
    try:
        return bool(retrying(_may_look, cloudformation, stack))
    except RetryError:
        return False


def _stack_in(policy: PolicyDocument) -> str | None:
    """A stack's name that a statement for just this look spells out."""
    for statement in policy.statements:
        if statement.effect != "Allow" or _PROBED.lower() not in (one.lower() for one in statement.actions):
            continue
        found = next(filter(None, map(_STACK_NAME.search, statement.resources)), None)
        if found:
            return found[1]
    return None


def _may_look(cloudformation: Any, stack: str) -> bool:
    from botocore.exceptions import ClientError

    try:
        cloudformation.describe_stacks(StackName=stack)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("AccessDenied", "AccessDeniedException"):
            return True
        return any(not one.grantable for one in denials_of(error.response["Error"].get("Message", "")))
    return True
