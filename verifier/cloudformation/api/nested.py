"""Stacks within stacks: operations that are parts of their parents' operations."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from verifier.authorization.operation import Operation
from verifier.cloudformation.api.launch import Launcher, identity_of
from verifier.cloudformation.api.prepare import prepare, present
from verifier.cloudformation.api.requests import describe, new_stack, refuse_unless_updatable
from verifier.cloudformation.stack.changeset import Wanted
from verifier.cloudformation.stack.deletion import delete_stack
from verifier.cloudformation.stack.outputs import export_in_use
from verifier.cloudformation.stack.plan import changes, is_empty
from verifier.cloudformation.stack.session import Session
from verifier.cloudformation.stack.stack import Stack
from verifier.cloudformation.types.handler import HandlerError
from verifier.cloudformation.types.work import Work
from verifier.errors import AwsError
from verifier.grant.evidence import GeneratedName


class NestedStacks:
    """The ``Nest``: every operation goes on in its parent's thread, with the rights of its session."""

    def __init__(self, launcher: Launcher) -> None:
        self._launcher = launcher
        self._store = launcher.store

    def inherited(self, work: Work) -> dict[str, Any]:
        """The capabilities, and the role where there is one.

        (sources: cfn-nested-capabilities, cfn-nested-passes-the-role)
        """
        parent = self._found(work, work.stack_id)
        role = {"RoleARN": parent.role_arn} if parent.role_arn else {}
        return {"Capabilities": list(parent.capabilities), **role}

    def create(self, work: Work, name: GeneratedName, params: Mapping[str, Any]) -> None:
        """Create the stack; one that fails is left to the parent (source: cfn-nested-new-ones-go)."""
        parent = self._found(work, work.stack_id)
        operation = _operation(work, "CreateStack", {"StackName": name.name, **params})
        stack = new_stack(operation, name.name, self._launcher.register)
        stack.parent_id, stack.root_id = parent.id, parent.root_id or parent.id
        stack.place, stack.made_up = f"{parent.label}/{work.logical_id}", name
        describe(stack, operation)
        stack.retain_except_on_create = parent.retain_except_on_create
        wanted = self._wanted(work, operation, stack)
        session = _session(work, self._launcher, stack)
        provisioner = self._launcher.provisioner(stack, session, wanted)
        with self._store.lock:
            stack.template, stack.parameters, stack.tags = wanted.template, wanted.parameters, wanted.tags
            self._store.add(stack)
            self._store.follow(stack, "CREATE_IN_PROGRESS", parent)
        work.created(stack.id)
        self._launcher.run(stack, lambda: provisioner.create("DO_NOTHING"))
        if stack.status != "CREATE_COMPLETE":
            raise _failed(stack, "created", stack.reason)

    def is_going_back(self, work: Work) -> bool:
        """Whether the parent's update is being rolled back."""
        return self._found(work, work.stack_id).status.startswith("UPDATE_ROLLBACK")

    def update(self, work: Work, params: Mapping[str, Any]) -> None:
        """Update the stack if anything of it changes (source: cfn-nested-unmodified)."""
        stack, parent = self._found(work, work.physical_id), self._found(work, work.stack_id)
        refuse_unless_updatable(stack)
        operation = _operation(work, "UpdateStack", {"StackName": stack.id, **params})
        wanted = self._wanted(work, operation, stack)
        found = changes(stack, wanted)
        if is_empty(present(stack), wanted, found):
            return
        session = _session(work, self._launcher, stack)
        with self._store.lock:
            describe(stack, operation)
            stack.retain_except_on_create = parent.retain_except_on_create
            stack.updated, stack.cancelled = datetime.now(UTC), False
            self._store.follow(stack, "UPDATE_IN_PROGRESS", parent)
        work.wrote = True
        provisioner = self._launcher.provisioner(stack, session, wanted)
        self._launcher.run(stack, lambda: provisioner.update(found, disable_rollback=False, hold=True))
        if stack.held is None:
            why = _last_reason(stack)
            raise _failed(stack, "updated", f"Currently in UPDATE_ROLLBACK_IN_PROGRESS with reason: {why}")

    def take_back(self, work: Work) -> None:
        """Take back what is held, or go on with a rollback that failed (source: cfn-nested-rolls-back)."""
        stack = self._found(work, work.physical_id)
        held, go_on = stack.held, stack.unfinished_rollback
        if held is not None:
            stack.held = None
            self._launcher.run(stack, held.take_back)
        elif stack.status == "UPDATE_ROLLBACK_FAILED" and go_on is not None:
            session = _session(work, self._launcher, stack)
            self._launcher.run(stack, lambda: go_on(session, frozenset()))
        if stack.status.endswith("_FAILED"):
            raise _failed(stack, "updated", f"Currently in {stack.status} with reason: {stack.reason}")

    def delete(self, work: Work) -> None:
        """Delete the stack with what is in it."""
        stack, parent = self._found(work, work.physical_id), self._found(work, work.stack_id)
        if stack.is_deleted:
            return
        in_use = export_in_use(self._store, stack)
        if in_use:
            raise _failed(stack, "deleted", in_use)
        undone = "ROLLBACK" in parent.status
        self._store.follow(stack, "DELETE_IN_PROGRESS", parent)
        session = _session(work, self._launcher, stack)
        self._launcher.run(
            stack, lambda: delete_stack(self._store, stack, session, frozenset(), undone=undone)
        )
        if not stack.is_deleted:
            raise _failed(stack, "deleted", stack.reason)

    def outputs(self, work: Work) -> Mapping[str, str]:
        """The outputs by their names."""
        return {one.key: one.value for one in self._found(work, work.physical_id).outputs}

    def _found(self, work: Work, stack_id: str) -> Stack:
        stack = self._store.find(work.account, work.region, stack_id)
        if stack is None:
            raise HandlerError(f"Stack [{stack_id}] does not exist")
        return stack

    def _wanted(self, work: Work, operation: Operation, stack: Stack) -> Wanted:
        """What the parameters ask for; it is a part of what the parent was compiled for."""
        parent = self._found(work, work.stack_id)
        prepared = prepare(self._launcher, operation, _asking(work).caller, stack)
        reason = prepared.problem or prepared.invalid
        if reason or prepared.wanted is None:
            raise AwsError("ValidationError", reason)
        return replace(prepared.wanted, from_url=parent.compiled)


def _operation(work: Work, name: str, params: Mapping[str, Any]) -> Operation:
    return Operation("cloudformation", name, params, work.account, work.region, work.partition)


def _asking(work: Work) -> Session:
    assert isinstance(work.carrier, Session)
    return work.carrier


def _session(work: Work, launcher: Launcher, stack: Stack) -> Session:
    """The parent's session, for the nested stack."""

    def problem(line: str) -> None:
        launcher.store.problem(stack.account, f"{stack.label}: {line}")

    return replace(_asking(work), identity=identity_of(stack), problem=problem)


def _failed(stack: Stack, what: str, why: str) -> HandlerError:
    """In AWS's words (sources: cfn-nested-not-created, cfn-nested-not-updated, cfn-nested-not-deleted)."""
    joint = "." if what == "updated" else ":"
    return HandlerError(f"Embedded stack {stack.id} was not successfully {what}{joint} {why}")


def _last_reason(stack: Stack) -> str:
    """Why the stack went back."""
    reasons = [one.reason for one in stack.events if one.physical_id == stack.id and one.reason]
    return reasons[-1]
