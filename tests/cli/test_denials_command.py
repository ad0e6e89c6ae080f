"""``verifier denials``: what it prints, in which form, and with which exit code."""

import io
import json
from pathlib import Path

import pytest

from verifier.cli import main
from verifier.errors import ExitCode

USER = "arn:aws:iam::111122223333:user/ana"
REFUSED = (
    f"User: {USER} is not authorized to perform: sqs:createqueue on resource: "
    "arn:aws:sqs:eu-west-1:111122223333:q because no identity-based policy allows the sqs:createqueue action"
)
DENIED = f"User: {USER} is not authorized to perform: iam:GetRole on resource: role r with an explicit deny"
ROW = {
    "action": "sqs:CreateQueue",
    "resource": "arn:aws:sqs:eu-west-1:111122223333:q",
    "principal": USER,
    "kind": "implicit-deny",
    "policyType": "identity",
    "attribution": "deployer",
    "severity": "error",
    "grantable": True,
    "policyArn": None,
    "inferred": False,
    "known": None,
}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    file = tmp_path / "ci.log"
    file.write_text(f"Deploying\n\n{REFUSED}\n", encoding="utf-8")
    return file


def test_json_is_a_list_of_them(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["denials", str(log), "--format", "json"]) == ExitCode.INSUFFICIENT
    assert json.loads(capsys.readouterr().out) == [ROW]


def test_a_person_is_told_what_who_and_what_to_do(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log.write_text(
        f"{REFUSED}\n\n{DENIED}\n\nAccess denied when accessing /x SSM parameter and\n", encoding="utf-8"
    )
    assert main(["denials", str(log)]) == ExitCode.INSUFFICIENT
    assert capsys.readouterr().out.splitlines() == [
        "sqs:CreateQueue on arn:aws:sqs:eu-west-1:111122223333:q",
        f"  refused: {USER}",
        "  a grant lifts it",
        "iam:GetRole on role r",
        f"  refused: {USER}",
        "  an explicit deny in a policy: no grant lifts it; that policy must change",
        "an action that is not named on /x",
        "  refused: who is not said",
        "  a grant lifts it, unless another kind of policy refuses it",
        "  known: ssm:GetParameter and ssm:PutParameter on this parameter, and the state's bucket",
    ]


def test_a_warning_and_what_is_inferred_are_marked(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log.write_text(
        "Warning: Not authorized to perform: lambda:GetFunction for at least one of the lambda functions.\n\n"
        "An error occurred (AccessDenied) when calling the ListObjectsV2 operation: Access Denied",
        encoding="utf-8",
    )
    main(["denials", str(log)])
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "warning: lambda:GetFunction"
    assert out[3] == "s3:ListBucket (inferred)"


def test_nothing_refused_is_exit_0(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log.write_text("all is well\n", encoding="utf-8")
    assert main(["denials", str(log)]) == ExitCode.OK
    assert capsys.readouterr().out == "nothing was refused\n"
    assert main(["denials", str(log), "--format", "json"]) == ExitCode.OK
    assert json.loads(capsys.readouterr().out) == []
    assert main(["denials", str(log), "--grant"]) == ExitCode.OK
    assert capsys.readouterr().out == "nothing was refused\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_standard_input_in_any_encoding(
    encoding: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = REFUSED.replace("\n", "\r\n").encode(encoding)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert main(["denials", "-", "--format", "json"]) == ExitCode.INSUFFICIENT
    assert json.loads(capsys.readouterr().out) == [ROW]


def test_what_is_no_utf_8_does_not_hide_the_rest(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log.write_bytes(b"d\xe9ploiement\n\n" + REFUSED.encode())
    assert main(["denials", str(log), "--format", "json"]) == ExitCode.INSUFFICIENT
    assert json.loads(capsys.readouterr().out) == [ROW]


def test_lines_of_json_are_answered_line_by_line(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts = ["all is well", REFUSED, f"{REFUSED}\n\n{DENIED}"]
    log.write_text("".join(f"{json.dumps({'text': text})}\n" for text in texts), encoding="utf-8")
    assert main(["denials", "--jsonl", str(log)]) == ExitCode.INSUFFICIENT
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [len(answer) for answer in answers] == [0, 1, 2]
    assert answers[1] == [ROW]
    log.write_text(f"{json.dumps({'text': 'all is well'})}\n", encoding="utf-8")
    assert main(["denials", "--jsonl", str(log)]) == ExitCode.OK
    assert capsys.readouterr().out == "[]\n"


def test_the_grant_is_a_policy_and_what_it_cannot_lift_is_said(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    masked = REFUSED.replace("sqs:createqueue", "s3:PutObject").replace(
        "arn:aws:sqs:eu-west-1:111122223333:q", "arn:aws:s3:::<b>/k"
    )
    log.write_text(f"{REFUSED}\n\n{DENIED}\n\n{masked}\n", encoding="utf-8")
    assert main(["denials", str(log), "--grant"]) == ExitCode.INSUFFICIENT
    out, err = capsys.readouterr()
    granted = {
        (statement["Effect"], statement["Action"], statement["Resource"])
        for statement in json.loads(out)["Statement"]
    }
    assert granted == {
        ("Allow", "sqs:CreateQueue", "arn:aws:sqs:eu-west-1:111122223333:q"),
        ("Allow", "s3:PutObject", "arn:aws:s3:::*/k"),
    }
    assert err.splitlines() == [
        "verifier: not in the policy: iam:GetRole on role r: an explicit deny in a policy: no grant lifts it;"
        " that policy must change",
        "verifier: s3:PutObject on arn:aws:s3:::<b>/k: granted on arn:aws:s3:::*/k; narrow it",
    ]


def test_where_no_grant_helps_there_is_no_policy(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log.write_text(DENIED, encoding="utf-8")
    assert main(["denials", str(log), "--grant"]) == ExitCode.NOT_CONVERGED
    out, err = capsys.readouterr()
    assert out == ""
    assert "no grant lifts it" in err
