"""CloudFormation's API on our own provisioner."""

from collections.abc import Callable
from typing import Any

from verifier.authorization.authorizer import Authorizer
from verifier.authorization.caller import Caller
from verifier.authorization.operation import Operation
from verifier.cloudformation.faults import Faults
from verifier.cloudformation.interface import Register, Upstream
from verifier.cloudformation.views import ResourceUse, StackView
from verifier.errors import AwsError

__all__ = ["CloudFormation", "Faults"]


class CloudFormation:
    """Answers CloudFormation's operations; the gateway has authorized the request itself already.

    ``role_caller`` turns a service role's ARN into the caller that its stack's calls are made as.
    """

    def __init__(
        self,
        authorizer: Authorizer,
        upstream: Upstream,
        register: Register,
        faults: Faults,
        role_caller: Callable[[str], Caller] | None = None,
    ) -> None:
        self._authorizer = authorizer
        self._upstream = upstream
        self._register = register
        self._faults = faults
        self._role_caller = role_caller

    def handle(self, operation: Operation, caller: Caller) -> dict[str, Any]:
        """Carry ``operation`` out; botocore's output without ResponseMetadata.

        What AWS does in the background goes on in a thread. Raises AwsError.
        """
        raise AwsError("InvalidAction", f"The action {operation.name} is not valid for this web service.")

    def settle(self, timeout: float) -> None:
        """Wait at most ``timeout`` seconds until no stack operation is in progress.

        Raises InconclusiveError when one still is.
        """

    def stacks(self, account: str) -> tuple[StackView, ...]:
        """Every stack of the account, deleted ones too, oldest first."""
        return ()

    def resources(self, account: str) -> tuple[ResourceUse, ...]:
        """What the account's compiled service templates (TemplateURL) held, over all their lives."""
        return ()

    def problems(self, account: str) -> tuple[str, ...]:
        """What the provisioner could not do as AWS does, one line each: a parameter that it dropped,
        an operation that nobody knows the permissions of."""
        return ()
