"""The stacks, as the handler of a stack within a stack works on them."""

from collections.abc import Mapping
from typing import Any, Protocol

from verifier.cloudformation.types.work import Work
from verifier.grant.evidence import GeneratedName


class Nest(Protocol):
    """Brings nested stacks to what is wanted, with the rights of ``work``; asks for none of its own calls.

    ``params`` are CreateStack's or UpdateStack's. Every method may raise HandlerError, or AwsError for a
    template that CloudFormation refuses.
    """

    def inherited(self, work: Work) -> dict[str, Any]:
        """The parameters that the parent hands on: its capabilities and its service role."""

    def create(self, work: Work, name: GeneratedName, params: Mapping[str, Any]) -> None:
        """Create a stack, to its end; says ``work.created`` as soon as there is one."""

    def is_going_back(self, work: Work) -> bool:
        """Whether the parent's update is being rolled back."""

    def update(self, work: Work, params: Mapping[str, Any]) -> None:
        """Update the stack, all but the clean-up, which waits for the parent's."""

    def take_back(self, work: Work) -> None:
        """Take the present update back, as far as that has not happened."""

    def delete(self, work: Work) -> None:
        """Delete the stack; one that is gone already is no error."""

    def outputs(self, work: Work) -> Mapping[str, str]:
        """The stack's outputs."""
