import json
from pathlib import Path

import pytest

from verifier.cli.machine import this_machine
from verifier.errors import InputError, UnavailableError
from verifier.framework import find as finding
from verifier.framework.find import accepted_by, find_framework
from verifier.framework.framework import Framework
from verifier.framework.machine import Machine
from verifier.service.service import Service, load_service

HERE = this_machine()


@pytest.fixture
def service(tmp_path: Path) -> Service:
    (tmp_path / "serverless.yml").write_text("service: x\nprovider: aws\nframeworkVersion: '4'\n")
    return load_service(tmp_path)


def install(folder: Path, name: str, version: str) -> Path:
    package = folder / "node_modules" / name
    package.mkdir(parents=True)
    manifest = {"name": name, "version": version, "bin": {name: "bin/run.js"}}
    (package / "package.json").write_text(json.dumps(manifest))
    return package


def test_auto_takes_the_newest_osls(service: Service) -> None:
    found = find_framework(service, HERE)
    assert (found.name, found.version) == ("osls", "4.3.1")
    assert found.environment == HERE.environment


def test_auto_prefers_the_services_own(service: Service) -> None:
    install(service.folder, "osls", "4.0.0")
    found = find_framework(load_service(service.folder), HERE)
    assert (found.name, found.version) == ("osls", "4.0.0")


def told(folder: Path) -> tuple[str, list[str]]:
    """The version of the tool that is found, and what is said."""
    said: list[str] = []
    found = find_framework(load_service(folder), HERE, "auto", said.append)
    return f"{found.name} {found.version}", said


@pytest.mark.parametrize(
    ("wanted", "name", "version", "used"),
    [
        ("3", "serverless", "2.72.4", "osls 3.77.1"),
        ("3", "serverless", "4.1.0", "osls 3.77.1"),
        (">=4 <5", "serverless", "3.40.0", "osls 4.3.1"),
        ("^3.40", "serverless", "3.40.0", "serverless 3.40.0"),
        ("${env:VERSION}", "serverless", "3.40.0", "serverless 3.40.0"),
    ],
)
def test_an_installed_tool_that_frameworkversion_does_not_admit_is_passed_over(
    tmp_path: Path, wanted: str, name: str, version: str, used: str
) -> None:
    (tmp_path / "serverless.yml").write_text(f"service: x\nprovider: aws\nframeworkVersion: '{wanted}'\n")
    install(tmp_path, name, version)
    note = f"note: the installed {name} {version} is not used: frameworkVersion '{wanted}' does not admit it"
    found, said = told(tmp_path)
    assert (found, said[:1]) == (used, [] if used == f"{name} {version}" else [note])


@pytest.mark.parametrize("declared", [None, "dependencies", "devDependencies", "peerDependencies"])
def test_a_tool_that_only_a_plugin_wants_is_passed_over(tmp_path: Path, declared: str | None) -> None:
    (tmp_path / "serverless.yml").write_text("service: x\nprovider: aws\n")
    install(tmp_path, "serverless", "3.40.0")
    plugin = install(tmp_path, "some-plugin", "1.0.0")
    (plugin / "package.json").write_text(json.dumps({"peerDependencies": {"serverless": ">=1"}}))
    manifest = {"dependencies": {"some-plugin": "1"}}
    if declared:
        manifest.setdefault(declared, {})["serverless"] = "3"
    (tmp_path / "package.json").write_text(json.dumps(manifest))
    note = "note: the installed serverless 3.40.0 is not used: it is there only as a peer dependency of "
    note += "some-plugin"
    assert told(tmp_path) == (("serverless 3.40.0", []) if declared else ("osls 4.3.1", [note]))


def test_a_tool_of_which_nobody_says_why_it_is_there_is_the_services_own(tmp_path: Path) -> None:
    (tmp_path / "serverless.yml").write_text("service: x\nprovider: aws\n")
    (tmp_path / "package.json").write_text('{"dependencies": {"other": "1"}}')
    install(tmp_path, "serverless", "3.40.0")
    assert told(tmp_path) == ("serverless 3.40.0", [])


def test_a_configuration_that_only_framework_3_takes(tmp_path: Path) -> None:
    text = "service: x\nprovider: aws\npackage: {exclude: ['**']}\n"
    (tmp_path / "serverless.yml").write_text(text)
    found, said = told(tmp_path)
    assert found == "osls 3.77.1"
    assert said[0] == "note: package.exclude is for framework 3 only: osls 3.77.1 is used"
    for wanted, used in {"4": "osls 4.3.1", ">=2": "osls 3.77.1", "^3": "osls 3.77.1"}.items():
        (tmp_path / "serverless.yml").write_text(f"{text}frameworkVersion: '{wanted}'\n")
        found, said = told(tmp_path)
        assert found == used
        assert any("is for framework 3 only" in one for one in said) == (wanted == ">=2")


@pytest.mark.parametrize("wanted", ["2", ">=5", "nonsense"])
def test_a_framework_version_that_nothing_satisfies(tmp_path: Path, wanted: str) -> None:
    (tmp_path / "serverless.yml").write_text(f"service: x\nprovider: aws\nframeworkVersion: '{wanted}'\n")
    with pytest.raises(UnavailableError, match="--framework"):
        find_framework(load_service(tmp_path), HERE)


def test_serverless_4_is_refused_with_the_reason(service: Service) -> None:
    install(service.folder, "serverless", "4.1.0")
    with pytest.raises(UnavailableError, match="login"):
        find_framework(load_service(service.folder), HERE)


@pytest.mark.parametrize("wanted", ["serverless@4.1.0", "serverless@4", "serverless@4.x"])
def test_serverless_4_asked_for(service: Service, wanted: str) -> None:
    with pytest.raises(UnavailableError, match="login"):
        find_framework(service, HERE, wanted)


def test_a_path_that_does_not_exist(service: Service) -> None:
    with pytest.raises(UnavailableError, match="no such file"):
        find_framework(service, HERE, "/nowhere/osls")


def test_a_path_into_another_package(service: Service, tmp_path: Path) -> None:
    install(tmp_path, "left-pad", "1.0.0")
    with pytest.raises(UnavailableError, match="neither osls nor serverless"):
        find_framework(service, HERE, str(tmp_path / "node_modules" / "left-pad"))


def test_a_word_that_is_nothing(service: Service) -> None:
    with pytest.raises(InputError, match="NAME@VERSION"):
        find_framework(service, HERE, "newest")


def test_no_node(service: Service, tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match=r"Node\.js"):
        find_framework(service, Machine({"PATH": str(tmp_path)}, tmp_path))


def link(folder: Path, program: str, package: Path) -> None:
    binaries = folder / "node_modules" / ".bin"
    binaries.mkdir(parents=True, exist_ok=True)
    (package / "bin").mkdir(exist_ok=True)
    (package / "bin" / "run.js").touch()
    (binaries / program).symlink_to(package / "bin" / "run.js")


def test_the_link_says_which_package_it_is(service: Service, tmp_path: Path) -> None:
    # osls installs itself under both names, and a workspace keeps its packages elsewhere.
    link(service.folder, "serverless", install(tmp_path / "elsewhere", "osls", "4.2.1"))
    found = find_framework(load_service(service.folder), HERE)
    assert (found.name, found.version) == ("osls", "4.2.1")
    assert found.command[1] == str(tmp_path / "elsewhere" / "node_modules" / "osls" / "bin" / "run.js")


def test_a_path_to_the_program_or_to_its_package(service: Service, tmp_path: Path) -> None:
    package = install(tmp_path / "elsewhere", "serverless", "3.39.0")
    link(tmp_path / "elsewhere", "sls", package)
    for path in (
        package,
        package / "bin" / "run.js",
        tmp_path / "elsewhere" / "node_modules" / ".bin" / "sls",
    ):
        found = find_framework(service, HERE, str(path))
        assert (found.name, found.version) == ("serverless", "3.39.0")


@pytest.mark.parametrize(
    ("wanted", "version", "note"),
    [
        ("4", "4.3.1", True),
        ("^4.2", "4.3.1", True),
        ("3 || 4", "4.3.1", False),
        (">= 3 < 4", "3.77.1", False),
    ],
)
def test_auto_takes_the_newest_that_fits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wanted: str, version: str, note: bool
) -> None:
    (tmp_path / "serverless.yml").write_text(f"service: x\nprovider: aws\nframeworkVersion: '{wanted}'\n")
    monkeypatch.setattr(
        finding, "cached_package", lambda name, version, *_: install(tmp_path / "cache", name, version)
    )
    said: list[str] = []
    found = find_framework(load_service(tmp_path), HERE, "auto", said.append)
    assert (found.name, found.version) == ("osls", version)
    assert said == (
        [f"note: frameworkVersion '{wanted}' is taken as osls 4.3.1, the open framework"] if note else []
    )


def test_serverless_3_would_hand_over_to_another_one_in_the_service(service: Service) -> None:
    package = install(service.folder, "serverless", "3.38.0")
    (package / "bin").mkdir()
    (package / "bin" / "serverless.js").touch()
    with pytest.raises(UnavailableError, match=r"hand over to the service's own serverless 3\.38\.0"):
        find_framework(load_service(service.folder), HERE, "serverless@3.40.0")


def test_serverless_3_beside_an_installed_serverless_4(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(service.folder, "serverless", "4.17.1")
    monkeypatch.setattr(
        finding, "cached_package", lambda name, version, *_: install(tmp_path / "cache", name, version)
    )
    assert find_framework(load_service(service.folder), HERE, "serverless@3.40.0").version == "3.40.0"


def test_a_tool_that_the_user_chose_is_pinned_in_private_copies(service: Service) -> None:
    said: list[str] = []
    chosen = accepted_by(service, Framework("serverless", "3.40.0", ()), said.append)
    assert chosen.pinned_version == "3.40.0"
    assert said == [
        "note: serverless.yml has frameworkVersion '4'; for this run its private copy says 3.40.0"
    ]
    assert accepted_by(service, Framework("osls", "4.3.1", ())) == service
