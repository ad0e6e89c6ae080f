"""What a deleted stack has left, and how it is taken away."""

import json
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from verifier.errors import InconclusiveError
from verifier.targets.aws.leftovers import left_by, take_away
from verifier.targets.aws.stacks import Event

ID = "arn:aws:cloudformation:eu-west-1:111122223333:stack/shop-dev/1b2c"


def event(
    status: str, logical_id: str = "Log", type_: str = "AWS::Logs::LogGroup", name: str = "/a/b"
) -> Event:
    properties = json.dumps({"LogGroupName": name})
    return Event("e", ID, "shop-dev", logical_id, name, type_, status, "", "eu-west-1", properties)


class Clients:
    """The administrator's clients; ``failures`` are answered to the first calls."""

    def __init__(self, *failures: str) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self._failures = list(failures)

    def __call__(self, service: str, region: str) -> Any:
        return self

    def __getattr__(self, name: str) -> Any:
        def call(**params: Any) -> dict[str, Any]:
            self.calls.append((name, params))
            if self._failures:
                error = {"Code": self._failures.pop(0), "Message": "no"}
                raise ClientError(
                    {"Error": error, "ResponseMetadata": {"HTTPStatusCode": 400}},
                    name,
                )
            return {}

        return call


def test_what_its_stack_did_not_delete_is_left() -> None:
    events = [
        event("CREATE_COMPLETE", "A", name="a"),
        event("CREATE_COMPLETE", "B", name="b"),
        event("CREATE_COMPLETE", "C", name="c"),
        event("DELETE_FAILED", "A", name="a"),
        event("DELETE_COMPLETE", "B", name="b"),
        event("DELETE_SKIPPED", "C", name="c"),
        event("DELETE_SKIPPED", "V", "AWS::Lambda::Version", "v"),
        event("DELETE_FAILED", "Never", name=""),
    ]
    assert [one.logical_id for one in left_by(events)] == ["C", "A"]


def test_what_was_deleted_in_the_end_is_not_left() -> None:
    assert left_by([event("DELETE_FAILED"), event("DELETE_COMPLETE")]) == ()


def test_what_was_there_before_the_stack_is_nobodys_of_ours() -> None:
    reason = 'Resource handler returned message: "The specified log group already exists"'
    existed = replace(event("CREATE_FAILED"), reason=reason)
    assert left_by([existed, event("DELETE_SKIPPED")]) == ()
    assert left_by([event("CREATE_FAILED"), event("DELETE_FAILED")]) != ()


def test_it_is_deleted_by_its_types_own_handler() -> None:
    clients = Clients()
    take_away([event("DELETE_FAILED")], "111122223333", "aws", clients)
    assert clients.calls == [("delete_log_group", {"logGroupName": "/a/b"})]


def test_what_is_not_there_any_more_is_deleted() -> None:
    take_away([event("DELETE_SKIPPED")], "111122223333", "aws", Clients("ResourceNotFoundException"))


def test_it_is_tried_again() -> None:
    clients = Clients("OperationAbortedException")
    take_away([event("DELETE_FAILED")], "111122223333", "aws", clients)
    assert len(clients.calls) == 2


def test_what_stays_is_named() -> None:
    with pytest.raises(InconclusiveError, match=r"Log \(AWS::Logs::LogGroup, /a/b\).*by hand"):
        take_away(
            [event("DELETE_FAILED")], "111122223333", "aws", Clients(*["OperationAbortedException"] * 9)
        )


def test_of_a_custom_resource_nothing_is_known() -> None:
    clients = Clients()
    take_away([event("DELETE_FAILED", type_="Custom::S3")], "111122223333", "aws", clients)
    assert clients.calls == []
