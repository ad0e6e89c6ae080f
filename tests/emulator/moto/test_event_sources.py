"""Sources of a function's events beside queues and streams: their mappings live as others do."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.emulator.moto.test_gaps_lambda import _ACCOUNT, _REGION, Account
from verifier.errors import AwsError

_STREAM = f"arn:aws:kinesis:{_REGION}:{_ACCOUNT}:stream/flour"
# What the framework allows the role of a function with a consumer.
_ROLE = [
    {
        "Effect": "Allow",
        "Action": [f"kinesis:{name}" for name in ("GetRecords", "GetShardIterator", "ListShards")],
        "Resource": _STREAM,
    },
    {"Effect": "Allow", "Action": "kinesis:SubscribeToShard", "Resource": f"{_STREAM}/consumer/*"},
]
_SOURCES: list[dict[str, Any]] = [
    {"EventSourceArn": f"arn:aws:kafka:{_REGION}:{_ACCOUNT}:cluster/mill/1", "Topics": ["flour"]},
    {"EventSourceArn": f"arn:aws:mq:{_REGION}:{_ACCOUNT}:broker:mill:b-1", "Queues": ["flour"]},
    {"EventSourceArn": f"arn:aws:rds:{_REGION}:{_ACCOUNT}:cluster:mill"},
    {
        "SelfManagedEventSource": {"Endpoints": {"KAFKA_BOOTSTRAP_SERVERS": ["mill:9092"]}},
        "Topics": ["flour"],
    },
]


@pytest.fixture
def account() -> Iterator[Account]:
    made = Account({"role": _ROLE})
    made.create_function()
    yield made
    made.upstream.forget(_ACCOUNT)


def live(account: Account, **source: Any) -> None:
    """A mapping is made, read, changed and deleted."""
    made = account("lambda", "CreateEventSourceMapping", FunctionName="bake", BatchSize=500, **source)
    found = account("lambda", "GetEventSourceMapping", UUID=made["UUID"])
    assert {name: found[name] for name in source} == source
    assert (found["BatchSize"], found["State"]) == (500, "Enabled")
    account("lambda", "UpdateEventSourceMapping", UUID=made["UUID"], BatchSize=50)
    assert account("lambda", "GetEventSourceMapping", UUID=made["UUID"])["BatchSize"] == 50
    account("lambda", "DeleteEventSourceMapping", UUID=made["UUID"])
    with pytest.raises(AwsError):
        account("lambda", "GetEventSourceMapping", UUID=made["UUID"])


def test_a_consumer_of_a_stream(account: Account) -> None:
    made = account("kinesis", "RegisterStreamConsumer", StreamARN=_STREAM, ConsumerName="oven")
    live(account, EventSourceArn=made["Consumer"]["ConsumerARN"])


@pytest.mark.parametrize("source", _SOURCES, ids=lambda source: str(source.get("EventSourceArn", "own")))
def test_what_is_not_emulated_is_taken_as_it_comes(account: Account, source: dict[str, Any]) -> None:
    live(account, **source)


@pytest.mark.parametrize("source", [f"{_STREAM}/consumer/oven:1", "arn:aws:s3:::flour"])
def test_what_is_not_there_or_gives_no_events_is_refused(account: Account, source: str) -> None:
    with pytest.raises(AwsError):
        account("lambda", "CreateEventSourceMapping", FunctionName="bake", EventSourceArn=source)


def test_a_function_that_is_not_there(account: Account) -> None:
    with pytest.raises(AwsError):
        account("lambda", "CreateEventSourceMapping", FunctionName="fry", **_SOURCES[0])
