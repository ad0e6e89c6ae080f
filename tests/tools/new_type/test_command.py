"""The command: what it writes, what it shows, what it refuses."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tools.new_type.__main__ import main
from tools.new_type.write import CASES, HANDLERS, ROOT, case_path, module_path
from verifier.cloudformation.handlers import handlers

TYPE = "AWS::Lambda::CodeSigningConfig"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with the Lambda handlers alone."""
    for folder in (HANDLERS, CASES):
        (tmp_path / folder).mkdir(parents=True)
    existing = module_path("lambda")
    module_path("lambda", tmp_path).write_text(existing.read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


def test_a_draft_is_appended_and_its_case_is_beside_the_others(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = module_path("lambda", root).read_text(encoding="utf-8")
    assert main([TYPE], root) == 0
    text = module_path("lambda", root).read_text(encoding="utf-8")
    assert "CODE_SIGNING_CONFIG = Kind(" in text
    assert len(text) > len(before)
    kept = {ast.dump(node) for node in ast.parse(before).body if not isinstance(node, ast.ImportFrom)}
    assert kept <= {ast.dump(node) for node in ast.parse(text).body}
    compile(text, "lambda_.py", "exec")
    assert json.loads(case_path(TYPE, root).read_text(encoding="utf-8"))["type"] == TYPE
    told = capsys.readouterr()
    assert told.out == ""
    assert "wrote verifier/cloudformation/handlers/lambda_.py" in told.err
    assert "-k 'AWS::Lambda::CodeSigningConfig or" in told.err
    for arguments in (["check"], ["format", "--check"]):
        options = ["--config", str(ROOT / "pyproject.toml"), "--quiet", str(module_path("lambda", root))]
        checked = subprocess.run(
            [sys.executable, "-m", "ruff", *arguments, *options], capture_output=True, text=True, check=False
        )
        assert checked.stdout == ""


def test_a_new_service_gets_a_module(root: Path) -> None:
    assert main(["AWS::XRay::Group"], root) == 0
    text = module_path("xray", root).read_text(encoding="utf-8")
    assert module_path("xray", root).name == "xray.py"
    assert text.startswith('"""AWS X-Ray."""\n\nfrom verifier.')


def test_what_each_permission_is_for_is_said_or_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--print", "AWS::DynamoDB::Table"]) == 0
    shown = capsys.readouterr().out
    head = " ".join(line.removeprefix("#").strip() for line in shown.splitlines() if line.startswith("#"))
    assert "create: the registry lists and no call asks for dynamodb:DescribeImport," in head
    assert "kms:CreateGrant" not in head  # a rule of CreateTable asks for it
    assert "delete:" not in head  # DeleteTable and DescribeTable, both asked for
    assert "what is no IAM action: s3:GetObjectMetadata" in head


def test_what_moto_and_the_rules_lack_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--print", "AWS::AppRunner::Service"]) == 0
    shown = capsys.readouterr().out
    assert "# open: apprunner:DescribeService: its parameters do not tell the resource; add a rule" in shown
    assert "moto may lack apprunner:CreateService" in shown


def test_showing_writes_nothing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(path for path in root.rglob("*") if path.is_file())
    assert main(["--print", "AWS::Kinesis::Stream"], root) == 0
    assert sorted(path for path in root.rglob("*") if path.is_file()) == before
    told = capsys.readouterr()
    module, _, case = told.out.partition("\n{\n")
    compile(module, "kinesis.py", "exec")
    assert json.loads("{" + case)["type"] == "AWS::Kinesis::Stream"
    assert told.err == ""


@pytest.mark.parametrize("type_name", ["AWS::No::Such", "AWS::S3::Bucket", sorted(handlers())[-1]])
def test_what_cannot_be_drafted_is_one_line(
    type_name: str, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([type_name], root) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith(f"{type_name}")
    assert told.err.count("\n") == 1


def test_nothing_is_overwritten(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case_path(TYPE, root).write_text("{}", encoding="utf-8")
    assert main([TYPE], root) == 2
    assert case_path(TYPE, root).read_text(encoding="utf-8") == "{}"
    case_path(TYPE, root).unlink()
    text = '"""Lambda."""\n\nCODE_SIGNING_CONFIG = 1\n'
    module_path("lambda", root).write_text(text, encoding="utf-8")
    assert main([TYPE], root) == 2
    assert module_path("lambda", root).read_text(encoding="utf-8") == text
    assert not case_path(TYPE, root).exists()
    assert capsys.readouterr().err.count("\n") == 2
