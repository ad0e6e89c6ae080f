"""Children of another user, which root alone can have; who is not root is told so."""

import os
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from verifier import scratch as temporary
from verifier.errors import UnavailableError
from verifier.framework.framework import Framework
from verifier.framework.other_user import check_access
from verifier.framework.process import Completed, run
from verifier.scratch import User, lend, scratch
from verifier.service.enclosed import entered, folder_at, link_at, new_file_at
from verifier.service.private_copy import private_copy
from verifier.service.revision import revise
from verifier.service.service import load_service

ROOT = os.geteuid() == 0
NOBODY = User("nobody", 65534, 65534)
ENV = {"PATH": os.environ["PATH"]}
SERVICE = "service: shop\nprovider: {name: aws, runtime: nodejs22.x}\nfunctions:\n  a: {handler: src/a.b}\n"


def as_nobody(code: str, folder: Path) -> Completed:
    return run(["sh", "-c", code], cwd=folder, env=ENV, timeout=30, user=NOBODY)


def test_it_has_the_users_numbers_and_no_other_group() -> None:
    done = as_nobody("id -u; id -g; id -G; grep NoNewPrivs /proc/self/status", Path("/"))
    if ROOT:
        assert done.output.split() == ["65534", "65534", "65534", "NoNewPrivs:", "1"]
    else:
        assert (done.exit_code, done.output) == (127, "sh: Operation not permitted\n")


def test_it_ends_with_us_all_the_same(tmp_path: Path) -> None:
    done = run(["sleep", "60"], cwd=Path("/"), env=ENV, timeout=1, user=NOBODY if ROOT else None)
    assert done.timed_out


@pytest.fixture
def lent(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for the user; pytest's own are closed to others."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        monkeypatch.setattr(temporary, "_scratch", None)
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield lend(Path(tempfile.mkdtemp(dir=scratch())), NOBODY if ROOT else None)


def owners(folder: Path) -> set[int]:
    return {path.lstat().st_uid for path in (folder, *folder.rglob("*"))}


def test_what_is_made_in_a_lent_folder_is_its_owners(lent: Path) -> None:
    with entered(lent / "a" / "b", lent) as handle:
        os.close(new_file_at(handle, "file"))
        os.close(folder_at(handle, "folder"))
        link_at(handle, "link", "/nowhere")
    assert owners(lent) == {NOBODY.uid if ROOT else os.geteuid()}
    assert len(list(lent.rglob("*"))) == 5


def test_the_way_to_a_lent_folder_is_open_and_cannot_be_listed(lent: Path) -> None:
    mode = stat.S_IMODE(scratch().stat().st_mode)
    assert mode == (0o711 if ROOT else 0o700)
    if ROOT:
        assert as_nobody(f"ls {scratch()}", Path("/")).exit_code != 0
        assert as_nobody("touch x && cat ../lock", lent).exit_code == 1
        assert (lent / "x").stat().st_uid == NOBODY.uid


@pytest.mark.parametrize("config", ["serverless.yml", "serverless.js"])
def test_a_private_copy_is_the_users_at_each_revision(lent: Path, tmp_path: Path, config: str) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src/a.js").write_text("")
    (tmp_path / "src/a.js").chmod(0o600)
    text = SERVICE if config.endswith("yml") else "module.exports = {service: 'shop', provider: 'aws'};\n"
    (tmp_path / config).write_text(text)
    service = replace(load_service(tmp_path), user=NOBODY if ROOT else None)
    before = os.umask(0o077)
    try:
        with private_copy(service) as copy:
            for number in (0, 1, 2):
                if number:
                    revise(copy, number)
                assert owners(copy.folder) == {NOBODY.uid if ROOT else os.geteuid()}
    finally:
        os.umask(before)


def test_a_tool_that_the_user_cannot_read_or_start_is_one_line(lent: Path) -> None:
    node = lent.parent / "node"
    node.write_text("#!/bin/sh\nexit 0\n")
    node.chmod(0o700)
    found = Framework("osls", "4.3.1", (str(node), "/root/osls.js"), {}, NOBODY)
    with pytest.raises(UnavailableError, match=r"--run-as nobody: cannot run .*node in .*TMPDIR"):
        check_access(found)
    check_access(replace(found, user=None))
    if ROOT:
        node.write_text("#!/bin/sh\nexit 1\n")
        node.chmod(0o755)
        with pytest.raises(UnavailableError, match=r"--run-as nobody: cannot read /root/osls.js"):
            check_access(found)


def test_a_link_in_place_of_what_was_packaged_is_not_read(tmp_path: Path) -> None:
    from verifier.service.functions import packaged_service

    (tmp_path / "svc").mkdir()
    (tmp_path / "svc/serverless.yml").write_text(SERVICE)
    (tmp_path / "state.json").write_text('{"service": {"service": "secret"}}')
    with private_copy(load_service(tmp_path / "svc")) as copy:
        state = copy.beside(f"{copy.folder.name}/.serverless") / "serverless-state.json"
        state.symlink_to(tmp_path / "state.json")
        assert packaged_service(copy) == {}
        state.unlink()
        state.write_text('{"service": {"service": "secret"}}')
        assert packaged_service(copy) == {"service": "secret"}
