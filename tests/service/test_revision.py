import json
from pathlib import Path

import pytest

from verifier.service.private_copy import private_copy
from verifier.service.revision import revise
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
