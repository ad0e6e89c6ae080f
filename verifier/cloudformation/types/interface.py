"""What the provisioner needs from outside: an upstream that keeps the state, and a register of names."""

from typing import Any, Protocol

from verifier.authorization.operation import Operation
from verifier.grant.evidence import GeneratedName


class Upstream(Protocol):
    """The emulator that keeps every service's state. It asks nobody for permission."""

    def invoke(self, operation: Operation) -> dict[str, Any]:
        """Carry ``operation`` out in its account and region; botocore's parsed output.

        Raises AwsError for an error answer.
        """


class Register(Protocol):
    """Remembers everything random that a trial made, so that exactly that can be generalised."""

    def token(self, value: str) -> None:
        """``value`` is random: an API's id, a stack's UUID, a suffix."""

    def generated(self, name: GeneratedName) -> None:
        """A whole physical name was made up from a stack's name."""
