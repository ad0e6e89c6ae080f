"""Copies of folders with links, pipes and rights of every kind."""

import errno
import os
import shutil
import stat
from pathlib import Path

import pytest

from verifier.errors import InputError
from verifier.service.tree import overlay


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    (folder / "src/deep").mkdir(parents=True)
    (folder / "src/deep/a.js").write_text("a")
    return folder


def test_files_are_new_writable_and_keep_being_programs(source: Path, tmp_path: Path) -> None:
    program = source / "src/bootstrap"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o555)
    (source / "src").chmod(0o555)
    os.utime(program, (1, 1))
    for _ in range(2):  # a second time over what is there
        overlay(source, tmp_path / "copy")
    copied = (tmp_path / "copy/src/bootstrap").stat()
    assert stat.S_IMODE(copied.st_mode) == 0o755
    assert copied.st_mtime > 1
    assert stat.S_IMODE((tmp_path / "copy/src").stat().st_mode) & 0o200
    assert stat.S_IMODE(program.stat().st_mode) == 0o555


def test_links(source: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/o.js").write_text("o")
    (source / "inside.js").symlink_to("src/deep/a.js")
    (source / "absolute.js").symlink_to(source / "src/deep/a.js")
    (source / "file.js").symlink_to("../outside/o.js")
    (source / "folder").symlink_to("../outside")
    (source / "dangling").symlink_to("../nowhere")
    (tmp_path / "outside/back").symlink_to(source)
    (source / "src/loop").symlink_to(source)
    copy = tmp_path / "copy"
    overlay(source, copy)
    assert (copy / "inside.js").readlink() == Path("src/deep/a.js")
    for name in ("absolute.js", "file.js", "folder/o.js"):
        assert not (copy / name).is_symlink()
    (copy / "folder/o.js").write_text("changed")
    (copy / "absolute.js").write_text("changed")
    assert (tmp_path / "outside/o.js").read_text() == "o"
    assert (source / "src/deep/a.js").read_text() == "a"
    assert not (copy / "dangling").exists()
    assert not (copy / "src/loop").exists()
    assert not (copy / "folder/back").exists()


def test_packages_are_linked_history_and_pipes_left_out(source: Path, tmp_path: Path) -> None:
    (source / "src/node_modules/p").mkdir(parents=True)
    (source / ".git").mkdir()
    (source / "skipped").mkdir()
    os.mkfifo(source / "pipe")
    copy = tmp_path / "copy"
    overlay(source, copy, frozenset({"skipped"}))
    assert (copy / "src/node_modules").readlink() == (source / "src/node_modules").resolve()
    assert sorted(path.name for path in copy.iterdir()) == ["src"]


def test_a_file_takes_the_place_of_a_folder_and_the_other_way_round(source: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    (copy / "src/deep/a.js").mkdir(parents=True)
    overlay(source, copy)
    assert (copy / "src/deep/a.js").read_text() == "a"


def test_what_cannot_be_read_is_named(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    # Not by mode bits: root, as which CI runs, may read everything.
    monkeypatch.setattr(shutil, "copyfile", refuse)
    with pytest.raises(InputError, match=r"a\.js: cannot be read"):
        overlay(source, tmp_path / "copy")
