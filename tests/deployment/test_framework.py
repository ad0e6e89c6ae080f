import json
import os
from pathlib import Path

import pytest

from verifier.deployment.framework import child_environment, find_framework
from verifier.deployment.service import Service, load_service
from verifier.errors import InputError, UnavailableError


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
    found = find_framework(service)
    assert (found.name, found.version) == ("osls", "4.3.1")


def test_auto_prefers_the_services_own(service: Service) -> None:
    install(service.folder, "serverless", "3.40.0")
    found = find_framework(service)
    assert (found.name, found.version) == ("serverless", "3.40.0")


@pytest.mark.parametrize("wanted", ["2", ">=5", "nonsense"])
def test_a_framework_version_that_nothing_satisfies(tmp_path: Path, wanted: str) -> None:
    (tmp_path / "serverless.yml").write_text(f"service: x\nprovider: aws\nframeworkVersion: '{wanted}'\n")
    with pytest.raises(UnavailableError, match="--framework"):
        find_framework(load_service(tmp_path))


def test_serverless_4_is_refused_with_the_reason(service: Service) -> None:
    install(service.folder, "serverless", "4.1.0")
    with pytest.raises(UnavailableError, match="login"):
        find_framework(service)
    with pytest.raises(UnavailableError, match="login"):
        find_framework(service, "serverless@4.1.0")


def test_a_path_that_does_not_exist(service: Service) -> None:
    with pytest.raises(UnavailableError, match="no such file"):
        find_framework(service, "/nowhere/osls")


def test_a_path_into_another_package(service: Service, tmp_path: Path) -> None:
    install(tmp_path, "left-pad", "1.0.0")
    with pytest.raises(UnavailableError, match="neither osls nor serverless"):
        find_framework(service, str(tmp_path / "node_modules" / "left-pad"))


def test_a_word_that_is_nothing(service: Service) -> None:
    with pytest.raises(InputError, match="NAME@VERSION"):
        find_framework(service, "newest")


def test_no_node(service: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnavailableError, match=r"Node\.js"):
        find_framework(service)


def test_the_child_gets_no_keys_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAADMIN")
    monkeypatch.setenv("AWS_PROFILE", "admin")
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    environment = child_environment(tmp_path, {"AWS_SECRET_ACCESS_KEY": "restricted"})
    assert environment["AWS_SECRET_ACCESS_KEY"] == "restricted"
    assert environment["AWS_CONFIG_FILE"] == os.devnull
    assert not {"AWS_ACCESS_KEY_ID", "AWS_PROFILE", "GITHUB_TOKEN"} & set(environment)
    assert environment["HOME"] == str(tmp_path / "home")
