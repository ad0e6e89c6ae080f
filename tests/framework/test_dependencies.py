import json
from collections.abc import Callable
from pathlib import Path

import pytest

from verifier.errors import InputError, UnavailableError
from verifier.framework.dependencies import with_dependencies
from verifier.framework.find import find_framework
from verifier.framework.machine import Machine
from verifier.service.private_copy import private_copy
from verifier.service.service import Service, load_service

FakeNpm = Callable[[str], Path]

INSTALL = """
mkdir -p node_modules/osls/bin node_modules/.bin
echo '{"name": "osls", "version": "3.77.1", "bin": {"osls": "./bin/run.js"}}' > node_modules/osls/package.json
touch node_modules/osls/bin/run.js
ln -s ../osls/bin/run.js node_modules/.bin/osls
"""


def service(folder: Path, package: object = None, *files: str) -> Service:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "serverless.yml").write_text("service: x\nprovider: aws\n")
    if package is not None:
        (folder / "package.json").write_text(json.dumps(package))
    for name in files:
        (folder / name).write_text("{}")
    return load_service(folder)


NEEDS = {"devDependencies": {"osls": "^3"}}


@pytest.mark.parametrize(
    ("files", "command", "said"),
    [
        (("package-lock.json",), "ci", "npm ci: installing the service's packages for this run"),
        (("npm-shrinkwrap.json",), "ci", "npm ci: installing the service's packages for this run"),
        ((), "install", "npm install: installing the service's packages for this run"),
        (
            ("yarn.lock",),
            "install",
            "npm install: installing the service's packages for this run (npm does not read yarn.lock; "
            "for exactly its versions install them yourself)",
        ),
    ],
)
def test_installed_once_in_a_copy_and_linked_into_every_private_copy(
    *, tmp_path: Path, machine: Machine, fake_npm: FakeNpm, files: tuple[str, ...], command: str, said: str
) -> None:
    runs = fake_npm(INSTALL)
    before = service(tmp_path / "svc", NEEDS, *files)
    words: list[str] = []
    after = with_dependencies(before, machine, words.append)
    assert words == [said]
    for _ in range(2):
        with private_copy(after) as copy:
            assert (copy.folder / "node_modules" / "osls" / "package.json").is_file()
            copy.restore()
    (run,) = runs.read_text().splitlines()
    assert run.split()[1] == command
    assert not run.startswith(str(tmp_path / "svc"))
    assert not (tmp_path / "svc" / "node_modules").exists()
    found = find_framework(after, machine)
    assert (found.name, found.version) == ("osls", "3.77.1")


@pytest.mark.parametrize("package", [None, {}, {"type": "module", "dependencies": {}}])
def test_nothing_to_install(tmp_path: Path, machine: Machine, fake_npm: FakeNpm, package: object) -> None:
    runs = fake_npm("exit 1")
    before = service(tmp_path / "svc", package)
    assert with_dependencies(before, machine, lambda _: None) == before
    assert not runs.exists()


def test_packages_of_a_folder_above_are_there_too(
    tmp_path: Path, machine: Machine, fake_npm: FakeNpm
) -> None:
    runs = fake_npm("exit 1")
    (tmp_path / "node_modules/plug").mkdir(parents=True)
    (tmp_path / "node_modules/plug/index.js").write_text("1")
    after = with_dependencies(
        service(tmp_path / "services/svc", {"devDependencies": {"plug": "1"}}), machine, lambda _: None
    )
    with private_copy(after) as copy:
        lent = copy.folder / "../../node_modules/plug/index.js"
        assert lent.read_text() == "1"
        assert not lent.resolve().is_relative_to(tmp_path)
    assert not runs.exists()


def test_what_is_installed_is_in_each_private_copy(
    tmp_path: Path, machine: Machine, fake_npm: FakeNpm
) -> None:
    runs = fake_npm("exit 1")
    (tmp_path / "svc" / "node_modules" / "left-pad").mkdir(parents=True)
    after = with_dependencies(service(tmp_path / "svc", NEEDS), machine, lambda _: None)
    with private_copy(after) as copy:
        assert (copy.folder / "node_modules" / "left-pad").is_dir()
        assert (copy.folder / "node_modules").resolve() == copy.folder / "node_modules"
    assert not runs.exists()


def test_npm_fails(tmp_path: Path, machine: Machine, fake_npm: FakeNpm) -> None:
    fake_npm("echo 'npm error code E404' >&2; echo 'npm error 404 Not Found - GET https://x/y' >&2; exit 1")
    with pytest.raises(UnavailableError) as caught:
        with_dependencies(service(tmp_path / "svc", NEEDS), machine, lambda _: None)
    assert str(caught.value) == (
        f"npm install for {tmp_path / 'svc'} failed: Not Found - GET https://x/y (E404)"
    )


@pytest.mark.parametrize(("text", "words"), [("{", "package.json:1:2: broken JSON"), ("[]", "not an object")])
def test_a_broken_package_json(tmp_path: Path, machine: Machine, text: str, words: str) -> None:
    before = service(tmp_path / "svc", {})
    (tmp_path / "svc" / "package.json").write_text(text)
    with pytest.raises(InputError, match=words):
        with_dependencies(before, machine, lambda _: None)


def test_a_pinned_version_is_in_every_private_copy(tmp_path: Path) -> None:
    from dataclasses import replace

    text = "service: x\nprovider: aws\nframeworkVersion: '4'\n"
    (tmp_path / "serverless.yml").write_text(text)
    overlay = tmp_path / "revisions" / "1"
    overlay.mkdir(parents=True)
    (overlay / "serverless.yml").write_text(text + "useDotenv: true\n")
    pinned = replace(load_service(tmp_path), pinned_version="3.40.0")
    with private_copy(pinned) as copy:
        assert 'frameworkVersion: "3.40.0"' in copy.config.read_text()
        copy.apply(overlay)
        assert copy.config.read_text().endswith('frameworkVersion: "3.40.0"\nuseDotenv: true\n')
    assert (tmp_path / "serverless.yml").read_text() == text
