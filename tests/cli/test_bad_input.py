"""Bad input: one line that says what, where and how to mend it, the documented exit code, and no more."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.one_line import one_line
from verifier.cli import main

# A target that cannot be used ends a run.
NOWHERE = ("--target", "localstack", "--endpoint", "http://127.0.0.1:9")
CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "cases" / "bad_input.json").read_text(encoding="utf-8")
)


def write(folder: Path, files: dict[str, Any]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = content.encode() if isinstance(content, str) else bytes.fromhex(content["hex"])
        path.write_bytes(data)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_bad_input(
    case: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write(tmp_path, case.get("files", {}))
    monkeypatch.chdir(tmp_path)
    if "path" in case:
        monkeypatch.setenv("PATH", ":".join(case["path"]))
    arguments = list(case["arguments"])
    if arguments[0] in ("converge", "verify"):
        arguments += ["--format", "json"]
    code = main(arguments)
    out, err = capsys.readouterr()
    assert code == case["exit"], err
    assert out == ""
    one_line(err, case["says"])


def test_the_table_names_each_case_once() -> None:
    names = [case["name"] for case in CASES]
    assert len(names) == len(set(names))


def test_an_unknown_action_is_a_warning_that_names_it_and_the_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    statement = {"Sid": "Files", "Effect": "Allow", "Action": ["s3:GetObjekt", "s3:Get*"], "Resource": "*"}
    files = {
        "service/serverless.yml": "service: a\nprovider: aws\n",
        "policy.json": json.dumps({"Statement": statement}),
    }
    write(tmp_path, files)
    monkeypatch.chdir(tmp_path)
    for command in ("converge", "verify"):
        # A target that cannot be used ends the run after the warning: nothing needs to be deployed here.
        code = main([command, "service", "--policy", "policy.json", *NOWHERE])
        _, err = capsys.readouterr()
        assert code == 3
        assert "verifier: warning: policy.json: Files: s3:GetObjekt is no action that AWS has\n" in err
        assert "s3:Get*" not in err


def test_a_full_disk_under_stdout(tmp_path: Path) -> None:
    policy = tmp_path / "policy.json"
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    policy.write_text(json.dumps({"Version": "2012-10-17", "Statement": [statement]}), encoding="utf-8")
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-m", "verifier", "render", str(policy)],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 3
    assert done.stderr == (
        "verifier: standard output: No space left on device; free some space, or send it to another place\n"
    )
