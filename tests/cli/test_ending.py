"""The one line that ends a command without a result tells no secret and gives a terminal no orders."""

import errno

import pytest
from botocore.exceptions import ReadTimeoutError

from verifier.cli.ending import ended_by
from verifier.errors import ExitCode, InputError, UnavailableError
from verifier.redaction import HIDDEN, Redaction

SECRET = "hunter2  of the/database"


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (InputError(f"a.yml: {SECRET}: wrong"), ExitCode.USAGE, f"a.yml: {HIDDEN}: wrong"),
        (InputError("a\x1b[2Jb\nhun\x1b[1mter2  of the/database"), ExitCode.USAGE, f"ab {HIDDEN}"),
        (UnavailableError("x" * 500), ExitCode.UNAVAILABLE, "x" * 100 + "..." + "x" * 100),
        (OSError(errno.ENOSPC, "full", f"/{SECRET}"), ExitCode.UNAVAILABLE, f"/{HIDDEN}: full; free"),
        (
            ReadTimeoutError(endpoint_url="https://sts.amazonaws.com/", error=None),
            ExitCode.UNAVAILABLE,
            'Read timeout on endpoint URL: "https://sts.amazonaws.com/"; run less on this machine',
        ),
        (KeyError(SECRET), ExitCode.BUG, f"a bug: unknown place: KeyError('{HIDDEN}')"),
    ],
)
def test_no_secret_and_no_orders(
    capsys: pytest.CaptureFixture[str], error: Exception, code: ExitCode, words: str
) -> None:
    redaction = Redaction()
    redaction.add(SECRET)
    assert ended_by(error, redaction) is code
    said = capsys.readouterr().err
    assert said.startswith(f"verifier: {words}")
    assert said.count("\n") == 1
    assert "hunter2" not in said
    assert "\x1b" not in said


def test_a_long_secret_goes_whole_before_anything_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    redaction = Redaction()
    redaction.add("s3cret" * 100)
    ended_by(InputError("s3cret" * 100), redaction)
    assert capsys.readouterr().err == f"verifier: {HIDDEN}\n"
