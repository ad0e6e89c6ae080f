"""A stack's deletion, whatever stands in its way; CloudFormation is played by a script of statuses."""

import itertools
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from verifier.errors import InconclusiveError
from verifier.targets.sandbox.remove_stack import Waiting, remove_stack

MODULE = "verifier.targets.sandbox.remove_stack.time"
ID = "arn:aws:cloudformation:eu-west-1:610000000044:stack/shop/1"
INNER = "arn:aws:cloudformation:eu-west-1:610000000044:stack/shop-inner/2"


def resource(name: str, type_name: str, physical_id: str, status: str = "DELETE_FAILED") -> dict[str, str]:
    return {
        "LogicalResourceId": name,
        "ResourceType": type_name,
        "PhysicalResourceId": physical_id,
        "ResourceStatus": status,
        "ResourceStatusReason": f"{name} is stubborn",
    }


class Scripted:
    """CloudFormation and S3 in one: the stack goes through ``statuses``, the last one stays; None is gone."""

    def __init__(
        self, *statuses: str | None, protected: bool = False, **resources: list[dict[str, str]]
    ) -> None:
        self.statuses = list(statuses)
        self.protected = protected
        self.resources = {ID: resources.get("own", []), INNER: resources.get("inner", [])}
        self.done: list[str] = []

    def client(self, *_: str) -> "Scripted":
        return self

    def describe_stacks(self, StackName: str) -> Mapping[str, Any]:  # noqa: N803 - AWS's name
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        if status is None:
            message = f"Stack with id {StackName} does not exist"
            raise ClientError({"Error": {"Code": "ValidationError", "Message": message}}, "DescribeStacks")
        if status.startswith("!"):
            raise ClientError({"Error": {"Code": status[1:], "Message": "no"}}, "DescribeStacks")
        return {
            "Stacks": [
                {
                    "StackId": ID,
                    "StackName": "shop",
                    "StackStatus": status,
                    "EnableTerminationProtection": self.protected,
                }
            ]
        }

    def update_termination_protection(self, **_: object) -> None:
        self.done.append("unprotect")

    def delete_stack(self, **_: object) -> None:
        self.done.append("delete")

    def get_paginator(self, _: str) -> "Scripted":
        return self

    def paginate(self, StackName: str) -> Iterator[Mapping[str, Any]]:  # noqa: N803 - AWS's name
        yield {"StackResourceSummaries": self.resources[StackName]}

    def list_object_versions(self, Bucket: str) -> Mapping[str, Any]:  # noqa: N803 - AWS's name
        self.done.append(f"empty {Bucket}")
        return {}


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    slept: list[float] = []
    # Each look at the clock takes ten seconds.
    clock = itertools.count(0, 10)
    monkeypatch.setattr(MODULE, SimpleNamespace(sleep=slept.append, monotonic=lambda: next(clock)))
    return slept


FULL = resource("B", "AWS::S3::Bucket", "full")
QUEUE = resource("Q", "AWS::SQS::Queue", "q")
NESTED = resource("N", "AWS::CloudFormation::Stack", INNER)
GONE = resource("G", "AWS::S3::Bucket", "gone", "DELETE_COMPLETE")

CASES: list[tuple[str, Scripted, list[str], str]] = [
    ("gone already", Scripted(None), [], ""),
    ("gone, and told of by its id", Scripted("DELETE_COMPLETE", protected=True), [], ""),
    ("at once", Scripted("CREATE_COMPLETE", "DELETE_COMPLETE"), ["delete"], ""),
    ("gone by name", Scripted("CREATE_COMPLETE", "DELETE_IN_PROGRESS", None), ["delete"], ""),
    (
        "still being made",
        Scripted("CREATE_IN_PROGRESS", "CREATE_IN_PROGRESS", "CREATE_COMPLETE", None),
        ["delete"],
        "",
    ),
    ("never made", Scripted("REVIEW_IN_PROGRESS", "REVIEW_IN_PROGRESS", None), ["delete"], ""),
    ("protected", Scripted("CREATE_COMPLETE", None, protected=True), ["unprotect", "delete"], ""),
    (
        "a full bucket",
        Scripted("UPDATE_COMPLETE", "DELETE_FAILED", None, own=[FULL, GONE]),
        ["delete", "empty full", "delete"],
        "",
    ),
    (
        "a full bucket within a nested stack",
        Scripted("UPDATE_COMPLETE", "DELETE_FAILED", None, own=[NESTED], inner=[FULL, QUEUE]),
        ["delete", "empty full", "delete"],
        "",
    ),
    (
        "what fails once may pass",
        Scripted("CREATE_COMPLETE", "DELETE_FAILED", None, own=[QUEUE]),
        ["delete", "delete"],
        "",
    ),
    (
        "what does not go says why",
        Scripted("CREATE_COMPLETE", "DELETE_FAILED", own=[QUEUE]),
        ["delete", "delete"],
        "Q: Q is stubborn",
    ),
    (
        "a bucket that is full again and again",
        Scripted("CREATE_COMPLETE", "DELETE_FAILED", own=[FULL]),
        ["delete", "empty full"] * 3,
        "B: B is stubborn",
    ),
]


@pytest.mark.parametrize(
    ("scripted", "done", "reason"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_remove_stack(scripted: Scripted, done: list[str], reason: str, pauses: list[float]) -> None:
    administrator: Any = scripted
    told = ""
    try:
        remove_stack(administrator.client, "eu-west-1", "shop", Waiting(600, lambda _: None))
    except InconclusiveError as error:
        told = str(error)
    assert told.removeprefix("stack shop does not go: ") == reason
    assert scripted.done == done


def test_it_waits_only_so_long_and_ever_longer_in_between(pauses: list[float]) -> None:
    scripted: Any = Scripted("UPDATE_IN_PROGRESS")
    with pytest.raises(InconclusiveError, match="stack shop is still UPDATE_IN_PROGRESS; delete it by hand"):
        remove_stack(scripted.client, "eu-west-1", "shop", Waiting(100, lambda _: None))
    assert scripted.done == []
    assert pauses == sorted(pauses)
    assert pauses[-1] == 5


@pytest.mark.parametrize("code", ["AccessDenied", "ValidationError"])
def test_no_other_answer_means_that_it_is_gone(code: str) -> None:
    scripted: Any = Scripted(f"!{code}")
    with pytest.raises(ClientError, match=code):
        remove_stack(scripted.client, "eu-west-1", "shop", Waiting(600, lambda _: None))
