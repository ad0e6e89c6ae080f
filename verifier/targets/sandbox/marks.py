"""Whether a thing of a name that the journal has is the run's own: somebody else may have made one since."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from verifier.targets.creation import PATH, RUN_TAG, Creation, has_stage
from verifier.targets.sandbox.account import AccountAdministrator
from verifier.targets.sandbox.kinds import BUCKET, FUNCTION, LOG_GROUP, ROLE, STACK
from verifier.targets.sandbox.trouble import code_of, unavailable

# What CloudFormation puts on what it makes, where the type takes it (source: cfn-stack-level-tags).
_STACK_TAG = "aws:cloudformation:stack-name"


def not_ours(
    one: Creation, answer: Mapping[str, Any], administrator: AccountAdministrator, stacks: Collection[str]
) -> str:
    """Why the thing is not known to be the run's own; "" where it is.

    ``answer`` is what AWS said of it, ``stacks`` are the names of the run's stacks. A user and a policy bear
    the run's tag. What CloudFormation makes has the run's stage in its name, or the tag of the run's stack.
    """
    told = answer.get("User") or answer.get("Policy")
    if told is not None:
        return _not_our_user(one, told)
    if not one.run:
        return "the journal does not say which run made it"
    if one.what == BUCKET and not answer:
        return "it is not yours to read"
    tags = _TAGS[one.what](answer, administrator, one) if one.what in _TAGS else {}
    stack = tags.get(_STACK_TAG)
    if tags.get(RUN_TAG, one.run) != one.run:
        return f"its tag {RUN_TAG} names another run"
    if stack is not None:
        return "" if stack in stacks else f"it belongs to the stack {stack}"
    return "" if has_stage(one) else f"neither its name nor a tag says that it is of the run {one.run}"


def _not_our_user(one: Creation, told: Mapping[str, Any]) -> str:
    if told["Path"] != PATH:
        return f"it is not under {PATH}"
    if one.run and _tags(told.get("Tags")).get(RUN_TAG) != one.run:
        return f"it does not have the tag {RUN_TAG}={one.run}"
    return ""


def _tags(found: Iterable[Mapping[str, str]] | None) -> dict[str, str]:
    return {one["Key"]: one["Value"] for one in found or ()}


def _of_bucket(_: Mapping[str, Any], administrator: AccountAdministrator, one: Creation) -> dict[str, str]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        answer = administrator.client("s3", one.region).get_bucket_tagging(Bucket=one.name)
    except (BotoCoreError, ClientError, OSError) as error:
        if code_of(error) in ("NoSuchTagSet", "NoSuchBucket"):
            return {}
        raise unavailable(error, f"whose the bucket {one.name} is (s3:GetBucketTagging)") from None
    return _tags(answer["TagSet"])


def _of_log_group(_: Mapping[str, Any], administrator: AccountAdministrator, one: Creation) -> dict[str, str]:
    from botocore.exceptions import BotoCoreError, ClientError

    where = f"{one.region or administrator.region}:{administrator.account}"
    arn = f"arn:{administrator.partition}:logs:{where}:log-group:{one.name}"
    try:
        answer = administrator.client("logs", one.region).list_tags_for_resource(resourceArn=arn)
    except (BotoCoreError, ClientError, OSError) as error:
        if code_of(error) == "ResourceNotFoundException":
            return {}
        raise unavailable(error, f"whose the log group {one.name} is (logs:ListTagsForResource)") from None
    return dict(answer["tags"])


_TAGS: Mapping[str, Callable[[Mapping[str, Any], AccountAdministrator, Creation], dict[str, str]]] = {
    STACK: lambda answer, *_: _tags(answer["Stacks"][0].get("Tags")),
    ROLE: lambda answer, *_: _tags(answer["Role"].get("Tags")),
    FUNCTION: lambda answer, *_: dict(answer["Tags"]),
    BUCKET: _of_bucket,
    LOG_GROUP: _of_log_group,
}
