"""The operations that make, execute and drop change sets."""

import uuid
from collections.abc import Callable, Mapping

from verifier.authorization.caller import Caller
from verifier.authorization.operation import Operation
from verifier.cloudformation.api.answers import Answer
from verifier.cloudformation.api.launch import Launcher
from verifier.cloudformation.api.prepare import Prepared, prepare, present
from verifier.cloudformation.api.queries import Queries
from verifier.cloudformation.api.requests import new_stack, refuse_unless_updatable, stack_name
from verifier.cloudformation.stack.changeset import NO_CHANGES, Change, ChangeSet
from verifier.cloudformation.stack.plan import changes, is_empty
from verifier.cloudformation.stack.stack import Stack
from verifier.errors import AwsError


class ChangeSetCommands:
    """CreateChangeSet and its kin; a change set is ready as soon as it is made."""

    def __init__(self, launcher: Launcher, queries: Queries) -> None:
        self._launcher = launcher
        self._store = launcher.store
        self._queries = queries
        self.operations: Mapping[str, Callable[[Operation, Caller], Answer]] = {
            "CreateChangeSet": self._create_change_set,
            "DeleteChangeSet": self._delete_change_set,
            "ExecuteChangeSet": self._execute_change_set,
        }

    def _create_change_set(self, op: Operation, caller: Caller) -> Answer:
        wanted_name, name = stack_name(op), str(op.params.get("ChangeSetName") or "")
        kind = str(op.params.get("ChangeSetType") or "UPDATE")
        stack = self._store.find(op.account, op.region, wanted_name)
        if kind == "CREATE":
            # (source: cfn-change-set-of-existing-stack)
            if stack is not None and stack.status != "REVIEW_IN_PROGRESS":
                raise AwsError(
                    "ValidationError",
                    f"Stack [{stack.name}] already exists and cannot be created again with the changeSet "
                    f"[{name}].",
                )
            stack = stack or new_stack(op, wanted_name, self._launcher.register)
        elif kind == "UPDATE":
            if stack is None or stack.is_deleted:
                raise AwsError("ValidationError", f"Stack [{wanted_name}] does not exist")
            refuse_unless_updatable(stack)
        else:
            raise AwsError("ValidationError", f"verifier: change sets of type {kind} are not supported")
        if name in stack.change_sets:
            raise AwsError("AlreadyExistsException", f"ChangeSet [{name}] already exists")
        prepared = prepare(self._launcher, op, caller, stack)
        change_set = self._change_set(op, stack, name, kind, prepared)
        with self._store.lock:
            if kind == "CREATE" and self._store.find(op.account, op.region, stack.name) is None:
                self._store.add(stack)
                self._store.begin(stack, "REVIEW_IN_PROGRESS", caller)
            stack.change_sets[name] = change_set
        return {"Id": change_set.id, "StackId": stack.id}

    def _change_set(self, op: Operation, stack: Stack, name: str, kind: str, prepared: Prepared) -> ChangeSet:
        reason = prepared.problem or prepared.invalid
        found: tuple[Change, ...] = ()
        if prepared.wanted is not None:
            before = present(stack)
            found = changes(stack, prepared.wanted)
            if not reason and is_empty(before, prepared.wanted, found):
                reason = NO_CHANGES
        token = str(uuid.uuid4())
        self._launcher.register.token(token)
        return ChangeSet(
            id=f"arn:{op.partition}:cloudformation:{op.region}:{op.account}:changeSet/{name}/{token}",
            name=name,
            stack_id=stack.id,
            type=kind,
            wanted=None if reason else prepared.wanted,
            changes=() if reason else found,
            status="FAILED" if reason else "CREATE_COMPLETE",
            status_reason=reason,
            execution_status="UNAVAILABLE" if reason else "AVAILABLE",
            capabilities=tuple(op.params.get("Capabilities") or ()),
            role_arn=op.params.get("RoleARN"),
            description=op.params.get("Description"),
            notification_arns=tuple(op.params.get("NotificationARNs") or ()),
            on_failure=str(op.params.get("OnStackFailure") or "ROLLBACK"),
            template_text=prepared.text,
        )

    def _delete_change_set(self, op: Operation, caller: Caller) -> Answer:
        try:
            stack, change_set = self._queries.change_set(op)
        except AwsError as error:
            if error.code == "ChangeSetNotFound":
                return {}
            raise
        with self._store.lock:
            stack.change_sets.pop(change_set.name, None)
        return {}

    def _execute_change_set(self, op: Operation, caller: Caller) -> Answer:
        stack, change_set = self._queries.change_set(op)
        with self._store.lock:
            wanted = change_set.wanted
            if wanted is None or change_set.execution_status != "AVAILABLE":
                shown = change_set.status if change_set.status == "FAILED" else change_set.execution_status
                raise AwsError(
                    "InvalidChangeSetStatus",
                    f"ChangeSet [{change_set.id}] cannot be executed in its current status of [{shown}]",
                )
            if change_set.type == "UPDATE":
                refuse_unless_updatable(stack)
            change_set.execution_status = "EXECUTE_COMPLETE"
            stack.change_sets = {change_set.name: change_set}  # AWS deletes the others
            stack.capabilities = change_set.capabilities
            stack.notification_arns = change_set.notification_arns
            stack.role_arn = change_set.role_arn or stack.role_arn
            stack.retain_except_on_create = bool(op.params.get("RetainExceptOnCreate"))
            keep = bool(op.params.get("DisableRollback")) or change_set.on_failure == "DO_NOTHING"
            if change_set.type == "CREATE":
                stack.disable_rollback = keep
                self._launcher.create(stack, wanted, caller, "DO_NOTHING" if keep else change_set.on_failure)
            else:
                self._launcher.update(stack, wanted, change_set.changes, caller, disable_rollback=keep)
        return {}
