"""What was made at an endpoint, and how each of it is taken away again.

Nobody lists what an account has; so whatever is made there is written down as it passes, with the operation
that deletes it, by AWS's own names for the two. What is deleted meanwhile is crossed out. Nothing else in the
account is touched.
"""

import json
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.authorization.operation import Operation
from verifier.emulator.endpoint.models import operation_model
from verifier.emulator.endpoint.stack_deletion import delete_stack
from verifier.emulator.interface import Upstream
from verifier.errors import AwsError

# What undoes an operation, by the word that its name begins with.
_OPPOSITES = {
    "Create": ("Delete",),
    "Put": ("Delete", "Remove"),
    "Add": ("Remove",),
    "Attach": ("Detach",),
    "Associate": ("Disassociate",),
    "Register": ("Deregister",),
    "Publish": ("Delete",),
    "Allocate": ("Release",),
    "Subscribe": ("Unsubscribe",),
}
_BEGINNING = re.compile(rf"({'|'.join(_OPPOSITES)})(?=[A-Z]|$)")
# What AWS's names do not tell: deletions that are called otherwise, and parameters that they take beside.
_OTHERWISE = {
    "cloudformation:CreateChangeSet": "DeleteStack",
    "cloudwatch:PutMetricAlarm": "DeleteAlarms",
    "kms:CreateKey": "ScheduleKeyDeletion",
}
_MORE: Mapping[str, Mapping[str, Any]] = {
    "secretsmanager:DeleteSecret": {"ForceDeleteWithoutRecovery": True},
    "events:DeleteRule": {"Force": True},
    "kms:ScheduleKeyDeletion": {"PendingWindowInDays": 7},
}
_NOT_THERE = re.compile(r"NotFound|NoSuch|NotExist|NonExist|Gone|^404$")
_PASSES = 3


@dataclass(frozen=True)
class _Undo:
    """The operation that takes something away, and what tells it from others."""

    operation: Operation
    key: str


class Made:
    """What was made in each account. Safe among threads."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._lock = threading.Lock()
        self._undo: dict[str, dict[str, _Undo]] = {}

    def heard(self, operation: Operation, result: Mapping[str, Any]) -> None:
        """``operation`` was carried out."""
        with self._lock:
            kept = self._undo.setdefault(operation.account, {})
            for crossed_out in _keys(operation):
                kept.pop(crossed_out, None)
            undo = _undo(operation, result)
            if undo is not None:
                kept.setdefault(undo.key, undo)

    @property
    def accounts(self) -> tuple[str, ...]:
        """Those in which something was made that is not taken away."""
        with self._lock:
            return tuple(account for account, kept in self._undo.items() if kept)

    def take_away(self, account: str) -> tuple[str, ...]:
        """Take away what is left of what was made in ``account``, the latest first; what could not be."""
        with self._lock:
            left = [*reversed(self._undo.pop(account, {}).values())]
        said: tuple[str, ...] = ()
        for _ in range(_PASSES):
            failed = [(one, why) for one in left if (why := self._away(one.operation))]
            left = [one for one, _ in failed]
            said = tuple(f"{one.key}: {why}" for one, why in failed)
            if not left:
                break
        return said

    def _away(self, operation: Operation) -> str:
        """Why it is there still; empty when it is gone."""
        try:
            if str(operation) == "cloudformation:DeleteStack":
                return delete_stack(operation, self._upstream, self._empty)
            if str(operation) == "s3:DeleteBucket":
                self._empty(operation)
            self._upstream.invoke(operation)
        except AwsError as error:
            return "" if error.status in (404, 501) or _NOT_THERE.search(error.code) else error.code
        return ""

    def _empty(self, bucket: Operation) -> None:
        while True:
            found = self._upstream.invoke(_like(bucket, "ListObjectVersions", bucket.params))
            objects = [*(found.get("Versions") or ()), *(found.get("DeleteMarkers") or ())]
            for one in objects:
                named = {name: one[name] for name in ("Key", "VersionId") if one.get(name)}
                self._upstream.invoke(_like(bucket, "DeleteObject", {**bucket.params, **named}))
            if not objects or not found.get("IsTruncated"):
                return


def _undo(operation: Operation, result: Mapping[str, Any]) -> _Undo | None:
    """What takes away what ``operation`` made; None when it made nothing that has to go by itself."""
    if operation.service == "s3" and operation.name != "CreateBucket":
        return None  # goes with its bucket
    for name in _opposites(operation):
        model = _model(operation.service, name)
        if model is None or model.input_shape is None:
            continue
        noun = _BEGINNING.sub("", operation.name, count=1)
        required = model.input_shape.required_members or model.input_shape.members
        params = {member: _value(member, noun, operation.params, result) for member in required}
        if any(params[member] is None for member in model.input_shape.required_members):
            return None
        # What it goes by beside: the rule's bus, the key's user.
        params |= {
            member: operation.params[member]
            for member in model.input_shape.members
            if member not in model.idempotent_members and isinstance(operation.params.get(member), str)
        }
        params = {member: value for member, value in params.items() if value is not None}
        if not params:
            return None
        made = _like(operation, name, {**params, **_MORE.get(f"{operation.service}:{name}", {})})
        return _Undo(made, _key(operation, name, params))
    return None


def _opposites(operation: Operation) -> Iterator[str]:
    if str(operation) in _OTHERWISE:
        yield _OTHERWISE[str(operation)]
    elif begun := _BEGINNING.match(operation.name):
        for opposite in _OPPOSITES[begun.group(1)]:
            yield opposite + operation.name[begun.end() :]


def _value(member: str, noun: str, params: Mapping[str, Any], result: Mapping[str, Any]) -> Any:
    """What a parameter of the deletion is: called so in the request or the answer, or by its kind alone."""
    firsts = [one[0] if isinstance(one, list) and one else one for one in result.values()]
    within = [one for one in firsts if isinstance(one, Mapping)]
    places = [params, result, *within]
    if member == "Ids":  # of a rule's targets
        return [one["Id"] for one in params.get("Targets", ())] or None
    if member == "AlarmNames":
        return [params["AlarmName"]] if "AlarmName" in params else None
    names = [member]
    if member.lower().startswith(noun.lower()):
        names += [member[len(noun) :] or "Id", "ARN", "Name"]  # restApiId is the id of a RestApi
    elif member.lower().endswith("number"):
        names += [member[: -len("number")]]
    for name in names:
        for place in places:
            found = next((place[one] for one in place if one.lower() == name.lower()), None)
            if found is not None and not isinstance(found, Mapping):
                return found
    return None


def _keys(operation: Operation) -> Iterator[str]:
    """What ``operation`` would cross out, if it is one that deletes."""
    model = _model(operation.service, operation.name)
    if model is not None and model.input_shape is not None:
        required = model.input_shape.required_members or model.input_shape.members
        texts = {name for name, value in operation.params.items() if isinstance(value, str)}
        known = texts.intersection(model.input_shape.members) - set(model.idempotent_members)
        named = {name: operation.params[name] for name in (*required, *known) if name in operation.params}
        yield _key(operation, operation.name, named)


def _key(operation: Operation, name: str, params: Mapping[str, Any]) -> str:
    return (
        f"{operation.service}:{name} in {operation.region} {json.dumps(params, sort_keys=True, default=str)}"
    )


def _like(operation: Operation, name: str, params: Mapping[str, Any]) -> Operation:
    where = (operation.account, operation.region, operation.partition)
    return Operation(operation.service, name, params, *where)


def _model(service: str, name: str) -> Any:
    try:
        return operation_model(service, name)
    except AwsError:
        return None
