"""CloudFormation's API on our own provisioner."""

from collections.abc import Callable, Collection
from typing import Any

from verifier.authorization.authorizer import Authorizer
from verifier.authorization.caller import Caller
from verifier.authorization.decision import Decided
from verifier.authorization.operation import Operation
from verifier.cloudformation.api.change_set_commands import ChangeSetCommands
from verifier.cloudformation.api.commands import StackCommands
from verifier.cloudformation.api.launch import Launcher
from verifier.cloudformation.api.nested import NestedStacks
from verifier.cloudformation.api.queries import Queries
from verifier.cloudformation.api.template_source import submitted_template
from verifier.cloudformation.stack.faults import Faults
from verifier.cloudformation.stack.leftovers import left_behind, take_away
from verifier.cloudformation.stack.rehearsal import rehearse
from verifier.cloudformation.stack.stack import view
from verifier.cloudformation.stack.store import StackStore
from verifier.cloudformation.stack.unexercised import unexercised
from verifier.cloudformation.stack.views import LeftBehind, ResourceUse, StackView, Unexercised
from verifier.cloudformation.template.sections import parse_template
from verifier.cloudformation.types.handler import HandlerError
from verifier.cloudformation.types.interface import Register
from verifier.emulator.interface import Upstream
from verifier.errors import AwsError, InconclusiveError

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
        launcher = Launcher(self._store, authorizer, upstream, register, faults, role_caller, NestedStacks)
        self._launcher = launcher
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

    def unexercised(self, caller: Caller, asked: Collection[tuple[str, str]]) -> tuple[Unexercised, ...]:
        """The properties in compiled service templates whose update would need more than ``asked``."""
        return tuple(
            found
            for stack, resource, _ in self._store.latest(caller.account)
            for found in unexercised(
                self._store, stack, resource, self._launcher.session(stack, caller, None), asked
            )
        )

    def rehearse(self, account: str, asked: Collection[tuple[str, str]]) -> tuple[Decided, ...]:
        """What in-place updates in compiled service templates would need beside what was ``asked``.

        It is decided for whoever provisioned the resource last, reported to nobody and never enforced.
        """
        latest = self._store.latest(account)
        parts = ((stack, one, self._launcher.session(stack, caller, None)) for stack, one, caller in latest)
        return tuple(rehearse(self._store, parts, asked))

    def left_behind(self, account: str) -> tuple[LeftBehind, ...]:
        """What the account's stacks left because their templates say so, and is there still."""
        return left_behind(self._store, account)

    def take_away(self, left: LeftBehind, caller: Caller) -> bool:
        """Delete one of ``left_behind`` with the rights of ``caller``; whether it surely was there still.

        Raises InconclusiveError when that fails.
        """
        try:
            return take_away(
                self._store,
                caller.account,
                left,
                lambda stack: self._launcher.session(stack, caller, None),
            )
        except HandlerError as error:
            what = f"{left.logical_id} ({left.type}, {left.physical_id})"
            raise InconclusiveError(f"{what}, left behind by {left.stack}: {error.reason}") from error

    def problems(self, account: str) -> tuple[str, ...]:
        """What the provisioner could not do as AWS does, one line each.

        A parameter that it dropped, an operation that nobody knows the permissions of.
        """
        return self._store.problems(account)
