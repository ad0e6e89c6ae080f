"""What the provisioner tells of what it makes up: a register of names."""

from typing import Protocol

from verifier.grant.evidence import GeneratedName


class Register(Protocol):
    """Remembers everything random that a trial made, so that exactly that can be generalised."""

    def token(self, value: str) -> None:
        """``value`` is random: an API's id, a stack's UUID, a suffix."""

    def generated(self, name: GeneratedName) -> None:
        """A whole physical name was made up from a stack's name."""
