"""Copies of folders with links, pipes and rights of every kind."""

import errno
import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from verifier.errors import InputError, UnavailableError
from verifier.service.enclosed import remove
from verifier.service.outside import find_outside
from verifier.service.package_copies import PackageCopies
from verifier.service.tree import DEEPEST, overlay


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
    overlay(source, copy, frozenset({"skipped"}), lend=lambda path: path / "lent")
    assert (copy / "src/node_modules").readlink() == (source / "src/node_modules").resolve() / "lent"
    assert sorted(path.name for path in copy.iterdir()) == ["src"]


def test_the_results_of_runs_are_no_part_of_a_service(source: Path, tmp_path: Path) -> None:
    for name, first in (
        ("result", '{"kind": "run"}\n'),
        ("src/night", '{"kind": "night"}\n'),
        ("own", "Monday\n"),
    ):
        (source / name).mkdir()
        (source / name / "journal.jsonl").write_text(first, encoding="utf-8")
    copy = tmp_path / "copy"
    overlay(source, copy)
    found = {path.relative_to(copy).as_posix() for path in copy.rglob("*") if path.is_dir()}
    assert found == {"src", "src/deep", "own"}


def test_a_file_takes_the_place_of_a_folder_and_the_other_way_round(source: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    (copy / "src/deep/a.js").mkdir(parents=True)
    overlay(source, copy)
    assert (copy / "src/deep/a.js").read_text() == "a"


def test_what_cannot_be_read_is_named(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.open

    def refuse(path: Any, *arguments: Any, **options: Any) -> int:
        if path == source / "src/deep/a.js":
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(path, *arguments, **options)

    # Not by mode bits: root, as which CI runs, may read everything.
    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(InputError, match=r"a\.js: cannot be read"):
        overlay(source, tmp_path / "copy")


@pytest.mark.parametrize("number", [errno.EXDEV, errno.ENOSYS, None])
def test_where_the_kernel_does_not_copy_we_do(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int | None
) -> None:
    def refuse(*_: object) -> int:
        if number is None:
            return 0  # as some file systems do
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "copy_file_range", refuse)
    (source / "large.bin").write_bytes(os.urandom(3_000_000))
    overlay(source, tmp_path / "copy")
    assert (tmp_path / "copy/large.bin").read_bytes() == (source / "large.bin").read_bytes()


@pytest.fixture
def victim(tmp_path: Path) -> Iterator[Path]:
    """A folder that lies elsewhere; nothing of it changes."""
    folder = tmp_path / "victim"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep/a.js").write_text("mine")
    (folder / "a.js").write_text("mine")
    before = snapshot(folder)
    yield folder
    assert snapshot(folder) == before


def snapshot(folder: Path) -> list[tuple[str, int, int, int]]:
    """Every entry with its inode, mode and change time."""
    stats = [(str(path), path.lstat()) for path in (folder, *sorted(folder.rglob("*")))]
    return [(name, found.st_ino, found.st_mode, found.st_ctime_ns) for name, found in stats]


# In the copy; $V is a folder elsewhere.
HOSTILE = {
    "a folder is a link": "ln -s $V src",
    "a folder is a relative link": "ln -s ../victim src",
    "a deep folder is a link": "mkdir src; ln -s $V src/deep",
    "a file is a link": "mkdir -p src/deep; ln -s $V/a.js src/deep",
    "a file is a dangling link": "mkdir -p src/deep; ln -s $V/new.js src/deep/a.js",
    "a file has a second name": "mkdir -p src/deep; echo built > ../second; ln ../second src/deep/a.js",
    "a file is a folder with a link": "mkdir -p src/deep/a.js/x; ln -s $V src/deep/a.js/x/y",
    "a folder is a pipe": "mkfifo src",
    "a file is a pipe": "mkdir -p src/deep; mkfifo src/deep/a.js",
    "a folder is closed": "mkdir -p src/deep; chmod 0 src/deep src",
}


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_is_written_or_removed_beyond_the_copy(
    source: Path, tmp_path: Path, victim: Path, hostile: str
) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    subprocess.run(HOSTILE[hostile], shell=True, check=True, cwd=copy, env={**os.environ, "V": str(victim)})
    overlay(source, copy)
    assert (copy / "src/deep/a.js").read_text() == "a"
    assert not any(path.is_symlink() for path in (copy, *copy.rglob("*")))
    if (tmp_path / "second").exists():
        assert (tmp_path / "second").read_text() == "built\n"


def test_the_copy_itself_or_a_folder_above_it_is_a_link(source: Path, tmp_path: Path, victim: Path) -> None:
    anchor = tmp_path / "anchor"
    (anchor / "one").mkdir(parents=True)
    (anchor / "one/copy").symlink_to(victim)
    overlay(source, anchor / "one/copy", anchor=anchor)
    assert (anchor / "one/copy/src/deep/a.js").read_text() == "a"
    (anchor / "two").symlink_to(victim)
    overlay(source, anchor / "two/copy", anchor=anchor)
    assert (anchor / "two/copy/src/deep/a.js").read_text() == "a"


def test_no_link_takes_the_place_of_the_anchor(source: Path, tmp_path: Path, victim: Path) -> None:
    (tmp_path / "anchor").symlink_to(victim)
    with pytest.raises(UnavailableError, match="replaced by something else"):
        overlay(source, tmp_path / "anchor/copy", anchor=tmp_path / "anchor")


def deep(folder: Path, folders: int) -> None:
    """A file below so many folders in each other."""
    folder.mkdir(parents=True)
    handle = os.open(folder, os.O_RDONLY)
    for _ in range(folders):
        os.mkdir("d", dir_fd=handle)
        inner = os.open("d", os.O_RDONLY, dir_fd=handle)
        os.close(handle)
        handle = inner
    os.close(os.open("f.js", os.O_CREAT | os.O_WRONLY, dir_fd=handle))
    os.close(handle)


def test_a_folder_is_copied_as_deep_as_any_is(tmp_path: Path) -> None:
    deep(tmp_path / "service", DEEPEST - 1)
    overlay(tmp_path / "service", tmp_path / "copy")
    assert (tmp_path / "copy").joinpath(*"d" * (DEEPEST - 1), "f.js").is_file()


def test_one_that_is_deeper_than_calls_can_be_nested_is_told_in_a_line(tmp_path: Path) -> None:
    deep(tmp_path / "service", 1200)
    assert find_outside(tmp_path / "service").note is None
    with pytest.raises(InputError, match=r"service: more than 200 folders in each other; move"):
        overlay(tmp_path / "service", tmp_path / "copy")
    remove(tmp_path / "service", tmp_path)


def test_packages_that_are_so_deep_too(tmp_path: Path) -> None:
    deep(tmp_path / "service" / "node_modules", 1200)
    with pytest.raises(InputError, match="more than 200 folders in each other"):
        PackageCopies(tmp_path / "area").of(tmp_path / "service" / "node_modules")
    remove(tmp_path / "service", tmp_path)
