"""What a service leaves behind by design, and the administrator's clean slate for what follows.

A retained resource, a stack that is protected from deletion, a bucket with objects in it: nobody's
permissions change anything about them, so they must not end a life.
"""

import re
from dataclasses import replace
from typing import Any

from verifier.targets.buckets import empty_bucket
from verifier.targets.interface import Room
from verifier.targets.stack_resources import stack_resources
from verifier.trial.proof import OwnStack

_BUCKET, _STACK = "AWS::S3::Bucket", "AWS::CloudFormation::Stack"


def clear(room: Room) -> tuple[str, ...]:
    """Take away what earlier phases left because the template says so; what it was, one line each.

    Raises InconclusiveError when it cannot be taken away.
    """
    lines = []
    for left in room.left_behind():
        if left.type == _BUCKET:
            empty_bucket(room.admin("s3", left.region), left.physical_id)
        if room.take_away(left):
            lines.append(f"{left.logical_id} ({left.type}) was deleted: its template retains it")
    return tuple(lines)


def unprotect(room: Room, stack: OwnStack) -> tuple[str, ...]:
    """Let a stack that is protected from deletion be deleted; a line that says so."""
    client, found = _described(room, stack)
    if not found.get("EnableTerminationProtection"):
        return ()
    client.update_termination_protection(StackName=stack.name, EnableTerminationProtection=False)
    return (f"the termination protection of {stack.name} was turned off",)


def empty_buckets(room: Room, stack: OwnStack) -> tuple[str, ...]:
    """Empty the buckets that keep a stack, or one within it, from being deleted; a line for each."""
    client, found = _described(room, stack)
    if found.get("StackStatus") != "DELETE_FAILED":
        return ()
    lines: list[str] = []
    for one in stack_resources(client, stack.name):
        full = "not empty" in one.get("ResourceStatusReason", "")
        if one["ResourceStatus"] != "DELETE_FAILED":
            continue
        if one["ResourceType"] == _STACK:
            lines += empty_buckets(room, replace(stack, name=one["PhysicalResourceId"]))
        if one["ResourceType"] == _BUCKET and full:
            empty_bucket(_admin(room, "s3", stack), one["PhysicalResourceId"])
            lines.append(f"{one['LogicalResourceId']} ({_BUCKET}) was emptied: a full one cannot be deleted")
    return tuple(lines)


# What the tool asks for in its `remove`, and a stack that was rolled back does not have (source:
# tool-remove-rolled-back): with API keys no service can be removed after its first deploy failed.
_ASKED_IN_VAIN = re.compile(r"Resource (\w+) does not exist for stack")


def take_away_rolled_back(room: Room, stack: OwnStack, problem: str) -> tuple[str, ...]:
    """Delete a stack that a fault of the tool, seen in ``problem``, keeps from being removed; a line for it.

    Raises InconclusiveError when the stack does not settle.
    """
    found = _ASKED_IN_VAIN.search(problem)
    client, described = _described(room, stack)
    if not found or not described.get("StackStatus", "").endswith("ROLLBACK_COMPLETE"):
        return ()
    for one in stack_resources(client, stack.name):
        if one["ResourceType"] == _BUCKET:
            empty_bucket(_admin(room, "s3", stack), one["PhysicalResourceId"])
    client.delete_stack(StackName=stack.name)
    room.finish()
    if _described(room, stack)[1]:
        return ()
    return (
        f"stack {stack.name} was deleted: the tool's remove asks for {found[1]}, "
        "which a deploy that failed does not leave",
    )


def tags_of_stack(room: Room, stack: OwnStack, prefix: str) -> dict[str, str]:
    """The stack's tags whose names begin with ``prefix``."""
    found = _described(room, stack)[1].get("Tags", ())
    return {one["Key"]: one["Value"] for one in found if one["Key"].startswith(prefix)}


def _described(room: Room, stack: OwnStack) -> tuple[Any, dict[str, Any]]:
    """A client, and what it says of a stack; nothing of one that is not there."""
    from botocore.exceptions import ClientError

    client = _admin(room, "cloudformation", stack)
    try:
        return client, client.describe_stacks(StackName=stack.name)["Stacks"][0]
    except ClientError:
        return client, {}


def _admin(room: Room, service: str, stack: OwnStack) -> Any:
    """A client where the stack is; in the room's region as long as that is not known."""
    return room.admin(service, stack.region or None)
