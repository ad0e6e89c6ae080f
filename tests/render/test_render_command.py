"""`verifier render`, in process."""

import argparse
import io
import json
from pathlib import Path
from typing import Any

import pytest

from verifier.cli import render
from verifier.cli.output import hand_over
from verifier.errors import ExitCode, InputError, UnavailableError

ALL = ["--account", "111122223333", "--region", "eu-west-1", "--stage", "prod", "--partition", "aws-cn"]


def policy(resource: str = "arn:{partition}:sqs:{region}:{account}:svc-{stage}-*") -> dict[str, Any]:
    statement = {"Sid": "Sqs", "Effect": "Allow", "Action": ["sqs:CreateQueue"], "Resource": [resource]}
    return {"Version": "2012-10-17", "Statement": [statement]}


def run(*arguments: str) -> tuple[ExitCode, str, str]:
    parser = argparse.ArgumentParser()
    render.add_parser(parser.add_subparsers())
    args = parser.parse_args(["render", *arguments])
    stdout, stderr = io.StringIO(), io.StringIO()
    code = hand_over(args.run(args, stdout, stderr), stdout)
    return code, stdout.getvalue(), stderr.getvalue()


def write(folder: Path, content: object) -> str:
    path = folder / "policy.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return str(path)


def test_all_values_given(tmp_path: Path) -> None:
    code, stdout, stderr = run(write(tmp_path, policy()), *ALL)
    assert code is ExitCode.OK
    assert json.loads(stdout) == policy("arn:aws-cn:sqs:eu-west-1:111122223333:svc-prod-*")
    assert stderr == ""


def test_some_values_given_the_rest_is_named(tmp_path: Path) -> None:
    code, stdout, stderr = run(write(tmp_path, policy()), "--stage", "prod", "--format", "json")
    assert code is ExitCode.OK
    assert json.loads(stdout) == policy("arn:{partition}:sqs:{region}:{account}:svc-prod-*")
    assert stderr == (
        "verifier: not filled: {account}, {region}, {partition}; give --account --region --partition\n"
    )


@pytest.mark.parametrize("around", [{"verdict": "sufficient"}, {"permissions": [], "service": "x"}])
def test_a_result_that_holds_a_policy(tmp_path: Path, around: dict[str, Any]) -> None:
    _, stdout, _ = run(write(tmp_path, {**around, "policy": policy()}), *ALL)
    assert json.loads(stdout) == policy("arn:aws-cn:sqs:eu-west-1:111122223333:svc-prod-*")


def test_stdin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(json.dumps(policy("*")).encode())))
    code, stdout, _ = run("-")
    assert code is ExitCode.OK
    assert json.loads(stdout) == policy("*")


def test_a_byte_order_mark(tmp_path: Path) -> None:
    _, stdout, _ = run(write(tmp_path, "\ufeff" + json.dumps(policy("*"))))
    assert json.loads(stdout) == policy("*")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "no Statement; give policy.json"),
        ('"x"', "no Statement; give policy.json"),
        ({}, "no Statement; give policy.json"),
        ({"policy": {}}, "no Statement; give policy.json"),
        ({"policy": None}, "no Statement; give policy.json"),
        ({"Version": "2012-10-17", "Statement": []}, "Statement is empty"),
        ({"policy": {"Version": "2012-10-17", "Statement": [{}]}}, "policy.json: policy: statement 1"),
        ({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*"}]}, "statement 1"),
        ('{"Statement": [], "Statement": []}', "Statement"),
    ],
)
def test_what_is_no_policy_is_one_line(tmp_path: Path, content: object, message: str) -> None:
    file = write(tmp_path, content)
    with pytest.raises(InputError) as error:
        run(file)
    assert str(error.value).startswith(f"{file}: ")
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.json: cannot be read: No such file or directory"):
        run(str(tmp_path / "nowhere.json"))


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: not a regular file but a directory"):
        run(str(tmp_path))


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not UTF-8 text, at byte 0"):
        run(str(tmp_path / "x"))


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("account", "123"),
        ("account", "*"),
        ("region", "europe"),
        ("region", ""),
        ("stage", "*"),
        ("stage", "a b"),
        ("stage", "{account}"),
        ("partition", "gov"),
    ],
)
def test_a_value_that_cannot_be(tmp_path: Path, option: str, value: str) -> None:
    with pytest.raises(InputError, match=f"--{option} "):
        run(write(tmp_path, policy()), f"--{option}", value)


def test_an_unknown_format(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        run("x", "--format", "yaml")
    assert stop.value.code == ExitCode.USAGE
    assert (
        "invalid choice: 'yaml' (choose from 'json', 'terraform', 'cloudformation')"
        in capsys.readouterr().err
    )


def long_policy() -> dict[str, Any]:
    listed = [f"arn:{{partition}}:sqs:{{region}}:{{account}}:svc-{{stage}}-{number}" for number in range(200)]
    statement = {"Sid": "Sqs", "Effect": "Allow", "Action": ["sqs:CreateQueue"], "Resource": listed}
    return {"Version": "2012-10-17", "Statement": [statement]}


@pytest.mark.parametrize("name", ["terraform", "cloudformation"])
def test_what_the_format_fills_itself_is_not_called_missing(tmp_path: Path, name: str) -> None:
    code, stdout, stderr = run(write(tmp_path, policy()), "--format", name)
    assert code is ExitCode.OK
    assert "{account}" not in stdout
    assert stderr == ""


def test_one_document_too_long_for_iam_is_said(tmp_path: Path) -> None:
    code, stdout, stderr = run(write(tmp_path, long_policy()), *ALL)
    assert code is ExitCode.OK
    assert len(json.loads(stdout)["Statement"][0]["Resource"]) == 200
    assert "and a managed policy has 6144; split it: --split DIR" in stderr
    assert "at most" in run(write(tmp_path, long_policy()))[2]


def test_split_into_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "out" / "parts"
    code, stdout, stderr = run(write(tmp_path, long_policy()), *ALL, "--split", str(folder))
    assert code is ExitCode.OK
    assert stderr == ""
    paths = stdout.splitlines()
    assert paths == [str(folder / f"policy-{number}.json") for number in range(1, len(paths) + 1)]
    assert len(paths) > 1
    found = [
        resource
        for path in paths
        for statement in json.loads(Path(path).read_text(encoding="utf-8"))["Statement"]
        for resource in statement["Resource"]
    ]
    assert found == [f"arn:aws-cn:sqs:eu-west-1:111122223333:svc-prod-{number}" for number in range(200)]


def test_split_leaves_an_earlier_policy_alone(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "policy-7.json").touch()
    with pytest.raises(InputError, match="the folder is not empty; name a new one"):
        run(write(tmp_path, policy()), *ALL, "--split", str(tmp_path / "out"))


def test_split_where_nothing_can_be_written(tmp_path: Path) -> None:
    file = write(tmp_path, policy())
    with pytest.raises(UnavailableError, match="cannot be written: "):
        run(file, *ALL, "--split", file)


def test_split_is_for_json(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="terraform splits by itself"):
        run(write(tmp_path, policy()), "--format", "terraform", "--split", str(tmp_path / "out"))
