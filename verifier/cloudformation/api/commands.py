"""The operations that change stacks directly. What AWS does in the background goes on in a thread."""

import json
from collections.abc import Callable, Mapping

from verifier.authorization.caller import Caller
from verifier.authorization.operation import Operation
from verifier.cloudformation.api.answers import Answer
from verifier.cloudformation.api.launch import Launcher
from verifier.cloudformation.api.prepare import prepare, present
from verifier.cloudformation.api.requests import (
    describe,
    existing_stack,
    new_stack,
    refuse_unless_updatable,
    stack_name,
)
from verifier.cloudformation.stack.changeset import NO_UPDATES, Wanted
from verifier.cloudformation.stack.deletion import delete_stack
from verifier.cloudformation.stack.outputs import export_in_use
from verifier.cloudformation.stack.plan import changes, is_empty
from verifier.cloudformation.stack.stack import Stack
from verifier.errors import AwsError


class StackCommands:
    """CreateStack and its kin."""

    def __init__(self, launcher: Launcher) -> None:
        self._launcher = launcher
        self._store = launcher.store
        self.operations: Mapping[str, Callable[[Operation, Caller], Answer]] = {
            "CancelUpdateStack": self._cancel_update_stack,
            "ContinueUpdateRollback": self._continue_update_rollback,
            "CreateStack": self._create_stack,
            "DeleteStack": self._delete_stack,
            "SetStackPolicy": self._set_stack_policy,
            "UpdateStack": self._update_stack,
            "UpdateTerminationProtection": self._update_termination_protection,
        }

    def _create_stack(self, op: Operation, caller: Caller) -> Answer:
        name = stack_name(op)
        if self._store.find(op.account, op.region, name) is not None:
            raise AwsError("AlreadyExistsException", f"Stack [{name}] already exists")
        stack = new_stack(op, name, self._launcher.register)
        wanted = self._wanted(op, caller, stack)
        describe(stack, op)
        stack.policy = op.params.get("StackPolicyBody")
        stack.termination_protection = bool(op.params.get("EnableTerminationProtection"))
        on_failure = str(op.params.get("OnFailure") or "ROLLBACK")
        stack.disable_rollback = bool(op.params.get("DisableRollback")) or on_failure == "DO_NOTHING"
        with self._store.lock:
            if self._store.find(op.account, op.region, name) is not None:
                raise AwsError("AlreadyExistsException", f"Stack [{name}] already exists")
            self._store.add(stack)
        self._launcher.create(stack, wanted, caller, "DO_NOTHING" if stack.disable_rollback else on_failure)
        return {"StackId": stack.id}

    def _update_stack(self, op: Operation, caller: Caller) -> Answer:
        stack = existing_stack(self._store, op)
        refuse_unless_updatable(stack)
        wanted = self._wanted(op, caller, stack)
        before = present(stack)
        found = changes(stack, wanted)
        if is_empty(before, wanted, found):
            raise AwsError("ValidationError", NO_UPDATES)
        with self._store.lock:
            refuse_unless_updatable(stack)
            describe(stack, op)
            for change_set in stack.change_sets.values():
                change_set.execution_status = "OBSOLETE"
            if op.params.get("StackPolicyBody"):
                stack.policy = str(op.params["StackPolicyBody"])
            disable_rollback = bool(op.params.get("DisableRollback"))
            self._launcher.update(stack, wanted, found, caller, disable_rollback=disable_rollback)
        return {"StackId": stack.id}

    def _delete_stack(self, op: Operation, caller: Caller) -> Answer:
        name = str(op.params.get("StackName") or "")
        stack = self._store.find(op.account, op.region, name)
        if stack is None or stack.is_deleted:
            return {}  # deleting what is not there is no error
        # (sources: cfn-retain-resources, cfn-termination-protection, cfn-cannot-delete-now)
        retain = frozenset(op.params.get("RetainResources") or ())
        with self._store.lock:
            if stack.termination_protection:
                raise AwsError(
                    "ValidationError",
                    f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled",
                )
            if stack.in_progress:
                raise AwsError(
                    "ValidationError", f"Stack [{stack.id}] cannot be deleted while in status {stack.status}"
                )
            if retain and stack.status != "DELETE_FAILED":
                raise AwsError(
                    "ValidationError",
                    "Invalid operation on stack: RetainResources is for stacks in the DELETE_FAILED state",
                )
            role_arn = op.params.get("RoleARN") or stack.role_arn
            session = self._launcher.session(stack, caller, role_arn)
            stack.role_arn = role_arn
            before = stack.status
            self._store.begin(stack, "DELETE_IN_PROGRESS", caller)
            in_use = export_in_use(self._store, stack)
            if in_use:
                self._store.stack_status(stack, before, f"Delete canceled. {in_use}")
                return {}
        self._launcher.start(stack, lambda: delete_stack(self._store, stack, session, retain))
        return {}

    def _continue_update_rollback(self, op: Operation, caller: Caller) -> Answer:
        stack = existing_stack(self._store, op)
        with self._store.lock:
            go_on = stack.unfinished_rollback
            if stack.status != "UPDATE_ROLLBACK_FAILED" or go_on is None:
                raise AwsError(
                    "ValidationError", "ContinueUpdateRollback cannot be called from current stack status"
                )
            self._store.begin(stack, "UPDATE_ROLLBACK_IN_PROGRESS", caller)
        skip = frozenset(str(one) for one in op.params.get("ResourcesToSkip") or ())
        acting = self._launcher.session(stack, caller, op.params.get("RoleARN") or stack.role_arn)
        self._launcher.start(stack, lambda: go_on(acting, skip))
        return {}

    def _cancel_update_stack(self, op: Operation, caller: Caller) -> Answer:
        stack = existing_stack(self._store, op)
        with self._store.lock:
            if stack.status != "UPDATE_IN_PROGRESS":  # (source: cfn-cannot-cancel)
                raise AwsError(
                    "ValidationError", "CancelUpdateStack cannot be called from current stack status"
                )
            stack.cancelled = True
        return {}

    def _set_stack_policy(self, op: Operation, caller: Caller) -> Answer:
        stack = existing_stack(self._store, op)
        body = op.params.get("StackPolicyBody")
        try:
            if body is None or not isinstance(json.loads(str(body)), dict):
                raise ValueError
        except ValueError as error:
            raise AwsError(
                "ValidationError", "Error validating stack policy: Invalid stack policy"
            ) from error
        stack.policy = str(body)
        return {}

    def _update_termination_protection(self, op: Operation, caller: Caller) -> Answer:
        stack = existing_stack(self._store, op)
        stack.termination_protection = bool(op.params.get("EnableTerminationProtection"))
        return {"StackId": stack.id}

    def _wanted(self, op: Operation, caller: Caller, stack: Stack) -> Wanted:
        prepared = prepare(self._launcher, op, caller, stack)
        reason = prepared.problem or prepared.invalid
        if reason or prepared.wanted is None:
            raise AwsError("ValidationError", reason)
        return prepared.wanted
