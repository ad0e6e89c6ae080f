"""Whose operation an event belongs to."""

from verifier.gateway.stack_requests import StackRequest
from verifier.targets.aws.event_stream import EventStream
from verifier.targets.aws.stacks import Event

ID = "arn:aws:cloudformation:eu-west-1:111122223333:stack/shop-dev/1b2c"
CREATE = StackRequest(ID, ("CREATE",), compiled=False)
UPDATE = StackRequest(ID, ("UPDATE",), compiled=True)


def event(number: int, status: str, *, of_stack: bool = True) -> Event:
    physical_id = ID if of_stack else "shop-dev-a"
    return Event(f"e{number}", ID, "shop-dev", "L", physical_id, "AWS::X::Y", status, "", "eu-west-1")


def events(*statuses: str) -> list[Event]:
    return [event(number, status) for number, status in enumerate(statuses)]


def taken(stream: EventStream, found: list[Event], *requests: StackRequest) -> list[tuple[str, bool, bool]]:
    facts = [fact for _, fact in stream.take(found, requests, lambda *_: False)]
    return [(fact.status, fact.by_user, fact.compiled) for fact in facts]


def test_events_belong_to_the_request_before_them() -> None:
    found = events("CREATE_IN_PROGRESS", "CREATE_COMPLETE", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE")
    assert taken(EventStream(), found, CREATE, UPDATE) == [
        ("CREATE_IN_PROGRESS", True, False),
        ("CREATE_COMPLETE", True, False),
        ("UPDATE_IN_PROGRESS", True, True),
        ("UPDATE_COMPLETE", True, True),
    ]


def test_a_rollback_belongs_to_what_failed() -> None:
    found = events("UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE")
    stream = EventStream()
    assert all(by_user for _, by_user, _ in taken(stream, found, UPDATE))
    assert stream.strangers == []


def test_what_nobody_of_ours_began_is_a_strangers() -> None:
    stream = EventStream()
    found = events("CREATE_IN_PROGRESS", "CREATE_COMPLETE", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE")
    assert taken(stream, found, CREATE)[2:] == [
        ("UPDATE_IN_PROGRESS", False, False),
        ("UPDATE_COMPLETE", False, False),
    ]
    assert len(stream.strangers) == 1
    assert "update of shop-dev" in stream.strangers[0]


def test_each_event_is_told_once_and_what_is_skipped_never() -> None:
    stream = EventStream()
    found = events("CREATE_IN_PROGRESS", "CREATE_COMPLETE", "UPDATE_IN_PROGRESS")
    stream.skip(found[:1], [CREATE])
    assert len(taken(stream, found[:2], CREATE)) == 1
    assert taken(stream, found[:2], CREATE) == []


def test_what_the_administrator_does_between_phases_is_no_strangers() -> None:
    stream = EventStream()
    stream.skip(events("CREATE_IN_PROGRESS", "CREATE_COMPLETE", "DELETE_IN_PROGRESS"), [CREATE])
    assert stream.strangers == []


def test_resources_events_tell_who_by_their_stack() -> None:
    found = [event(0, "CREATE_IN_PROGRESS"), event(1, "CREATE_COMPLETE", of_stack=False)]
    assert taken(EventStream(), found, CREATE)[1] == ("CREATE_COMPLETE", True, False)
