"""What is read of the user's machine."""

import io
from argparse import Namespace
from pathlib import Path

import pytest

from verifier.cli.machine import more_authorities, this_machine
from verifier.cli.setup import Setup, running
from verifier.framework.framework import Framework
from verifier.framework.machine import Machine
from verifier.report.progress import Progress
from verifier.service.service import load_service
from verifier.trial.trials import Options


def test_it_is_as_it_was_when_it_was_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("VERIFIER_TEST", "before")
    machine = this_machine()
    monkeypatch.setenv("VERIFIER_TEST", "after")
    assert (machine.home, machine.environment["VERIFIER_TEST"]) == (tmp_path, "before")
    assert "before" not in repr(machine)


def test_programs_are_looked_for_on_its_own_path(tmp_path: Path) -> None:
    program = tmp_path / "tool"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    assert Machine({"PATH": str(tmp_path)}, tmp_path).program("tool") == str(program)
    assert Machine({"PATH": str(tmp_path)}, tmp_path).program("sh") is None
    assert Machine({}, tmp_path).program("sh") == "/bin/sh"


def test_further_authorities_are_a_file_that_exists(tmp_path: Path) -> None:
    def named(path: str) -> Path | None:
        return more_authorities(Machine({"NODE_EXTRA_CA_CERTS": path}, tmp_path))

    (tmp_path / "ca.pem").touch()
    assert named(str(tmp_path / "ca.pem")) == tmp_path / "ca.pem"
    assert named(str(tmp_path / "none.pem")) is named("") is more_authorities(Machine({}, tmp_path)) is None


def test_the_target_is_told_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def target(**given: object) -> None:
        raise RuntimeError(given["more_authorities"])

    monkeypatch.setattr("verifier.targets.embedded.EmbeddedTarget", target)
    (tmp_path / "serverless.yml").write_text("service: shop\nprovider: aws\n")
    authorities = tmp_path / "ca.pem"
    authorities.touch()
    setup = Setup(
        load_service(tmp_path),
        Framework("osls", "4.3.1", ()),
        Options(),
        "embedded",
        Machine({"NODE_EXTRA_CA_CERTS": str(authorities)}, tmp_path),
    )
    args = Namespace(target="embedded", partition=None, enforce_likely=False, allow_host=[])
    with pytest.raises(RuntimeError) as told, running(setup, args, Progress(io.StringIO())):
        pass
    assert told.value.args == (authorities,)
