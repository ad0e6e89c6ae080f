"""Kinesis: what only a stream on demand has goes with its mode."""

import pytest

from tests.cloudformation.remembering import Remembering, work
from verifier.cloudformation.handlers.kinesis import STREAM

_ON_DEMAND = {"StreamModeDetails": {"StreamMode": "ON_DEMAND"}}
_WARM = {**_ON_DEMAND, "WarmThroughputMiBps": 100}


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (_ON_DEMAND, ["UpdateStreamWarmThroughput"]),
        ({"ShardCount": 2}, ["UpdateStreamMode", "UpdateShardCount"]),
    ],
)
def test_warm_throughput_is_taken_back_from_a_stream_that_stays_on_demand(
    after: dict[str, object], expected: list[str]
) -> None:
    carrier = Remembering()
    STREAM.update(work(carrier, "update", physical_id="clicks", previous=_WARM, properties=after))
    assert [name for name, _ in carrier.made() if name.startswith("Update")] == expected
