"""Which stack a request means."""

import re
import uuid

from verifier.authorization.operation import Operation
from verifier.cloudformation.stack.stack import Stack
from verifier.cloudformation.stack.store import StackStore
from verifier.cloudformation.types.interface import Register
from verifier.errors import AwsError

_NAME = re.compile(r"[a-zA-Z][-a-zA-Z0-9]{0,127}")
_UPDATABLE = frozenset(
    {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE", "UPDATE_FAILED"}
)


def stack_name(op: Operation) -> str:
    """The request's stack name, or id. Raises AwsError ValidationError for an impossible name."""
    name = str(op.params.get("StackName") or "")
    if not name.startswith("arn:") and not _NAME.fullmatch(name):
        raise AwsError(
            "ValidationError",
            f"1 validation error detected: Value '{name}' at 'stackName' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*",
        )
    return name


def existing_stack(store: StackStore, op: Operation) -> Stack:
    """The live stack that ``op`` names. Raises AwsError ValidationError."""
    name = str(op.params.get("StackName") or "")
    stack = store.find(op.account, op.region, name)
    if stack is None or stack.is_deleted:
        raise AwsError("ValidationError", f"Stack [{name}] does not exist")
    return stack


def new_stack(op: Operation, name: str, register: Register) -> Stack:
    """A stack with an id of its own, not kept yet."""
    token = str(uuid.uuid4())
    register.token(token)
    return Stack(
        name=name,
        id=f"arn:{op.partition}:cloudformation:{op.region}:{op.account}:stack/{name}/{token}",
        account=op.account,
        region=op.region,
        partition=op.partition,
    )


def refuse_unless_updatable(stack: Stack) -> None:
    """Raises AwsError ValidationError for a stack that cannot be updated as it is.

    (source: cfn-not-updatable)
    """
    kept = stack.status == "CREATE_FAILED" and stack.disable_rollback
    if stack.status not in _UPDATABLE and not kept:
        raise AwsError(
            "ValidationError", f"Stack:{stack.id} is in {stack.status} state and can not be updated."
        )


def describe(stack: Stack, op: Operation) -> None:
    """Take over what a direct request says of the stack itself."""
    stack.capabilities = tuple(op.params.get("Capabilities") or ())
    if op.params.get("NotificationARNs") is not None:
        stack.notification_arns = tuple(op.params["NotificationARNs"])
    stack.role_arn = op.params.get("RoleARN") or stack.role_arn
    stack.retain_except_on_create = bool(op.params.get("RetainExceptOnCreate"))
