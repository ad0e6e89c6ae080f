"""`verifier setup-account` as a person meets it."""

import json
import shlex
from pathlib import Path

import pytest
import yaml

from tests.support.one_line import lines, one_line
from verifier.cli import main

BOUNDARY = "arn:aws:iam::123456789012:policy/limit"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "sqs:DeleteQueue", "Resource": "arn:aws:sqs:*:*:shop-{stage}-*"}
    ],
}


def printed(capsys: pytest.CaptureFixture[str], options: str) -> tuple[str, list[str]]:
    assert main(["setup-account", *shlex.split(options)]) == 0
    out, err = capsys.readouterr()
    return out, lines(err)


def test_json_for_one_account(capsys: pytest.CaptureFixture[str]) -> None:
    out, said = printed(
        capsys, f"--account 123456789012 --region eu-west-1 --partition aws --boundary {BOUNDARY}"
    )
    document = json.loads(out)
    assert "{" not in "".join(one for part in document["Statement"] for one in part["Resource"])
    assert document["Statement"][0]["Condition"] == {"StringEquals": {"iam:PermissionsBoundary": BOUNDARY}}
    assert said == []


def test_what_is_missing_and_what_is_possible_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    out, said = printed(capsys, "")
    assert "{account}" in out
    assert "without --boundary" in said[0]
    assert "give --account --region --partition" in said[1]


def test_options_add_statements(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "policy.json").write_text(json.dumps(POLICY), encoding="utf-8")
    plain, _ = printed(capsys, "")
    more, _ = printed(capsys, f"--cloudtrail --policy {tmp_path}/policy.json")
    added = json.loads(more)["Statement"][len(json.loads(plain)["Statement"]) :]
    assert [one["Action"] for one in added] == [["cloudtrail:LookupEvents"], ["sqs:DeleteQueue"]]
    assert added[1]["Resource"] == ["arn:aws:sqs:*:*:shop-vfy-*-*"]


def test_terraform_and_cloudformation_find_the_account_themselves(capsys: pytest.CaptureFixture[str]) -> None:
    terraform, said = printed(capsys, f"--format terraform --boundary {BOUNDARY}")
    assert 'resource "aws_iam_policy" "verifier_administrator"' in terraform
    assert "data.aws_caller_identity.current.account_id" in terraform
    assert said == []
    out, _ = printed(capsys, "--format cloudformation")
    template = yaml.load(out.replace("!Sub", "").replace("!Join", ""), Loader=yaml.SafeLoader)
    assert list(template["Resources"]) == ["VerifierAdministratorPolicy"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--account 12", ["--account 12"]),
        ("--region Mars", ["--region Mars"]),
        ("--boundary limit", ["--boundary limit", "arn:aws:iam::"]),
        ("--boundary arn:aws:iam::123456789012:policy/verifier/limit", ["/verifier/", "elsewhere"]),
        ("--policy nowhere.json", ["nowhere.json"]),
        ("--format yaml", ["--format"]),
    ],
)
def test_what_cannot_be_used(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: str,
    words: list[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["setup-account", *shlex.split(options)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    one_line(err, words)
