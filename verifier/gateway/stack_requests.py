"""What the user's own requests did with stacks, and what the user has seen of them.

An event of a stack does not tell whose request it follows from; these tell.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from verifier.authorization.operation import Operation
from verifier.gateway.answer_reading import Answer

# The first event of a stack that an operation leads to begins with one of these.
_KINDS = {
    "CreateStack": ("CREATE",),
    "UpdateStack": ("UPDATE",),
    "DeleteStack": ("DELETE",),
    "ExecuteChangeSet": ("CREATE", "UPDATE"),
    "ContinueUpdateRollback": ("UPDATE_ROLLBACK",),
    "RollbackStack": ("ROLLBACK", "UPDATE_ROLLBACK"),
}
_LOOKS = ("DescribeStackEvents", "DescribeStacks")


@dataclass(frozen=True)
class StackRequest:
    """A request that began an operation of the stack with the id ``stack``."""

    stack: str
    kinds: tuple[str, ...]
    compiled: bool


class StackRequests:
    """Notes the requests and what was answered to them. Safe among threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ids: dict[tuple[str, str], str] = {}
        self._compiled: dict[tuple[str, str], bool] = {}
        self._begun: list[StackRequest] = []
        self._events: set[str] = set()
        self._statuses: dict[str, str] = {}
        self._regions: dict[str, str] = {}

    def note(self, operation: Operation, answer: Answer) -> None:
        """Take an answer to the user, of CloudFormation."""
        with self._lock:
            if operation.name in _LOOKS:
                self._looked(operation, answer)
            elif answer.status < 300:
                self._changed(operation, answer.result or {})

    def begun(self) -> tuple[StackRequest, ...]:
        """The requests so far that began something, the oldest first."""
        with self._lock:
            return tuple(self._begun)

    def stacks(self) -> Mapping[str, str]:
        """Id -> region of each stack that a request began something with, or made a change set for."""
        with self._lock:
            return dict(self._regions)

    def saw(self, stack: str, event: str, status: str) -> bool:
        """Whether the user has seen this event of the stack with that id, or the status that came of it."""
        with self._lock:
            return event in self._events or self._statuses.get(stack) == status

    def _changed(self, operation: Operation, result: Mapping[str, Any]) -> None:
        name = str(operation.params.get("StackName") or "")
        change_set = str(operation.params.get("ChangeSetName") or "")
        stack = str(result.get("StackId") or self._id(operation, name))
        if operation.name == "CreateChangeSet":
            for known in (change_set, str(result.get("Id") or "")):
                self._compiled[stack, known] = "TemplateURL" in operation.params
                self._ids[operation.region, known] = stack
        elif operation.name not in _KINDS:
            return
        if operation.name == "ExecuteChangeSet":
            stack = self._id(operation, name) if name else self._ids.get((operation.region, change_set), "")
        self._know(operation, name, stack)
        if operation.name in _KINDS:
            compiled = self._compiled.get((stack, change_set), "TemplateURL" in operation.params)
            self._begun.append(StackRequest(stack, _KINDS[operation.name], compiled))
            # What was seen before is no news of this operation.
            self._statuses.pop(stack, None)

    def _know(self, operation: Operation, name: str, stack: str) -> None:
        if not stack:
            return
        self._regions[stack] = operation.region
        short = stack.split("/")[1] if stack.startswith("arn:") and stack.count("/") > 1 else name
        for known in (name, short):
            if known:
                self._ids[operation.region, known] = stack

    def _id(self, operation: Operation, name: str) -> str:
        return name if name.startswith("arn:") else self._ids.get((operation.region, name), "")

    def _looked(self, operation: Operation, answer: Answer) -> None:
        named = str(operation.params.get("StackName") or "")
        if answer.status >= 300:
            if "does not exist" in answer.message and self._id(operation, named):
                self._statuses[self._id(operation, named)] = "DELETE_COMPLETE"
            return
        result = answer.result or {}
        self._events |= {str(event.get("EventId")) for event in result.get("StackEvents", ())}
        for stack in result.get("Stacks", ()):
            self._statuses[str(stack.get("StackId"))] = str(stack.get("StackStatus"))
