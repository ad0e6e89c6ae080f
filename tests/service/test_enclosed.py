"""Removing and entering, whatever is there."""

import ctypes
import os
import subprocess
import sys
from pathlib import Path

import pytest

from verifier.errors import UnavailableError
from verifier.service import enclosed
from verifier.service.enclosed import entered, is_real, link, remove


def test_a_tree_of_any_depth_and_kind_is_removed_and_nothing_behind_its_links(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept/file").write_text("x")
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "link").symlink_to(tmp_path / "kept")
    os.mkfifo(tree / "pipe")
    (tree / "second").hardlink_to(tmp_path / "kept/file")
    handle = os.open(tree, os.O_RDONLY)
    for _ in range(3000):  # deeper than a path can be long, than calls can be nested, than files can be open
        os.mkdir("d" * 20, dir_fd=handle)
        inner = os.open("d" * 20, os.O_RDONLY, dir_fd=handle)
        os.close(handle)
        handle = inner
    os.close(handle)
    remove(tree, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept"]
    assert (tmp_path / "kept/file").read_text() == "x"


def without_roots_rights_on_files() -> None:
    """Root may enter everything: from its next exec on it may not (prctl's PR_CAPBSET_DROP)."""
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)


def test_folders_that_are_closed_to_us_are_removed(tmp_path: Path) -> None:
    (tmp_path / "tree/a/b").mkdir(parents=True)
    (tmp_path / "tree/a/b/file").write_text("x")
    for name in ("tree/a/b", "tree/a", "tree"):
        (tmp_path / name).chmod(0o000)
    code = (
        "from pathlib import Path; from verifier.service.enclosed import remove\n"
        f"folder = Path({str(tmp_path)!r})\n"
        "try: list((folder / 'tree').iterdir()); raise SystemExit('was open')\n"
        "except PermissionError: remove(folder / 'tree', folder)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, preexec_fn=without_roots_rights_on_files)
    assert list(tmp_path.iterdir()) == []


def test_what_is_behind_a_link_or_not_there_is_not_removed(tmp_path: Path) -> None:
    (tmp_path / "victim").mkdir()
    (tmp_path / "victim/file").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "victim")
    (tmp_path / "plain").write_text("x")
    for name in ("link/file", "none/file", "none", "plain/file"):
        remove(tmp_path / name, tmp_path)
    assert (tmp_path / "victim/file").exists()
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "plain").exists()


def test_a_link_takes_the_place_of_anything(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "c").symlink_to("elsewhere")
    for name in ("a", "c", "d"):
        link(tmp_path / name, Path("/goal"), tmp_path)
        assert (tmp_path / name).readlink() == Path("/goal")


def test_what_is_real(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "link").symlink_to("a")
    assert is_real(tmp_path / "a/b", tmp_path)
    assert not is_real(tmp_path / "link/b", tmp_path)
    assert not is_real(tmp_path / "link", tmp_path)
    assert not is_real(tmp_path / "none", tmp_path)


@pytest.mark.parametrize("where", ["copy", "copy/src/deep", "copy space"])
def test_what_is_mounted_there_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    name = str(tmp_path / where).replace(" ", "\\040")
    lines = ["22 1 8:1 / / rw - ext4 /dev/x rw", f"30 22 8:1 /home/u {name} rw - ext4 /dev/x rw"]
    monkeypatch.setattr(enclosed, "_mounts", lambda: lines)
    with (
        pytest.raises(UnavailableError, match="something was mounted"),
        entered(tmp_path / where.partition("/")[0], tmp_path),
    ):
        pass
    with entered(tmp_path / "other", tmp_path):
        pass
