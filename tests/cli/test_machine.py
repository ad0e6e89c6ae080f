"""What is read of the user's machine."""

import io
import os
import sys
from argparse import Namespace
from pathlib import Path

import pytest

from verifier.cli.machine import machine_of, more_authorities, other_user, this_machine
from verifier.cli.setup import Setup, running
from verifier.errors import InputError
from verifier.framework.framework import Framework
from verifier.framework.machine import Machine
from verifier.loop.journal import Journal
from verifier.report.progress import Progress
from verifier.scratch import User
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
    with pytest.raises(RuntimeError) as told, running(setup, args, Journal(None), Progress(io.StringIO())):
        pass
    assert told.value.args == (authorities,)


@pytest.mark.parametrize(
    ("name", "uid", "words"),
    [
        ("nobody", 1000, "only root can run something as another user"),
        ("no-such-user", 0, "no such user on this machine"),
        ("", 0, "no such user on this machine"),
        ("a\0b", 0, "no such user on this machine"),
        ("root", 0, "is root itself"),
    ],
)
def test_who_nobody_can_become(monkeypatch: pytest.MonkeyPatch, name: str, uid: int, words: str) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: uid)
    with pytest.raises(InputError, match=words):
        other_user(name)


def test_a_system_without_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pwd", None)
    with pytest.raises(InputError, match="no users of Unix's kind"):
        other_user("nobody")


def test_another_users_machine_has_a_home_and_folders_of_his(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    given: list[Path] = []
    monkeypatch.setattr(os, "chown", lambda path, *_, **__: given.append(path))
    monkeypatch.setenv("TMPDIR", "/root/tmp")
    user = other_user("nobody")
    machine = machine_of(user)
    assert machine.user == user == User("nobody", 65534, user.gid)
    assert machine.home in given, "/nonexistent is no home"
    assert machine.environment["TMPDIR"] == str(machine.home)
    assert Path(machine.environment["XDG_CACHE_HOME"], "verifier").stat().st_mode & 0o777 == 0o711
