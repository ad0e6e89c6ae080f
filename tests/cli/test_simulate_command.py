"""`verifier simulate`, in process."""

import io
import json
from pathlib import Path

import pytest

from verifier.cli import main
from verifier.errors import ExitCode

POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Read",
            "Effect": "Allow",
            "Action": "s3:Get*",
            "Resource": "arn:{partition}:s3:::{stage}-data/*",
        },
        {
            "Effect": "Deny",
            "Action": "s3:*",
            "Resource": "*",
            "Condition": {"ForAnyValue:StringEquals": {"aws:TagKeys": "secret"}},
        },
    ],
}
READ = ["--action", "s3:GetObject", "--resource", "arn:aws:s3:::dev-data/x"]
FILLED = ["--partition", "aws", "--stage", "dev"]


@pytest.fixture
def policy(tmp_path: Path) -> str:
    path = tmp_path / "policy.json"
    path.write_text(json.dumps(POLICY), encoding="utf-8")
    return str(path)


def test_allowed(policy: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--policy", policy, *FILLED, *READ]) == ExitCode.OK
    assert capsys.readouterr().out == f"allowed by {policy}: Read\n"


def test_implicitly_denied(policy: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(["simulate", "--policy", policy, *FILLED, "--action", "s3:PutObject"]) == ExitCode.INSUFFICIENT
    )
    assert capsys.readouterr().out == "implicitDeny: no identity-based policy allows it\n"


def test_explicitly_denied_by_a_multi_valued_key(policy: str, capsys: pytest.CaptureFixture[str]) -> None:
    tags = ["--context", "aws:TagKeys=public", "--context", "aws:TagKeys=secret"]
    assert main(["simulate", "--policy", policy, *FILLED, *READ, *tags]) == ExitCode.INSUFFICIENT
    assert capsys.readouterr().out == f"explicitDeny by {policy}: statement 2\n"


def test_json(policy: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--policy", policy, *FILLED, *READ, "--format", "json"]) == ExitCode.OK
    assert json.loads(capsys.readouterr().out) == {
        "decision": "allowed",
        "policyType": "identity-based policy",
        "statements": [{"policy": policy, "sid": "Read", "index": 1}],
    }


def test_a_boundary(policy: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    boundary = tmp_path / "boundary.json"
    statement = {"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}
    boundary.write_text(json.dumps({"Statement": statement}), encoding="utf-8")
    arguments = ["simulate", "--policy", policy, *FILLED, *READ, "--boundary", str(boundary)]
    assert main(arguments) == ExitCode.INSUFFICIENT
    assert capsys.readouterr().out == "implicitDeny: no permissions boundary allows it\n"


def test_a_placeholder_without_a_value(policy: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--policy", policy, "--stage", "dev", *READ]) == ExitCode.USAGE
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == f"verifier: {policy}: no value for {{partition}}; give --partition\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "give --policy and --action, or --jsonl"),
        (["--policy", "missing.json", "--action", "s3:GetObject"], "missing.json: cannot be read"),
        (["--jsonl", "missing.jsonl"], "missing.jsonl: cannot be read"),
        (["--jsonl", "-", "--action", "s3:GetObject"], "--action does not go with --jsonl"),
    ],
)
def test_usage(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", *arguments]) == ExitCode.USAGE
    captured = capsys.readouterr()
    assert captured.out == ""
    assert words in captured.err
    assert captured.err.count("\n") == 1


def test_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "pairs.jsonl"
    request = {"principal": "p", "action": "s3:GetObject", "resource": "*", "context": {"a:b": "\u2028"}}
    allow = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    pairs = [{"request": request, "policies": policies, "boundary": None} for policies in ([allow], [])]
    path.write_text("\r\n".join(json.dumps(pair, ensure_ascii=False) for pair in pairs), encoding="utf-8")
    assert main(["simulate", "--jsonl", str(path)]) == ExitCode.OK
    assert capsys.readouterr().out == '{"decision":"allowed"}\n{"decision":"implicitDeny"}\n'


def test_lines_of_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    line = json.dumps({"request": {"action": "s3:GetObject", "resource": "*"}, "policies": []})
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(f"{line}\n{{\n".encode())))
    assert main(["simulate", "--jsonl", "-"]) == ExitCode.USAGE
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("verifier: line 2: not valid JSON")
