"""What cannot be asked for with `--target aws` is said before anything is read or asked."""

import shlex

import pytest

from tests.support.one_line import one_line
from verifier.cli import main

ACCOUNT = "111122223333"
ALL = f"--target aws --profile sandbox --account {ACCOUNT} --yes"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--boundary arn:aws:iam::aws:policy/ReadOnlyAccess", ["--boundary", "--target aws"]),
        ("--cloudtrail", ["--cloudtrail", "--target aws"]),
        (f"--target aws --account {ACCOUNT} --yes", ["needs --profile"]),
        ("--target aws --profile sandbox --yes", ["needs --account"]),
        (f"--target aws --profile sandbox --account {ACCOUNT}", ["--yes"]),
        (f"{ALL} --boundary limit", ["--boundary limit", "a policy's ARN"]),
        (f"{ALL} --boundary arn:aws:iam::{ACCOUNT}:policy/verifier/x", ["runs may change", "elsewhere"]),
        (f"{ALL} --boundary arn:aws:iam::999999999999:policy/x", ["of the account 111122223333 itself"]),
        (f"{ALL} --contribute /nonexistent/taught.yaml", ["--contribute", "can be written"]),
        (f"{ALL} --partition aws", ["--partition", "leave it out"]),
        (f"{ALL} --seed auto", ["--seed", "leave it out"]),
        (f"{ALL} --resume --out out", ["--resume", "leave it out"]),
    ],
)
def test_it_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], options: str, words: list[str]
) -> None:
    monkeypatch.setattr("sys.stdin", None)
    assert main(["converge", "nowhere", *shlex.split(options)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    one_line(err, words)
