"""What a person who gave bad input is told."""

from collections.abc import Iterable


def one_line(err: str, words: Iterable[str]) -> str:
    """The one line that ends ``err``: no traceback, and all of ``words`` in it."""
    found = lines(err)
    assert len(found) == 1, err
    line = found[0]
    assert err.splitlines()[-1] == line
    assert "Traceback" not in err
    for each in words:
        assert each in line
    return line


def lines(err: str) -> list[str]:
    """The verifier's own lines."""
    return [line for line in err.splitlines() if line.startswith("verifier: ")]
