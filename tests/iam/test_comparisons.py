"""How numbers and dates are read."""

import pytest

from verifier.iam.comparisons import moment, number


@pytest.mark.parametrize(
    ("text", "value"),
    [("10", 10), ("-3", -3), ("+4", 4), ("10.5", 10.5), (".5", 0.5), ("5.", 5), ("007", 7), ("10 GB", 10)],
)
def test_number(text: str, value: float) -> None:
    assert number(text) == value


@pytest.mark.parametrize("text", ["", "ten", "-", ".", "true", "x1", "NaN", "Infinity"])
def test_no_number(text: str) -> None:
    assert number(text) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1735689600", 1735689600),
        ("-1", -1),
        ("1970-01-01", 0),
        ("1970-01", 0),
        ("1970-01-01T00:01Z", 60),
        ("1970-01-01T00:00:01.5Z", 1.5),
        ("1970-01-01T01:00:00+01:00", 0),
        ("1969-12-31T23:30:00-00:30", 0),
        ("1970-01-01T00:00:00", 0),
    ],
)
def test_moment(text: str, seconds: float) -> None:
    assert moment(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "x", "1970-1-1", "1970-13-01", "1970-02-30", "1970-01-01T24:00Z", "1.5", "0000-01-01"]
)
def test_no_moment(text: str) -> None:
    assert moment(text) is None
