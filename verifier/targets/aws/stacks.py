"""Stacks of a sandbox account, as the administrator sees them: their statuses, events and templates."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_exponential

from verifier.errors import InconclusiveError
from verifier.targets.template_body import template_text

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

SETTLE_SECONDS = 3600.0
_STACK = "AWS::CloudFormation::Stack"
_WAITING = "REVIEW_IN_PROGRESS"
GONE = "DELETE_COMPLETE"


@dataclass(frozen=True)
class Event:
    """One event as DescribeStackEvents tells it; ``stack`` is the id of the stack that it is of."""

    id: str
    stack: str
    stack_name: str
    logical_id: str
    physical_id: str
    type: str
    status: str
    reason: str
    region: str
    properties: str = field(default="", repr=False)
    """As JSON, where AWS tells them."""

    @property
    def is_stack(self) -> bool:
        """Whether it is the stack's own."""
        return self.physical_id == self.stack


@dataclass
class Stacks:
    """Stacks in any region. ``client`` gives the administrator's clients, by service and region."""

    client: Callable[[str, str], Any]
    patience: float = SETTLE_SECONDS

    def status(self, stack: str, region: str) -> str:
        """The status of the stack with that id or name; DELETE_COMPLETE for one that is not there."""
        from botocore.exceptions import ClientError

        try:
            found = self.client("cloudformation", region).describe_stacks(StackName=stack)["Stacks"]
        except ClientError as error:
            if is_gone(error):
                return GONE
            raise
        return str(found[0]["StackStatus"]) if found else GONE

    def settled(self, stack: str, region: str) -> str:
        """Its status, once nothing goes on in it any more. Raises InconclusiveError."""
        retrying = Retrying(
            retry=retry_if_result(_is_busy),
            stop=stop_after_delay(self.patience),
            wait=wait_exponential(multiplier=0.2, max=5),
        )
        try:
            return str(retrying(self.status, stack, region))
        except RetryError as error:
            status = error.last_attempt.result()
            raise InconclusiveError(
                f"stack {stack_name(stack)} is still {status} after {self.patience:.0f} s"
            ) from None

    def events(self, stack: str, region: str) -> Iterator[Event]:
        """The events of a stack, which may be deleted, oldest first; then those of the stacks within it."""
        pages = (
            self.client("cloudformation", region)
            .get_paginator("describe_stack_events")
            .paginate(StackName=stack)
        )
        rows = [row for page in pages for row in page["StackEvents"]]
        own = [_event(row, region) for row in reversed(rows)]
        yield from own
        nested = {one.physical_id for one in own if one.type == _STACK and not one.is_stack}
        for inner in sorted(one for one in nested if one.startswith("arn:")):
            yield from self.events(inner, region)

    def template(self, stack: str, region: str) -> str:
        """The text of its template; empty where there is none."""
        from botocore.exceptions import ClientError

        try:
            answer = self.client("cloudformation", region).get_template(StackName=stack)
        except ClientError:
            return ""
        return template_text(answer)


def _is_busy(status: str) -> bool:
    return status.endswith("_IN_PROGRESS") and status != _WAITING


def _event(row: Mapping[str, Any], region: str) -> Event:
    return Event(
        id=str(row["EventId"]),
        stack=str(row["StackId"]),
        stack_name=str(row["StackName"]),
        logical_id=str(row["LogicalResourceId"]),
        physical_id=str(row.get("PhysicalResourceId") or ""),
        type=str(row["ResourceType"]),
        status=str(row["ResourceStatus"]),
        reason=str(row.get("ResourceStatusReason") or ""),
        region=region,
        properties=str(row.get("ResourceProperties") or ""),
    )


def stack_name(stack: str) -> str:
    """The name of the stack with that id, or of that name."""
    return stack.split("/")[1] if stack.startswith("arn:") and "/" in stack else stack


def is_gone(error: "ClientError") -> bool:
    """Whether CloudFormation answers that there is no such stack."""
    return "does not exist" in error.response["Error"].get("Message", "")
