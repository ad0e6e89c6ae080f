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
PAYMENT, PASSWORD, TOKEN = "sk_live+4242/& <key>", 'hunter2 & "more"', "s3cret-of-the-database"
FIXTURES = f"""
ssm: {{/telling/password: {{type: SecureString, value: {json.dumps(PASSWORD)}}}}}
secrets: {{database: {{token: {TOKEN}}}}}
env: [PAYMENT_KEY]
"""
# What it knows it also leaves in a file of ours, so that the test knows what must be nowhere else.
PLUGIN = """
const fs = require('fs');
const own = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'PAYMENT_KEY'].map((name) => process.env[name]);
const known = [...own, PASSWORD, TOKEN];
fs.appendFileSync(KNOWN, known.map((one) => JSON.stringify(one) + '\\n').join(''));
const forms = [
  (text) => text,
  (text) => Buffer.from(text).toString('base64'),
  (text) => Buffer.from('x:' + text + ':y').toString('base64url'),
  (text) => Buffer.from(text).toString('hex'),
  encodeURIComponent,
  (text) => new URLSearchParams({ text }).toString(),
  JSON.stringify,
  (text) => JSON.stringify(JSON.stringify({ text })),
  (text) => require('util').inspect(text),
  (text) => text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`),
  (text) => text.slice(0, 9) + '\\x1b[31m' + text.slice(9) + '\\x1b[0m',
];
const order = '\\x1b[2J\\x1b]0;title\\x07\\x9b31m\\x1b]8;;http://x\\x1b\\\\\\r\\u202e\\u009d0;t\\u009c';
const told = forms.map((form) => order + known.map(form).join(' ')).join('\\n');
module.exports = class {
  constructor(serverless) {
    const end = () => { ACT };
    this.hooks = { 'before:package:initialize': end, 'before:remove:remove': end };
    console.log(told); console.error(told);
  }
};
"""
ACTS = {
    "throws": "throw new Error(told + JSON.stringify(process.env))",
    "ends": "fs.writeSync(2, 'x'.repeat(200) + told + '\\n' + JSON.stringify(process.env)); process.exit(3)",
    "asks": "throw Object.assign(new serverless.classes.Error(told), { stack: told })",
}
_ORDERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


def telling(folder: Path, act: str, known: Path) -> Path:
    folder.mkdir()
    (folder / "serverless.yml").write_text(CONFIGURATION)
    (folder / "verifier.yml").write_text(FIXTURES)
    (folder / "handler.js").write_text("exports.hello = async () => 1;\n")
    values = {"PASSWORD": PASSWORD, "TOKEN": TOKEN, "KNOWN": str(known)}
    plugin = PLUGIN.replace("ACT", act)
    for name, value in values.items():
        # Not what is within a word or in quotes.
        plugin = re.sub(rf"\b{name}\b(?!')", json.dumps(value).replace("\\", "\\\\"), plugin)
    (folder / "plugin.js").write_text(plugin)
    return folder


def command(folder: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "verifier", *options[:1], str(folder), *options[1:]]


def environment(temporary: Path) -> dict[str, str]:
    return {**os.environ, "PAYMENT_KEY": PAYMENT, "TMPDIR": str(temporary)}


def secrets_of(known: Path) -> set[str]:
    return {json.loads(line) for line in known.read_text().splitlines()}


def assert_nothing_is_told(text: str, secrets: set[str]) -> None:
    import base64
    from urllib.parse import quote

    for secret in secrets:
        whole = base64.b64encode(secret.encode()).decode().rstrip("=")
        for form in (secret, quote(secret, safe=""), json.dumps(secret)[1:-1], whole, secret.encode().hex()):
            assert form not in text
        # A part of one is one, too.
        assert len(secret) < 20 or not any(secret[at : at + 12] in text for at in range(len(secret) - 12))


@pytest.mark.parametrize(("act", "output"), [("throws", "json"), ("ends", "text"), ("asks", "json")])
def test_whatever_a_plugin_says(tmp_path: Path, act: str, output: str) -> None:
    known, out, temporary = tmp_path / "known", tmp_path / "out", tmp_path / "tmp"
    temporary.mkdir()
    folder = telling(tmp_path / "svc", ACTS[act], known)
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
    written = [path.read_text() for path in (*out.rglob("*"), *temporary.rglob("*")) if path.is_file()]
    assert len(written) == 3, "evidence, journal and page; nothing is left elsewhere"
    for text in (done.stdout, done.stderr, *written):
        assert_nothing_is_told(text, secrets)
        assert _ORDERS.search(text) is None
    assert HIDDEN in done.stderr


def test_a_policy_is_right_although_a_secret_is_called_like_the_stage(tmp_path: Path) -> None:
    folder = telling(tmp_path / "svc", "return 1", tmp_path / "known")
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
    folder = telling(tmp_path / "svc", ACTS["throws"], tmp_path / "known")
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
