"""A stack deleted, whatever stands in the way: an operation that goes on, a protection, a full bucket."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.errors import InconclusiveError
from verifier.targets.buckets import empty_bucket
from verifier.targets.sandbox.trouble import code_of
from verifier.targets.stack_resources import stack_resources

_STACK, _BUCKET = "AWS::CloudFormation::Stack", "AWS::S3::Bucket"
_GONE = "DELETE_COMPLETE"
_TRIES = 3
_REASONS = 3
# Seconds between two looks.
_SHORTEST, _LONGEST = 0.1, 5.0


def _nobody(_: str) -> None:
    """Nobody hears what is waited for."""


@dataclass(frozen=True)
class Waiting:
    """How long one stack may take, in seconds, who hears what is waited for, and what to do after that."""

    seconds: float
    say: Callable[[str], None] = _nobody
    advice: str = "delete it by hand"


def remove_stack(clients: Callable[[str, str], Any], region: str, name: str, waiting: Waiting) -> None:
    """Delete the stack ``name``, or with that id; one that is gone already is fine.

    ``clients`` gives the administrator's, by service and region.

    Raises InconclusiveError when it stays, with CloudFormation's reasons, and botocore's errors.
    """
    client = clients("cloudformation", region)
    until = time.monotonic() + waiting.seconds
    found = _described(client, name)
    # One that is asked for by its id is told of when it is gone, too.
    if found is None or found["StackStatus"] == _GONE:
        return
    name, stack = found["StackName"], found["StackId"]
    # A change set that nobody carries out goes on for ever.
    if found["StackStatus"].endswith("IN_PROGRESS") and found["StackStatus"] != "REVIEW_IN_PROGRESS":
        waiting.say(f"stack {name}: waiting for {found['StackStatus']} to end")
        _settled(client, stack, until, waiting)
    if found.get("EnableTerminationProtection"):
        client.update_termination_protection(StackName=name, EnableTerminationProtection=False)
    for attempt in range(_TRIES):
        waiting.say(f"stack {name}: deleting it")
        client.delete_stack(StackName=stack)
        if _settled(client, stack, until, waiting) in ("", _GONE):
            return
        full = list(_full_buckets(client, stack))
        if attempt and not full:
            break
        for bucket in full:
            waiting.say(f"stack {name}: emptying the bucket {bucket}")
            empty_bucket(clients("s3", region), bucket)
    reasons = [
        f"{one['LogicalResourceId']}: {one.get('ResourceStatusReason', '')}"
        for one in stack_resources(client, stack)
        if one["ResourceStatus"] == "DELETE_FAILED"
    ]
    why = "; ".join(reasons[:_REASONS]) or "CloudFormation says not why"
    raise InconclusiveError(f"stack {name} does not go: {why}")


def _described(client: Any, stack: str) -> Mapping[str, Any] | None:
    from botocore.exceptions import ClientError

    try:
        found: Mapping[str, Any] = client.describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as error:
        if code_of(error) == "ValidationError" and "does not exist" in str(error):
            return None
        raise
    return found


def _settled(client: Any, stack: str, until: float, waiting: Waiting) -> str:
    """The stack's status once nothing goes on any more, "" when it is gone. Raises InconclusiveError."""
    pause = _SHORTEST
    while True:
        found = _described(client, stack)
        status = str(found["StackStatus"]) if found else ""
        if not status.endswith("IN_PROGRESS"):
            return status
        if time.monotonic() > until:
            name = found["StackName"] if found else stack
            raise InconclusiveError(f"stack {name} is still {status}; {waiting.advice}")
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST)


def _full_buckets(client: Any, stack: str) -> Iterator[str]:
    """The buckets that could not be deleted, also within nested stacks."""
    for one in stack_resources(client, stack):
        if one["ResourceStatus"] != "DELETE_FAILED":
            continue
        if one["ResourceType"] == _STACK:
            yield from _full_buckets(client, one["PhysicalResourceId"])
        if one["ResourceType"] == _BUCKET:
            yield one["PhysicalResourceId"]
