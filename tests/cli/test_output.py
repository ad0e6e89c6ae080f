"""Only a result that was handed over is answered, and from one place; no terminal is given orders."""

import ast
import errno
import io
import json
from pathlib import Path

import pytest

from tests.test_layers import ROOT, modules
from verifier.cli import main
from verifier.cli.output import Result, hand_over, say, show
from verifier.errors import ExitCode, UnavailableError, UnreadError

ORDERS = "\x1b[2J\x1b]0;t\x07\x9b1m\u202e"


class Broken(io.StringIO):
    """A stream that nothing can be written to."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number

    def write(self, text: str) -> int:
        raise OSError(self._number, "broken")


@pytest.mark.parametrize("code", list(ExitCode))
def test_the_code_is_answered_when_the_text_is_out(code: ExitCode) -> None:
    stdout = io.StringIO()
    assert hand_over(Result(code, "text\n"), stdout) is code
    assert stdout.getvalue() == "text\n"


@pytest.mark.parametrize("code", list(ExitCode))
def test_nobody_reads(code: ExitCode) -> None:
    with pytest.raises(UnreadError, match="kept nowhere else"):
        hand_over(Result(code, "text\n"), Broken(errno.EPIPE))
    assert hand_over(Result(code, "text\n", kept=True), Broken(errno.EPIPE)) is code


@pytest.mark.parametrize("kept", [True, False])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EBADF, errno.EIO])
def test_it_cannot_be_written(number: int, kept: bool) -> None:
    with pytest.raises(UnavailableError, match="standard output: "):
        hand_over(Result(ExitCode.OK, "text\n", kept=kept), Broken(number))


@pytest.mark.parametrize("number", [errno.EPIPE, errno.EMFILE, errno.EACCES, errno.ENOSPC])
def test_a_failure_within_a_command_is_never_0(
    number: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def fail(*_: object) -> None:
        raise OSError(number, "broken", "somewhere")

    monkeypatch.setattr("verifier.cli.render.render", fail)
    policy = tmp_path / "policy.json"
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    policy.write_text(json.dumps({"Version": "2012-10-17", "Statement": statement}))
    assert main(["render", str(policy)]) is ExitCode.UNAVAILABLE
    assert capsys.readouterr().err.startswith("verifier: somewhere: broken; ")


def calls(tree: ast.AST) -> set[str]:
    return {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}


def test_one_place_exits() -> None:
    """The watchdog is a program of its own: its exit code is the child's."""
    ends = {"sys.exit", "exit", "quit", "os._exit", "os.abort", "SystemExit"}
    found = {
        str(path.relative_to(ROOT)): ends & calls(ast.parse(path.read_text(encoding="utf-8")))
        for path in (*modules(), ROOT / "cli" / "__init__.py")
    }
    assert {name: used for name, used in found.items() if used} == {
        "cli/__init__.py": {"sys.exit"},
        "framework/watchdog.py": {"os._exit"},
    }


def test_one_place_writes_a_result() -> None:
    writers = {
        path.name
        for path in (ROOT / "cli").glob("*.py")
        if calls(ast.parse(path.read_text(encoding="utf-8"))) & {"stdout.write", "sys.stdout.write"}
    }
    assert writers == {"output.py"}


def test_results_and_talk() -> None:
    out, err = io.StringIO(), io.StringIO()
    show(f"a{ORDERS}b\nc\n", out)
    hand_over(Result(ExitCode.OK, f"d{ORDERS}e\n"), out)
    say(f"a{ORDERS}b", err)
    assert (out.getvalue(), err.getvalue()) == ("a?b\nc\nd?e\n", "verifier: a?b\n")


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
