"""`verifier sweep --target localstack` as a person meets it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.endpoint import Endpoint, endpoint
from tests.support.one_line import one_line
from verifier.authorization.operation import Operation
from verifier.cli import main
from verifier.emulator.endpoint.about import About
from verifier.emulator.endpoint.emulator import EndpointEmulator
from verifier.emulator.endpoint.ledger import Ledger
from verifier.emulator.moto.upstream import MotoUpstream
from verifier.loop.journal import Journal

ACCOUNT = "910987654321"
REGION = "us-east-1"


@pytest.fixture
def served() -> Iterator[Endpoint]:
    upstream = MotoUpstream()
    upstream.forget(ACCOUNT)
    with endpoint(upstream) as served:
        yield served
    upstream.forget(ACCOUNT)


def op(called: str, /, account: str = ACCOUNT, **params: str) -> Operation:
    service, _, name = called.partition(":")
    return Operation(service, name, params, account, REGION)


@contextmanager
def running(
    served: Endpoint, folder: Path, *, own: bool = False
) -> Iterator[tuple[Ledger, EndpointEmulator]]:
    """A run with ``folder`` for --out, in the account of somebody who has things there, or its ``own``."""
    with Journal(folder) as journal:
        ledger = Ledger(journal.add, served.url)
        if not own:
            ledger.is_somebodys(ACCOUNT)
        about = About("localstack", "9.9", False)
        yield ledger, EndpointEmulator(served.url, about, "aws", REGION, ledger)


@pytest.fixture
def left(served: Endpoint, tmp_path: Path) -> Path:
    """What a killed run had for --out."""
    served.upstream.invoke(op("logs:CreateLogGroup", logGroupName="/theirs"))
    served.upstream.invoke(op("s3:CreateBucket", Bucket="theirs"))
    served.upstream.invoke(op("events:PutRule", Name="theirs", ScheduleExpression="rate(1 day)"))
    with running(served, tmp_path) as (ledger, emulator):
        emulator.invoke(op("logs:CreateLogGroup", logGroupName="/mine"))
        emulator.invoke(op("s3:CreateBucket", Bucket="mine"))
        emulator.invoke(op("s3:PutObject", Bucket="mine", Key="k"))
        ledger.making(asked := op("sqs:CreateQueue", QueueName="mine"), None)
        ledger.making(op("events:PutRule", Name="theirs"), None)
    served.upstream.invoke(asked)
    return tmp_path


def things(served: Endpoint) -> list[str]:
    groups = served.upstream.invoke(op("logs:DescribeLogGroups"))["logGroups"]
    buckets = served.upstream.invoke(op("s3:ListBuckets"))["Buckets"]
    queues = served.upstream.invoke(op("sqs:ListQueues")).get("QueueUrls", [])
    named = [*(one["logGroupName"] for one in groups), *(one["Name"] for one in buckets)]
    return sorted([*named, *(one.rpartition("/")[2] for one in queues)])


def swept(folder: Path, *options: str) -> int:
    return main(["sweep", "--target", "localstack", "--out", str(folder), *options])


MINE, THEIRS = ["/mine", "mine", "mine"], ["/theirs", "theirs"]


def test_it_lists_then_removes_what_the_journal_names_and_nothing_else(
    served: Endpoint, left: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert things(served) == sorted(MINE + THEIRS)
    assert swept(left) == 0
    out, err = capsys.readouterr()
    where = f"in {REGION} of account {ACCOUNT}"
    assert out.splitlines() == [
        f"sqs:CreateQueue mine {where}: left by the run",
        f"s3:CreateBucket mine {where}: left by the run",
        f"logs:CreateLogGroup /mine {where}: left by the run",
        f"events:PutRule theirs {where}: left alone: the run was killed while it asked for it, and somebody "
        "may have had it before; look by hand",
    ]
    one_line(err, ["nothing was removed", "--yes"])
    assert things(served) == sorted(MINE + THEIRS)
    assert swept(left, "--yes", "--format", "json") == 0
    document = json.loads(capsys.readouterr().out)
    assert [one["what"] for one in document["removed"]] == [
        "sqs:CreateQueue",
        "s3:CreateBucket",
        "logs:CreateLogGroup",
    ]
    assert (document["failed"], [one["name"] for one in document["leftAlone"]]) == ([], ["theirs"])
    assert things(served) == THEIRS
    assert swept(left, "--yes") == 0
    capsys.readouterr()
    assert swept(left) == 0
    out, err = capsys.readouterr()
    assert (out.count("\n"), "left alone" in out, err) == (1, True, ""), "the journal knows that it is gone"


def test_what_is_gone_already_is_not_called_removed(
    served: Endpoint, left: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    served.upstream.invoke(op("logs:DeleteLogGroup", logGroupName="/mine"))
    assert swept(left, "--yes", "--format", "json") == 0
    document = json.loads(capsys.readouterr().out)
    assert "logs:CreateLogGroup" not in [one["what"] for one in document["removed"]]
    assert things(served) == THEIRS


def test_what_is_at_another_endpoint_is_left_alone(
    served: Endpoint, left: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with endpoint(MotoUpstream()) as other:
        assert swept(left, "--yes", "--endpoint", other.url) == 0
        assert not any(name.startswith(("logs:", "s3:", "sqs:")) for name in other.names())
    lines = capsys.readouterr().out.splitlines()
    assert [line.endswith(f"left alone: it is at {served.url}") for line in lines] == [True] * 4
    assert things(served) == sorted(MINE + THEIRS)


def test_what_stays_is_told_by_the_exit_code(
    served: Endpoint, left: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    served.failing = {"logs:DeleteLogGroup"}
    assert swept(left, "--yes") == 4
    assert (
        f"logs:CreateLogGroup /mine in {REGION} of account {ACCOUNT}: InternalFailure"
        in capsys.readouterr().out
    )
    served.failing = set()
    assert swept(left, "--yes") == 0
    assert things(served) == THEIRS


def test_what_was_never_made_is_nothing_once_what_it_belongs_to_is_gone(
    served: Endpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Killed while it asked for its user's key, which never came."""
    with running(served, tmp_path) as (ledger, emulator):
        emulator.invoke(op("iam:CreateUser", UserName="mine"))
        ledger.making(op("iam:CreateAccessKey", UserName="mine"), None)
        ledger.making(op("events:PutRule", Name="never"), None)
    assert swept(tmp_path, "--yes") == 0
    user = f"iam:CreateUser mine in {REGION} of account {ACCOUNT}"
    assert capsys.readouterr().out == f"{user}: removed\n"
    assert swept(tmp_path, "--yes") == 0
    assert capsys.readouterr().out == "nothing is left\n"
    served.upstream.invoke(op("iam:CreateUser", UserName="mine"))
    served.upstream.invoke(op("iam:CreateAccessKey", UserName="mine"))
    assert swept(tmp_path, "--yes") == 0
    assert capsys.readouterr().out == "nothing is left\n", "by then it is somebody's"


def test_what_was_not_there_yet_is_looked_for_again_where_something_stays(
    served: Endpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An emulator may still be at what the killed run asked for."""
    with running(served, tmp_path) as (ledger, emulator):
        emulator.invoke(op("iam:CreateUser", UserName="mine"))
        ledger.making(asked := op("iam:CreateAccessKey", UserName="mine"), None)
    served.failing = {"iam:DeleteUser"}
    assert swept(tmp_path, "--yes") == 4
    served.failing = set()
    served.upstream.invoke(asked)
    capsys.readouterr()
    assert swept(tmp_path, "--yes") == 0
    assert [line.partition(" ")[0] for line in capsys.readouterr().out.splitlines()] == [
        "iam:CreateAccessKey",
        "iam:CreateUser",
    ]


TEMPLATE = json.dumps(
    {
        "Resources": {
            "Files": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "mine-files"}},
            "Kept": {
                "Type": "AWS::S3::Bucket",
                "DeletionPolicy": "Retain",
                "Properties": {"BucketName": "mine-kept"},
            },
            "Log": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/mine"}},
        }
    }
)


def killed_upstream(served: Endpoint, folder: Path, *, own: bool = True) -> None:
    """A run with --cloudformation upstream that was killed when its stack was there."""
    with running(served, folder, own=own) as (_, emulator):
        emulator.invoke(op("cloudformation:CreateStack", StackName="shop-dev", TemplateBody=TEMPLATE))
        for bucket in ("mine-files", "mine-kept"):
            emulator.invoke(op("s3:PutObject", Bucket=bucket, Key="k"))


@pytest.mark.parametrize("own", [True, False])
def test_a_stack_of_the_endpoint_s_own_goes_with_what_it_keeps(
    served: Endpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str], own: bool
) -> None:
    killed_upstream(served, tmp_path, own=own)
    assert things(served) == ["/mine", "mine-files", "mine-kept"]
    assert swept(tmp_path, "--yes") == 0
    where = f"in {REGION} of account {ACCOUNT}"
    assert capsys.readouterr().out == f"cloudformation:CreateStack shop-dev {where}: removed\n"
    assert things(served) == []
    assert swept(tmp_path) == 0
    assert capsys.readouterr().out == "nothing is left\n"


def test_what_a_stack_keeps_and_cannot_be_removed_is_told(
    served: Endpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    killed_upstream(served, tmp_path)
    served.failing = {"s3:DeleteBucket"}
    assert swept(tmp_path, "--yes") == 4
    assert "left behind: Kept (AWS::S3::Bucket, mine-kept)" in capsys.readouterr().out
    assert things(served) == ["mine-kept"]


def test_what_somebody_s_stack_of_that_name_has_kept_is_left_alone(
    served: Endpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    killed_upstream(served, tmp_path, own=False)
    served.upstream.invoke(op("cloudformation:DeleteStack", StackName="shop-dev"))
    there = things(served)
    assert "mine-kept" in there
    assert swept(tmp_path, "--yes") == 0
    assert things(served) == there


def test_nobody_answers(served: Endpoint, left: Path, capsys: pytest.CaptureFixture[str]) -> None:
    served.gone = True
    assert swept(left, "--yes") == 3
    one_line(capsys.readouterr().err, [f"nothing at {served.url} answers as AWS does"])


def test_who_left_nothing_needs_no_emulator(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "journal.jsonl").write_text('{"kind": "run"}\n', encoding="utf-8")
    assert swept(tmp_path) == 0
    assert capsys.readouterr() == ("nothing is left\n", "")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--target", "localstack", "--account", ACCOUNT], ["--account", "--target aws"]),
        (["--target", "localstack", "--profile", "p"], ["--profile", "--target aws"]),
        (["--target", "localstack", "--endpoint", "localhost"], ["--endpoint localhost", "give a URL"]),
        (["--endpoint", "http://127.0.0.1:9", "--account", ACCOUNT], ["--endpoint", "--target localstack"]),
        ([], ["--account"]),
    ],
)
def test_what_does_not_go_together(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], words: list[str]
) -> None:
    (tmp_path / "journal.jsonl").write_text("", encoding="utf-8")
    assert main(["sweep", "--out", str(tmp_path), *options]) == 2
    one_line(capsys.readouterr().err, words)
