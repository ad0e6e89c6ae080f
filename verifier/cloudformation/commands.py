"""The operations that change stacks. What AWS does in the background goes on in a thread."""

import json
import logging
import re
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from verifier.authorization.authorizer import Authorizer
from verifier.authorization.caller import Caller
from verifier.authorization.operation import Operation
from verifier.cloudformation.answers import Answer
from verifier.cloudformation.builtin import is_fallback, provisioner_of
from verifier.cloudformation.changeset import NO_CHANGES, NO_UPDATES, Change, ChangeSet, Wanted
from verifier.cloudformation.environment import Facts
from verifier.cloudformation.faults import Faults
from verifier.cloudformation.handlers.base import HandlerError
from verifier.cloudformation.interface import Register, Upstream
from verifier.cloudformation.parameters import parameter_values
from verifier.cloudformation.plan import changes, is_empty, wanted_state
from verifier.cloudformation.provision import Provisioner, delete_stack
from verifier.cloudformation.queries import Queries
from verifier.cloudformation.sources import submitted_template
from verifier.cloudformation.stack import Stack, StackStore
from verifier.cloudformation.template import parse_template
from verifier.cloudformation.validate import (
    check_capabilities,
    property_problems,
    unsupported_parts,
    validate,
)
from verifier.cloudformation.views import ResourceUse
from verifier.cloudformation.work import CallFailed, ResourceWork, Session
from verifier.errors import AwsError

_LOG = logging.getLogger(__name__)
_NAME = re.compile(r"[a-zA-Z][-a-zA-Z0-9]{0,127}")
_UPDATABLE = frozenset(
    {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE", "UPDATE_FAILED"}
)
_EARLY_VALIDATION = (
    "The following hook(s)/validation failed: [AWS::EarlyValidation::PropertyValidation]. To troubleshoot "
    "Early Validation errors, use the DescribeEvents API for detailed failure information."
)
_AFTER_ERROR = {
    "CREATE_IN_PROGRESS": "CREATE_FAILED",
    "DELETE_IN_PROGRESS": "DELETE_FAILED",
    "ROLLBACK_IN_PROGRESS": "ROLLBACK_FAILED",
    "UPDATE_IN_PROGRESS": "UPDATE_FAILED",
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": "UPDATE_FAILED",
}


@dataclass(frozen=True)
class _Prepared:
    """What a request asks for, checked."""

    wanted: Wanted
    problem: str
    """Why it cannot be carried out here, or ""."""
    invalid: str
    """What the registry's schema says against it, or ""."""
    text: str


class Commands:
    """Starts stack operations; whatever goes wrong in the background ends as a stack's failure."""

    def __init__(
        self,
        *,
        store: StackStore,
        queries: Queries,
        authorizer: Authorizer,
        upstream: Upstream,
        register: Register,
        faults: Faults,
        role_caller: Callable[[str], Caller] | None,
    ) -> None:
        self._store = store
        self._queries = queries
        self._authorizer = authorizer
        self._upstream = upstream
        self._register = register
        self._faults = faults
        self._role_caller = role_caller
        self.operations: Mapping[str, Callable[[Operation, Caller], Answer]] = {
            "CancelUpdateStack": self._cancel_update_stack,
            "ContinueUpdateRollback": self._continue_update_rollback,
            "CreateChangeSet": self._create_change_set,
            "CreateStack": self._create_stack,
            "DeleteChangeSet": self._delete_change_set,
            "DeleteStack": self._delete_stack,
            "ExecuteChangeSet": self._execute_change_set,
            "SetStackPolicy": self._set_stack_policy,
            "UpdateStack": self._update_stack,
            "UpdateTerminationProtection": self._update_termination_protection,
        }

    # -- stacks

    def _create_stack(self, op: Operation, caller: Caller) -> Answer:
        name = _stack_name(op)
        if self._store.find(op.account, op.region, name) is not None:
            raise AwsError("AlreadyExistsException", f"Stack [{name}] already exists")
        stack = self._new_stack(op, name)
        prepared = self._prepare(op, caller, stack)
        if prepared.problem:
            raise AwsError("ValidationError", prepared.problem)
        self._describe(stack, op)
        stack.policy = op.params.get("StackPolicyBody")
        stack.termination_protection = bool(op.params.get("EnableTerminationProtection"))
        on_failure = str(op.params.get("OnFailure") or "ROLLBACK")
        stack.disable_rollback = bool(op.params.get("DisableRollback")) or on_failure == "DO_NOTHING"
        with self._store.lock:
            if self._store.find(op.account, op.region, name) is not None:
                raise AwsError("AlreadyExistsException", f"Stack [{name}] already exists")
            self._store.add(stack)
        self._start_create(
            stack, prepared.wanted, caller, "DO_NOTHING" if stack.disable_rollback else on_failure
        )
        return {"StackId": stack.id}

    def _update_stack(self, op: Operation, caller: Caller) -> Answer:
        stack = self._existing(op)
        _refuse_unless_updatable(stack)
        prepared = self._prepare(op, caller, stack)
        if prepared.problem:
            raise AwsError("ValidationError", prepared.problem)
        before = self._present(stack)
        found = changes(stack, before, prepared.wanted)
        if is_empty(before, prepared.wanted, found):
            raise AwsError("ValidationError", NO_UPDATES)
        with self._store.lock:
            _refuse_unless_updatable(stack)
            self._describe(stack, op)
            if op.params.get("StackPolicyBody"):
                stack.policy = str(op.params["StackPolicyBody"])
            disable_rollback = bool(op.params.get("DisableRollback"))
            self._start_update(stack, prepared.wanted, found, caller, disable_rollback=disable_rollback)
        return {"StackId": stack.id}

    def _delete_stack(self, op: Operation, caller: Caller) -> Answer:
        name = str(op.params.get("StackName") or "")
        stack = self._store.find(op.account, op.region, name)
        if stack is None or stack.is_deleted:
            return {}  # deleting what is not there is no error
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
            stack.role_arn = op.params.get("RoleARN") or stack.role_arn
            session = self._session(stack, self._acting(stack.role_arn, caller))
            before = stack.status
            self._store.stack_status(stack, "DELETE_IN_PROGRESS", "User Initiated")
            in_use = self._export_in_use(stack)
            if in_use:
                self._store.stack_status(stack, before, f"Delete canceled. {in_use}")
                return {}
        self._start(stack, lambda: delete_stack(self._store, stack, session, retain))
        return {}

    def _export_in_use(self, stack: Stack) -> str:
        for output in stack.outputs:
            importers = (
                self._store.importers(stack.account, stack.region, output.export) if output.export else ()
            )
            if importers:
                return f"Cannot delete export {output.export} as it is in use by {' and '.join(importers)}."
        return ""

    def _continue_update_rollback(self, op: Operation, caller: Caller) -> Answer:
        stack = self._existing(op)
        with self._store.lock:
            go_on = stack.unfinished_rollback
            if stack.status != "UPDATE_ROLLBACK_FAILED" or go_on is None:
                raise AwsError(
                    "ValidationError", "ContinueUpdateRollback cannot be called from current stack status"
                )
            self._store.stack_status(stack, "UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated")
        skip = frozenset(str(one) for one in op.params.get("ResourcesToSkip") or ())
        acting = self._session(stack, self._acting(op.params.get("RoleARN") or stack.role_arn, caller))
        self._start(stack, lambda: go_on(acting, skip))
        return {}

    def _cancel_update_stack(self, op: Operation, caller: Caller) -> Answer:
        stack = self._existing(op)
        with self._store.lock:
            if stack.status != "UPDATE_IN_PROGRESS":
                raise AwsError(
                    "ValidationError", "CancelUpdateStack cannot be called from current stack status"
                )
            stack.cancelled = True
        return {}

    def _set_stack_policy(self, op: Operation, caller: Caller) -> Answer:
        stack = self._existing(op)
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
        stack = self._existing(op)
        stack.termination_protection = bool(op.params.get("EnableTerminationProtection"))
        return {"StackId": stack.id}

    # -- change sets

    def _create_change_set(self, op: Operation, caller: Caller) -> Answer:
        stack_name, name = _stack_name(op), str(op.params.get("ChangeSetName") or "")
        kind = str(op.params.get("ChangeSetType") or "UPDATE")
        stack = self._store.find(op.account, op.region, stack_name)
        if kind == "CREATE":
            if stack is not None and stack.status != "REVIEW_IN_PROGRESS":
                raise AwsError(
                    "ValidationError",
                    f"Stack [{stack.name}] already exists and cannot be created again with the changeSet "
                    f"[{name}].",
                )
            stack = stack or self._new_stack(op, stack_name)
        elif kind == "UPDATE":
            if stack is None or stack.is_deleted:
                raise AwsError("ValidationError", f"Stack [{stack_name}] does not exist")
            _refuse_unless_updatable(stack)
        else:
            raise AwsError("ValidationError", f"verifier: change sets of type {kind} are not supported")
        if name in stack.change_sets:
            raise AwsError("AlreadyExistsException", f"ChangeSet [{name}] already exists")
        prepared = self._prepare(op, caller, stack)
        change_set = self._change_set(op, stack, name, kind, prepared)
        with self._store.lock:
            if kind == "CREATE" and self._store.find(op.account, op.region, stack.name) is None:
                self._store.add(stack)
                self._store.stack_status(stack, "REVIEW_IN_PROGRESS", "User Initiated")
            stack.change_sets[name] = change_set
        return {"Id": change_set.id, "StackId": stack.id}

    def _change_set(
        self, op: Operation, stack: Stack, name: str, kind: str, prepared: _Prepared
    ) -> ChangeSet:
        before = self._present(stack)
        found = changes(stack, before, prepared.wanted)
        reason = prepared.problem or prepared.invalid
        if not reason and is_empty(before, prepared.wanted, found):
            reason = NO_CHANGES
        token = str(uuid.uuid4())
        self._register.token(token)
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
                _refuse_unless_updatable(stack)
            change_set.execution_status = "EXECUTE_COMPLETE"
            stack.change_sets = {change_set.name: change_set}  # AWS deletes the others
            stack.capabilities = change_set.capabilities
            stack.notification_arns = change_set.notification_arns
            stack.role_arn = change_set.role_arn or stack.role_arn
            keep = bool(op.params.get("DisableRollback")) or change_set.on_failure == "DO_NOTHING"
            if change_set.type == "CREATE":
                stack.disable_rollback = keep
                self._start_create(stack, wanted, caller, "DO_NOTHING" if keep else change_set.on_failure)
            else:
                self._start_update(stack, wanted, change_set.changes, caller, disable_rollback=keep)
        return {}

    # -- how requests become work

    def _prepare(self, op: Operation, caller: Caller, stack: Stack) -> _Prepared:
        """Read, check and resolve what the request submits. Raises AwsError."""
        submitted = submitted_template(op, self._upstream, stack)
        template = parse_template(submitted.text)
        validate(template)
        session = self._session(stack, self._acting(op.params.get("RoleARN") or stack.role_arn, caller))
        parameters = parameter_values(
            template, op.params.get("Parameters") or (), stack.parameters, _ssm_reader(session)
        )
        check_capabilities(template, op.params.get("Capabilities") or ())
        given = op.params.get("Tags")
        tags = stack.tags if given is None else {str(one["Key"]): str(one["Value"]) for one in given}
        unsupported = unsupported_parts(template, ())
        facts = self._facts(stack, tuple(op.params.get("NotificationARNs") or stack.notification_arns))
        wanted = wanted_state(template, parameters, tags, facts, from_url=submitted.from_url)
        invalid = [property_problems(one, wanted.statics[name]) for name, one in wanted.active.items()]
        problems = " ".join(" ".join(one.split("\n")) for one in invalid if one)
        return _Prepared(
            wanted,
            unsupported or unsupported_parts(template, wanted.active.values()),
            f"{_EARLY_VALIDATION} {problems}" if problems else "",
            submitted.text,
        )

    def _present(self, stack: Stack) -> Wanted:
        """What the stack has now, as if it were wanted."""
        return wanted_state(
            stack.template, stack.parameters, stack.tags, self._facts(stack, stack.notification_arns)
        )

    def _existing(self, op: Operation) -> Stack:
        name = str(op.params.get("StackName") or "")
        stack = self._store.find(op.account, op.region, name)
        if stack is None or stack.is_deleted:
            raise AwsError("ValidationError", f"Stack [{name}] does not exist")
        return stack

    def _new_stack(self, op: Operation, name: str) -> Stack:
        token = str(uuid.uuid4())
        self._register.token(token)
        return Stack(
            name=name,
            id=f"arn:{op.partition}:cloudformation:{op.region}:{op.account}:stack/{name}/{token}",
            account=op.account,
            region=op.region,
            partition=op.partition,
        )

    def _describe(self, stack: Stack, op: Operation) -> None:
        """Take over what a direct request says of the stack itself."""
        stack.capabilities = tuple(op.params.get("Capabilities") or ())
        if op.params.get("NotificationARNs") is not None:
            stack.notification_arns = tuple(op.params["NotificationARNs"])
        stack.role_arn = op.params.get("RoleARN") or stack.role_arn

    def _facts(self, stack: Stack, notification_arns: tuple[str, ...]) -> Facts:
        return Facts(stack.name, stack.id, stack.account, stack.region, stack.partition, notification_arns)

    def _session(self, stack: Stack, caller: Caller) -> Session:
        return Session(
            authorizer=self._authorizer,
            upstream=self._upstream,
            register=self._register,
            caller=caller,
            facts=self._facts(stack, stack.notification_arns),
            problem=lambda line: self._store.problem(stack.account, f"{stack.name}: {line}"),
        )

    def _acting(self, role_arn: str | None, caller: Caller) -> Caller:
        """Who makes the stack's calls: its service role, else the caller."""
        if not role_arn:
            return caller
        if self._role_caller is None:
            raise AwsError("ValidationError", f"Role {role_arn} is invalid or cannot be assumed")
        return self._role_caller(role_arn)

    # -- the background

    def _start_create(self, stack: Stack, wanted: Wanted, caller: Caller, on_failure: str) -> None:
        session = self._session(stack, self._acting(stack.role_arn, caller))
        provisioner = self._provisioner(stack, session, wanted)
        with self._store.lock:
            stack.template, stack.parameters, stack.tags = wanted.template, wanted.parameters, wanted.tags
            self._store.stack_status(stack, "CREATE_IN_PROGRESS", "User Initiated")
        self._start(stack, lambda: provisioner.create(on_failure))

    def _start_update(
        self,
        stack: Stack,
        wanted: Wanted,
        found: tuple[Change, ...],
        caller: Caller,
        *,
        disable_rollback: bool,
    ) -> None:
        session = self._session(stack, self._acting(stack.role_arn, caller))
        provisioner = self._provisioner(stack, session, wanted)
        stack.updated = datetime.now(UTC)
        stack.cancelled = False
        self._store.stack_status(stack, "UPDATE_IN_PROGRESS", "User Initiated")
        self._start(stack, lambda: provisioner.update(found, disable_rollback=disable_rollback))

    def _provisioner(self, stack: Stack, session: Session, wanted: Wanted) -> Provisioner:
        if wanted.from_url:
            for name, one in wanted.active.items():
                handler = provisioner_of(one)
                upper_bound = handler is not None and is_fallback(handler)
                self._store.use(stack.account, ResourceUse(stack.name, name, one.type, False, upper_bound))
        fail = self._faults.fail_last_wave and wanted.from_url
        return Provisioner(self._store, stack, session, wanted, fail_last_wave=fail)

    def _start(self, stack: Stack, work: Callable[[], None]) -> None:
        def run() -> None:
            try:
                work()
            except Exception as error:
                _LOG.exception("stack %s", stack.name)
                self._store.problem(stack.account, f"{stack.name}: verifier: {error!r}")
                with self._store.lock:
                    status = _AFTER_ERROR.get(stack.status, "UPDATE_ROLLBACK_FAILED")
                    self._store.stack_status(stack, status, f"verifier: {type(error).__name__}")

        threading.Thread(target=run, name=f"stack-{stack.name}", daemon=True).start()


def _stack_name(op: Operation) -> str:
    """The request's stack name, or id. Raises AwsError ValidationError for an impossible name."""
    name = str(op.params.get("StackName") or "")
    if not name.startswith("arn:") and not _NAME.fullmatch(name):
        raise AwsError(
            "ValidationError",
            f"1 validation error detected: Value '{name}' at 'stackName' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*",
        )
    return name


def _refuse_unless_updatable(stack: Stack) -> None:
    kept = stack.status == "CREATE_FAILED" and stack.disable_rollback
    if stack.status not in _UPDATABLE and not kept:
        raise AwsError(
            "ValidationError", f"Stack:{stack.id} is in {stack.status} state and can not be updated."
        )


def _ssm_reader(session: Session) -> Callable[[str, str], str]:
    """Reads the value of a parameter of an SSM type, with the caller's rights."""

    def read(key: str, name: str) -> str:
        work = ResourceWork(session, key, "AWS::SSM::Parameter", "read")
        try:
            answer: dict[str, Any] = work.call(
                "ssm", "GetParameters", {"Names": [name], "WithDecryption": False}
            )
        except HandlerError as error:
            message = error.message if isinstance(error, CallFailed) else error.reason
            raise AwsError("ValidationError", message) from error
        found = answer.get("Parameters") or []
        if not found:
            raise AwsError(
                "ValidationError",
                f"Unable to fetch parameters [{name}] from parameter store for this account.",
            )
        return str(found[0]["Value"])

    return read
