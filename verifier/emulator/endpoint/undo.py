"""What takes away what an operation has made, by AWS's own names for the two."""

import json
import re
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
BEGINNING = re.compile(rf"({'|'.join(_OPPOSITES)})(?=[A-Z]|$)")
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
# Parameters of deletions that are made of what a request has otherwise.
_IN_LISTS = frozenset({"Ids", "AlarmNames"})
_NOT_THERE = re.compile(r"NotFound|NoSuch|NotExist|NonExist|Gone|^404$")


class NotThereError(Exception):
    """What was to be taken away is not there."""


@dataclass(frozen=True)
class Undo:
    """The operation that takes something away, and what tells it from others."""

    operation: Operation
    key: str


def makes_something(operation: Operation) -> bool:
    """Whether there is an operation that takes away what ``operation`` makes."""
    if operation.service == "s3" and operation.name != "CreateBucket":
        return False  # goes with its bucket
    return any(_model(operation.service, name) is not None for name in _opposites(operation))


def undo_of(operation: Operation, result: Mapping[str, Any]) -> Undo | None:
    """What takes away what ``operation`` made; None when it made nothing that has to go by itself."""
    if not makes_something(operation):
        return None
    for name in _opposites(operation):
        model = _model(operation.service, name)
        if model is None or model.input_shape is None:
            continue
        noun = BEGINNING.sub("", operation.name, count=1)
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
        made = like(operation, name, {**params, **_MORE.get(f"{operation.service}:{name}", {})})
        return Undo(made, _key(operation, name, params))
    return None


def known_before(operation: Operation) -> Undo | None:
    """The same before there is an answer; None where only that tells what it goes by."""
    undo = undo_of(operation, {})
    if undo is None:
        return None
    by = _model(operation.service, undo.operation.name).input_shape.required_members
    given = {name.lower() for name in operation.params}
    # By a name of another meaning, the answer's id may be meant.
    return undo if by and all(one.lower() in given or one in _IN_LISTS for one in by) else None


def take_away(undo: Operation, upstream: Upstream) -> str:
    """Carry ``undo`` out: why the thing stays, empty when it is gone. Raises NotThereError if it was so."""
    try:
        if str(undo) == "cloudformation:DeleteStack":
            return delete_stack(undo, upstream, lambda bucket: _empty(bucket, upstream))
        if str(undo) == "s3:DeleteBucket":
            _empty(undo, upstream)
        upstream.invoke(undo)
    except AwsError as error:
        if is_not_there(error):
            raise NotThereError from error
        return error.code
    return ""


def is_not_there(error: AwsError) -> bool:
    """Whether ``error`` says that there is no such thing, or no such service."""
    return error.status in (404, 501) or _NOT_THERE.search(error.code) is not None


def _empty(bucket: Operation, upstream: Upstream) -> None:
    while True:
        found = upstream.invoke(like(bucket, "ListObjectVersions", bucket.params))
        objects = [*(found.get("Versions") or ()), *(found.get("DeleteMarkers") or ())]
        for one in objects:
            named = {name: one[name] for name in ("Key", "VersionId") if one.get(name)}
            upstream.invoke(like(bucket, "DeleteObject", {**bucket.params, **named}))
        if not objects or not found.get("IsTruncated"):
            return


def _opposites(operation: Operation) -> Iterator[str]:
    if str(operation) in _OTHERWISE:
        yield _OTHERWISE[str(operation)]
    elif begun := BEGINNING.match(operation.name):
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


def crossed_out(operation: Operation) -> Iterator[str]:
    """The keys of what ``operation`` takes away, if it is one that deletes."""
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


def like(operation: Operation, name: str, params: Mapping[str, Any]) -> Operation:
    """Another operation in the same place."""
    where = (operation.account, operation.region, operation.partition)
    return Operation(operation.service, name, params, *where)


def _model(service: str, name: str) -> Any:
    try:
        return operation_model(service, name)
    except AwsError:
        return None
