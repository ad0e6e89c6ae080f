"""Packages that lie above the service."""

import json
from pathlib import Path
from typing import Any

import pytest

from verifier.service.hoisted import have_all, packages_above
from verifier.service.service import Service, load_service


def service(folder: Path, text: str, name: str = "serverless.yml") -> Service:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)
    return load_service(folder)


def package(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / "node_modules" / name).mkdir(parents=True)
    return folder / "node_modules"


def declare(folder: Path, **kinds: Any) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text(json.dumps(kinds))


GOOD = "service: x\nprovider: aws\n"


@pytest.mark.parametrize(
    ("plugins", "found"),
    [
        ("[plug]", True),
        ("['@x/plug']", True),
        ("{modules: [plug]}", True),
        ("[own]", False),
        ("[nowhere, osls, ./plug, '${self:custom.plug}', 3]", False),
        ("plug", False),
    ],
)
def test_a_plugin_of_a_folder_above(tmp_path: Path, plugins: str, found: bool) -> None:
    modules = package(tmp_path, "plug", "@x/plug", "own", "osls")
    package(tmp_path / "services/api", "own")
    one = service(tmp_path / "services/api", f"{GOOD}plugins: {plugins}\n")
    assert packages_above(one) == ((modules,) if found else ())


def test_the_nearest_folder_is_taken_and_more_only_for_what_it_lacks(tmp_path: Path) -> None:
    near, far = package(tmp_path / "a", "one", "two"), package(tmp_path, "one", "three")
    package(tmp_path / "a/b", "other")
    one = service(tmp_path / "a/b/c", f"{GOOD}plugins: [one, two]\n")
    assert packages_above(one) == (near,)
    declare(tmp_path / "a/b/c", dependencies={"three": "1"})
    assert packages_above(one) == (near, far)
    assert have_all((near, far), one)
    assert not have_all((near,), one)


def test_a_configuration_that_is_code_names_what_is_declared_above(tmp_path: Path) -> None:
    declare(tmp_path, devDependencies={"plug": "1", "jest": "1"})
    modules = package(tmp_path, "plug", "jest")
    assert packages_above(service(tmp_path / "a", "export = {plugins: ['plug']}", "serverless.ts")) == (
        modules,
    )
    assert packages_above(service(tmp_path / "b", "export = {plugins: []}", "serverless.ts")) == ()


def test_what_nobody_may_copy_is_passed_over(tmp_path: Path) -> None:
    package(tmp_path, "plug")
    one = service(tmp_path / "a", f"{GOOD}plugins: [plug]\n")
    assert packages_above(one, home=tmp_path / "node_modules/me") == ()


def test_a_broken_package_json_above_is_none_of_ours(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text("{")
    assert packages_above(service(tmp_path / "a", "export = {}", "serverless.ts")) == ()
