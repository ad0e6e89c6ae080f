"""Stack operations on their way: who makes the calls, and the thread that makes them."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from verifier.authorization.authorizer import Authorizer
from verifier.authorization.caller import Caller
from verifier.cloudformation.stack.builtin import is_fallback, provisioner_of
from verifier.cloudformation.stack.changeset import Change, Wanted
from verifier.cloudformation.stack.faults import Faults
from verifier.cloudformation.stack.nest import Nest
from verifier.cloudformation.stack.provision import Provisioner
from verifier.cloudformation.stack.session import Session
from verifier.cloudformation.stack.stack import Stack
from verifier.cloudformation.stack.steps import bug
from verifier.cloudformation.stack.store import StackStore
from verifier.cloudformation.stack.validate import shortcomings
from verifier.cloudformation.stack.views import ResourceUse
from verifier.cloudformation.template.environment import StackIdentity
from verifier.cloudformation.types.interface import Register
from verifier.emulator.interface import Upstream
from verifier.errors import AwsError

_LOG = logging.getLogger(__name__)
_AFTER_ERROR = {
    "CREATE_IN_PROGRESS": "CREATE_FAILED",
    "DELETE_IN_PROGRESS": "DELETE_FAILED",
    "ROLLBACK_IN_PROGRESS": "ROLLBACK_FAILED",
    "UPDATE_IN_PROGRESS": "UPDATE_FAILED",
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": "UPDATE_FAILED",
}


@dataclass(frozen=True)
class Launcher:
    """Starts stack operations; whatever goes wrong in the background ends as a stack's failure."""

    store: StackStore
    authorizer: Authorizer
    upstream: Upstream
    register: Register
    faults: Faults
    role_caller: Callable[[str], Caller] | None
    nest: "Callable[[Launcher], Nest]"

    def session(self, stack: Stack, caller: Caller, role_arn: str | None) -> Session:
        """The rights of the stack's service role, else of the caller (source: cfn-role-of-the-stack).

        Raises AwsError for a wrong role.
        """
        acting = caller
        if role_arn:
            if self.role_caller is None:
                raise AwsError("ValidationError", f"Role {role_arn} is invalid or cannot be assumed")
            acting = self.role_caller(role_arn)
        return Session(
            authorizer=self.authorizer,
            upstream=self.upstream,
            register=self.register,
            caller=acting,
            identity=identity_of(stack),
            problem=lambda line: self.store.problem(stack.account, f"{stack.label}: {line}"),
            nest=self.nest(self),
        )

    def create(self, stack: Stack, wanted: Wanted, caller: Caller, on_failure: str) -> None:
        """Begin a stack's creation; ``on_failure`` is ROLLBACK, DELETE or DO_NOTHING."""
        session = self.session(stack, caller, stack.role_arn)
        provisioner = self.provisioner(stack, session, wanted)
        with self.store.lock:
            stack.template, stack.parameters, stack.tags = wanted.template, wanted.parameters, wanted.tags
            self.store.begin(stack, "CREATE_IN_PROGRESS", caller, compiled=wanted.from_url)
        self.start(stack, lambda: provisioner.create(on_failure))

    def update(
        self,
        stack: Stack,
        wanted: Wanted,
        found: tuple[Change, ...],
        caller: Caller,
        *,
        disable_rollback: bool,
    ) -> None:
        """Begin a stack's update."""
        session = self.session(stack, caller, stack.role_arn)
        provisioner = self.provisioner(stack, session, wanted)
        with self.store.lock:
            stack.updated = datetime.now(UTC)
            stack.cancelled = False
            self.store.begin(stack, "UPDATE_IN_PROGRESS", caller, compiled=wanted.from_url)
        self.start(stack, lambda: provisioner.update(found, disable_rollback=disable_rollback))

    def start(self, stack: Stack, work: Callable[[], None]) -> None:
        """Do ``work`` on ``stack`` in the background."""
        name = f"stack-{stack.name}"
        threading.Thread(target=self.run, args=(stack, work), name=name, daemon=True).start()

    def run(self, stack: Stack, work: Callable[[], None]) -> None:
        """Do ``work`` on ``stack``, whose failure every error is."""
        try:
            work()
        except Exception as error:
            _LOG.exception("stack %s", stack.name)
            self.store.problem(stack.account, f"{stack.label}: verifier: {bug(error)}")
            with self.store.lock:
                status = _AFTER_ERROR.get(stack.status, "UPDATE_ROLLBACK_FAILED")
                self.store.stack_status(stack, status, f"verifier: {type(error).__name__}")

    def provisioner(self, stack: Stack, session: Session, wanted: Wanted) -> Provisioner:
        """What brings ``stack`` to what is wanted, with the rights of ``session``."""
        if wanted.from_url:
            for name, one in wanted.active.items():
                handler = provisioner_of(one)
                upper_bound = handler is not None and is_fallback(handler)
                self.store.use(stack.account, ResourceUse(stack.label, name, one.type, False, upper_bound))
        for line in shortcomings(wanted):
            session.problem(line)
        if stack.policy and '"Deny"' in stack.policy:
            session.problem("its stack policy is kept, but not enforced")
        fail = self.faults.fail_last_wave and wanted.from_url and not stack.parent_id
        siblings = self.faults.siblings
        return Provisioner(self.store, stack, session, wanted, fail_last_wave=fail, siblings=siblings)


def identity_of(stack: Stack, notification_arns: tuple[str, ...] | None = None) -> StackIdentity:
    """The stack's identity for its template's pseudo parameters."""
    arns = stack.notification_arns if notification_arns is None else notification_arns
    return StackIdentity(
        stack.name, stack.id, stack.account, stack.region, stack.partition, arns, stack.made_up
    )
