"""Where our own control group is, and that one below it comes and goes."""

import os
from pathlib import Path

import pytest

from verifier.framework import cgroup
from verifier.framework.cgroup import folder_of, new_group, remove_group

V2 = "30 24 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw"
V1 = "35 24 0:28 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu"
PART = "40 24 0:26 /system.slice/docker-1.scope /sys/fs/cgroup ro - cgroup2 cgroup rw"


@pytest.mark.parametrize(
    ("groups", "mounts", "folder"),
    [
        ("0::/user.slice/a.scope", V2, "/sys/fs/cgroup/user.slice/a.scope"),
        ("4:cpu:/x\n0::/", f"{V1}\n{V2}", "/sys/fs/cgroup"),
        ("0::/system.slice/docker-1.scope/x", PART, "/sys/fs/cgroup/x"),
        ("4:cpu:/x", V1, None),
        ("4:cpu:/x", V2, None),
        ("0::/x", V1, None),
        ("", "", None),
    ],
)
def test_our_own_group(groups: str, mounts: str, folder: str | None) -> None:
    assert folder_of(groups, mounts) == folder


def test_a_group_comes_and_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only with Linux's word that it can kill a group at once."""
    monkeypatch.setattr(cgroup, "_own", lambda: str(tmp_path))
    assert new_group() is None
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(os.path, "exists", lambda _: True)
    group = new_group()
    assert group is not None
    assert [str(path) for path in tmp_path.iterdir()] == [group]
    Path(group, "made", "by", "the-child").mkdir(parents=True)
    remove_group(group)
    assert list(tmp_path.iterdir()) == []


def test_no_group_where_it_is_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cgroup, "_own", lambda: None)
    assert new_group() is None
    monkeypatch.setattr(cgroup, "_own", lambda: "/proc")
    assert new_group() is None
