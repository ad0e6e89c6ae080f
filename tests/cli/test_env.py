"""--env: a variable of the user's environment, or one that is made up, for the tool; a secret."""

from pathlib import Path
from typing import Any

import pytest

from tests.trial.rooms import FakeFramework, FakeRoom, FakeTarget, write_service
from verifier.cli import main
from verifier.cli.machine import variables_of
from verifier.errors import ExitCode, InputError, UnavailableError
from verifier.framework.machine import Machine
from verifier.redaction import HIDDEN


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--env", "NOT_SET_HERE"], "--env NOT_SET_HERE: is not set here; set it, or give"),
        (["--env", "A-B=c"], "--env A-B: no name of a variable"),
        (["--env", "AWS_SESSION_TOKEN=x"], "--env AWS_SESSION_TOKEN: the run says this itself"),
    ],
)
def test_what_cannot_be_passed_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], words: str
) -> None:
    folder = write_service(tmp_path / "shop")
    assert main(["converge", str(folder), *options]) == ExitCode.USAGE
    assert f"verifier: {words}" in capsys.readouterr().err


def test_values() -> None:
    machine = Machine({"HERE": "h", "MORE": "m"}, Path("/nowhere"))
    given = [("HERE", None), ("MADE", "a=b"), ("EMPTY", "")]
    assert variables_of(machine, given) == {"HERE": "h", "MADE": "a=b", "EMPTY": ""}
    with pytest.raises(InputError):
        variables_of(machine, [("NOWHERE", None)])


def test_the_tool_gets_it_and_nobody_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from verifier.framework.process import Completed

    monkeypatch.setenv("STRIPE_KEY", "sk_live_4242")
    files = {"verifier__yml": "env: {MAIL_KEY: mail-key-1, PLACE: {value: here-we-are, secret: false}}"}
    folder = write_service(tmp_path / "shop", **files)
    said = "Error: sk_live_4242 mail-key-1 made-up-1 here-we-are"
    framework = FakeFramework(ends=[Completed(1, said, 1.0)] * 2)
    names = ("cloudformation.describe_stacks", "s3.list_buckets")
    room = FakeRoom(errors=dict.fromkeys(names, "AccessDenied"))

    def found(*_: Any) -> FakeFramework:
        return framework

    monkeypatch.setattr("verifier.framework.find.find_framework", found)
    monkeypatch.setattr("verifier.targets.embedded.EmbeddedTarget", lambda **_: FakeTarget(room))
    out = tmp_path / "out"
    options = ["--env", "STRIPE_KEY", "--env", "OTHER=made-up-1", "--out", str(out), "--format", "json"]
    assert main(["converge", str(folder), *options]) == ExitCode.INCONCLUSIVE
    got = framework.environments[0]
    assert (got["STRIPE_KEY"], got["OTHER"], got["MAIL_KEY"]) == ("sk_live_4242", "made-up-1", "mail-key-1")
    printed = capsys.readouterr()
    everything = [printed.out, printed.err, *(path.read_text() for path in out.iterdir())]
    for text in everything:
        assert not {"sk_live_4242", "mail-key-1", "made-up-1"} & set(text.replace('"', " ").split())
    assert f"{HIDDEN} {HIDDEN} {HIDDEN} here-we-are" in printed.err


def test_what_is_passed_on_is_a_secret_from_the_beginning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(*_: Any) -> None:
        raise UnavailableError("npm said: no entry with npm-token-1, given-1 and \x1b[2Jmore")

    monkeypatch.setenv("NPM_TOKEN", "npm-token-1")
    monkeypatch.setattr("verifier.framework.find.find_framework", refused)
    folder = write_service(tmp_path / "shop")
    assert (
        main(["verify", str(folder), "--managed", "ReadOnlyAccess", "--env", "A=given-1"])
        == ExitCode.UNAVAILABLE
    )
    said = capsys.readouterr().err
    assert said == f"verifier: npm said: no entry with {HIDDEN}, {HIDDEN} and more\n"


def test_a_bug_tells_no_secret_neither(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: Any) -> None:
        raise KeyError("given-1")

    monkeypatch.setattr("verifier.framework.find.find_framework", broken)
    folder = write_service(tmp_path / "shop")
    assert main(["converge", str(folder), "--env", "A=given-1"]) == ExitCode.BUG
    assert f"KeyError('{HIDDEN}')" in capsys.readouterr().err
