"""Stacks of an emulator's own CloudFormation, taken away with what they leave.

Not every engine has events of what it leaves: what a template keeps is read of the template, too. Nor does
each say of a bucket with objects in it that it stays: buckets are emptied beforehand.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from verifier.cloudformation.template.syntax import parse_text
from verifier.errors import AwsError, InconclusiveError
from verifier.targets.aws.leftovers import left_by, take_away
from verifier.targets.aws.stacks import GONE, Event, Stacks, is_gone, stack_name
from verifier.targets.buckets import empty_bucket
from verifier.targets.sandbox.remove_stack import Waiting, remove_stack
from verifier.targets.stack_resources import stack_resources

Clients = Callable[[str, str], Any]
"""The root's boto3 clients, by service and region."""
Row = tuple[str, Mapping[str, Any]]
"""The id of a stack, and what ListStackResources tells of one thing in it."""
_KEEPING = ("Retain", "RetainExceptOnCreate")
_STACK, _BUCKET = "AWS::CloudFormation::Stack", "AWS::S3::Bucket"


class StackRemoval:
    """Takes stacks away with what they leave; what stays may be tried again."""

    def __init__(
        self,
        places: Iterable[tuple[str, str]],
        account: str,
        partition: str,
        clients: Clients,
        *,
        seconds: float,
        kept: Iterable[Event] = (),
    ) -> None:
        """``places`` are ids and regions; ``seconds`` is how long each stack may take.

        ``kept`` is what ``kept_by`` told of them while they were there, if they may be gone by now.
        """
        self._places = tuple(places)
        self._account = account
        self._partition = partition
        self._clients = clients
        self._waiting = Waiting(seconds)
        self._kept = [*kept]

    def remove(self) -> Iterator[str]:
        """Take them away, one after the other; a line for what stays."""
        ways: list[Callable[[], None]] = [partial(self._remove, *place) for place in self._places]
        for way in (*ways, self._take_leftovers):
            try:
                with in_plain_words():
                    way()
            except InconclusiveError as error:
                yield str(error)

    def _remove(self, stack: str, region: str) -> None:
        if Stacks(self._clients).status(stack, region) == GONE:
            return
        rows = [*within(self._clients, stack, region)]
        self._kept += kept_by(self._clients, rows, region)
        for _, row in rows:
            if row["ResourceType"] == _BUCKET and row.get("PhysicalResourceId"):
                empty_bucket(self._clients("s3", region), row["PhysicalResourceId"])
        remove_stack(self._clients, region, stack, self._waiting)

    def _take_leftovers(self) -> None:
        told = [event for place in self._places for event in events_of(self._clients, *place)]
        take_away(left_by([*told, *self._kept]), self._account, self._partition, self._clients)


def events_of(clients: Clients, stack: str, region: str) -> list[Event]:
    """The events of a stack; none of one that is forgotten. Raises botocore's errors."""
    from botocore.exceptions import ClientError

    try:
        return [*Stacks(clients).events(stack, region)]
    except ClientError as error:
        if is_gone(error):
            return []
        raise


def within(clients: Clients, stack: str, region: str) -> Iterator[Row]:
    """What is in a stack that is there, and in those within it; nothing of one that is forgotten.

    Not of one that is deleted: there is an engine that makes its resources anew to list them.
    """
    for row in _resources_of(clients, stack, region):
        inner = str(row.get("PhysicalResourceId") or "")
        if row["ResourceType"] == _STACK and inner.startswith("arn:"):
            yield from within(clients, inner, region)
        yield stack, row


def _resources_of(clients: Clients, stack: str, region: str) -> Iterator[Mapping[str, Any]]:
    from botocore.exceptions import ClientError

    try:
        yield from stack_resources(clients("cloudformation", region), stack)
    except ClientError:
        return


def kept_by(clients: Clients, rows: Iterable[Row], region: str) -> Iterator[Event]:
    """What the templates of the stacks that ``rows`` are of keep: as the event that its deletion has."""
    templates: dict[str, Mapping[str, Any]] = {}
    for owner, row in rows:
        if owner not in templates:
            templates[owner] = _resources_written(clients, owner, region)
        name, what = row["LogicalResourceId"], str(row.get("PhysicalResourceId") or "")
        if (templates[owner].get(name) or {}).get("DeletionPolicy") in _KEEPING:
            of = (stack_name(owner), name, what, row["ResourceType"])
            yield Event("", owner, *of, "DELETE_SKIPPED", "", region)


def _resources_written(clients: Clients, stack: str, region: str) -> Mapping[str, Any]:
    try:
        found = parse_text(Stacks(clients).template(stack, region)).get("Resources")
    except AwsError:
        return {}
    return found if isinstance(found, dict) else {}


@contextmanager
def in_plain_words() -> Iterator[None]:
    """Raises InconclusiveError for what the endpoint answers to the administrator."""
    from botocore.exceptions import ClientError

    try:
        yield
    except ClientError as error:
        raise InconclusiveError(f"the endpoint's own CloudFormation: {error}") from error
