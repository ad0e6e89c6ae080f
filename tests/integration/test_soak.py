"""Twenty laps in one process, and what counts as growth. A hundred: benchmarks/soak.py."""

import pytest

from benchmarks.soak import ALLOWED_KILOBYTES, Sample, grown, soak


@pytest.mark.integration
def test_twenty_laps_leave_nothing_behind() -> None:
    """Threads, open files, folders; memory still grows, as a hundred laps show."""
    samples = list(soak(20, sampled=2))
    assert len(samples) == 10
    assert [problem for problem in grown(samples) if not problem.startswith("memory")] == []


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
