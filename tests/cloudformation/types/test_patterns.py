"""Searches that end, whatever the pattern."""

import pytest

from tests.support.spent import within
from verifier.cloudformation.types import patterns
from verifier.cloudformation.types.patterns import found


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("^[a-z]+$", "abc", True),
        ("^[a-z]+$", "abC", False),
        ("b", "abc", True),
        (r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$", "Größe 1", True),
        (r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$", "a!", False),
        (r"^\d{12}$", "123456789012", True),
        ("^(?!aws:)[a-z:]+$", "aws:x", False),
    ],
)
def test_search(pattern: str, text: str, expected: bool) -> None:
    assert found(pattern, text) is expected


@pytest.mark.parametrize("pattern", ["(", "[z-a]", r"^[\u0020-\uD7FF\uD800\uDC00-\uDBFF\uDFFF]*$", "a{2,1}"])
def test_what_cannot_be_read_says_nothing(pattern: str) -> None:
    assert found(pattern, "anything") is True


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^(a|aa)+$", "^([a-z]+[-]?)*$"])
def test_what_takes_too_long_says_nothing(pattern: str) -> None:
    with within(20 * patterns.SECONDS):
        assert found(pattern, "a" * 50_000 + "!") is True
