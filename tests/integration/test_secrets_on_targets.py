"""A service that tells all it knows, on an account and at an endpoint: nothing that a run writes tells it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.lab import ROOT
from tests.integration.stand_in import ACCOUNT, StandIn
from tests.support.endpoint import endpoint
from tests.support.telling import (
    PASSWORD,
    PAYMENT,
    TOKEN,
    assert_nothing_is_told,
    secrets_of,
    telling,
    written_in,
)
from verifier.emulator.moto.upstream import MotoUpstream
from verifier.redaction import HIDDEN

pytestmark = pytest.mark.integration

CONFIGURATION = """
service: telling
frameworkVersion: '4'
provider: {name: aws}
custom: {password: '${ssm:/telling/password}', payment: '${env:PAYMENT_KEY}'}
plugins: [./plugin.js]
resources:
  Resources:
    News: {Type: AWS::SNS::Topic, Properties: {DisplayName: '${self:custom.password}'}}
"""
# Only the account has it; where it is read, the plugin fails when it is told to.
THEIRS, LICENCE = "of-the-account-alone 4242", "ls-4242424242-licence"
# What this process itself wrote, where everything is that a run may write: its keys must be in none of it.
LOOK = """
const written = (folder) => fs.readdirSync(folder, { withFileTypes: true }).flatMap((one) => {
  const path = require('path').join(folder, one.name);
  return one.isDirectory() ? written(path) : one.isFile() ? [path] : [];
});
const secret = process.env.AWS_SECRET_ACCESS_KEY;
const found = written(RUN).filter((path) => fs.readFileSync(path, 'latin1').includes(secret));
fs.appendFileSync(FOUND, found.concat('looked').map((path) => path + '\\n').join(''));
"""


def failing(password: str) -> str:
    """Fails, with all it knows, where that is the parameter's value."""
    text = json.dumps(password)
    return f"if (serverless.service.custom.password === {text}) throw new Error(told + secret);"


class Telling:
    """The service, and all folders that a run on it may write to, in one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.run_in = folder / "run"
        for name in ("out", "tmp", "home", "cache"):
            (self.run_in / name).mkdir(parents=True)
        self.known, self.found = folder / "known", folder / "found"
        osls = ROOT / "node_modules" / ".bin" / "osls"
        out = ("--phases", "deploy", "--out", str(self.run_in / "out"))
        self.options = (*out, "--framework", str(osls))

    def service(self, name: str, act: str, *more: str) -> Path:
        values = {"RUN": str(self.run_in), "FOUND": str(self.found)}
        for word, value in values.items():
            act = act.replace(word, json.dumps(value))
        return telling(self.folder / name, CONFIGURATION, act, self.known, [PASSWORD, TOKEN, *more])

    @property
    def variables(self) -> dict[str, str]:
        return {
            "PAYMENT_KEY": PAYMENT,
            "TMPDIR": str(self.run_in / "tmp"),
            "HOME": str(self.run_in / "home"),
            "XDG_CACHE_HOME": str(self.run_in / "cache"),
            "LOCALSTACK_AUTH_TOKEN": LICENCE,
        }

    def nothing_is_told(self, done: "subprocess.CompletedProcess[str]", *secrets: str) -> None:
        """In what it printed and in what is there of it; nor was a key there while it ran."""
        known = secrets_of(self.known) | set(secrets)
        assert len(known) >= 5 + len(secrets)
        texts = dict(written_in(self.run_in), stdout=done.stdout, stderr=done.stderr)
        assert str(self.run_in / "out" / "journal.jsonl") in texts
        for where, text in texts.items():
            assert_nothing_is_told(text, known, where)
        assert set(self.found.read_text(encoding="utf-8").splitlines()) == {"looked"}


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[StandIn, tuple[str, ...]]]:
    """The account, and the keys of a session in it that is its administrator's."""
    stand_in = StandIn(tmp_path_factory.mktemp("aws"))
    parameter = {"Name": "/telling/password", "Type": "SecureString", "Value": THEIRS}
    stand_in.client("ssm").put_parameter(**parameter)
    yield stand_in, session(stand_in)
    stand_in.close()


def session(aws: StandIn) -> tuple[str, ...]:
    """A role's session with all rights, as the profile "session"."""
    iam = aws.client("iam")
    root = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    trust = {"Effect": "Allow", "Principal": root, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = iam.create_role(RoleName="operator", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    everything = "arn:aws:iam::aws:policy/AdministratorAccess"
    iam.attach_role_policy(RoleName="operator", PolicyArn=everything)
    iam.create_user(UserName="person")
    iam.attach_user_policy(UserName="person", PolicyArn=everything)
    key = iam.create_access_key(UserName="person")["AccessKey"]
    sts = aws.client("sts", (key["AccessKeyId"], key["SecretAccessKey"]))
    given = sts.assume_role(RoleArn=role, RoleSessionName="ci")["Credentials"]
    keys = (given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    aws.profile("session", *keys)
    return keys


def test_an_account(aws: tuple[StandIn, tuple[str, ...]], tmp_path: Path) -> None:
    stand_in, keys = aws
    run = Telling(tmp_path)
    taught = run.run_in / "out" / "taught.yaml"
    options = (*run.options, "--contribute", str(taught))
    quiet = run.service("quiet", LOOK, THEIRS)
    done = stand_in.converge(quiet, *options, profile="session", **run.variables)
    assert done.returncode == 0, done.stderr
    assert {path.name for path in taught.parent.iterdir()} >= {taught.name, "policy.json", "report.html"}
    run.nothing_is_told(done, *keys)
    loud = run.service("loud", LOOK + failing(THEIRS), THEIRS)
    done = stand_in.converge(loud, *options, profile="session", **run.variables)
    assert (done.returncode, HIDDEN in done.stderr) == (4, True), done.stderr
    run.nothing_is_told(done, *keys)


def test_an_endpoint(tmp_path: Path) -> None:
    run = Telling(tmp_path)
    service = str(run.service("loud", LOOK + failing(PASSWORD)))
    with endpoint(MotoUpstream()) as served:
        place = ("--target", "localstack", "--endpoint", served.url)
        done = subprocess.run(
            [sys.executable, "-m", "verifier", "converge", service, *place, *run.options],
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
            env={**os.environ, **run.variables},
        )
    assert (done.returncode, HIDDEN in done.stderr) == (4, True), done.stderr
    run.nothing_is_told(done, LICENCE)
