"""Packages are copied once, lead where they led, and are the same for each trial."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from verifier.errors import InputError
from verifier.service import package_copies
from verifier.service.forbidden import Forbidden
from verifier.service.package_copies import PackageCopies
from verifier.service.private_copy import private_copy
from verifier.service.service import load_service


@pytest.fixture
def modules(tmp_path: Path) -> Path:
    folder = tmp_path / "repo/shop/node_modules"
    (folder / "dep/lib").mkdir(parents=True)
    (folder / "dep/index.js").write_text("1")
    (folder / "dep/lib/a.js").write_text("a")
    (folder / ".bin").mkdir()
    (folder / ".bin/dep").symlink_to("../dep/index.js")
    (folder / ".cache").mkdir()
    (folder / ".cache/warm").write_text("warm")
    program = folder / "dep/run"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o555)
    os.utime(program, ns=(5, 7_000_000_001))
    return folder


def content(folder: Path) -> dict[str, str]:
    """What each entry is; the same for a copy."""
    found = {}
    for path in folder.rglob("*"):
        mode = f"{path.lstat().st_mode:o}"
        kind = str(path.readlink()) if path.is_symlink() else path.read_text() if path.is_file() else "folder"
        found[str(path.relative_to(folder))] = f"{kind} {mode}"
    return found


def test_a_copy_has_inodes_of_its_own_and_is_made_once(modules: Path, tmp_path: Path) -> None:
    packages = PackageCopies(tmp_path / "area")
    copy = packages.of(modules)
    assert not (copy / "dep/index.js").samefile(modules / "dep/index.js")
    assert (copy / ".bin/dep").resolve() == copy / "dep/index.js"
    assert (copy / "dep/run").stat().st_mode & 0o777 == 0o755
    assert (copy / "dep/run").stat().st_mtime_ns == 7_000_000_001
    (modules / "dep/later.js").write_text("later")
    assert packages.of(modules) == packages.of(copy) == copy
    assert not (copy / "dep/later.js").exists()


# In the copy; $V is a folder elsewhere that is just like it.
HARM = {
    "a cache": "echo x > .cache/x",
    "a new folder": "mkdir -p dep/new/deep",
    "a changed file": "echo 22 > dep/index.js",
    "a changed file of the same size and time": "cp -p dep/index.js $V.time; printf 2 > dep/index.js; "
    "touch -r $V.time dep/index.js",
    "a file with another mode": "chmod 777 dep/index.js",
    "a folder with another mode": "chmod 700 dep",
    "a removed file": "rm dep/index.js",
    "a removed folder": "rm -r dep",
    "everything removed": "rm -r $PWD",
    "a folder is a link": "rm -r dep; ln -s $V/dep dep",
    "the copy is a link": "rm -r $PWD; ln -s $V $PWD",
    "a file is a link": "ln -sf $V/dep/index.js dep/index.js",
    "a file is another's": "ln -f $V/dep/index.js dep/index.js",
    "a link leads elsewhere": "ln -sfn $V .bin/dep",
    "something above it": "mkdir -p ../../node_modules/evil",
}


@pytest.mark.parametrize("harm", HARM)
def test_each_trial_finds_what_the_first_one_found(modules: Path, tmp_path: Path, harm: str) -> None:
    victim = tmp_path / "victim"
    shutil.copytree(modules, victim, symlinks=True)
    packages = PackageCopies(tmp_path / "area")
    copy = packages.of(modules)
    first, original, others = content(tmp_path / "area"), content(modules), content(victim)
    packages.begin_trial()
    subprocess.run(HARM[harm], shell=True, check=True, cwd=copy, env={**os.environ, "V": str(victim)})
    packages.begin_trial()
    assert content(tmp_path / "area") == first
    assert not (copy / "dep/index.js").samefile(victim / "dep/index.js")
    assert content(modules) == original
    assert content(victim) == others


@pytest.mark.parametrize(
    "harm",
    [
        "echo 2 > node_modules/dep/index.js; mkdir node_modules/.new",
        "rm -r node_modules",
        "rm -r node_modules; ln -s $V node_modules",
        "rm -r node_modules; echo x > node_modules",
        "mv $PWD ../gone; ln -s ../gone $PWD",
    ],
)
def test_what_is_moved_to_a_trial_comes_back_as_it_was(modules: Path, tmp_path: Path, harm: str) -> None:
    victim, trial = tmp_path / "victim", tmp_path / "trial/shop"
    shutil.copytree(modules, victim, symlinks=True)
    packages = PackageCopies(tmp_path / "area")
    copy = packages.of(modules)
    first, others = content(tmp_path / "area"), content(victim)
    for _ in range(2):
        packages.begin_trial()
        assert content(tmp_path / "area") == first
        packages.move(modules, trial / "node_modules", tmp_path)
        assert not (trial / "node_modules").is_symlink()
        assert copy.readlink() == trial / "node_modules"
        assert packages.of(copy) == packages.of(modules) == copy
        subprocess.run(harm, shell=True, check=True, cwd=trial, env={**os.environ, "V": str(victim)})
        packages.take_back()
        shutil.rmtree(tmp_path / "trial")
    packages.begin_trial()
    assert content(tmp_path / "area") == first
    assert content(victim) == others


def test_npm_finds_the_packages_of_a_private_copy_whatever_was_built_in_them(modules: Path) -> None:
    """npm resolves links, and looks for a package's own packages where it really lies."""
    (modules.parent / "serverless.yml").write_text("service: shop\nprovider: aws\n")
    (modules.parent / "package.json").write_text('{"dependencies": {"dep": "1"}}')
    (modules / "dep/package.json").write_text(
        '{"name": "dep", "version": "1.0.0", "dependencies": {"b": "1"}}'
    )
    (modules / "b").mkdir()
    (modules / "b/package.json").write_text('{"name": "b", "version": "1.0.0"}')
    with private_copy(load_service(modules.parent)) as copy:
        (copy.folder / "node_modules/.later").mkdir()
        subprocess.run(["npm", "ls", "--all"], check=True, cwd=copy.folder)


def test_folders_keep_their_times(modules: Path, tmp_path: Path) -> None:
    """npm takes its record of what is in node_modules only where no folder was changed after it."""

    def times(folder: Path) -> dict[str, int]:
        inner = [path for path in (folder, *folder.rglob("*")) if path.is_dir()]
        return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in inner}

    os.utime(modules / "dep", ns=(5, 7_000_000_001))
    original, packages = times(modules), PackageCopies(tmp_path / "area")
    copy = packages.of(modules)
    assert times(copy) == original
    packages.begin_trial()
    (copy / ".cache/later").write_text("later")
    (copy / "dep/lib/a.js").unlink()
    shutil.rmtree(copy / ".bin")
    packages.begin_trial()
    assert times(copy) == original


def test_packages_elsewhere_come_with_what_they_lie_in(modules: Path, tmp_path: Path) -> None:
    """As workspaces and pnpm have it: links that lead out of the service's own node_modules."""
    repo = tmp_path / "repo"
    store = repo / "node_modules/.store"
    (store / "a@1/node_modules/a").mkdir(parents=True)
    (store / "a@1/node_modules/a/index.js").write_text("a")
    (store / "b@1/node_modules/b").mkdir(parents=True)
    (store / "b@1/node_modules/b/index.js").write_text("b")
    (store / "c@1/node_modules/c").mkdir(parents=True)
    (store / "a@1/node_modules/b").symlink_to("../../b@1/node_modules/b")
    (repo / "common/src").mkdir(parents=True)
    (repo / "common/src/x.js").write_text("x")
    (repo / "common/.git").mkdir()
    (modules / "a").symlink_to("../../node_modules/.store/a@1/node_modules/a")
    (modules / "common").symlink_to(repo / "common")
    (modules / "shop").symlink_to("..")
    (modules / "nowhere").symlink_to("../../none")
    packages = PackageCopies(tmp_path / "area")
    copy = packages.of(modules)
    area = tmp_path / "area"
    assert (copy / "a/../b/index.js").resolve().is_relative_to(area)
    assert (copy / "a").resolve().parent.joinpath("b/index.js").read_text() == "b"
    assert (copy / "common/src/x.js").resolve().is_relative_to(area)
    assert not (copy / "common/.git").exists()
    assert not (copy / "shop").is_symlink()
    assert not (copy / "nowhere").is_symlink()
    assert not (copy / "a").resolve().parents[2].joinpath("c@1").exists()
    for path in area.rglob("*"):
        assert not path.is_symlink() or path.resolve().is_relative_to(area), path
    moved = tmp_path / "trial/node_modules"
    packages.move(modules, moved, tmp_path)
    assert (moved / "a").resolve().parent.joinpath("b/index.js").read_text() == "b"
    assert (moved / "common/src/x.js").resolve().is_relative_to(area)


def test_a_virtual_environment_is_one_of_its_own(tmp_path: Path) -> None:
    own = tmp_path / "shop/.venv"
    (own / "bin").mkdir(parents=True)
    (own / "pyvenv.cfg").write_text(f"home = {Path(sys.executable).resolve().parent}\n")
    (own / "bin/python3").symlink_to(Path(sys.executable).resolve())
    (own / "bin/python").symlink_to("python3")
    (own / "bin/tool").write_text(f"#!{own}/bin/python\nimport sys; print(sys.prefix)\n")
    (own / "bin/tool").chmod(0o755)
    copy = PackageCopies(tmp_path / "area").of(own)
    said = subprocess.run([copy / "bin/tool"], capture_output=True, text=True, check=True).stdout.strip()
    assert said == str(copy)


def test_much_is_said(modules: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words: list[str] = []
    PackageCopies(tmp_path / "one", words.append).of(modules)
    assert words == []
    monkeypatch.setattr(package_copies, "LARGE_BYTES", 10)
    (modules / "large").write_bytes(b"x" * 3_000_000)
    PackageCopies(tmp_path / "two", words.append).of(modules)
    assert words == [f"{modules}: 3 MB of packages were copied for this run"]


def test_packages_at_any_depth_are_lent_to_each_copy_and_the_users_are_only_read(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "shop"
    (folder / "layer/venv/lib").mkdir(parents=True)
    (folder / "node_modules/dep").mkdir(parents=True)
    (folder / "node_modules/dep/index.js").write_text("1")
    (folder / "serverless.yml").write_text("service: shop\nprovider: aws\n")
    (folder / "handler.js").write_text("require('../common/index');\n")
    (tmp_path / "common/node_modules/x").mkdir(parents=True)
    (tmp_path / "common/index.js").write_text("1")
    service = load_service(folder)
    before = content(tmp_path)
    for _ in range(2):
        with private_copy(service) as copy:
            for name in ("node_modules", "layer/venv", "../common/node_modules"):
                lent = copy.folder / name
                assert lent.is_symlink() == (name != "node_modules")
                assert not lent.resolve().is_relative_to(tmp_path)
                assert not (lent / ".cache").exists()
                (lent / ".cache").mkdir()
            (copy.folder / "node_modules/dep/index.js").write_text("changed")
            copy.restore()
    assert content(tmp_path) == before


def test_a_path_leads_to_the_copies_of_the_services_own_programs(modules: Path) -> None:
    folder = modules.parent
    (folder / "serverless.yml").write_text("service: shop\nprovider: aws\n")
    with private_copy(load_service(folder)) as copy:
        path = copy.search_path(f"{modules}/.bin:/usr/bin:{folder}/bin:/none/node_modules/.bin:relative::")
        assert copy.service.packages is not None
        assert path.split(":") == [
            f"{copy.service.packages.of(modules)}/.bin",
            "/usr/bin",
            f"{folder}/bin",
            "/none/node_modules/.bin",
            "relative",
            "",
            "",
        ]


def test_each_private_copy_begins_with_the_packages_as_they_were(modules: Path, tmp_path: Path) -> None:
    (modules.parent / "serverless.yml").write_text("service: shop\nprovider: aws\n")
    packages = PackageCopies(tmp_path / "area")
    service = replace(load_service(modules.parent), packages=packages)
    for _ in range(3):
        with private_copy(service) as copy:
            assert not (copy.folder / "node_modules").is_symlink()
            assert packages.of(modules).readlink() == copy.folder / "node_modules"
            assert packages.of(packages.of(modules)) == packages.of(modules)
            assert (copy.folder / "node_modules/dep/index.js").read_text() == "1"
            (copy.folder / "node_modules/dep/index.js").write_text("2")
            copy.restore()
            assert (copy.folder / "node_modules/dep/index.js").read_text() == "2", "one life has one state"


def test_no_link_brings_what_is_nobodys_package(modules: Path, tmp_path: Path) -> None:
    for name in (
        *(".aws/credentials", ".store/own/package.json", ".store/node_modules/p/index.js"),
        *(".virtualenvs/shop/pyvenv.cfg", ".virtualenvs/shop/lib/x.py"),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("{}")
    for link, goal in {"keys": ".aws", "own": ".store/own", "p": ".store/node_modules/p"}.items():
        (modules / link).symlink_to(tmp_path / goal)
    (modules / "environment").symlink_to("/proc/self/environ")
    (modules.parent / "venv").symlink_to(tmp_path / ".aws")
    packages = PackageCopies(tmp_path / "area", forbidden=Forbidden(modules.parent, None))
    copy = packages.of(modules)
    assert [(copy / name).is_dir() for name in ("own", "p", "keys")] == [True, True, False]
    assert not any(path.name in ("credentials", "environment") for path in (tmp_path / "area").rglob("*"))
    (modules.parent / ".venv").symlink_to(tmp_path / ".virtualenvs/shop")
    assert (packages.of(modules.parent / ".venv") / "lib/x.py").is_file()
    with pytest.raises(InputError, match=r"venv: leads to what is never copied \(hidden\); remove the link"):
        packages.of(modules.parent / "venv")
