"""A run on an account that goes wrong for a reason of the account's or of the user's: one line, nothing left.

A stand-in takes the part of AWS, as in test_on_aws.py.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.stand_in import ACCOUNT, StandIn
from tests.integration.test_on_aws import SCP, TOPIC
from tests.support.one_line import lines, one_line

pytestmark = pytest.mark.integration

# A session that ends when the run's first user has been made: what follows it is not let do anything.
_OVER = [
    {"service": "iam", "operation": operation, "code": "ExpiredToken", "status": 403, "message": "over"}
    for operation in ("CreateAccessKey", "ListAccessKeys", "DeleteUser", "GetUser")
]
_FULL = {
    "service": "iam",
    "operation": "CreateAccessKey",
    "code": "LimitExceeded",
    "status": 409,
    "message": "Cannot exceed quota for AccessKeysPerUser: 2",
}
FAULTS = {
    "responses": [*_OVER, _FULL],
    "forbidden": [{"action": "iam:CreateUser", "by": "service control policy", "policy": SCP}],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("aws")
    (folder / "topic").mkdir()
    (folder / "topic" / "serverless.yml").write_text(TOPIC, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def aws(folder: Path) -> Iterator[StandIn]:
    (folder / "faults.json").write_text(json.dumps(FAULTS), encoding="utf-8")
    stand_in = StandIn(folder, "--faults", str(folder / "faults.json"))
    yield stand_in
    stand_in.close()


def test_what_ends_in_the_middle_says_what_is_left_and_what_does_not_leaves_nothing(
    aws: StandIn, folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    run = aws.converge(folder / "topic", "--out", str(out))
    assert run.returncode == 3
    line = one_line(run.stderr, ["profile sandbox: CreateAccessKey", "have expired", "log in again"])
    [left] = aws.left()
    remedy = ["sweep", "--account", ACCOUNT, "--profile", "sandbox", "--out", str(out)]
    assert line.endswith(f"what it made may be there still: verifier {' '.join(remedy)}")
    swept = aws.verifier(*remedy, "--yes")
    assert (swept.returncode, swept.stdout) == (0, f"iam user {left} in us-east-1: removed\n")
    run = aws.converge(folder / "topic")
    assert run.returncode == 3
    one_line(
        run.stderr, ["profile sandbox: CreateAccessKey", "a quota of the account is used up", "AccessKeys"]
    )
    assert aws.left() == []


def test_who_is_kept_from_making_users_by_another_policy(aws: StandIn, folder: Path) -> None:
    iam = aws.client("iam")
    iam.create_user(UserName="limited")
    iam.attach_user_policy(UserName="limited", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    key = iam.create_access_key(UserName="limited")["AccessKey"]
    aws.profile("limited", key["AccessKeyId"], key["SecretAccessKey"])
    run = aws.converge(folder / "topic", profile="limited")
    assert run.returncode == 3
    one_line(run.stderr, ["profile limited", "CreateUser", "explicit deny in a service control policy", SCP])
    assert aws.left() == []


def test_what_the_boundary_does_not_allow_is_not_granted_away(
    aws: StandIn, folder: Path, tmp_path: Path
) -> None:
    iam = aws.client("iam")
    allowed = {"Effect": "Allow", "Action": ["cloudformation:*", "s3:*"], "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    arn = iam.create_policy(PolicyName="limit", PolicyDocument=document)["Policy"]["Arn"]
    run = aws.converge(folder / "topic", "--boundary", arn, "--out", str(tmp_path))
    assert run.returncode == 12
    [line] = lines(run.stderr)
    for words in ("sns:", "no allow in the permissions boundary", "no grant can lift that"):
        assert words in line
    found = json.loads(run.stdout)
    assert (found["verdict"], len(found["rounds"]), found["permissions"]) == ("ungrantable", 1, [])
    assert aws.left() == ["limit"]
    iam.delete_policy(PolicyArn=arn)
    run = aws.converge(folder / "topic", "--boundary", arn)
    assert run.returncode == 3
    one_line(run.stderr, [f"--boundary {arn}", "no such policy"])
    assert aws.left() == []


@pytest.mark.parametrize(
    ("profile", "variables", "words"),
    [
        ("nobody", {}, ["--profile nobody", "no such profile"]),
        ("empty", {}, ["no AWS credentials were found"]),
        ("sandbox", {"HTTPS_PROXY": "http://hush:hush@127.0.0.1:9"}, ["cannot be reached", "HTTPS_PROXY"]),
    ],
)
def test_without_credentials_or_a_way_nothing_is_made(
    aws: StandIn, folder: Path, profile: str, variables: dict[str, str], words: list[str]
) -> None:
    (folder / "config").write_text("[profile empty]\nregion = us-east-1\n", encoding="utf-8")
    run = aws.converge(folder / "topic", profile=profile, **variables)
    assert run.returncode == 3
    assert "hush" not in one_line(run.stderr, words)
    assert aws.left() == []
