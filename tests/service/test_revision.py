import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from verifier.errors import InconclusiveError
from verifier.service.private_copy import private_copy
from verifier.service.revision import revise, revise_functions, tagging
from verifier.service.service import load_service

YAML = """service: shop
provider:
  name: aws
  stage: ${opt:stage, 'dev'}
functions:
  one: {handler: src/one.handler}
  two: {handler: two.main}
resources:
  Outputs:
    Role: {Value: !GetAtt [R, Arn]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "serverless.yml").write_text(YAML)
    (tmp_path / "src").mkdir()
    (tmp_path / "src/one.ts").write_text("export const handler = 1\n")
    (tmp_path / "two.py").write_text("def main(): ...\n")
    return tmp_path


def test_without_overlay_code_and_one_value_change(folder: Path) -> None:
    with private_copy(load_service(folder)) as copy:
        revise(copy, 1)
        assert "// verifier: revision 1" in (copy.folder / "src/one.ts").read_text()
        assert "# verifier: revision 1" in (copy.folder / "two.py").read_text()
        text = copy.config.read_text()
        assert "VERIFIER_REVISION" in text
        assert "!GetAtt" in text
        assert "${opt:stage, 'dev'}" in text
        assert load_service(copy.folder).settings["provider"]["environment"] == {"VERIFIER_REVISION": "1"}


@pytest.mark.parametrize("before", [(), (1,), (1, 2)])
def test_functions_are_changed_whatever_the_revision(folder: Path, before: tuple[int, ...]) -> None:
    with private_copy(load_service(folder)) as copy:
        for number in before:
            revise(copy, number)
        revise_functions(copy)
        assert (copy.folder / "two.py").read_text() == "def main(): ...\n\n# verifier: revision 3\n"
        assert load_service(copy.folder).settings["provider"]["environment"] == {"VERIFIER_REVISION": "3"}


def test_functions_are_changed_once_in_a_configuration_that_is_code(tmp_path: Path) -> None:
    (tmp_path / "serverless.js").write_text("module.exports = { service: 'shop', provider: 'aws' };\n")
    with private_copy(load_service(tmp_path)) as copy:
        revise(copy, 1)
        revise_functions(copy)
        original = copy.folder / "verifier-original.js"
        assert original.read_text() == (tmp_path / "serverless.js").read_text()


def test_functions_are_changed_on_top_of_an_overlay(folder: Path) -> None:
    (folder / "revisions/1").mkdir(parents=True)
    (folder / "revisions/1/two.py").write_text("revision = 1\n")
    with private_copy(load_service(folder)) as copy:
        revise(copy, 1)
        revise_functions(copy)
        assert (copy.folder / "two.py").read_text() == "revision = 1\n\n# verifier: revision 3\n"


def test_without_overlay_the_failing_update_is_the_original_again(folder: Path) -> None:
    with private_copy(load_service(folder)) as copy:
        revise(copy, 1)
        revise(copy, 2)
        assert copy.config.read_text() == YAML
        assert (copy.folder / "two.py").read_text() == "def main(): ...\n"


def test_overlays_are_copied_over(folder: Path) -> None:
    for number in (1, 2):
        (folder / f"revisions/{number}").mkdir(parents=True)
        (folder / f"revisions/{number}/two.py").write_text(f"revision = {number}\n")
    with private_copy(load_service(folder)) as copy:
        for number in (1, 2):
            revise(copy, number)
            assert (copy.folder / "two.py").read_text() == f"revision = {number}\n"
        assert copy.config.read_text() == YAML


def test_without_functions_an_output_more_and_a_file_more(folder: Path) -> None:
    (folder / "serverless.yml").write_text(
        "service: s\nprovider:\n  name: aws\n  environment: ${file(env.yml)}\nfunctions: {}\n"
    )
    with private_copy(load_service(folder)) as copy:
        revise(copy, 1)
        assert "${file(env.yml)}" in copy.config.read_text()
        assert "VerifierRevision" in copy.config.read_text()
        assert (copy.folder / "verifier-revision.txt").read_text() == "revision 1\n"


def test_json_configuration(tmp_path: Path) -> None:
    (tmp_path / "serverless.json").write_text(
        json.dumps({"service": "s", "provider": "aws", "functions": {"one": {"handler": "one.main"}}})
    )
    with private_copy(load_service(tmp_path)) as copy:
        revise(copy, 1)
        assert json.loads(copy.config.read_text())["provider"] == {
            "name": "aws",
            "environment": {"VERIFIER_REVISION": "1"},
        }


def test_a_handler_outside_the_folder_is_not_touched(folder: Path) -> None:
    outside = folder.parent / "outside.js"
    outside.write_text("1\n")
    (folder / "serverless.yml").write_text(
        "service: s\nprovider: {name: aws}\nfunctions: {f: {handler: ../outside.main}}\n"
    )
    with private_copy(load_service(folder)) as copy:
        revise(copy, 1)
    assert outside.read_text() == "1\n"


def stack_tags(folder: Path) -> dict[str, str]:
    tags: dict[str, str] = load_service(folder).settings["provider"]["stackTags"]
    return tags


def test_tags_come_beside_the_services_own_and_go_again(folder: Path) -> None:
    (folder / "serverless.yml").write_text(
        YAML.replace("  name: aws\n", "  name: aws\n  stackTags: {own: x}\n")
    )
    with private_copy(load_service(folder)) as copy:
        revise(copy, 1)
        before = copy.config.read_text()
        with tagging(copy) as tag:
            tag({"A": "1", "B": "1"})
            assert stack_tags(copy.folder) == {"own": "x", "A": "1", "B": "1"}
            assert "VERIFIER_REVISION" in copy.config.read_text(), "the redeploy's change stays"
            tag({"A": "2"})
            assert stack_tags(copy.folder) == {"own": "x", "A": "2"}
        assert copy.config.read_text() == before


def test_tags_come_on_top_of_a_configuration_that_is_code(folder: Path) -> None:
    (folder / "serverless.yml").unlink()
    text = "module.exports = { service: 's', provider: 'aws' };\n"
    (folder / "serverless.js").write_text(text)

    def loaded() -> Any:
        script = "console.log(JSON.stringify(require(process.argv[1])))"
        command = ["node", "-e", script, str(copy.config)]
        return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    with private_copy(load_service(folder)) as copy:
        revise(copy, 1)
        redeployed = loaded()
        assert redeployed["resources"] == {"Outputs": {"VerifierRevision": {"Value": "1"}}}
        with tagging(copy) as tag:
            for number in ("1", "2"):
                tag({"A": number})
                assert loaded() == redeployed | {"provider": {"name": "aws", "stackTags": {"A": number}}}
        assert loaded() == redeployed
        assert not list(copy.folder.glob("verifier-untagged*"))
        revise(copy, 2)
        assert (copy.folder / "serverless.js").read_text() == text


def test_a_configuration_that_a_plugin_made_a_link_is_not_followed(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere.yml"
    target.write_text(YAML)
    with private_copy(load_service(folder)) as copy:
        copy.config.unlink()
        copy.config.symlink_to(target)
        with pytest.raises(InconclusiveError, match="is a file no more"), tagging(copy):
            pass
        assert target.read_text() == YAML
