"""Times in all of AWS's forms."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from verifier.emulator.times import read_time

WANTED = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2030-01-02T03:04:05Z",
        "2030-01-02T03:04:05",
        "2030-01-02T05:04:05+02:00",
        "2030-01-02T03:04:05.000Z",
        "Wed, 02 Jan 2030 03:04:05 GMT",
        "2030-01-02 03:04:05",
        1893553445,
        1893553445.0,
        "1893553445",
    ],
)
def test_a_time_is_the_same_wherever_the_machine_is(written: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    try:
        read = read_time(written)
    finally:
        monkeypatch.undo()
        time.tzset()
    assert (read, read.utcoffset()) == (WANTED, timedelta(0))


@pytest.mark.parametrize("written", ["", "soon", "2030-01-02T99:00:00Z", "Wed, soon GMT"])
def test_what_is_no_time(written: str) -> None:
    with pytest.raises(ValueError):
        read_time(written)
