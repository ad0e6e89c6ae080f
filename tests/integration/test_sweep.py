"""kill -9 of what surrounds a run on a sandbox account: sweep finds and removes everything, and no more.

The account is another process, reached as AWS is: by AWS's own names through HTTPS_PROXY.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.test_on_aws import TOPIC
from tests.support.served import ACCOUNT, REGION, Served, policy
from verifier.loop.journal import kept_rows
from verifier.targets.creation import stage_of

pytestmark = pytest.mark.integration

SEED = 20261126
KILLS = 10
# The first may come before anything is there, the last when all is gone.
LEAST_HITS = 8
# How often a kill is tried that comes after the run's end: who takes longer looks more often.
TRIES = 10
LONGEST_SECONDS = 600
SESSION_SECONDS = 1


class Account:
    """The stand-in with a stranger's things in it, and a user who is its administrator by a profile."""

    def __init__(self, folder: Path) -> None:
        faults = folder / "faults.json"
        faults.write_text(json.dumps({"sessions": SESSION_SECONDS}), encoding="utf-8")
        self._log, self._read, self._asked = folder / "decisions.jsonl", 0, 0
        self.served = Served("--faults", str(faults), "--decision-log", str(self._log))
        key, secret = self.served.admin
        (folder / "credentials").write_text(
            f"[admin]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n", encoding="utf-8"
        )
        own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        self.environment = {
            **own,
            "HTTPS_PROXY": self.served.ready["proxy"],
            "AWS_CA_BUNDLE": self.served.ready["ca"],
            "AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials"),
            "AWS_CONFIG_FILE": str(folder / "none"),
        }
        place = {"LocationConstraint": REGION}
        self.client("iam").create_user(UserName="verifier-theirs", Path="/verifier/")
        self.client("s3").create_bucket(Bucket="theirs-vfy", CreateBucketConfiguration=place)
        self.client("logs").create_log_group(logGroupName="/aws/lambda/theirs")

    def client(self, service: str) -> Any:
        return self.served.client(service)

    def state(self) -> dict[str, list[str]]:
        return self.served.state()

    def asked(self) -> int:
        """How much has been asked for and answered so far."""
        with self._log.open("rb") as log:
            log.seek(self._read)
            new = log.read()
        self._read += len(new)
        self._asked += new.count(b"\n")
        return self._asked

    def verifier(self, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "verifier", *arguments],
            env={**self.environment, **variables},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    made = Account(tmp_path_factory.mktemp("account"))
    yield made
    made.served.stop()


def rows(out: Path) -> list[dict[str, Any]]:
    journal = out / "journal.jsonl"
    return kept_rows(journal) if journal.exists() else []


def killed_run(account: Account, out: Path, run: str) -> None:
    """A run that is killed when its journal says that all is made."""
    command = [sys.executable, "-m", "tests.support.killed_run", str(out), ACCOUNT, REGION, run]
    until = time.monotonic() + LONGEST_SECONDS
    with subprocess.Popen(command, env=account.environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            while all(row["kind"] != "phase" for row in rows(out)):
                assert process.poll() is None, process.communicate()[1]
                assert time.monotonic() < until
                time.sleep(0.01)
        finally:
            process.send_signal(signal.SIGKILL)


# Beside a topic, what stays when the stack goes.
NEWS = (
    TOPIC
    + """\
    Archive:
      Type: AWS::S3::Bucket
      DeletionPolicy: Retain
      Properties:
        BucketName: news-${sls:stage}-archive
    Kept:
      Type: AWS::S3::Bucket
      DeletionPolicy: Retain
    Log:
      Type: AWS::Logs::LogGroup
      DeletionPolicy: Retain
      Properties:
        LogGroupName: /news/${sls:stage}
"""
)


class KilledRuns:
    """Runs of ``converge`` on a service, with one phase each, which can be killed."""

    def __init__(self, account: Account, folder: Path) -> None:
        self.account = account
        self._service, self._temporary = folder / "news", folder / "tmp"
        for each in (self._service, self._temporary):
            each.mkdir()
        (self._service / "serverless.yml").write_text(NEWS, encoding="utf-8")
        # What is granted matters to nobody here: with this nothing has to be learnt first.
        self._policy = folder / "policy.json"
        everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        self._policy.write_text(policy(everything), encoding="utf-8")

    def run(self, out: Path, kill_after: int | None = None) -> int | None:
        """How much it asked the account for; None: it was killed, as soon as that was ``kill_after``."""
        begun = self.account.asked()
        until = time.monotonic() + LONGEST_SECONDS
        with self._started(out) as process:
            while process.poll() is None and time.monotonic() < until:
                if kill_after is not None and self.account.asked() - begun >= kill_after:
                    break
                time.sleep(0.002)
            process.send_signal(signal.SIGKILL)
        assert process.returncode in (0, -signal.SIGKILL), (out / "err").read_text(encoding="utf-8")
        assert time.monotonic() < until
        return self.account.asked() - begun if process.returncode == 0 else None

    def _started(self, out: Path) -> "subprocess.Popen[bytes]":
        out.mkdir()
        place = ("--target", "aws", "--account", ACCOUNT, "--profile", "admin", "--region", REGION)
        given = ("--policy", str(self._policy), "--strategy", "strict")
        options = (*given, "--phases", "deploy", "--yes", "--out", str(out))
        with (out / "err").open("wb") as said:
            return subprocess.Popen(
                [sys.executable, "-m", "verifier", "converge", str(self._service), *place, *options],
                env={**self.account.environment, "TMPDIR": str(self._temporary)},
                stdout=subprocess.DEVNULL,
                stderr=said,
            )


def test_whatever_runs_left_that_were_killed_anywhere_is_removed(account: Account, tmp_path: Path) -> None:
    """Ten points at random, one in each tenth of all that a run asks the account for."""
    before, runs, chance = account.state(), KilledRuns(account, tmp_path), random.Random(SEED)
    whole = runs.run(tmp_path / "whole")
    assert account.state() == before
    left = 0
    for number in range(KILLS):
        part = (number + chance.random()) / KILLS
        for attempt in range(TRIES):
            assert whole is not None
            told = f"seed {SEED}: killed after {part:.2f} of {whole}"
            print(told)
            out = tmp_path / f"killed-{number}-{attempt}"
            ended = runs.run(out, kill_after=1 + int(part * whole))
            if ended is None:
                break
            whole = ended
        after = account.state()
        options = ("--account", ACCOUNT, "--profile", "admin", "--out", str(out), "--yes", "--format", "json")
        done = account.verifier("sweep", *options)
        assert done.returncode == 0, f"{told}: {done.stdout}{done.stderr}"
        document = json.loads(done.stdout)
        assert document["failed"] == document["leftAlone"] == [], told
        assert document["removed"] == document["found"], told
        assert account.state() == before, told
        left += after != before
        written = (out / "journal.jsonl").read_text(encoding="utf-8")
        for secret in account.served.admin:
            assert secret not in written + done.stdout + done.stderr, told
    assert left >= LEAST_HITS, "most runs must be hit while something is there"


def test_a_whole_run_is_there_when_it_is_killed_late(account: Account, tmp_path: Path) -> None:
    """The kills above may come early; here everything is there, buckets with objects too."""
    before, out = account.state(), tmp_path / "out"
    killed_run(account, out, "late")
    made = {kind: len(names) - len(before.get(kind, ())) for kind, names in account.state().items()}
    assert {kind: number for kind, number in made.items() if number} == {
        "cloudformation:Stack": 1,
        "iam:AccessKey": 1,
        "iam:AttachedUserPolicy": 1,
        "iam:Policy": 1,
        "iam:User": 1,
        "logs:LogGroup": 1,
        "s3:Bucket": 2,
        "s3:Object": 2,
    }
    look = ("sweep", "--target", "aws", "--account", ACCOUNT, "--profile", "admin", "--out", str(out))
    there, listed = account.state(), account.verifier(*look)
    assert listed.returncode == 0, listed.stderr
    assert account.state() == there, "it only lists"
    command = (*look, "--yes")
    done = account.verifier(*command, "--format", "json")
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["removed"]) == listed.stdout.count("left by the run")
    assert account.state() == before
    again = account.verifier(*command)
    assert (again.returncode, again.stdout) == (0, "nothing is left\n")


def test_a_stranger_s_stack_of_the_same_name_is_seen_before_anything_is_made(
    account: Account, tmp_path: Path
) -> None:
    stage = stage_of("taken")
    place = {"LocationConstraint": REGION}
    account.client("s3").create_bucket(Bucket=f"uploads-{stage}", CreateBucketConfiguration=place)
    before = account.state()
    command = [sys.executable, "-m", "tests.support.killed_run", str(tmp_path), ACCOUNT, REGION, "taken"]
    done = subprocess.run(command, env=account.environment, capture_output=True, text=True, check=False)
    assert f"bucket uploads-{stage}" in done.stderr
    assert [row["kind"] for row in rows(tmp_path)] == []
    assert account.state() == before


def test_keys_in_the_environment_are_the_user_s_too(account: Account, tmp_path: Path) -> None:
    (tmp_path / "journal.jsonl").write_text("", encoding="utf-8")
    key, secret = account.served.admin
    options = ("sweep", "--account", ACCOUNT, "--out", str(tmp_path))
    variables = {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret}
    done = account.verifier(*options, **variables)
    assert (done.returncode, done.stdout, done.stderr) == (0, "nothing is left\n", "")
    wrong = account.verifier(*options, AWS_ACCESS_KEY_ID=key, AWS_SECRET_ACCESS_KEY="wrong")
    assert (wrong.returncode, wrong.stderr.count("\n")) == (3, 1)
    assert "SignatureDoesNotMatch" in wrong.stderr


def test_a_session_that_is_over_is_said_to_be(account: Account, tmp_path: Path) -> None:
    (tmp_path / "journal.jsonl").write_text("", encoding="utf-8")
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "sts:AssumeRole",
    }
    role = account.client("iam").create_role(RoleName="short", AssumeRolePolicyDocument=policy(trust))["Role"]
    keys = account.served.user({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"})
    sts = account.served.client("sts", keys)
    given = sts.assume_role(RoleArn=role["Arn"], RoleSessionName="ci")["Credentials"]
    time.sleep(SESSION_SECONDS)
    done = account.verifier(
        *("sweep", "--account", ACCOUNT, "--out", str(tmp_path)),
        AWS_ACCESS_KEY_ID=given["AccessKeyId"],
        AWS_SECRET_ACCESS_KEY=given["SecretAccessKey"],
        AWS_SESSION_TOKEN=given["SessionToken"],
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (3, "", 1)
    assert "these AWS credentials have expired" in done.stderr
    assert given["SessionToken"] not in done.stderr
