"""What is printed gives no terminal orders, whichever command it is of."""

import io
import json
from pathlib import Path

import pytest

from verifier.cli import main
from verifier.cli.output import say, show

ORDERS = "\x1b[2J\x1b]0;t\x07\x9b1m\u202e"


def test_results_and_talk() -> None:
    out, err = io.StringIO(), io.StringIO()
    show(f"a{ORDERS}b\nc", out)
    say(f"a{ORDERS}b", err)
    assert (out.getvalue(), err.getvalue()) == ("a?b\nc\n", "verifier: a?b\n")


@pytest.mark.parametrize("output", ["text", "json"])
def test_a_policy_with_orders_in_it(tmp_path: Path, capsys: pytest.CaptureFixture[str], output: str) -> None:
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    path = tmp_path / f"policy{ORDERS}.json"
    path.write_text(json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    asked = ["--action", "s3:GetObject", "--format", output]
    assert main(["simulate", "--policy", str(path), *asked]) == 0
    shown = capsys.readouterr().out
    assert all(char.isprintable() or char == "\n" for char in shown)
    assert main(["simulate", "--policy", str(path) + ORDERS, *asked]) == 2
    assert all(char.isprintable() or char == "\n" for char in capsys.readouterr().err)
