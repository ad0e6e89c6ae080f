"""The real tool with a plugin that tells all it knows, in many forms: none of it is written or shown."""

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.lab import ROOT
from tests.support.telling import PAYMENT, assert_nothing_is_told, secrets_of, telling, written_in
from verifier.redaction import HIDDEN

pytestmark = pytest.mark.integration

CONFIGURATION = """
service: telling
frameworkVersion: '4'
provider:
  name: aws
  runtime: nodejs22.x
  environment: {KEY: '${env:PAYMENT_KEY}', PASSWORD: '${ssm:/telling/password}'}
plugins: [./plugin.js]
functions:
  hello: {handler: handler.hello}
"""
ACTS = {
    "throws": "throw new Error(told + JSON.stringify(process.env))",
    "ends": "fs.writeSync(2, 'x'.repeat(200) + told + '\\n' + JSON.stringify(process.env)); process.exit(3)",
    "asks": "throw Object.assign(new serverless.classes.Error(told), { stack: told })",
}
_ORDERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


def command(folder: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "verifier", *options[:1], str(folder), *options[1:]]


def environment(temporary: Path) -> dict[str, str]:
    return {**os.environ, "PAYMENT_KEY": PAYMENT, "TMPDIR": str(temporary)}


@pytest.mark.parametrize(("act", "output"), [("throws", "json"), ("ends", "text"), ("asks", "json")])
def test_whatever_a_plugin_says(tmp_path: Path, act: str, output: str) -> None:
    known, out, temporary = tmp_path / "known", tmp_path / "out", tmp_path / "tmp"
    temporary.mkdir()
    folder = telling(tmp_path / "svc", CONFIGURATION, ACTS[act], known)
    options = ("converge", "--phases", "deploy", "--out", str(out), "--format", output)
    done = subprocess.run(
        command(folder, *options),
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=environment(temporary),
    )
    assert done.returncode == 4, done.stderr
    secrets = secrets_of(known)
    assert len(secrets) >= 5
    written = [text for _, text in written_in(out, temporary)]
    assert len(written) == 3, "evidence, journal and page; nothing is left elsewhere"
    for text in (done.stdout, done.stderr, *written):
        assert_nothing_is_told(text, secrets)
        assert _ORDERS.search(text) is None
    assert HIDDEN in done.stderr


def test_a_policy_is_right_although_a_secret_is_called_like_the_stage(tmp_path: Path) -> None:
    folder = telling(tmp_path / "svc", CONFIGURATION, "return 1", tmp_path / "known")
    options = ("converge", "--phases", "deploy,remove", "--stage", "production", "--env")
    policies = []
    for variables in (["OTHER_KEY=unlike-anything"], ["OTHER_KEY=production", "--env", "MORE_KEY=telling"]):
        done = subprocess.run(
            command(folder, *options, *variables),
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
            env=environment(tmp_path),
        )
        assert done.returncode == 0, done.stderr
        policies.append(json.loads(done.stdout))
        assert HIDDEN not in done.stdout
    assert policies[0] == policies[1]
    assert "telling" in json.dumps(policies[0])


def test_a_terminal_is_given_no_orders(tmp_path: Path) -> None:
    """On a terminal only the verifier's own colours and line ends are seen."""
    folder = telling(tmp_path / "svc", CONFIGURATION, ACTS["throws"], tmp_path / "known")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command(folder, "converge", "--phases", "deploy"),
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        stdin=subprocess.DEVNULL,
        cwd=ROOT,
        env=environment(tmp_path),
    )
    os.close(theirs)
    shown = b""
    try:
        while more := os.read(ours, 65536):
            shown += more
    except OSError:  # the other side is gone
        pass
    os.close(ours)
    assert process.wait() == 4
    text = shown.decode().replace("\r\n", "\n").replace("\r", "")
    text = re.sub(r"\x1b\[(K|[01]m|3[1-4]m)", "", text)
    assert _ORDERS.search(text) is None
    assert_nothing_is_told(text, secrets_of(tmp_path / "known"))
