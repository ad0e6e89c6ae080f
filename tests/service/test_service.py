from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from verifier.errors import ExitCode, InconclusiveError, InputError
from verifier.framework.framework import Framework
from verifier.service.private_copy import private_copy
from verifier.service.service import Service, load_service

GOOD = "service: shop\nprovider:\n  name: aws\nresources:\n  Outputs:\n    X: {Value: !Ref Y}\n"


def write(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_reads_name_and_framework_version_beside_cloudformation_tags(tmp_path: Path) -> None:
    service = load_service(write(tmp_path, "serverless.yml", GOOD + "frameworkVersion: '4'\n"))
    assert service.label == "shop"
    assert service.framework_version == "4"


@pytest.mark.parametrize("name", ["serverless.ts", "serverless.js", "serverless.mjs"])
def test_a_configuration_that_is_code_is_taken_as_it_is(tmp_path: Path, name: str) -> None:
    service = load_service(write(tmp_path, name, "module.exports = {}"))
    assert service.settings == {}
    assert service.label == tmp_path.name


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("serverless.yml", "service: [", "broken YAML"),
        ("serverless.yml", "- a\n- b\n", "not a mapping"),
        ("serverless.yml", "provider: aws\n", "no 'service:'"),
        ("serverless.yml", "service: x\n", "no 'provider:'"),
        ("serverless.yml", "service: x\nprovider: {name: google}\n", "provider is 'google'"),
        ("serverless.json", '{"service": ', "broken JSON"),
        ("serverless-compose.yml", "services: {}\n", "serverless-compose.yml holds several services"),
        ("other.txt", "x", "no serverless.yml"),
    ],
)
def test_bad_input_is_one_line_that_says_what_and_where(
    tmp_path: Path, name: str, text: str, words: str
) -> None:
    with pytest.raises(InputError) as caught:
        load_service(write(tmp_path, name, text))
    message = str(caught.value)
    assert words in message
    assert str(tmp_path) in message
    assert "\n" not in message
    assert caught.value.exit_code is ExitCode.USAGE


def test_no_such_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        load_service(tmp_path / "nowhere")


def test_config_names_another_file(tmp_path: Path) -> None:
    write(tmp_path, "serverless.yml", "service: one\nprovider: aws\n")
    write(tmp_path, "other.yml", "service: two\nprovider: aws\n")
    assert load_service(tmp_path, "other.yml").label == "two"
    with pytest.raises(InputError, match="no such configuration file"):
        load_service(tmp_path, "third.yml")


def test_a_private_copy_leaves_the_folder_alone_and_is_gone_afterwards(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    for name in ("revisions/1", "node_modules/a", "src"):
        (folder / name).mkdir(parents=True)
    write(folder, "serverless.yml", GOOD)
    write(folder / "revisions/1", "serverless.yml", GOOD + "custom: {x: 1}\n")
    write(folder / "src", "handler.js", "one")
    (folder / "src/handler.js").chmod(0o444)
    before = sorted(path.relative_to(folder) for path in folder.rglob("*"))
    service = load_service(folder)
    with private_copy(service) as copy:
        assert not (copy.folder / "revisions").exists()
        assert (copy.folder / "node_modules/a").resolve() == copy.folder / "node_modules/a"
        overlay = service.revision(1)
        assert overlay is not None
        copy.apply(overlay)
        assert "custom" in copy.config.read_text()
        copy.restore()
        assert "custom" not in copy.config.read_text()
        where = copy.folder
    assert not where.exists()
    assert sorted(path.relative_to(folder) for path in folder.rglob("*")) == before
    assert service.revision(2) is None


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("prod", "prod"),
        ("${opt:stage, 'prod'}", "prod"),
        ('${ opt:stage , "prod" }', "prod"),
        ("${opt:stage, prod}", "prod"),
        ("${opt:stage, self:custom.stage}", None),
        ("x-${opt:stage, 'prod'}", None),
        ("${env:STAGE}", None),
        (3, None),
        (None, None),
    ],
)
def test_a_setting_of_the_provider_as_far_as_it_is_known(
    tmp_path: Path, written: Any, read: str | None
) -> None:
    service = Service(tmp_path, tmp_path / "serverless.yml", {"provider": {"name": "aws", "stage": written}})
    assert service.provider_setting("stage") == read
    assert service.provider_setting("region") is None
    assert replace(service, settings={"provider": "aws"}).provider_setting("stage") is None


def test_an_overlay_over_a_link_to_a_folder_keeps_what_is_seen_through_it(tmp_path: Path) -> None:
    for name in ("shared", "revisions/1/lib"):
        (tmp_path / name).mkdir(parents=True)
    write(tmp_path, "serverless.yml", GOOD)
    write(tmp_path / "shared", "a.js", "a")
    write(tmp_path / "revisions/1/lib", "b.js", "b")
    (tmp_path / "lib").symlink_to("shared")
    service = load_service(tmp_path)
    with private_copy(service) as copy:
        assert (copy.folder / "lib").is_symlink()
        copy.apply(tmp_path / "revisions/1")
        assert sorted(path.name for path in (copy.folder / "lib").iterdir()) == ["a.js", "b.js"]
        assert sorted(path.name for path in (copy.folder / "shared").iterdir()) == ["a.js"]
        copy.restore()
        assert (copy.folder / "lib").is_symlink()


def test_a_copy_that_was_replaced_is_noticed(tmp_path: Path) -> None:
    write(tmp_path, "serverless.yml", GOOD)
    with private_copy(load_service(tmp_path)) as copy:
        copy.check()
        copy.folder.rename(copy.folder.with_name("away"))
        for stand_in in (None, tmp_path):
            if stand_in:
                copy.folder.symlink_to(stand_in)
            with pytest.raises(InconclusiveError, match="was replaced by something else"):
                copy.check()
        with pytest.raises(InconclusiveError):
            Framework("osls", "4.3.1", ("true",)).run(("deploy",), copy, {}, timeout=10)


def test_what_is_beside_the_copy_is_a_folder_of_ours(tmp_path: Path) -> None:
    write(tmp_path, "serverless.yml", GOOD)
    with private_copy(load_service(tmp_path)) as copy:
        (copy.folder.parent / "home").symlink_to(tmp_path)
        assert copy.beside("home") == copy.folder.parent / "home"
        assert not copy.beside("home").is_symlink()
