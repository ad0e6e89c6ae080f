"""What is to go otherwise than the model believes: failures, and a stand-in for AWS with beliefs of its own.

``fault_file.py`` reads it from a file; docs/stand-in.md describes that.
"""

import threading
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from verifier.authorization.caller import OnBehalfOf
from verifier.authorization.operation import Operation
from verifier.emulator.interface import Upstream
from verifier.errors import AwsError


@dataclass(frozen=True)
class ResponseFault:
    """The first ``times`` requests of one operation are answered with this error.

    ``service`` is botocore's name. The error comes after authorization, as AWS's own failures do.
    """

    service: str
    operation: str
    code: str
    times: int = 1
    status: int = 503
    message: str = "injected failure"


class Wording(StrEnum):
    """How a refusal is told: with no word of why, as before AWS named the kind of policy, and since."""

    BARE = "bare"
    OLD = "old"
    NEW = "new"


@dataclass(frozen=True)
class Throttling:
    """Which requests of clients are told to come again: each ``every``-th, or a share (``rate``) of them."""

    every: int = 0
    rate: float = 0.0


@dataclass(frozen=True)
class Deviation:
    """An action that is asked for though the model does not know of it, or the other way round.

    It concerns one API ``operation`` ("lambda:CreateFunction"), whoever makes it, or what CloudFormation
    does for a resource ``type`` in a ``step`` (create, read, update, delete). ``resource`` may hold
    {account}, {region} and {partition}; empty, it is the one that the operation is on, and "*" for a type.
    """

    action: str
    operation: str = ""
    type: str = ""
    step: str = ""
    resource: str = ""

    def concerns(self, operation: Operation, about: OnBehalfOf | None) -> bool:
        """Whether a call of ``operation``, made for ``about``, is one of those."""
        if self.operation:
            return self.operation == str(operation)
        return about is not None and (self.type, self.step) == (about.type, about.lifecycle)


@dataclass(frozen=True)
class ForbiddenAction:
    """An action that nobody but root may do, whatever policies allow.

    ``by`` is the kind of policy that says so, ``policy`` its ARN, where the refusal names it.
    """

    action: str
    by: str
    policy: str = ""


@dataclass(frozen=True)
class FaultPlan:
    """What goes otherwise. ``fail_last_wave`` is that of ``verifier.cloudformation.stack.faults``.

    ``propagation`` is how many seconds a change of IAM's takes to count. ``wordings`` are those that
    refusals come in; ``encoded`` hides what EC2 says in messages that only sts:DecodeAuthorizationMessage
    reads. ``cancel_siblings`` ends a wave at its first failure. ``trail`` is how many seconds pass until
    CloudTrail tells of a call; None, it tells nothing. What is ``swallowed`` is refused there alone: AWS's
    handlers go on without it. ``sessions`` is how many seconds a role's session
    lasts, if not as long as it was asked for. What is random follows from ``seed``.
    """

    fail_last_wave: bool = False
    responses: tuple[ResponseFault, ...] = ()
    seed: int = 0
    propagation: float = 0.0
    throttling: Throttling | None = None
    wordings: tuple[Wording, ...] = (Wording.NEW,)
    encoded: bool = False
    cancel_siblings: bool = False
    enforce_likely: bool = False
    required: tuple[Deviation, ...] = ()
    dropped: tuple[Deviation, ...] = ()
    swallowed: tuple[Deviation, ...] = ()
    trail: float | None = None
    sessions: float = 0.0
    forbidden: tuple[ForbiddenAction, ...] = ()

    @property
    def stands_in(self) -> bool:
        """Whether requests are decided or answered otherwise than the gateway does by itself."""
        otherwise = (
            self.required
            or self.dropped
            or self.swallowed
            or self.forbidden
            or self.encoded
            or self.throttling
        )
        return bool(otherwise) or self.wordings != (Wording.NEW,) or self.trail is not None


class FaultInjector:
    """Counts the response faults down; safe among threads."""

    def __init__(self, plan: FaultPlan) -> None:
        self._lock = threading.Lock()
        self._due = [fault for fault in plan.responses for _ in range(fault.times)]

    def check(self, operation: Operation) -> None:
        """Raise the AwsError that is due for ``operation``, if any."""
        with self._lock:
            for index, fault in enumerate(self._due):
                if (fault.service, fault.operation) == (operation.service, operation.name):
                    del self._due[index]
                    raise AwsError(fault.code, fault.message, fault.status)


@dataclass(frozen=True)
class FaultyUpstream:
    """An upstream that fails when a fault is due; the operation is then not carried out."""

    upstream: Upstream
    faults: FaultInjector

    def invoke(self, operation: Operation) -> dict[str, Any]:
        """Carry ``operation`` out, unless it is to fail. Raises AwsError."""
        self.faults.check(operation)
        return self.upstream.invoke(operation)
