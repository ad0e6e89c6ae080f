"""What the provisioner needs from outside: an upstream that keeps the state, and a register of names."""

from dataclasses import dataclass
from typing import Any, Protocol

from verifier.authorization.operation import Operation


class Upstream(Protocol):
    """The emulator that keeps every service's state. It asks nobody for permission."""

    def invoke(self, operation: Operation) -> dict[str, Any]:
        """Carry ``operation`` out in its account and region; botocore's parsed output.

        Raises AwsError for an error answer.
        """


@dataclass(frozen=True)
class GeneratedName:
    """A physical name that CloudFormation made up: which part of the stack's name AWS keeps in it."""

    name: str
    type: str
    stack: str
    logical_id: str
    kept: str
    """The longest prefix of the stack's name that stands in ``name``."""


class Register(Protocol):
    """Remembers everything random that a trial made, so that exactly that can be generalised."""

    def token(self, value: str) -> None:
        """``value`` is random: an API's id, a stack's UUID, a suffix."""

    def generated(self, name: GeneratedName) -> None:
        """A whole physical name was made up from a stack's name."""
