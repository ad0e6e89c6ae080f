"""`verifier sweep` as a person meets it: what it lists, asks, removes and says."""

import io
import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.one_line import one_line
from tests.support.sandbox import ACCOUNT, REGION, Sandbox, sandbox
from verifier.cli import main

QUEUE = {"kind": "creating", "round": 1, "what": "queue", "name": "q-vfy-k3", "account": ACCOUNT, "run": "k3"}
USER = {"kind": "creating", "round": 1, "what": "iam user", "name": "verifier-1"}
RUN = {"kind": "run-on-aws", "run": "k3", "account": ACCOUNT, "region": REGION}
GROUP = {"kind": "creating", "what": "log group", "name": "l-vfy-k3", "region": "eu-central-1", "run": "k3"}
OTHERS = {**GROUP, "name": "l-vfy-k4"}


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with sandbox(tmp_path_factory.mktemp("sandbox")) as made:
        yield made


@pytest.fixture
def left(account: Sandbox, tmp_path: Path) -> Iterator[Sandbox]:
    """A user, a log group and somebody else's log group."""
    iam, logs = account.gateway.administrator("iam"), account.gateway.administrator("logs", "eu-central-1")
    iam.create_user(UserName="verifier-1", Path="/verifier/")
    for row in (GROUP, OTHERS):
        logs.create_log_group(logGroupName=row["name"])
    journal(tmp_path, {"kind": "run", "target": "aws"}, USER, GROUP, {**OTHERS, "run": "k3"}, QUEUE)
    yield account
    for one in iam.list_users()["Users"]:
        iam.delete_user(UserName=one["UserName"])
    for one in logs.describe_log_groups()["logGroups"]:
        logs.delete_log_group(logGroupName=one["logGroupName"])


def journal(folder: Path, *rows: dict[str, Any]) -> None:
    (folder / "journal.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")


def swept(account: Sandbox, folder: Path, options: str = "") -> int:
    words = ["sweep", "--account", ACCOUNT, "--region", REGION, "--profile", "root", *shlex.split(options)]
    if not {"--out", "--journal"} & set(words):
        words += ["--out", str(folder)]
    return main(words, account.environment())


def users(account: Sandbox) -> list[str]:
    return [one["UserName"] for one in account.gateway.administrator("iam").list_users()["Users"]]


def test_without_yes_it_only_lists(left: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert swept(left, tmp_path) == 0
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "log group l-vfy-k3 in eu-central-1: left by the run",
        "iam user verifier-1: left by the run",
        "log group l-vfy-k4 in eu-central-1: left alone: neither its name nor a tag says that it is of "
        "the run k3",
    ]
    one_line(err, ["--yes"])
    assert users(left) == ["verifier-1"]


def test_with_yes_it_removes(left: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert swept(left, tmp_path, "--yes --format json") == 0
    document = json.loads(capsys.readouterr().out)
    own = [
        {"what": "log group", "name": "l-vfy-k3", "region": "eu-central-1"},
        {"what": "iam user", "name": "verifier-1", "region": ""},
    ]
    assert (document["found"], document["removed"], document["failed"]) == (own, own, [])
    assert [one["name"] for one in document["leftAlone"]] == ["l-vfy-k4"]
    assert users(left) == []
    assert swept(left, tmp_path, f"--yes --journal {tmp_path}/journal.jsonl") == 0
    assert "left by the run" not in capsys.readouterr().out


@pytest.mark.parametrize(("answer", "removed"), [("y\n", True), ("n\n", False), ("", False)])
def test_on_a_terminal_it_asks_once(  # noqa: PLR0917
    left: Sandbox,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    removed: bool,
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    said = Terminal()
    monkeypatch.setattr("sys.stdin", Terminal(answer))
    monkeypatch.setattr("sys.stderr", said)
    assert swept(left, tmp_path) == 0
    assert said.getvalue().count("[y/N]") == 1
    assert users(left) == ([] if removed else ["verifier-1"])


def test_what_stays_is_told_by_the_exit_code(
    left: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    left.gateway.administrator("sqs", REGION).create_queue(QueueName="q-vfy-k3")
    assert swept(left, tmp_path, "--yes") == 4
    assert "queue q-vfy-k3: things of its kind are not removed here" in capsys.readouterr().out
    sqs = left.gateway.administrator("sqs", REGION)
    sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName="q-vfy-k3")["QueueUrl"])


def test_nothing_left_is_said(account: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    journal(tmp_path, {"kind": "run"}, {**USER, "name": "verifier-gone"})
    assert swept(account, tmp_path) == 0
    assert capsys.readouterr() == ("nothing is left\n", "")


@pytest.mark.parametrize(
    ("options", "content", "code", "words"),
    [
        ("--account 610000000045", "", 3, ["610000000045", ACCOUNT]),
        ("--account 61", "", 2, ["--account 61"]),
        ("--region Mars", "", 2, ["--region Mars"]),
        ("--timeout 0", "", 2, ["--timeout"]),
        ("--profile nobody", "", 3, ["--profile nobody"]),
        ("--profile weak", json.dumps(USER) + "\n", 3, ["iam user verifier-1 exists", "setup-account"]),
        ("--journal nowhere.jsonl", "", 2, ["nowhere.jsonl"]),
        ("--out a --journal b", "", 2, ["not allowed with"]),
        ("", "hello\n", 2, ["journal.jsonl:1"]),
        ("", '{"kind": "creating", "what": "iam user", "name": 7}\n', 2, ["'name'"]),
        ("", '{"kind": "creating", "what": "", "name": "a"}\n', 2, ["'what'"]),
        ("", '{"kind": "creating", "what": "stack", "name": "a", "region": 1}\n', 2, ["'region'"]),
    ],
)
def test_what_cannot_be_used(  # noqa: PLR0917
    account: Sandbox,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    options: str,
    content: str,
    code: int,
    words: list[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "journal.jsonl").write_text(content, encoding="utf-8")
    weak = account.user("weak") if "weak" in options and "weak" not in users(account) else account.root
    given = ["sweep", "--account", ACCOUNT, "--profile", "root", *shlex.split(options)]
    given += [] if {"--out", "--journal"} & set(given) else ["--out", "."]
    assert main(given, account.environment(weak=weak)) == code
    out, err = capsys.readouterr()
    assert out == ""
    one_line(err, words)


def test_what_a_row_does_not_say_is_said_for_the_whole_run(
    left: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    queue = {"kind": "creating", "what": "queue", "name": "q-vfy-k5"}
    left.gateway.administrator("sqs", REGION).create_queue(QueueName="q-vfy-k5")
    journal(tmp_path, queue, RUN, {**OTHERS, "run": "k4"}, {**RUN, "run": "k5"}, queue)
    assert swept(left, tmp_path, "--format json") == 0
    document = json.loads(capsys.readouterr().out)
    region = {"region": REGION}
    assert document["found"] == [
        {"what": "log group", "name": "l-vfy-k4", "region": "eu-central-1"},
        {"what": "queue", "name": "q-vfy-k5", **region},
    ]
    assert [one["reason"] for one in document["leftAlone"]] == ["the journal does not say which run made it"]


def test_a_torn_last_line_is_no_row(
    account: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "journal.jsonl").write_text(json.dumps(USER) + '\n{"kind": "crea', encoding="utf-8")
    assert swept(account, tmp_path) == 0
    assert capsys.readouterr().out == "nothing is left\n"


def test_a_run_that_goes_on_is_not_swept(
    account: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from verifier.loop.journal import Journal

    with Journal(tmp_path):
        assert swept(account, tmp_path) == 3
    one_line(capsys.readouterr().err, ["a run writes there still"])
