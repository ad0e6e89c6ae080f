"""Too many requests, in each service's words."""

import json
from pathlib import Path
from typing import Any

import pytest

from verifier.emulator.faults import Throttling
from verifier.errors import AwsError
from verifier.gateway.dialect import Dialect
from verifier.gateway.throttle import Throttle, throttled

CASES = json.loads((Path(__file__).parents[1] / "cases" / "gateway" / "throttled.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["service"]))
def test_the_service_has_its_own_words(case: dict[str, Any]) -> None:
    error = throttled(Dialect(case["service"], case["protocol"]))
    assert (error.code, error.status) == (case["code"], case["status"])


def refused(throttle: Throttle, requests: int) -> list[int]:
    found = []
    for number in range(1, requests + 1):
        try:
            throttle.check(Dialect("sqs", "json"))
        except AwsError:
            found.append(number)
    return found


def test_every_third() -> None:
    assert refused(Throttle(Throttling(every=3), 0), 10) == [3, 6, 9]


def test_a_share_that_follows_from_the_seed() -> None:
    first = refused(Throttle(Throttling(rate=0.2), 1), 500)
    assert 60 < len(first) < 140
    assert refused(Throttle(Throttling(rate=0.2), 1), 500) == first
    assert refused(Throttle(Throttling(rate=0.2), 2), 500) != first
