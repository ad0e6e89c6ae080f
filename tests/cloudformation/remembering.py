"""A carrier that only remembers what the handlers ask of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.cloudformation.cloud import FakeRegister
from verifier.authorization.caller import Certainty
from verifier.authorization.operation import Operation, Requirement
from verifier.cloudformation.template.environment import StackIdentity
from verifier.cloudformation.types.work import ServiceCall, Work

STACK_IDENTITY = StackIdentity(
    "shop-dev", "arn:aws:cloudformation:eu-west-1:111122223333:stack/shop-dev/1", "111122223333", "eu-west-1"
)
Properties = Mapping[str, Any]


@dataclass
class Remembering:
    """A carrier that answers ``answers`` by operation and remembers the calls."""

    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[ServiceCall] = field(default_factory=list)
    register: FakeRegister = field(default_factory=FakeRegister)
    identity: StackIdentity = STACK_IDENTITY

    def make(self, work: Work, call: ServiceCall) -> dict[str, Any]:
        self.calls.append(call)
        return self.answers.get(call.operation, {})

    def permit(self, work: Work, call: ServiceCall) -> None:
        self.calls.append(call)

    def ask(
        self, work: Work, needed: Sequence[Requirement], certainty: Certainty, source: str | None
    ) -> None: ...

    def require(self, work: Work, operation: Operation, needed: Requirement) -> None: ...

    def attempt(self, operation: Operation) -> dict[str, Any]:
        return {}

    def made(self) -> list[tuple[str, dict[str, Any]]]:
        """The calls since the last time: operation and parameters."""
        calls = [(call.operation, dict(call.params)) for call in self.calls]
        self.calls.clear()
        return calls


def work(carrier: Remembering, lifecycle: str = "create", **members: Any) -> Work:
    physical_id = "" if lifecycle == "create" else "the-id"
    return Work(carrier, "Thing", "AWS::SQS::Queue", lifecycle, **{"physical_id": physical_id, **members})
