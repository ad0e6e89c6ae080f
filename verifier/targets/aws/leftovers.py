"""What a deleted stack has left: deleted by the types' own handlers, with the administrator's rights."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.authorization.authorizer import Authorizer, Mode
from verifier.authorization.caller import Caller
from verifier.authorization.decision import Decided
from verifier.authorization.operation import Operation
from verifier.cloudformation.handlers import handler_for
from verifier.cloudformation.stack.session import Session
from verifier.cloudformation.template.environment import StackIdentity
from verifier.cloudformation.types.fallback import FallbackHandler, has_fallback
from verifier.cloudformation.types.handler import Handler, HandlerError
from verifier.cloudformation.types.work import Work
from verifier.errors import AwsError, InconclusiveError
from verifier.grant.evidence import GeneratedName
from verifier.targets.aws.stacks import Event
from verifier.targets.buckets import empty_bucket

_LEFT = ("DELETE_FAILED", "DELETE_SKIPPED")
# They go with what they are of, or are nothing in themselves.
_NOTHING = ("AWS::Lambda::Version", "AWS::CloudFormation::Stack")
# What was there before the stack was nobody's of ours.
_EXISTED = re.compile("already ?exist", re.IGNORECASE)
_TRIES = 3

Clients = Callable[[str, str], Any]


def left_by(events: Iterable[Event]) -> tuple[Event, ...]:
    """The last event of each resource that its stack made and did not delete, those made last first."""
    last: dict[tuple[str, str, str], Event] = {}
    foreign: set[tuple[str, str, str]] = set()
    for event in events:
        key = (event.stack, event.logical_id, event.physical_id)
        if event.physical_id and not event.is_stack:
            last[key] = event
        if event.status == "CREATE_FAILED" and _EXISTED.search(event.reason):
            foreign.add(key)
    left = [
        one
        for key, one in last.items()
        if one.status in _LEFT and one.type not in _NOTHING and key not in foreign
    ]
    return tuple(reversed(left))


def take_away(left: Iterable[Event], account: str, partition: str, clients: Clients) -> None:
    """Delete each; one that is not there is as good as deleted. Raises InconclusiveError for what stays."""
    remaining, problems = list(left), ""
    for _ in range(_TRIES):
        failed = []
        for event in remaining:
            reason = _delete(event, account, partition, clients)
            if reason:
                failed.append(event)
                problems = reason
        if not failed:
            return
        remaining = failed
    named = ", ".join(f"{one.logical_id} ({one.type}, {one.physical_id})" for one in remaining)
    raise InconclusiveError(f"left behind: {named}: {problems}; delete it by hand")


def _delete(event: Event, account: str, partition: str, clients: Clients) -> str:
    """Why it could not be deleted; nothing when it is gone."""
    handler = _handler(event.type)
    if handler is None:
        return ""  # a custom resource: what its function made is not known to anybody
    if event.type == "AWS::S3::Bucket":
        empty_bucket(clients("s3", event.region), event.physical_id)
    user = Caller(f"arn:{partition}:iam::{account}:root", account, "", is_root=True)
    identity = StackIdentity(event.stack_name, event.stack, account, event.region)
    session = Session(_Nobody(), _Upstream(clients), _Forgetful(), user, identity, lambda _line: None)
    work = Work(
        carrier=session,
        logical_id=event.logical_id,
        type=event.type,
        lifecycle="delete",
        physical_id=event.physical_id,
        properties=_properties(event),
    )
    try:
        handler.delete(work)
    except HandlerError as error:
        absent = "NotFound" in error.reason or "NoSuch" in error.reason or "does not exist" in error.reason
        return "" if absent else error.reason
    except (KeyError, TypeError, ValueError, _NotNamedError):
        # Named by properties that were not told: a part of another resource, with which it goes.
        return ""
    return ""


def _handler(type_name: str) -> Handler | None:
    return handler_for(type_name) or (FallbackHandler() if has_fallback(type_name) else None)


def _properties(event: Event) -> Mapping[str, Any]:
    try:
        plain = json.loads(event.properties or "{}")
    except ValueError:
        return {}
    return plain if isinstance(plain, dict) else {}


class _NotNamedError(Exception):
    """A call lacks the name of what it is about."""


@dataclass(frozen=True)
class _Upstream:
    """AWS itself, through the administrator's clients."""

    clients: Clients

    def invoke(self, operation: Operation) -> dict[str, Any]:
        """Carry ``operation`` out. Raises AwsError."""
        from botocore import xform_name
        from botocore.exceptions import ClientError, ParamValidationError

        client = self.clients(operation.service, operation.region)
        try:
            answer: dict[str, Any] = getattr(client, xform_name(operation.name))(**operation.params)
        except ClientError as error:
            told, status = error.response["Error"], error.response["ResponseMetadata"]["HTTPStatusCode"]
            raise AwsError(str(told["Code"]), str(told.get("Message", "")), status) from None
        except ParamValidationError as error:
            raise _NotNamedError from error
        answer.pop("ResponseMetadata", None)
        return answer


class _Nobody(Authorizer):
    """AWS decides."""

    def __init__(self) -> None:
        super().__init__(self, Mode.OFF)

    def decided(self, decided: Decided) -> None:
        """Forgotten (``DecisionSink``)."""


class _Forgetful:
    """Nothing is made up here."""

    def token(self, value: str) -> None:
        """Forgotten."""

    def generated(self, name: GeneratedName) -> None:
        """Forgotten."""
