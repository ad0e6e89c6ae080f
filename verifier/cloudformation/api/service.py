"""CloudFormation's API on our own provisioner."""

from collections.abc import Callable
from typing import Any

from verifier.authorization.authorizer import Authorizer
from verifier.authorization.caller import Caller
from verifier.authorization.operation import Operation
from verifier.cloudformation.api.change_set_commands import ChangeSetCommands
from verifier.cloudformation.api.commands import StackCommands
from verifier.cloudformation.api.launch import Launcher
from verifier.cloudformation.api.queries import Queries
from verifier.cloudformation.api.template_source import submitted_template
from verifier.cloudformation.stack.faults import Faults
from verifier.cloudformation.stack.store import StackStore, view
from verifier.cloudformation.stack.views import ResourceUse, StackView
from verifier.cloudformation.template.sections import parse_template
from verifier.cloudformation.types.interface import Register
from verifier.emulator.interface import Upstream
from verifier.errors import AwsError

__all__ = ["CloudFormation", "Faults"]

# Without a stack's name they tell of every stack.
_OF_ALL = ("DescribeStacks", "ListStacks")


class CloudFormation:
    """Answers CloudFormation's operations; the gateway has authorized the request itself already.

    ``role_caller`` turns a service role's ARN into the caller that its stack's calls are made as; it
    raises AwsError for a role that cannot be assumed. Every method may be called from any thread.
    """

    def __init__(
        self,
        authorizer: Authorizer,
        upstream: Upstream,
        register: Register,
        faults: Faults,
        role_caller: Callable[[str], Caller] | None = None,
    ) -> None:
        self._store = StackStore()
        self._upstream = upstream
        self._queries = Queries(self._store, upstream)
        launcher = Launcher(self._store, authorizer, upstream, register, faults, role_caller)
        self._commands = {
            **StackCommands(launcher).operations,
            **ChangeSetCommands(launcher, self._queries).operations,
        }

    def handle(self, operation: Operation, caller: Caller) -> dict[str, Any]:
        """Carry ``operation`` out; botocore's output without ResponseMetadata.

        What AWS does in the background goes on in a thread. Raises AwsError.
        """
        command = self._commands.get(operation.name)
        if command is not None:
            return command(operation, caller)
        query = self._queries.operations.get(operation.name)
        if query is not None:
            with self._store.lock:
                name = operation.params.get("StackName")
                if name or operation.name in _OF_ALL:
                    self._store.looked(operation.account, operation.region, str(name or ""), caller)
                return query(operation)
        raise AwsError("InvalidAction", f"verifier: {operation} is not supported")

    def transforms(self, operation: Operation) -> tuple[str, ...]:
        """The transforms of AWS's own ("LanguageExtensions") in the template that ``operation`` submits."""
        if operation.name not in ("CreateChangeSet", "CreateStack", "UpdateStack"):
            return ()
        name = str(operation.params.get("StackName") or "")
        with self._store.lock:
            stack = self._store.find(operation.account, operation.region, name)
        try:
            named = parse_template(submitted_template(operation, self._upstream, stack).text).transforms
        except AwsError:
            return ()
        return tuple(one.removeprefix("AWS::") for one in named if one.startswith("AWS::"))

    def settle(self, timeout: float) -> None:
        """Wait at most ``timeout`` seconds until no stack operation is in progress.

        Raises InconclusiveError when one still is.
        """
        self._store.settle(timeout)

    def stacks(self, account: str) -> tuple[StackView, ...]:
        """Every stack of the account, deleted ones too, oldest first."""
        with self._store.lock:
            return tuple(view(stack) for stack in self._store.of(account))

    def resources(self, account: str) -> tuple[ResourceUse, ...]:
        """What the account's compiled service templates (TemplateURL) held, over all their lives."""
        return self._store.uses(account)

    def problems(self, account: str) -> tuple[str, ...]:
        """What the provisioner could not do as AWS does, one line each.

        A parameter that it dropped, an operation that nobody knows the permissions of.
        """
        return self._store.problems(account)
