"""Forty laps in one process, and what counts as growth. A hundred: benchmarks/soak.py."""

import pytest

from benchmarks.soak import ALLOWED_KILOBYTES, Sample, grown, soak


@pytest.mark.long
@pytest.mark.integration
def test_forty_laps_leave_nothing_behind() -> None:
    samples = list(soak(40, sampled=4))
    assert len(samples) == 10
    assert grown(samples) == []


@pytest.mark.parametrize("what", ["memory", "threads", "handles", "folders"])
def test_what_grows_is_told(what: str) -> None:
    def held(more: float) -> list[str]:
        rows = [{"memory": 100_000, "threads": 9, "handles": 30, "folders": 4} for _ in range(10)]
        for lap, row in enumerate(rows):
            row[what] += int(more * lap)
        return grown([Sample(lap=lap, **row) for lap, row in enumerate(rows)])

    assert held(0) == []
    words = {"handles": "open files", "folders": "temporary folders"}.get(what, what)
    (problem,) = held(ALLOWED_KILOBYTES + 5)
    assert problem.startswith(words)
